"""Parses a posted form within limits: the texts and files of each control, and the button that was pressed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.forms.tree.control_names import NAME, OPERATION, SHOWN, belongs_to_form
from formengine.forms.tree.uploads import Upload
from formengine.forms.tree.value_text import clean

MAX_CONTROLS: Final = 20_000
MAX_CHARACTERS: Final = 10_000_000
MAX_UPLOADS: Final = 200
MAX_OF_ONE: Final = 2_000


@dataclass
class Post:
    """A parsed post.

    `entries`: posted texts by control name, in order; `uploads`: files by control name; `replaced`: controls whose text
    had characters that cannot be kept; `operation`: whether a button that changes the form was pressed, and `pressed`:
    that button, as (operation, name, index of its row); `fresh`: the added row, to be filled with defaults; `over`:
    whether a limit was exceeded; `shown`: the controls that showed an error.
    """

    entries: dict[str, list[str]] = field(default_factory=dict)
    uploads: dict[str, list[Upload]] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    operation: bool = False
    fresh: str | None = None
    over: bool = False
    pressed: tuple[str, str, int] = ("", "", 0)
    shown: frozenset[str] = frozenset()


def read_post(controls: Iterable[tuple[str, Any]], segments: frozenset[str]) -> Post:
    """Parse a post; names that are not this form's are ignored, and so is what exceeds the limits."""
    post = Post()
    pressed = ""
    remaining, characters = MAX_CONTROLS, MAX_CHARACTERS
    for name, value in controls:
        remaining -= 1
        if remaining < 0 or characters < 0:
            post.over = True
            break
        if name == OPERATION and isinstance(value, str):
            pressed = value
        elif name == SHOWN and isinstance(value, str):
            post.shown |= frozenset(value[:50_000].split())
        elif not isinstance(name, str) or not belongs_to_form(name, segments):
            continue
        elif isinstance(value, str):
            characters -= len(value)
            _keep(post, name, value)
        elif isinstance(value, Upload) and value.name and len(post.uploads) < MAX_UPLOADS:
            post.uploads.setdefault(name, []).append(value)
    if pressed:
        _operate(post, pressed, segments)
    return post


def _keep(post: Post, name: str, value: str) -> None:
    text, replaced = clean(value)
    if replaced:
        post.replaced.add(name)
    texts = post.entries.setdefault(name, [])
    if len(texts) < MAX_OF_ONE:
        texts.append(text)


def _operate(post: Post, pressed: str, segments: frozenset[str]) -> None:
    """Apply a button to the entries: add, remove, up, down, open; choose only renders the form again."""
    operation, _, rest = pressed.partition(" ")
    target, _, identifier = rest.partition(" ")
    if not belongs_to_form(target, segments):
        return
    post.operation, post.pressed = True, (operation, target, 0)
    if operation == "open":
        post.entries[target + "-o"] = ["1"]
    elif operation == "add":
        _add(post, target, identifier)
    elif operation == "remove" and identifier:
        file_ids = post.entries.get(target + "-f", [])
        post.entries[target + "-f"] = [file_id for file_id in file_ids if file_id != identifier]
    elif operation in ("remove", "up", "down"):
        _move(post, target, operation)


def _add(post: Post, target: str, least: str) -> None:
    rows = " ".join(post.entries.get(target + "-r", [])).split()[:2000]
    used = [int(key) for key in rows if key.isascii() and key.isdigit() and len(key) < 7]
    lowest = int(least) if least.isascii() and least.isdigit() and len(least) < 5 else 0
    new = str(max([*used, lowest - 1]) + 1)
    post.entries[target + "-r"] = [" ".join([*rows, new])]
    post.fresh = f"{target}-{new}"


def _move(post: Post, target: str, operation: str) -> None:
    parent, _, key = target.rpartition("-")
    rows = " ".join(post.entries.get(parent + "-r", [])).split()[:2000]
    if key not in rows or not NAME.fullmatch(parent):
        return
    index = rows.index(key)
    post.pressed = (operation, target, index)
    if operation == "remove":
        del rows[index]
        for name in [name for name in post.entries if name == target or name.startswith(target + "-")]:
            del post.entries[name]
    else:
        to = max(0, min(len(rows) - 1, index + (1 if operation == "down" else -1)))
        rows.insert(to, rows.pop(index))
    post.entries[parent + "-r"] = [" ".join(rows)]
