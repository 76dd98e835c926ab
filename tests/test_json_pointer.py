"""JSON Pointer (RFC 6901)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import formengine
from formengine import json_pointer

DOCUMENT = {"a/b": [{"~": 1}, [2]], "": {"": 3}}


@pytest.mark.parametrize(
    ("path", "pointer", "value"),
    [
        ([], "", DOCUMENT),
        (["a/b", 0, "~"], "/a~1b/0/~0", 1),
        (["a/b", 1, 0], "/a~1b/1/0", 2),
        (["", ""], "//", 3),
        (["a/b", 5], "/a~1b/5", None),
        (["a/b", "x"], "/a~1b/x", None),
        (["a/b", 0, "~", "x"], "/a~1b/0/~0/x", None),
    ],
)
def test_path_to_pointer_and_back(path: list[Any], pointer: str, value: Any) -> None:
    """Joined, split and resolved, with and without the `#` of a URI fragment."""
    assert json_pointer.join(path) == pointer
    assert json_pointer.split(pointer) == json_pointer.split("#" + pointer) == list(map(str, path))
    assert json_pointer.resolve(DOCUMENT, pointer) == json_pointer.resolve(DOCUMENT, "#" + pointer) == value


def test_anchor_is_not_a_pointer() -> None:
    """`#name` is an anchor, which only a JSON Schema resolver can resolve."""
    assert json_pointer.resolve(DOCUMENT, "#name") is None


def test_pointers_are_escaped_in_one_module() -> None:
    """No other module implements the escapes `~0` and `~1`."""
    root = Path(formengine.__file__).parent
    assert [path.name for path in root.rglob("*.py") if "~1" in path.read_text("utf-8")] == ["json_pointer.py"]
