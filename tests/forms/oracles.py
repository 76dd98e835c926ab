"""Assertions that hold for every form, on its HTML and data alone."""

from __future__ import annotations

import json
from collections import defaultdict
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from formengine.forms import FieldError
from tests.forms.browser import Page
from tests.forms.declared_values import leaves

NOTHING = object()


def meant(value: Any, *, top: bool = True) -> Any:
    """Data without what a form cannot tell from absent: empty texts, lists and objects, null."""
    if isinstance(value, dict):
        inside = {key: meant(value, top=False) for key, value in value.items()}
        inside = {key: value for key, value in inside.items() if value is not NOTHING}
        return inside if inside or top else NOTHING
    if isinstance(value, list):
        items = [None if item is NOTHING else item for item in (meant(each, top=False) for each in value)]
        return items if items or top else NOTHING
    if value is None or value == "":
        return {} if top else NOTHING
    return value


def same(value: Any, expected: Any) -> bool:
    """Whether two data mean the same: true is not 1, and the order of keys says nothing."""
    return json.dumps(meant(value), sort_keys=True) == json.dumps(meant(expected), sort_keys=True)


def whole(page: Page) -> None:
    """O6: ids once, labels and references lead somewhere, every control has a name for people."""
    ids = set(page.ids)
    assert len(ids) == len(page.ids)
    labels = {element.get("for") for element in page.all("label")}
    assert labels <= ids
    for element in page.elements:
        for reference in ("aria-describedby", "aria-labelledby", "aria-controls", "list"):
            assert set((element.get(reference) or "").split()) <= ids, element
        assert "style" not in element
        assert not any(name.startswith("on") for name in element)
        if element["tag"] in ("input", "select", "textarea") and element.get("type") != "hidden":
            assert element["id"] in labels
    named = {id(legend["inside"][-1]) for legend in page.all("legend")}
    assert all(id(element) in named for element in page.all("fieldset"))


def linked(page: Page, errors: list[FieldError]) -> None:
    """O2: every error has its control's id, a sentence there, and a link in the summary."""
    ids, links = set(page.ids), {element["href"] for element in page.all("a") if "href" in element}
    for error in errors:
        assert error.control_id in ids, error
        assert f"#{error.control_id}" in links, error
        assert error.message
    if errors:
        assert any("data-error-summary" in element for element in page.elements)


def places(page: Page) -> dict[str, set[str]]:
    """The names of the controls that carry a value, by the pointer of that value."""
    control_names: dict[str, set[str]] = defaultdict(set)
    for element in page.all("input", "select", "textarea"):
        if "data-pointer" in element:
            control_names[element["data-pointer"]].add(element["name"])
    return control_names


def once(page: Page, data: Any, names: list[str]) -> None:
    """O3: every leaf of the data, and every property that holds, has exactly one control.

    A list of choices, a value shown as JSON and a kept file have theirs at what holds the leaf; a group that is closed,
    a list without rows and a choice not made yet have their button or select at the property.
    """
    controls = places(page)
    assert all(len(control_names) == 1 for control_names in controls.values()), controls
    buttons = {element["data-pointer"] for element in page.buttons}
    choices = {element["data-choice-for"] for element in page.all("select") if "data-choice-for" in element}
    for leaf in leaves(data):
        at_leaf = [element for element in controls if leaf == element or leaf.startswith(element + "/")]
        empty = leaf in buttons or leaf in choices or any(element.startswith(leaf + "/") for element in controls)
        assert len(at_leaf) == 1 or (not at_leaf and empty), (leaf, at_leaf)
    shown = {*controls, *buttons, *choices}
    for name in names:
        assert any(name == item or item.startswith(name + "/") or name.startswith(item + "/") for item in shown), name


def multipart(html: str) -> list[tuple[str, str]]:
    """The post of a fragment as it arrives as multipart/form-data, read back by the standard library."""
    boundary = "a boundary that nobody types"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{value}\r\n"
        for name, value in Page(html).controls()
    ]
    head = f'Content-Type: multipart/form-data; boundary="{boundary}"\r\n\r\n'
    message = BytesParser(policy=HTTP).parsebytes(f"{head}{''.join(parts)}--{boundary}--\r\n".encode())
    control_names = []
    for part in message.iter_parts():  # type: ignore[attr-defined]
        payload = part.get_payload(decode=True)
        control_names.append((str(part.get_param("name", header="content-disposition")), payload.decode()))
    return control_names
