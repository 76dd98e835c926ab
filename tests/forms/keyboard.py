"""Somebody who fills a form by keyboard alone: Tab from control to control, keys in each, Enter on buttons."""

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
    """What is to be answered: text, option or set of options by pointer; branches and numbers of rows by pointer."""

    page: Page
    answers: dict[str, Any]
    branches: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    script: bool = True
    done: set[str] = field(default_factory=set)
    stale: bool = False

    def fill(self, most: int = 400) -> None:
        """Go round until everything is answered, then press Send; AssertionError when it cannot be reached."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(ACTIVE)
            if here["id"] == "send" and not self.missing and not self.waits():
                with self.page.expect_navigation():
                    self.page.keyboard.press("Enter")
                return
            self.at(here)
        raise AssertionError(f"not reached: {self.missing}")

    def waits(self) -> bool:
        """Whether, without a script, the form is to be shown again before it is sent."""
        return not self.script and self.stale and self.page.locator("[data-op=choose]").count() > 0

    @property
    def missing(self) -> set[str]:
        wanted = {*self.answers, *(f"?{one}" for one in self.branches), *(f"+{one}" for one in self.rows)}
        return wanted - self.done

    def at(self, here: dict[str, Any]) -> None:
        """Do what is to be done at one control."""
        keys = self.page.keyboard
        if here["op"] == "choose":
            if self.stale and not self.script:
                self.stale = False
                self.enter()
        elif here["op"] == "add":
            if here["rows"] < self.rows.get(here["pointer"], 0):
                self.enter()
            elif here["pointer"] in self.rows:
                self.done.add(f"+{here['pointer']}")
        elif here["choice"] is not None and here["choice"] in self.branches:
            self.pick(here, self.branches[here["choice"]] + 1, f"?{here['choice']}")
        elif here["pointer"] in self.answers and here["op"] is None:
            wanted = self.answers[here["pointer"]]
            if here["tag"] == "SELECT" and wanted not in here["options"]:
                return  # it depends on what is not answered yet
            if here["tag"] == "SELECT":
                self.pick(here, here["options"].index(wanted), here["pointer"])
            elif here["type"] == "radio":
                self.radio(here, wanted)
            elif here["type"] == "checkbox":
                if (here["label"] in wanted) is not here["checked"]:
                    keys.press("Space")
                self.done.add(here["pointer"])
            elif here["value"] != wanted:
                keys.press("Control+A")
                keys.type(wanted)
                self.did(here["pointer"])
            else:
                self.done.add(here["pointer"])

    def pick(self, here: dict[str, Any], index: int, what: str) -> None:
        if here["at"] == index:
            self.done.add(what)
            return
        self.page.keyboard.press("Home")
        for _ in range(index):
            self.page.keyboard.press("ArrowDown")
        self.did(what)

    def radio(self, here: dict[str, Any], wanted: str) -> None:
        if here["label"] == wanted and here["checked"]:
            self.done.add(here["pointer"])
            return
        for _ in range(12):
            if here["label"] == wanted:
                if not here["checked"]:
                    self.page.keyboard.press("Space")
                break
            self.page.keyboard.press("ArrowDown")
            here = self.page.evaluate(ACTIVE)
        self.did(here["pointer"])

    def did(self, what: str) -> None:
        self.done.add(what)
        self.stale = True

    def enter(self) -> None:
        """Press a button that changes the form."""
        if self.script:
            with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                self.page.keyboard.press("Enter")
        else:
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")
