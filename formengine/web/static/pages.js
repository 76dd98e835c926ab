/* What pages do better with a script; without it everything works on buttons.
   A form is drawn again while it is filled (htmx posts it), but never over what is being typed. */

(function () {
  "use strict";

  document.documentElement.classList.add("fe-live");
  const forms = new WeakMap();

  function stateOf(form) {
    if (!forms.has(form)) forms.set(form, { typed: 0, sent: 0, pressed: null });
    return forms.get(form);
  }

  /* The shape of the fields: which controls there are, and what is asked of them. Values do not count. */
  function shape(root) {
    const parts = root.querySelectorAll("[id], [name]");
    return Array.from(parts, (one) => [one.id, one.getAttribute("name"), one.required, one.hidden, one.type].join("|")).join("\n");
  }

  function hasChosenFiles(root) {
    return Array.from(root.querySelectorAll("input[type=file]")).some((one) => one.files.length > 0);
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-live]");
    if (form) stateOf(form).typed += 1;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest("form[data-live]");
    if (form) stateOf(form).sent = stateOf(form).typed;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig && event.detail.requestConfig.elt.closest("form[data-live]");
    if (!form || event.detail.xhr.status !== 200) return;
    const state = stateOf(form);
    const fresh = new DOMParser().parseFromString(event.detail.serverResponse, "text/html").getElementById(form.dataset.live);
    const now = document.getElementById(form.dataset.live);
    if (!fresh || !now) return;
    if (state.pressed) return;
    if (state.typed !== state.sent) {
      event.detail.shouldSwap = false; /* something was typed meanwhile: ask again, with it */
      window.htmx.trigger(form, "change");
    } else if (shape(fresh) === shape(now) && !hasChosenFiles(now)) {
      event.detail.shouldSwap = false; /* nothing appeared and nothing went: leave the page alone */
    }
  });

  /* Buttons that change the form (add a row, remove one) redraw the fields alone. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-op]");
    const form = button && button.closest("form[data-live]");
    if (!form || !window.htmx) return;
    event.preventDefault();
    const target = "#" + form.dataset.live;
    const state = stateOf(form);
    const before = new Set(Array.from(form.querySelectorAll("[id]"), (one) => one.id));
    state.pressed = button.id;
    window.htmx
      .ajax("POST", form.getAttribute("action"), {
        source: form,
        values: { [button.name]: button.value },
        headers: { "X-Form-Live": "1" },
        target: target,
        select: target,
        swap: "outerHTML",
      })
      .then(() => {
        state.pressed = null;
        const appeared = Array.from(form.querySelectorAll("input:not([type=hidden]), select, textarea")).find((one) => one.id && !before.has(one.id));
        const next = appeared || (button.id && document.getElementById(button.id)) || document.getElementById(form.dataset.live);
        if (next === document.getElementById(form.dataset.live)) next.tabIndex = -1;
        next.focus();
      });
  });

  /* A form is sent once, however often its button is pressed. */
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
