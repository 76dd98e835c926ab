"""axe-core in a page, and checks beyond axe: labels, descriptions and errors tied to their controls."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
"""axe-core 4.14.1, MPL-2.0 (its licence lies beside it); only tests load it."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIRING = """() => {
  const wrong = [];
  const shown = (one) => one.offsetParent !== null || one.getClientRects().length > 0;
  for (const one of document.querySelectorAll("form[data-live] :is(input:not([type=hidden]), select, textarea)")) {
    if (one.tomselect || one.closest(".ts-wrapper") || one.type === "submit") continue;
    if (!Array.from(one.labels || []).some((label) => label.textContent.trim())) wrong.push("no label: " + one.id);
    if (/radio|checkbox/.test(one.type) && one.name && document.getElementsByName(one.name).length > 1
        && !one.closest("fieldset").querySelector(":scope > legend").textContent.trim()) {
      wrong.push("no legend: " + one.id);
    }
  }
  for (const one of document.querySelectorAll("fieldset")) {
    const first = one.firstElementChild;
    if (!first || first.tagName !== "LEGEND") wrong.push("legend is not first: " + one.id);
  }
  for (const one of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    for (const name of ["aria-describedby", "aria-labelledby"]) {
      for (const id of (one.getAttribute(name) || "").split(" ").filter(Boolean)) {
        if (!document.getElementById(id)) wrong.push(`${name} of ${one.id} leads nowhere: ${id}`);
      }
    }
  }
  for (const error of document.querySelectorAll(".ff-error[id]")) {
    const tied = document.querySelectorAll(`[aria-describedby~="${error.id}"][aria-invalid="true"]`);
    if (tied.length < 1 && error.id !== "f-error") wrong.push("an error tied to nothing: " + error.id);
  }
  for (const link of document.querySelectorAll("[data-error-summary] a")) {
    const target = document.getElementById(link.hash.slice(1));
    if (!target) wrong.push("a link of the summary leads nowhere: " + link.hash);
  }
  const not = "[type=hidden], [type=radio], [type=checkbox], .ts-hidden-accessible, .ts-control input";
  for (const one of document.querySelectorAll(`.form-check, .ff-form .btn, .ff-form :is(input, select):not(${not})`)) {
    const name = one.id || one.textContent.trim();
    if (shown(one) && one.getBoundingClientRect().height < 44) wrong.push("smaller than 44: " + name);
  }
  const ids = Array.from(document.querySelectorAll("[id]"), (one) => one.id);
  for (const id of new Set(ids.filter((one, n) => ids.indexOf(one) !== n))) wrong.push("an id twice: " + id);
  return wrong;
}"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """The axe violations of a page, one line for each rule."""
    page.evaluate(_axe())
    rules: list[dict[str, Any]] = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(found => found.violations)", TAGS
    )
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]} ({len(rule['nodes'])})" for rule in rules]


def unwired(page: Page) -> list[str]:
    """Controls without a label, dangling id references, errors that no control refers to, small targets."""
    problems: list[str] = page.evaluate(WIRING)
    return problems
