/* Forms that are live: what depends on an answer appears while it is typed, rows come and go, files are kept at once.
   One post at a time, and its answer is merged into the page: controls that stay are left alone, with what was typed
   in them since, the caret and the focus. Without this script everything works on buttons.

   It needs no other script. A form is live that has the attributes of `live_attributes(locale, "ID")`, where ID is the id of
   the element around its fields; a post with the header X-Form-Live: 1 is answered with the page, fields in that element. */

(function () {
  "use strict";

  document.documentElement.classList.add("fe-live");
  const PAUSE = 450; /* ms without typing before an update is requested */
  const SLOW = 600; /* ms after which a running update is announced */
  const states = new WeakMap();

  function stateOf(form) {
    if (!states.has(form)) states.set(form, { busy: false, wanted: false, waiting: [], timer: 0, sent: new Map(), merged: false });
    return states.get(form);
  }

  /* --- When to request an update ---------------------------------------------------------------------------------------------- */

  const fieldsOf = (form) => document.getElementById(form.dataset.live);

  function matters(form, control) {
    const fields = fieldsOf(form);
    if (!fields) return false;
    if (control.type === "file") return fields.contains(control); /* the page's own files are sent with the form */
    return Boolean(fields.querySelector("[data-dynamic], [data-error-summary]") || control.dataset.tidy);
  }

  function heard(event) {
    const control = event.target;
    const form = control.closest && control.closest("form[data-live]");
    if (!form || !control.name || event.isComposing) return;
    if (control.type === "range") show(control);
    if (!matters(form, control)) return;
    const state = stateOf(form);
    window.clearTimeout(state.timer);
    const typing = event.type === "input" && control.matches("textarea, input:not([type=radio], [type=checkbox], [type=file])");
    state.timer = window.setTimeout(() => ask(form), typing ? PAUSE : 30);
  }

  function show(range) {
    const output = range.parentElement.querySelector("output");
    if (output) output.value = range.value.replace(".", output.dataset.mark || ".");
  }

  for (const name of ["input", "change", "compositionend"]) document.addEventListener(name, heard);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-op]");
    const form = button && button.closest("form[data-live]");
    if (!form) return;
    event.preventDefault();
    ask(form, { [button.name]: button.value });
  });

  function ask(form, pressed) {
    const state = stateOf(form);
    window.clearTimeout(state.timer);
    if (pressed) state.waiting.push(pressed);
    else state.wanted = true;
    if (!state.busy) send(form, state);
  }

  function send(form, state) {
    const pressed = state.waiting.shift();
    state.busy = true;
    state.wanted = false;
    state.merged = false;
    state.sent = new Map(Array.from(form.elements, (one) => [one, valueOf(one)]));
    state.pressed = pressed;
    const slow = window.setTimeout(() => tell(form, form.dataset.updating, "busy"), SLOW);
    const done = () => {
      window.clearTimeout(slow);
      state.busy = false;
      form.removeAttribute("aria-busy");
      tell(form, state.merged ? "" : form.dataset.failed, state.merged ? "" : "failed");
      if (!state.merged) state.waiting.length = 0;
      else if (state.waiting.length || state.wanted) send(form, state);
    };
    form.setAttribute("aria-busy", "true");
    post(form, pressed)
      .then((page) => page && update(form, page, state))
      .then(done, done);
  }

  /* The page that answers a live post; null for another one, such as that of an error. */
  async function post(form, pressed) {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(pressed || {})) body.append(name, value);
    const answer = await fetch(form.getAttribute("action") || window.location.href, {
      method: "POST", headers: { "X-Form-Live": "1" },
      body: form.enctype === "multipart/form-data" ? body : new URLSearchParams(body),
    });
    const elsewhere = answer.headers.get("X-Form-Location");
    if (elsewhere && new URL(elsewhere, window.location.href).origin === window.location.origin) window.location.assign(elsewhere);
    if (!answer.ok && answer.status !== 422) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function valueOf(control) {
    if (control.type === "file") return Array.from(control.files, (one) => one.name + one.size + one.lastModified).join("/");
    if (control.type === "radio" || control.type === "checkbox") return String(control.checked);
    if (control.multiple) return Array.from(control.selectedOptions, (one) => one.value).join(" ");
    return control.value;
  }

  /* --- The merge ------------------------------------------------------------------------------------------------ */

  function update(form, page, state) {
    const target = fieldsOf(form);
    const fresh = target && page.getElementById(target.id);
    if (!fresh) return; /* another page, such as sign-in: change nothing */
    state.merged = true;
    const place = fresh.querySelector("[autofocus]");
    if (place) place.removeAttribute("autofocus"); /* browsers log a warning when the page already has the focus elsewhere */
    const work = { place: place && place.id, sent: state.sent, added: [], gone: [], kept: new Set(), unshown: unshown(form, fresh) };
    merge(target, document.adoptNode(fresh), work);
    settle(form, target, state, work);
  }

  /* The names of controls that keep what is typed in them, since no page shows it: nobody has to type it again. */
  function unshown(form, fresh) {
    const notes = Array.from(fresh.querySelectorAll("[data-unkept]")).filter((note) => form.elements[note.dataset.unkept]?.value);
    for (const note of notes) note.remove();
    return new Set(notes.map((note) => note.dataset.unkept));
  }

  const CONTROLS = "input, select, textarea";
  const isOurs = (node) => !(node.nodeType === 1 && node.classList.contains("ts-wrapper"));

  /* The identity of an element: its id, the control that a label is for, or a hidden control's name. */
  function keyOf(node, counts) {
    if (node.nodeType !== 1) return "";
    if (node.type === "hidden" && !node.id) {
      const count = (counts[node.name] = (counts[node.name] || 0) + 1);
      return `hidden ${node.name} ${count}`;
    }
    if (node.id && node.tagName !== "LABEL") return node.id;
    const label = node.tagName === "LABEL" ? node : node.querySelector("label[for]");
    return label ? `${node.tagName} ${label.htmlFor.replace(/-ts-control$/, "")}` : "";
  }

  function merge(now, fresh, work) {
    if (now.matches(CONTROLS)) return mergeControl(now, fresh, work);
    copyAttributes(now, fresh, now.tagName === "LABEL" ? ["for", "id"] : []);
    const counts = {};
    const old = Array.from(now.childNodes).filter(isOurs);
    const keyed = new Map(old.map((node) => [keyOf(node, counts), node]).filter(([key]) => key));
    const loose = old.filter((node) => !keyOf(node, {}));
    const freshCounts = {};
    const pairs = Array.from(fresh.childNodes, (wanted) => {
      const key = keyOf(wanted, freshCounts);
      const at = key ? -1 : loose.findIndex((node) => alike(node, wanted));
      const found = key ? keyed.get(key) : at >= 0 ? loose.splice(at, 1)[0] : null;
      if (key) keyed.delete(key);
      return [wanted, found && found.nodeName === wanted.nodeName ? found : null];
    });
    const stay = new Set(pairs.map(([, found]) => found));
    for (const node of old) if (!stay.has(node)) discard(node, work); /* removed first, so that the other nodes need not move: moving loses the focus */
    let last = null;
    for (const [wanted, found] of pairs) {
      let placed = found || wanted;
      if (found && found.nodeType === 1) placed = merge(found, wanted, work) || found;
      else if (found && found.nodeValue !== wanted.nodeValue) found.nodeValue = wanted.nodeValue;
      else if (!found && wanted.nodeType === 1) work.added.push(wanted);
      const before = after(now, last, work);
      if (before !== placed) now.insertBefore(placed, before);
      last = placed;
    }
    return null;
  }

  /* The node after which to insert: skips nodes added by enhancements and kept controls that no longer apply. */
  function after(parent, last, work) {
    let next = last ? last.nextSibling : parent.firstChild;
    while (next && (!isOurs(next) || work.kept.has(next))) next = next.nextSibling;
    return next;
  }

  const alike = (one, other) => one.nodeName === other.nodeName && (one.nodeType !== 1 || one.classList[0] === other.classList[0]);

  function copyAttributes(now, fresh, except) {
    for (const { name } of Array.from(now.attributes)) if (!fresh.hasAttribute(name) && !except.includes(name)) now.removeAttribute(name);
    for (const { name, value } of Array.from(fresh.attributes)) {
      if (!except.includes(name) && now.getAttribute(name) !== value) now.setAttribute(name, value);
    }
  }

  /* A control keeps its value, unless the server formatted it differently and the control has no focus. */
  function mergeControl(now, fresh, work) {
    const untouched = work.sent.get(now) === valueOf(now);
    if (now.type === "file") return now.files.length && untouched ? swapped(now, fresh) : void copyAttributes(now, fresh, []);
    if (now.type !== fresh.type) {
      if (!untouched || fresh.type === "hidden") fresh.value = now.value;
      return swapped(now, fresh);
    }
    if (now.type === "hidden") return void copyAttributes(now, fresh, []);
    if (now.tagName === "SELECT") return mergeOptions(now, fresh);
    copyAttributes(now, fresh, ["value", "checked"]);
    if (now.type === "radio" || now.type === "checkbox" || now.type === "range") return null;
    const said = fresh.value;
    if (work.unshown.has(fresh.name)) return null;
    if (untouched && now !== document.activeElement && said !== work.sent.get(now) && (said || now.type !== "date")) now.value = said;
    return null;
  }

  function swapped(now, fresh) {
    const focused = now === document.activeElement;
    now.replaceWith(fresh);
    if (focused) fresh.focus();
    return fresh;
  }

  function mergeOptions(now, fresh) {
    copyAttributes(now, fresh, now.tomselect ? ["class", "tabindex", "aria-hidden"] : []);
    const texts = (list) => Array.from(list.options, (option) => option.value + " " + option.text).sort().join("\n"); /* Tom Select puts what is chosen last */
    later.delete(now);
    if (texts(now) === texts(fresh)) return null;
    if (now.tomselect && now.tomselect.isOpen) return void whenClosed(now, fresh);
    const picked = new Set(Array.from(now.selectedOptions, (one) => one.value));
    now.replaceChildren(...Array.from(fresh.childNodes));
    for (const one of now.options) one.selected = picked.has(one.value);
    if (now.tomselect) now.tomselect.sync();
    return null;
  }

  /* An open select list is updated after it has been closed. */
  const later = new WeakMap();

  function whenClosed(now, fresh) {
    later.set(now, fresh);
    now.tomselect.on("dropdown_close", function closed() {
      now.tomselect.off("dropdown_close", closed);
      window.setTimeout(() => later.has(now) && mergeOptions(now, later.get(now))); /* after the selection was stored */
    });
  }

  /* Controls that no longer apply are removed, unless they contain text that was not posted yet. */
  function discard(node, work) {
    if (node.nodeType === 1) {
      const controls = [node, ...node.querySelectorAll(CONTROLS)].filter((one) => one.matches(CONTROLS) && one.type !== "hidden");
      if (controls.some((one) => work.sent.has(one) && work.sent.get(one) !== valueOf(one))) {
        work.kept.add(node);
        return;
      }
      for (const one of controls) if (one.tomselect) one.tomselect.destroy();
      work.gone.push(node);
    }
    node.remove();
  }

  /* --- After an update ----------------------------------------------------------------------------------------------- */

  function settle(form, fields, state, work) {
    for (const carried of fields.querySelectorAll("input[type=hidden]:not([data-pointer])")) {
      const drawn = Array.from(form.elements).some((one) => one.name === carried.name && one.type !== "hidden" && one.type !== "file");
      if (drawn) carried.remove(); /* a control above still shows it */
    }
    if (work.kept.size) state.wanted = true;
    const status = fields.querySelector("[data-form-status]");
    const place = work.place && document.getElementById(work.place);
    if (status) {
      announce(form, status.textContent);
      status.remove();
    } else if (!state.pressed) {
      announce(form, [sentence(form.dataset.appeared, work.added), sentence(form.dataset.gone, work.gone)].filter(Boolean).join(" "));
    }
    fields.dispatchEvent(new CustomEvent("fe:settled", { bubbles: true }));
    if (place && state.pressed) focusOn(place);
    else if (document.activeElement === document.body && state.pressed) focusOn(fields.querySelector("[tabindex]") || form);
  }

  function focusOn(place) {
    if (place.tomselect) place.tomselect.focus();
    else place.focus();
  }

  function sentence(template, nodes) {
    const heads = nodes.filter((one) => one.matches(".ff-field, .ff-group")).map((one) => one.querySelector("label, legend, .ff-label"));
    const names = heads.filter(Boolean).map((one) => one.firstChild.textContent.trim());
    // a title that is a question has a mark of its own
    return template && names.length ? template.replace("{names}", () => names.join(", ")).replace(/([.?!…])\.$/, "$1") : "";
  }

  function region(form, name, role) {
    let found = form.querySelector(`:scope > .${name}`);
    if (!found) {
      found = document.createElement("p");
      found.className = name;
      found.setAttribute("role", role);
      form.prepend(found);
    }
    return found;
  }

  const announce = (form, text) => {
    if (text) region(form, "ff-live", "status").textContent = text;
  };

  function tell(form, text, mood) {
    const place = region(form, "ff-progress", "status");
    if (place.textContent !== (text || "")) place.textContent = text || "";
    place.dataset.mood = mood;
    form.classList.toggle("fe-stuck", mood === "failed");
  }

  const begin = () => document.querySelectorAll("form[data-live]").forEach((form) => {
    region(form, "ff-live", "status");
    region(form, "ff-progress", "status");
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
