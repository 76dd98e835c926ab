"""Fills in a form in a browser by keyboard alone: Tab between controls, keys in each, Enter on buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

ACTIVE = """() => {
  const one = document.activeElement;
  const label = one.labels && one.labels[0] ? one.labels[0].firstChild.textContent.trim() : "";
  const at = one.selectedIndex;
  return {tag: one.tagName, type: one.type || "", id: one.id, value: one.value || "", checked: Boolean(one.checked),
          pointer: one.dataset.pointer, choice: one.dataset.choiceFor, op: one.dataset.op, label,
          options: one.options ? Array.from(one.options, (each) => each.text) : [], at: at === undefined ? -1 : at,
          rows: one.dataset.op === "add" ? one.parentElement.querySelectorAll(":scope > .ff-row").length : 0};
}"""


@dataclass
class Typist:
    """A keyboard user; `answers` (text, option or set of options), `branches` and numbers of `rows` are by pointer."""

    page: Page
    answers: dict[str, Any]
    branches: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    script: bool = True
    done: set[str] = field(default_factory=set)
    stale: bool = False

    def fill(self, most: int = 400) -> None:
        """Tab until everything is answered, then press Send. Raises AssertionError after `most` steps."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            control = self.page.evaluate(ACTIVE)
            if control["id"] == "send" and not self.missing and not self.waits():
                with self.page.expect_navigation():
                    self.page.keyboard.press("Enter")
                return
            self.at(control)
        raise AssertionError(f"not reached: {self.missing}")

    def waits(self) -> bool:
        """Whether, without a script, the form is to be shown again before it is sent."""
        return not self.script and self.stale and self.page.locator("[data-op=choose]").count() > 0

    @property
    def missing(self) -> set[str]:
        expected = {
            *self.answers,
            *(f"?{pointer}" for pointer in self.branches),
            *(f"+{pointer}" for pointer in self.rows),
        }
        return expected - self.done

    def at(self, control: dict[str, Any]) -> None:
        """Answer or press the focused control, where it is one of those wanted."""
        keys = self.page.keyboard
        if control["op"] == "choose":
            if self.stale and not self.script:
                self.stale = False
                self.enter()
        elif control["op"] == "add":
            if control["rows"] < self.rows.get(control["pointer"], 0):
                self.enter()
            elif control["pointer"] in self.rows:
                self.done.add(f"+{control['pointer']}")
        elif control["choice"] is not None and control["choice"] in self.branches:
            self.pick(control, self.branches[control["choice"]] + 1, f"?{control['choice']}")
        elif control["pointer"] in self.answers and control["op"] is None:
            answer = self.answers[control["pointer"]]
            if control["tag"] == "SELECT" and answer not in control["options"]:
                return  # it depends on what is not answered yet
            if control["tag"] == "SELECT":
                self.pick(control, control["options"].index(answer), control["pointer"])
            elif control["type"] == "radio":
                self.radio(control, answer)
            elif control["type"] == "checkbox":
                if (control["label"] in answer) is not control["checked"]:
                    keys.press("Space")
                self.done.add(control["pointer"])
            elif control["value"] != answer:
                keys.press("Control+A")
                keys.type(answer)
                self.did(control["pointer"])
            else:
                self.done.add(control["pointer"])

    def pick(self, control: dict[str, Any], index: int, mark: str) -> None:
        if control["at"] == index:
            self.done.add(mark)
            return
        self.page.keyboard.press("Home")
        for _ in range(index):
            self.page.keyboard.press("ArrowDown")
        self.did(mark)

    def radio(self, control: dict[str, Any], answer: str) -> None:
        if control["label"] == answer and control["checked"]:
            self.done.add(control["pointer"])
            return
        for _ in range(12):
            if control["label"] == answer:
                if not control["checked"]:
                    self.page.keyboard.press("Space")
                break
            self.page.keyboard.press("ArrowDown")
            control = self.page.evaluate(ACTIVE)
        self.did(control["pointer"])

    def did(self, mark: str) -> None:
        self.done.add(mark)
        self.stale = True

    def enter(self) -> None:
        """Press a button that changes the form."""
        if self.script:
            with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                self.page.keyboard.press("Enter")
        else:
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")
