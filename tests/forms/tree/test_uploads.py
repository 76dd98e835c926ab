"""Uploads without the platform: limits in the schema, names in any script, files that the store has lost."""

from __future__ import annotations

import io
from typing import Any

from formengine.forms import Form, Upload
from formengine.forms.tree.uploads import MemoryFiles
from tests.forms.browser import Page, posted

ONE = {
    "type": "object",
    "format": "file",
    "required": ["id", "name", "size", "type"],
    "properties": {
        "id": {"type": "string"}, "name": {"type": "string"}, "sha256": {"type": "string"},
        "size": {"type": "integer", "maximum": 10, "minimum": 1}, "type": {"enum": ["text/plain", "application/pdf"]},
    },
}  # fmt: skip
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"one": ONE, "many": {"type": "array", "maxItems": 2, "minItems": 1, "items": ONE}},
}


def post(form: Form, pointer: str, *uploads: tuple[str, str, bytes]) -> list[tuple[str, Any]]:
    """The post of the empty form with chosen files."""
    html = form.render()
    name = next(element["name"] for element in Page(html).all("input") if element.get("data-pointer") == pointer)
    return [*posted(html), *((name, Upload(called, kind, io.BytesIO(body))) for called, kind, body in uploads)]


def test_limits_of_size_type_and_count() -> None:
    """F9: each error is at the file's control and names the file; nothing is lost."""
    form = Form(SCHEMA)
    large = form.read(post(form, "/one", ("договор.txt", "text/plain", b"x" * 11)))
    (error,) = large.errors
    assert error.pointer == "/one/size"
    assert "договор.txt" in error.message
    control = next(element for element in Page(large.html()).elements if element.get("id") == error.control_id)
    assert control["type"] == "file"
    assert "договор.txt" in Page(large.html()).all("form", "div")[0]["text"]
    strange = form.read(post(form, "/one", ("a.exe", "application/x-dosexec", b"MZ")))
    assert [error.pointer for error in strange.errors] == ["/one/type"]
    three = [(f"{n}.txt", "text/plain", b"x") for n in range(3)]
    many = form.read(post(form, "/many", *three))
    assert [(error.pointer, error.keyword) for error in many.errors] == [("/many", "maxItems")]
    assert len(many.data["many"]) == 3
    assert form.read(post(form, "/many", *three[:2])).valid


def test_a_file_missing_from_the_store() -> None:
    """F9: a draft that refers to a missing file shows an error at its control."""
    form = Form(SCHEMA)
    stored = form.read(post(form, "/one", ("a.txt", "text/plain", b"x")))
    assert stored.valid
    elsewhere = form.with_files(MemoryFiles()).resume(stored.draft)
    assert [error.keyword for error in elsewhere.errors] == ["file"]
    assert "one" not in elsewhere.data


def test_a_draft_of_an_older_form() -> None:
    """F8: a draft is read by the path of each field: answers of removed fields are left out."""
    old = Form({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}})
    new = Form({"type": "object", "properties": {"c": {"type": "string"}, "a": {"type": "string", "title": "A"}}})
    draft = old.draft({"a": "kept", "b": "gone"})
    assert new.resume(draft).data == {"a": "kept"}
    assert "gone" not in new.render(draft=draft)


def test_the_type_is_detected_from_the_content() -> None:
    """F9: the content type sent by the browser is ignored, by the in-memory store too."""
    form = Form(SCHEMA)
    for name, declared_type, content in (("a.pdf", "application/pdf", b"MZ"), ("a.txt", "text/plain", b"<svg/>")):
        lying = form.read(post(form, "/one", (name, declared_type, content)))
        assert [error.pointer for error in lying.errors] == ["/one/type"]
    honest = form.read(post(form, "/one", ("a.bin", "application/octet-stream", b"%PDF-1.7")))
    assert honest.data["one"]["type"] == "application/pdf"
    assert honest.valid
