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
    let base = 0; /* the width of the pad for which it was drawn, and by what it is scaled now */
    let scale = 1;
    let restored = null; /* what was drawn before the page was shown again: an Image with its size on the pad */

    function keep() {
      base = Math.max(base, width);
      drawing.value = pad.isEmpty() && !restored ? "" : pad.toDataURL("image/png");
    }

    /* Fits the pad to its place, which changes when a telephone is turned: what was drawn stays whole. */
    function fit() {
      if (!pad || !canvas.offsetWidth || canvas.offsetWidth === width) return;
      const density = Math.max(window.devicePixelRatio || 1, 1);
      base = base || canvas.offsetWidth;
      const factor = Math.min(canvas.offsetWidth / base, 1) / scale;
      scale *= factor;
      const strokes = pad.toData();
      for (const stroke of strokes) {
        for (const point of stroke.points) {
          point.x *= factor;
          point.y *= factor;
        }
      }
      width = canvas.offsetWidth;
      canvas.width = width * density;
      canvas.height = canvas.offsetHeight * density;
      const context = canvas.getContext("2d");
      context.scale(density, density);
      pad.clear();
      if (restored) {
        restored.factor *= factor;
        context.drawImage(restored.image, 0, 0, restored.width * restored.factor, restored.height * restored.factor);
      }
      pad.fromData(strokes, { clear: false });
    }

    function restore() {
      const before = drawing.value;
      if (!before.startsWith("data:image/png;base64,")) return Promise.resolve();
      const image = new Image();
      image.src = before;
      return image.decode().then(
        () => {
          const fits = Math.min(canvas.offsetWidth / image.width, canvas.offsetHeight / image.height);
          restored = { image: image, width: image.width, height: image.height, factor: fits };
        },
        () => { drawing.value = ""; },
      );
    }

    function show() {
      if (!choice.querySelector("input").checked) return;
      fetchPad(canvas.dataset.pad).then(() => (pad ? null : restore())).then(() => {
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
      restored = null;
      drawing.value = "";
    });
    show();
  }

  const told = new WeakSet();

  /* Tells that the document was opened, and that its end was seen; once each while the page is open. */
  function tellReading(paper) {
    const key = document.querySelector("input[name=csrf_token]");
    if (!key || told.has(paper)) return;
    told.add(paper);
    const tell = (what) => {
      const body = new URLSearchParams({ csrf_token: key.value, what: what, document: paper.dataset.document });
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

  const watchPapers = () => document.querySelectorAll("[data-reading]").forEach(tellReading);
  const start = () => {
    document.querySelectorAll("[data-ways]").forEach(begin);
    watchPapers();
    document.addEventListener("htmx:load", watchPapers); /* a copy that was made while the page was open */
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
