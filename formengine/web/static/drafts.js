/* Saves the draft of a request form after pauses in typing. Without this script there is a button for it. */

(function () {
  "use strict";

  const PAUSE = 2500; /* ms without a change before the draft is saved */
  const BUSY = 500; /* ms to wait while the form is being updated */
  const timers = new WeakMap();
  const saving = new WeakSet();

  const stateOf = (form) => document.getElementById(form.dataset.draft);

  function later(form, wait) {
    window.clearTimeout(timers.get(form));
    timers.set(form, window.setTimeout(() => save(form), wait));
  }

  function changed(event) {
    const form = event.target.closest && event.target.closest("form[data-draft]");
    if (form && event.target.name) later(form, PAUSE);
  }

  for (const name of ["input", "change", "fe:settled"]) {
    document.addEventListener(name, (event) => (name === "fe:settled" ? settled(event) : changed(event)));
  }

  /* A row that was added, moved or taken out is a change too; the update that follows typing is not waited for twice. */
  function settled(event) {
    const form = event.target.closest("form[data-draft]");
    if (form) later(form, PAUSE);
  }

  async function save(form) {
    if (form.dataset.sent) return;
    if (form.hasAttribute("aria-busy") || saving.has(form)) return later(form, BUSY);
    const data = new FormData(form);
    for (const control of form.querySelectorAll("input[type=file]")) data.delete(control.name); /* kept by the live form */
    data.set("_go", "save");
    saving.add(form);
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Form-Draft": "1" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById(form.dataset.draft);
      if (fresh) show(form, fresh);
      else fail(form, answer.redirected || answer.status === 400 ? form.dataset.draftEnded : form.dataset.draftFailed);
    } catch (error) {
      fail(form, form.dataset.draftFailed);
    } finally {
      saving.delete(form);
    }
  }

  function show(form, fresh) {
    const now = stateOf(form);
    if (now.contains(document.activeElement)) document.activeElement.blur();
    now.replaceWith(document.adoptNode(fresh));
    if (fresh.dataset.address) window.history.replaceState(null, "", fresh.dataset.address);
  }

  function fail(form, sentence) {
    const text = document.createElement("p");
    text.className = "fe-meta mb-0";
    text.setAttribute("role", "status");
    text.textContent = sentence;
    stateOf(form).querySelectorAll(":scope > p").forEach((old) => old.remove());
    stateOf(form).append(text);
  }
})();
