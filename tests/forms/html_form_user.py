"""Somebody who fills in an empty form until it says what they want, by its own buttons, selects and controls alone."""

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
    """Knows what the form is to say (`wanted`), not how the form is made."""

    def __init__(self, form: Form, wanted: Any) -> None:
        self.form, self.wanted = form, wanted
        self._learnt: dict[tuple[str, str], Any] = {}

    def fill_in(self) -> Any:
        """The data when there is nothing left to press or to write."""
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
        """The controls as they are posted once everything that can be answered now is."""
        values: dict[str, list[str]] = {}
        keys = self._keys(page)
        for one in page.all("input", "select", "textarea"):
            if "data-pointer" in one and one.get("type") not in ("hidden", "file"):
                found = self._answer(page, one)
                if found is not None:
                    values[one["name"]] = found
        values |= keys
        kept = [(name, value) for name, value in page.controls() if name not in values]
        return [*kept, *((name, value) for name, ones in values.items() for value in ones)]

    def _answer(self, page: Page, one: dict[str, Any]) -> list[str] | None:
        wanted = at(self.wanted, one["data-pointer"], NONE)
        kind = one.get("type", one["tag"])
        if kind in ("radio", "checkbox", "select") and one.get("value") != "true":
            if wanted is NONE:
                return [""] if "" in self._options(page, one) else [] if kind == "checkbox" else None
            many = wanted if isinstance(wanted, list) and (kind == "checkbox" or "multiple" in one) else [wanted]
            found = [self._option(page, one, value, many is wanted) for value in many]
            return [value for value in found if value is not None]
        if kind in ("radio", "checkbox"):
            same = [each for each in page.all("input") if each.get("name") == one["name"]]
            if len(same) > 1:
                return ["" if wanted is NONE else "true" if wanted is True else "false"]
            return ["true"] if wanted is True else []
        if wanted is NONE:
            return [""]
        if isinstance(wanted, (dict, list)) and one["tag"] != "textarea":
            return None
        if "font-monospace" in one.get("class", ""):
            return [json.dumps(wanted)]
        if isinstance(wanted, list):
            return ["\r\n".join(map(str, wanted))]
        if kind in ("datetime-local", "time"):
            return [str(wanted).removesuffix("Z")]
        if wanted is None:
            return [""]
        return [wanted.replace("\n", "\r\n") if isinstance(wanted, str) else repr(wanted)]

    def _option(self, page: Page, one: dict[str, Any], wanted: Any, several: bool) -> str | None:
        """The option that means a value: found by trying each, as nobody else can know."""
        key = (one["name"], json.dumps(wanted))
        if key not in self._learnt:
            others = [(name, value) for name, value in page.controls() if name != one["name"]]
            for option in self._options(page, one):
                said = at(self.form.read([*others, (one["name"], option)]).data, one["data-pointer"], NONE)
                said = said[0] if several and isinstance(said, list) and said else said
                if type(said) is type(wanted) and said == wanted:
                    self._learnt[key] = option
                    break
        found = self._learnt.get(key)
        return str(found) if found is not None else None

    def _options(self, page: Page, one: dict[str, Any]) -> list[str]:
        if one["tag"] == "select":
            return [each["value"] for each in page.options(one)]
        return [each["value"] for each in page.all("input") if each.get("name") == one["name"] and "value" in each]

    def _keys(self, page: Page) -> dict[str, list[str]]:
        """The names typed in the key-value rows: each wanted key that no declared control has."""
        found: dict[str, list[str]] = {}
        for pointer in {one["data-key-for"] for one in page.elements if "data-key-for" in one}:
            rows = [one for one in page.elements if one.get("data-key-for") == pointer]
            for row, key in zip(rows, self._extra(page, pointer), strict=False):
                found[row["name"]] = [key]
        return found

    def _extra(self, page: Page, pointer: str) -> list[str]:
        """The wanted names of an object that none of its fields has."""
        wanted = at(self.wanted, pointer, {})
        rows = [
            next(outer for outer in reversed(one["inside"]) if "ff-row" in outer.get("class", "").split())
            for one in page.elements
            if one.get("data-key-for") == pointer
        ]
        fields = set()
        for one in page.all("input", "select", "textarea", "button"):
            place = one.get("data-pointer", one.get("data-choice-for", ""))
            if place.startswith(pointer + "/") and not any(row is outer for row in rows for outer in one["inside"]):
                fields.add(place[len(pointer) + 1 :].split("/")[0])
        names = wanted if isinstance(wanted, dict) else {}
        return [name for name in names if json_pointer.escape(name) not in fields]

    def _to_press(self, page: Page) -> tuple[str, str] | None:
        for one in page.buttons:
            wanted = at(self.wanted, one["data-pointer"], NONE)
            if one["data-op"] == "open" and wanted is not NONE:
                return one["name"], one["value"]
            if one["data-op"] == "add" and wanted is not NONE:
                rows = sum(
                    each["data-op"] == "remove" and each["data-pointer"].rpartition("/")[0] == one["data-pointer"]
                    for each in page.buttons
                )
                keys = sum(each.get("data-key-for") == one["data-pointer"] for each in page.elements)
                short = isinstance(wanted, dict) and keys < len(self._extra(page, one["data-pointer"]))
                fixed = int(one["value"].rpartition(" ")[2]) if one["value"].rpartition(" ")[2].isdigit() else 0
                if short or (isinstance(wanted, list) and rows + fixed < len(wanted)):
                    return one["name"], one["value"]
        return None

    def _open_choice(self, page: Page, data: Any) -> dict[str, Any] | None:
        for one in page.all("select"):
            if "data-choice-for" in one and self._chosen_in(page, one) == "":
                wanted = at(self.wanted, one["data-choice-for"], NONE)
                if wanted is not NONE and wanted != at(data, one["data-choice-for"], NONE):
                    return one
        return None

    def _chosen_in(self, page: Page, select: dict[str, Any]) -> str:
        return next((value for name, value in page.controls() if name == select["name"]), "")

    def _chosen(self, html: str, choice: dict[str, Any]) -> str | None:
        page = Page(html)
        found = [value for name, value in page.controls() if name == choice["name"]]
        return found[0] if found and found[0] else None

    def _choose(self, html: str, choice: dict[str, Any], depth: int) -> str:
        """The page once the branch is chosen that lets the wanted value be said."""
        page = Page(html)
        others = [(name, value) for name, value in page.controls() if name != choice["name"]]
        best = html
        select = next(one for one in page.all("select") if one.get("name") == choice["name"])
        for option in [value for value in self._options(page, select) if value]:
            tried = self.form.read([*others, (choice["name"], option)]).html()
            data, after = self._settle(tried, depth + 1)
            best = after
            if at(data, choice["data-choice-for"], NONE) == at(self.wanted, choice["data-choice-for"], NONE):
                break
        return best
