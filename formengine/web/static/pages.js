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

  document.addEventListener("DOMContentLoaded", () => {
    const problems = document.querySelector("[data-error-summary], [data-focus]");
    if (problems) {
      if (!problems.hasAttribute("tabindex")) problems.tabIndex = -1;
      problems.focus();
    }
  });
})();
