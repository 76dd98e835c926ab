"""Import of RJSF uiSchemas."""

from __future__ import annotations

from collections import Counter
from typing import Any

from formengine import json_pointer
from formengine.forms import Form, import_ui_schema
from tests.forms.browser import Page
from tests.forms.fixtures import need, read

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "a": {"type": "string"},
        "b": {"type": "string", "enum": ["x", "y"]},
        "c": {"type": "array", "items": {"type": "object", "properties": {"d": {"type": "boolean"}}}},
        "e": {"type": "integer"},
    },
}


def test_field_options_are_imported() -> None:
    """F2: help, placeholder, widgets and rows by path, rows of lists by *; those in `ui:options` as well."""
    imported = import_ui_schema(
        {
            "ui:title": "Title",
            "a": {"ui:widget": "textarea", "ui:options": {"rows": 7}, "ui:placeholder": "p", "ui:help": "h"},
            "b": {"ui:widget": "RadioWidget"},
            "c": {"items": {"d": {"ui:widget": "checkbox"}}},
            "e": {"ui:widget": "updown"},
        },
        SCHEMA,
    )
    assert imported.left == []
    assert imported.ui["fields"] == {
        "": {"title": "Title"},
        "/a": {"widget": "textarea", "rows": 7, "placeholder": "p", "help": "h"},
        "/b": {"widget": "radios"},
        "/c/*/d": {"widget": "checkbox"},
    }
    page = Page(Form(imported.schema, ui=imported.ui).render({"c": [{}]}))
    kinds = {element["data-pointer"]: element.get("type", element["tag"])
             for element in page.all("input", "textarea", "select")
             if "data-pointer" in element}  # fmt: skip
    assert kinds == {"/a": "textarea", "/b": "radio", "/c/0/d": "checkbox", "/e": "text"}


def test_schema_options_change_the_schema() -> None:
    """F2: the order of fields, read-only fields, the names of options."""
    ui = {"ui:order": ["e", "*", "a"], "a": {"ui:readonly": True}, "b": {"ui:enumNames": ["Ex", "Why"]}}
    imported = import_ui_schema(ui, SCHEMA)
    assert list(imported.schema["properties"]) == ["e", "b", "c", "a"]
    assert imported.schema["properties"]["a"]["readOnly"] is True
    assert imported.schema["properties"]["b"]["oneOf"][1] == {"const": "y", "title": "Why"}
    assert SCHEMA["properties"]["b"]["enum"] == ["x", "y"]
    assert imported.left == []


def test_options_without_equivalent_are_listed() -> None:
    """F2: each is listed with its JSON Pointer; none is dropped silently."""
    imported = import_ui_schema({"a": {"ui:field": "geo", "ui:widget": {}}, "c": {"items": [{}]}, "b": 3}, SCHEMA)
    assert [pointer for pointer, _ in imported.left] == ["/a/ui:field", "/a/ui:widget", "/c/items", "/b"]
    assert all(len(why) > 10 for _, why in imported.left)


def test_every_sample_is_imported() -> None:
    """F2: over all samples, every option of each uiSchema is imported or listed as without equivalent."""
    counted: Counter[str] = Counter()
    for path in sorted(need("rjsf-samples").glob("*.json")):
        sample = read(path)
        imported = import_ui_schema(sample["uiSchema"], sample["schema"])
        counted["samples"] += 1
        counted["left"] += len(imported.left)
        counted["fields"] += len(imported.ui["fields"])
        for pointer, _ in imported.left:
            at = sample["uiSchema"]
            for step in json_pointer.split(pointer):
                at = at[step]
        if path.stem not in ("custom", "customObject"):
            assert Form(imported.schema, ui=imported.ui, dialect="draft-7").render(sample.get("formData"))
    assert counted["samples"] == 40
    assert counted["fields"] == 48
    assert counted["left"] < 80


def test_an_unsupported_widget_falls_back() -> None:
    """F2: the usual control is rendered, and `findings` reports it."""
    ui = {
        "fields": {
            "a": {"widget": "range"},
            "b": {"widget": "radios"},
            "c": {"widget": "textarea"},
            "e": {"widget": "x"},
        }
    }
    form = Form(SCHEMA, ui=ui)
    assert [finding.pointer for finding in form.findings] == [
        "/fields/a/widget",
        "/fields/c/widget",
        "/fields/e/widget",
    ]
    page = Page(form.render({"c": []}))
    assert next(element for element in page.elements if element.get("data-pointer") == "/a")["type"] == "text"
