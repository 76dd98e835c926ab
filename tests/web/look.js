/* What every page keeps to, whatever it shows; returns what is wrong with this one, in words. */
() => {
  const wrong = [];
  const all = (selector) => Array.from(document.querySelectorAll(selector)).filter((one) => one.checkVisibility());
  const name = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 110);

  const levels = all("h1, h2, h3, h4, h5, h6").map((one) => Number(one.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) wrong.push("there is not exactly one h1");
  levels.forEach((level, n) => { if (level > (n ? levels[n - 1] : 0) + 1) wrong.push(`a heading jumps to h${level}`); });

  for (const tag of ["main", "header.fe-header", "footer.fe-footer"]) {
    if (all(tag).length !== 1) wrong.push(`there is not exactly one ${tag}`);
  }
  const labels = all("nav").map((one) => one.getAttribute("aria-label"));
  if (labels.some((label) => !label) || new Set(labels).size !== labels.length) wrong.push(`the names of navs: ${labels}`);
  if (!/\S.* – \S/.test(document.title)) wrong.push(`the title: ${document.title}`);
  if (!document.querySelector(".fe-skip[href='#main']")) wrong.push("there is no way past the menu");

  /* 44 pixels, but for links within a sentence or a list of texts. A box to tick is as large as what it lies in. */
  const targets = "button, summary, select, textarea, input:not([type=hidden]), a.btn, .fe-nav a, .fe-tabs a, .fe-pills a";
  for (const one of all(targets)) {
    const whole = ["checkbox", "radio"].includes(one.type) ? one.closest(".form-check, label") || one : one;
    const { height, width } = whole.getBoundingClientRect();
    if (height < 43.5 || width < 43.5) wrong.push(`${Math.round(width)} by ${Math.round(height)}: ${name(one)}`);
  }
  for (const one of all(".fe-sheet-flush")) if (one.scrollWidth > one.clientWidth + 1) wrong.push(`cut off: ${name(one)}`);
  for (const one of all("[tabindex]")) if (one.tabIndex > 0) wrong.push(`a place in the tab order: ${name(one)}`);
  for (const one of document.querySelectorAll("[style], style, script:not([src])")) wrong.push(`inline: ${name(one)}`);
  for (const one of all("time")) if (!one.dateTime) wrong.push(`a time without a moment: ${name(one)}`);
  return wrong;
}
