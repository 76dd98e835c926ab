/* What stands over something else at the present width: a control over a text that is not its own; in words. */
() => {
  const controls = Array.from(document.querySelectorAll("main :is(button, select, textarea, input:not([type=hidden]), a.btn)"))
    .filter((control) => control.checkVisibility() && !control.closest(".visually-hidden"));
  const hidden = (element) => {  /* what is there for screen readers alone is cut away */
    for (let part = element; part; part = part.parentElement) {
      const style = getComputedStyle(part);
      if (style.clipPath !== "none" || style.clip !== "auto") return true;
    }
    return false;
  };
  const texts = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const parent = text.parentElement;
    if (!text.data.trim() || !parent.checkVisibility() || hidden(parent) || parent.closest("option, textarea, select, button, a.btn, svg, .ts-wrapper")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) if (box.width > 2 && box.height > 2) texts.push([text, box]);
  }
  const wrong = [];
  for (const control of controls) {
    const own = control.getBoundingClientRect();
    for (const [text, box] of texts) {
      const across = Math.min(own.right, box.right) - Math.max(own.left, box.left);
      const down = Math.min(own.bottom, box.bottom) - Math.max(own.top, box.top);
      if (across > 2 && down > 3 && !control.contains(text)) {
        wrong.push(`${control.outerHTML.slice(0, 70)} stands over “${text.data.trim().slice(0, 40)}”`);
      }
    }
  }
  return wrong;
}
