/* Searchable select lists: Tom Select, loaded only on pages that have one. */

(function () {
  "use strict";

  let fetched = null;

  function enhance(root) {
    const long = Array.from(root.querySelectorAll("form[data-search] select[data-long]")).filter((one) => !one.tomselect);
    if (!long.length) return;
    const words = long[0].form.dataset;
    fetched = fetched || fetchBoth(words.search, words.searchLook);
    fetched.then(() => long.filter((one) => one.isConnected && !one.tomselect).forEach(search));
  }

  function fetchBoth(script, look) {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: look });
    const own = document.querySelector("link[href*='forms.css']");
    if (own) own.before(link);
    else document.head.append(link);
    return new Promise((resolve) => {
      document.head.append(Object.assign(document.createElement("script"), { src: script, charset: "utf-8", onload: resolve }));
    });
  }

  function search(select) {
    const focused = document.activeElement === select;
    const nothing = select.form.dataset.nothing || "";
    const made = new window.TomSelect(select, {
      maxOptions: null,
      refreshThrottle: 0, /* Enter selects the result for the current text, not an earlier one */
      plugins: select.multiple ? ["remove_button"] : [],
      allowEmptyOption: !select.multiple,
      render: { no_results: (data, escape) => `<div class="no-results">${escape(nothing)}</div>` },
    });
    for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
      if (select.hasAttribute(name)) made.control_input.setAttribute(name, select.getAttribute(name));
    }
    if (!select.multiple) { /* what is typed stands alone: not *Choose… Germ* */
      made.on("type", (text) => made.wrapper.classList.toggle("ff-typing", text !== ""));
      for (const event of ["blur", "change"]) made.on(event, () => made.wrapper.classList.remove("ff-typing"));
    }
    select.setAttribute("aria-hidden", "true"); /* replaced visually; it still holds the value */
    if (focused) made.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a");
    const target = link && document.getElementById(link.hash.slice(1));
    if (target && target.tomselect) {
      event.preventDefault();
      target.tomselect.focus();
    }
  });
  document.addEventListener("fe:settled", () => enhance(document));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => enhance(document));
  else enhance(document);
})();
