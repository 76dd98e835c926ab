/* The pad on which a signature is drawn (signature_pad); without JavaScript a name is typed or a picture chosen. */

(function () {
  "use strict";

  if (window.formengineSigning) return; /* a page with several forms names this file in each */
  window.formengineSigning = true;

  let fetched = null;

  function fetchPad(address) {
    fetched = fetched || new Promise((resolve) => {
      document.head.append(Object.assign(document.createElement("script"), { src: address, onload: resolve }));
    });
    return fetched;
  }

  function begin(ways) {
    const canvas = ways.querySelector("canvas[data-pad]");
    const drawing = ways.querySelector("input[name=drawing]");
    if (!canvas || !drawing) return;
    const choice = ways.querySelector("[data-drawn]");
    choice.hidden = false;
    let pad = null;
    let width = 0;

    function keep() {
      drawing.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
    }

    function fit() {
      if (!pad || !canvas.offsetWidth || canvas.offsetWidth === width) return;
      const scale = Math.max(window.devicePixelRatio || 1, 1);
      const before = drawing.value;
      width = canvas.offsetWidth;
      canvas.width = width * scale;
      canvas.height = canvas.offsetHeight * scale;
      canvas.getContext("2d").scale(scale, scale);
      pad.clear();
      if (before.startsWith("data:image/png;base64,")) pad.fromDataURL(before, { width: width, height: canvas.offsetHeight });
    }

    function show() {
      if (!choice.querySelector("input").checked) return;
      fetchPad(canvas.dataset.pad).then(() => {
        if (!pad) {
          pad = new window.SignaturePad(canvas, { penColor: "rgb(16, 42, 87)", minWidth: 0.8, maxWidth: 2.6 });
          pad.addEventListener("endStroke", keep);
        }
        fit();
        canvas.dataset.ready = "yes";
      });
    }

    ways.addEventListener("change", show);
    window.addEventListener("resize", fit);
    ways.querySelector("[data-clear]").addEventListener("click", () => {
      if (pad) pad.clear();
      drawing.value = "";
    });
    show();
  }

  /* Tells that the document was opened, and that its end was seen; once each while the page is open. */
  function tellReading(paper) {
    const key = document.querySelector("input[name=csrf_token]");
    if (!key) return;
    const tell = (what) => {
      const body = new URLSearchParams({ csrf_token: key.value, what: what });
      window.fetch(paper.dataset.reading, { method: "POST", body: body, keepalive: true }).catch(() => {});
    };
    tell("opened");
    if (!paper.lastElementChild || !window.IntersectionObserver) return;
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      tell("read");
    });
    watch.observe(paper.lastElementChild);
  }

  const start = () => {
    document.querySelectorAll("[data-ways]").forEach(begin);
    document.querySelectorAll("[data-reading]").forEach(tellReading);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
