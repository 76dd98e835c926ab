"""Parses a posted form within limits: the texts and files of each control, and the button that was pressed."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.forms.kinds.typed_numbers import LANGUAGES, depends_on_language
from formengine.forms.tree.control_names import (
    LANGUAGE,
    NAME,
    OPERATION,
    PAGE_LANGUAGE,
    POSTED_BEFORE,
    SHOWN,
    belongs_to_form,
    control_base,
    is_of_another_form,
)
from formengine.forms.tree.uploads import Upload
from formengine.forms.tree.value_text import clean, from_json
from formengine.json_pointer import list_index

MAX_CONTROLS: Final = 20_000
MAX_CHARACTERS: Final = 10_000_000
MAX_UPLOADS: Final = 1_000
"""Files of one post: one in each row of a list."""
_TYPE_BEFORE: Final = f"-t{POSTED_BEFORE}"
_LONGEST_NUMBER: Final = 40
_MAX_KEPT: Final = 5 * MAX_CONTROLS
"""Controls of a post over the limits that are kept all the same, to be posted again unchanged."""


@dataclass
class Post:
    """A parsed post.

    `entries`: posted texts by control name, in order; `uploads`: files by control name; `untaken`: the names of files
    over MAX_UPLOADS, by control name; `replaced`: controls whose text had characters that cannot be kept; `operation`:
    whether a button that changes the form was pressed, and `pressed`: that button, as (operation, name, index of its
    row); `fresh`: the added row, to be filled with defaults; `over`: whether a limit was exceeded; `shown`: the
    controls that showed an error; `language`: one of `LANGUAGES`, by which the numbers on the page are read, "" where
    it did not say; `of_another_form`: it is a draft of which part is of another form.
    """

    entries: dict[str, list[str]] = field(default_factory=dict)
    uploads: dict[str, list[Upload]] = field(default_factory=dict)
    untaken: dict[str, list[str]] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    operation: bool = False
    fresh: str | None = None
    over: bool = False
    pressed: tuple[str, str, int] = ("", "", 0)
    shown: frozenset[str] = frozenset()
    language: str = ""
    of_another_form: bool = False

    @property
    def incomplete(self) -> bool:
        """Whether part of it was not taken, which each page after it tells."""
        return bool(self.untaken) or self.of_another_form

    def entries_beside(self, shown: Container[str], language: str) -> dict[str, list[str]]:
        """The entries of controls that are not `shown`, with the language of each number, by default `language`."""
        beside = {name: values for name, values in self.entries.items() if name not in shown}
        languages = {
            name + LANGUAGE: [self.language or language]
            for name, values in beside.items()
            if values
            and name == control_base(name)
            and len(values[-1]) < _LONGEST_NUMBER
            and depends_on_language(values[-1])
        }
        return languages | beside


def read_post(
    controls: Iterable[tuple[str, Any]],
    segments: frozenset[str],
    before: Collection[str] = (),
    *,
    of_another_form: bool = False,
) -> Post:
    """Parse a post; names that are not this form's are ignored. What exceeds the limits is kept, the post `over`.

    `before` are the names of controls whose answers may stay whatever is posted: no new row gets one of their keys.
    `of_another_form`: they come from a draft that holds controls of another form (`is_of_another_draft`).
    """
    if isinstance(controls, Mapping | str | bytes) or not isinstance(controls, Iterable):
        raise TypeError("controls are (name, value) pairs: write form.read(post.items(multi=True)), or the like")
    post = Post(of_another_form=of_another_form)
    pressed = ""
    remaining, characters, files = MAX_CONTROLS, MAX_CHARACTERS, 0
    for name, value in controls:
        remaining -= 1
        post.over = post.over or remaining < 0 or characters < 0
        if remaining < MAX_CONTROLS - _MAX_KEPT:
            break
        if name == OPERATION and isinstance(value, str):
            pressed = value
        elif name == PAGE_LANGUAGE:
            post.language = value if value in LANGUAGES else post.language
            remaining += 1  # each page of a form says it: it takes no place from what people answer
        elif name == SHOWN and isinstance(value, str):
            post.shown |= frozenset(value[:50_000].split())
        elif not isinstance(name, str) or not belongs_to_form(name, segments):
            continue
        elif isinstance(value, str):
            characters -= len(value)
            _add_text(post, name, value)
        elif not isinstance(value, Upload):
            raise TypeError(
                f"the control {name} holds {value!r:.80}: controls hold a str, or an Upload(name, type, file)"
            )
        elif value.name and files == MAX_UPLOADS:
            post.untaken.setdefault(name, []).append(value.name)
        elif value.name:
            files += 1
            post.uploads.setdefault(name, []).append(value)
    _type_again(post)
    if pressed:
        _press(post, pressed, segments, before)
    return post


def read_draft(draft: Mapping[str, Any], segments: frozenset[str]) -> Post:
    """Parse a saved draft, as `read_post` a post; part of it may be of another form than the one with `segments`."""
    controls = controls_of_draft(draft)
    return read_post(controls, segments, of_another_form=is_of_another_draft(controls, segments))


def controls_of_draft(draft: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The controls of a saved draft as (name, text); what is no text is left out."""
    listed = ((name, texts) for name, texts in draft.items() if isinstance(texts, (list, tuple)))
    return [(name, text) for name, texts in listed for text in texts if isinstance(text, str)]


