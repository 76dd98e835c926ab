/* Progressive enhancement of pages; all of them work without JavaScript. Live forms are in forms.js. */

(function () {
  "use strict";

  /* Prevents double submission. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
    } else {
      form.dataset.sent = "yes";
      window.setTimeout(() => delete form.dataset.sent, 4000);
    }
  });

  /* Pictures of pages that the server had no time to draw are asked for again, after 2 s, 4 s ... */
  const askAgain = (picture) => {
    const tries = Number(picture.dataset?.tries || 0) + 1;
    if (!picture.matches?.(".fe-pages img") || tries > 6) return;
    picture.dataset.tries = tries;
    window.setTimeout(() => { picture.src = picture.getAttribute("src"); }, 2000 * tries);
  };
  document.addEventListener("error", (event) => askAgain(event.target), true);
  /* Those that were refused before this script ran. */
  document.querySelectorAll(".fe-pages img").forEach((picture) => {
    if (picture.complete && !picture.naturalWidth) askAgain(picture);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const problems = document.querySelector("[data-error-summary], [data-focus]");
    if (problems) {
      if (!problems.hasAttribute("tabindex")) problems.tabIndex = -1;
      problems.focus();
    }
  });
})();
