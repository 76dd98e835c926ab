/* Within a frame: tells the page around it, where that is of an allowed origin, how high this page is. */

(function () {
  "use strict";
  const allowed = (document.body.dataset.embedOrigins || "").split(" ").filter(Boolean);
  let origin = null;

  const tell = () => {
    if (origin === null) return;
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    window.parent.postMessage({ formengine: "height", height }, origin);
  };
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !allowed.includes(event.origin)) return;
    if (!event.data || event.data.formengine !== "hello") return;
    origin = event.origin;
    tell();
  });
  new ResizeObserver(tell).observe(document.body);
})();