def is_of_another_draft(controls: Iterable[tuple[str, str]], segments: frozenset[str]) -> bool:
    """Whether any answer among the controls of a draft is one of another form than the one with these `segments`."""
    return any(text and isinstance(name, str) and is_of_another_form(name, segments) for name, text in controls)


def _add_text(post: Post, name: str, value: str) -> None:
    text, replaced = clean(value)
    if replaced:
        post.replaced.add(name)
    post.entries.setdefault(name, []).append(text)


def _type_again(post: Post) -> None:
    """Put what was posted before controls became read-only (see `posted_before`) in place of what they show."""
    for name in [name for name in post.entries if name.endswith(POSTED_BEFORE)]:
        texts = from_json(post.entries.pop(name)[-1])
        if name.endswith(_TYPE_BEFORE) and any(post.entries.get(name.removesuffix(POSTED_BEFORE), ())):
            continue  # another type was chosen since
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            post.entries[name.removesuffix(POSTED_BEFORE)] = [clean(text)[0] for text in texts]


def _press(post: Post, pressed: str, segments: frozenset[str], before: Collection[str]) -> None:
    """Apply a button to the entries: add, remove, up, down, open; choose only renders the form again."""
    operation, _, rest = pressed.partition(" ")
    target, _, identifier = rest.partition(" ")
    if not belongs_to_form(target, segments):
        return
    post.operation, post.pressed = True, (operation, target, 0)
    if operation == "open":
        post.entries[target + "-o"] = ["1"]
    elif operation == "add":
        _add_row(post, target, list_index(identifier, 10_000) or 0, before)
    elif operation == "remove" and identifier:
        file_ids = post.entries.get(target + "-f", [])
        post.entries[target + "-f"] = [file_id for file_id in file_ids if file_id != identifier]
    elif operation in ("remove", "up", "down"):
        _change_row(post, target, operation)


def _row_keys(post: Post, parent: str) -> list[str]:
    return " ".join(post.entries.get(parent + "-r", [])).split()[:MAX_CONTROLS]


def _add_row(post: Post, parent: str, least: int, before: Collection[str]) -> None:
    """Add a row under a key that no other has, or had `before`, `least` or more."""
    rows, start = _row_keys(post, parent), f"{parent}-"
    had = [name.removeprefix(start).partition("-")[0] for name in before if name.startswith(start)]
    used = [index for key in (*rows, *had) if (index := list_index(key, 1_000_000)) is not None]
    new = str(max([*used, least - 1]) + 1)
    post.entries[parent + "-r"] = [" ".join([*rows, new])]
    post.fresh = f"{parent}-{new}"


def _change_row(post: Post, target: str, operation: str) -> None:
    """Remove or move a row."""
    parent, _, key = target.rpartition("-")
    rows = _row_keys(post, parent)
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
