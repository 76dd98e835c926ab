"""Fills in an empty form through its HTML alone (buttons, selects, inputs) until it holds the expected data."""

from __future__ import annotations

import json
from typing import Any

from formengine import json_pointer
from formengine.forms import Form
from tests.forms.browser import Page
from tests.forms.declared_values import at

NONE = object()
Controls = list[tuple[str, str]]


class Person:
    """A user of a form who knows the `expected` data but not the schema."""

    def __init__(self, form: Form, expected: Any) -> None:
        self.form, self.expected = form, expected
        self._learnt: dict[tuple[str, str], Any] = {}

    def fill_in(self) -> Any:
        """The data once no button or control is left to use."""
        return self._settle(self.form.render(draft={}), 0)[0]

    def _settle(self, html: str, depth: int) -> tuple[Any, str]:
        answers = self.form.read(Page(html).controls())
        for _ in range(60):
            page = Page(html)
            controls = self._written(page)
            pressed = self._to_press(page)
            if pressed is None and sorted(controls) == sorted(page.controls()):
                choice = self._open_choice(page, answers.data) if depth < 6 else None
                if choice is None:
                    return answers.data, html
                html = self._choose(html, choice, depth)
                answers = self.form.read(Page(html).controls())
                if self._chosen(html, choice) is None:
                    return answers.data, html
                continue
            answers = self.form.read([*controls, *([pressed] if pressed else [])])
            html = answers.html()
        return answers.data, html

    def _written(self, page: Page) -> Controls:
        """The controls to post, with every answer that the page has a control for."""
        values: dict[str, list[str]] = {}
        keys = self._keys(page)
        for element in page.all("input", "select", "textarea"):
            if "data-pointer" in element and element.get("type") not in ("hidden", "file"):
                texts = self._answer(page, element)
                if texts is not None:
                    values[element["name"]] = texts
        values |= keys
        unchanged = [(name, value) for name, value in page.controls() if name not in values]
        return [*unchanged, *((name, value) for name, posted in values.items() for value in posted)]

    def _answer(self, page: Page, element: dict[str, Any]) -> list[str] | None:
        expected = at(self.expected, element["data-pointer"], NONE)
        kind = element.get("type", element["tag"])
        if kind in ("radio", "checkbox", "select") and element.get("value") != "true":
            if expected is NONE:
                return [""] if "" in self._options(page, element) else [] if kind == "checkbox" else None
            many = (
                expected if isinstance(expected, list) and (kind == "checkbox" or "multiple" in element) else [expected]
            )
            texts = [self._option(page, element, value, many is expected) for value in many]
            return [value for value in texts if value is not None]
        if kind in ("radio", "checkbox"):
            same = [candidate for candidate in page.all("input") if candidate.get("name") == element["name"]]
            if len(same) > 1:
                return ["" if expected is NONE else "true" if expected is True else "false"]
            return ["true"] if expected is True else []
        if expected is NONE:
            return [""]
        if isinstance(expected, (dict, list)) and element["tag"] != "textarea":
            return None
        if "font-monospace" in element.get("class", ""):
            return [json.dumps(expected)]
        if isinstance(expected, list):
            return ["\r\n".join(map(str, expected))]
        if kind in ("datetime-local", "time"):
            return [str(expected).removesuffix("Z")]
        if expected is None:
            return [""]
        return [expected.replace("\n", "\r\n") if isinstance(expected, str) else repr(expected)]

    def _option(self, page: Page, element: dict[str, Any], expected: Any, several: bool) -> str | None:
        """The option that yields a value, determined by posting each; None where none does."""
        key = (element["name"], json.dumps(expected))
        if key not in self._learnt:
            other_controls = [(name, value) for name, value in page.controls() if name != element["name"]]
            for option in self._options(page, element):
                answer = at(
                    self.form.read([*other_controls, (element["name"], option)]).data, element["data-pointer"], NONE
                )
                answer = answer[0] if several and isinstance(answer, list) and answer else answer
                if type(answer) is type(expected) and answer == expected:
                    self._learnt[key] = option
                    break
        texts = self._learnt.get(key)
        return str(texts) if texts is not None else None

    def _options(self, page: Page, element: dict[str, Any]) -> list[str]:
        if element["tag"] == "select":
            return [candidate["value"] for candidate in page.options(element)]
        return [
            candidate["value"]
            for candidate in page.all("input")
            if candidate.get("name") == element["name"] and "value" in candidate
        ]

    def _keys(self, page: Page) -> dict[str, list[str]]:
        """The names typed in the key-value rows: candidate expected key that no declared control has."""
        texts: dict[str, list[str]] = {}
        for pointer in {element["data-key-for"] for element in page.elements if "data-key-for" in element}:
            rows = [element for element in page.elements if element.get("data-key-for") == pointer]
            for row, key in zip(rows, self._extra(page, pointer), strict=False):
                texts[row["name"]] = [key]
        return texts

    def _extra(self, page: Page, pointer: str) -> list[str]:
        """The expected names of an object that none of its fields has."""
        expected = at(self.expected, pointer, {})
        rows = [
            next(outer for outer in reversed(element["inside"]) if "ff-row" in outer.get("class", "").split())
            for element in page.elements
            if element.get("data-key-for") == pointer
        ]
        fields = set()
        for element in page.all("input", "select", "textarea", "button"):
            location = element.get("data-pointer", element.get("data-choice-for", ""))
            if location.startswith(pointer + "/") and not any(
                row is outer for row in rows for outer in element["inside"]
            ):
                fields.add(location[len(pointer) + 1 :].split("/")[0])
        names = expected if isinstance(expected, dict) else {}
        return [name for name in names if json_pointer.escape(name) not in fields]

    def _to_press(self, page: Page) -> tuple[str, str] | None:
        for element in page.buttons:
            expected = at(self.expected, element["data-pointer"], NONE)
            if element["data-op"] == "open" and expected is not NONE:
                return element["name"], element["value"]
            if element["data-op"] == "add" and expected is not NONE:
                rows = sum(
                    candidate["data-op"] == "remove"
                    and candidate["data-pointer"].rpartition("/")[0] == element["data-pointer"]
                    for candidate in page.buttons
                )
                keys = sum(candidate.get("data-key-for") == element["data-pointer"] for candidate in page.elements)
                short = isinstance(expected, dict) and keys < len(self._extra(page, element["data-pointer"]))
                fixed = int(element["value"].rpartition(" ")[2]) if element["value"].rpartition(" ")[2].isdigit() else 0
                if short or (isinstance(expected, list) and rows + fixed < len(expected)):
                    return element["name"], element["value"]
        return None

    def _open_choice(self, page: Page, data: Any) -> dict[str, Any] | None:
        for element in page.all("select"):
            if "data-choice-for" in element and self._chosen_in(page, element) == "":
                expected = at(self.expected, element["data-choice-for"], NONE)
                if expected is not NONE and expected != at(data, element["data-choice-for"], NONE):
                    return element
        return None

    def _chosen_in(self, page: Page, select: dict[str, Any]) -> str:
        return next((value for name, value in page.controls() if name == select["name"]), "")

    def _chosen(self, html: str, choice: dict[str, Any]) -> str | None:
        page = Page(html)
        texts = [value for name, value in page.controls() if name == choice["name"]]
        return texts[0] if texts and texts[0] else None

    def _choose(self, html: str, choice: dict[str, Any], depth: int) -> str:
        """The page with the first branch chosen under which the expected value can be entered."""
        page = Page(html)
        other_controls = [(name, value) for name, value in page.controls() if name != choice["name"]]
        best = html
        select = next(element for element in page.all("select") if element.get("name") == choice["name"])
        for option in [value for value in self._options(page, select) if value]:
            tried = self.form.read([*other_controls, (choice["name"], option)]).html()
            data, after = self._settle(tried, depth + 1)
            best = after
            if at(data, choice["data-choice-for"], NONE) == at(self.expected, choice["data-choice-for"], NONE):
                break
        return best
