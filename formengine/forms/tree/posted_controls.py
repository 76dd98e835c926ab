"""What a post says of its controls beside their values: rows, what was typed, and what empty ones held before."""

from __future__ import annotations

import re
from typing import Any, Final

from formengine.forms.schema.further_properties import parts_of_entry, refuses_others
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import nullable
from formengine.forms.tree.node import Node
from formengine.forms.tree.presence import PlacesBefore, places_posted, places_stored
from formengine.forms.tree.read_only import Before
from formengine.forms.tree.uploads import Upload

_ROW_KEY: Final = re.compile(r"\d{1,6}", re.ASCII)
_BESIDE: Final = re.compile(r"-([dnltw]|c[a-z2-7]{8}\d{0,4})\Z", re.ASCII)
_NO_ENTRY: Final[list[str]] = []


class PostedControls:
    """The controls of a post by their names."""

    def __init__(self, context: Context, entries: dict[str, list[str]], before: Before) -> None:
        self.context, self.entries, self.before = context, entries, before
        self.uploads: dict[str, list[Upload]] = {}
        self._posted_names: set[str] | None = None

    def row_keys(self, name: str, least: int = 0) -> list[str]:
        """The row keys posted under a name, each once: numbers from `least` on."""
        text = " ".join(self.entries.get(name, _NO_ENTRY))
        if not text:
            return []
        keys = dict.fromkeys(str(int(key)) for key in text.split() if _ROW_KEY.fullmatch(key) and int(key) >= least)
        return list(keys)

    def extra_rows(self, node: Node, source: Any) -> list[tuple[str, str, Any]]:
        """The key-value rows of an object, as (key of the row, property name, data); those of data have the names that
        it refuses too, to be corrected."""
        if source is self.context.POSTED:
            keys = self.row_keys(node.name + "-x-r")
            typed = [(self.entries.get(node.key_name(key_id)) or [""])[-1] for key_id in keys]
            return [(key_id, key, source) for key_id, key in zip(keys, typed, strict=True)]
        undeclared = [key for key in source if key not in node.shape.properties] if isinstance(source, dict) else []
        shape = node.shape
        shown = [key for key in undeclared if parts_of_entry(shape, key) is not None or refuses_others(shape)]
        return [(str(number), key, source[key]) for number, key in enumerate(shown)]

    def row_order(self, node: Node, fixed: int) -> list[str]:
        """The keys of the rows of a list as they are posted again, with those of its `fixed` places: other answers may
        make a plain list of a tuple, and its first rows are then what was answered at the places.
        """
        answered = [str(number) for number, child in enumerate(node.children[:fixed]) if child.answered]
        posted = self.row_keys(node.name + "-r") if fixed else []
        return list(dict.fromkeys([*(key for key in answered if key not in posted), *posted, *node.keys]))

    def was_posted(self, name: str) -> bool:
        """Whether the post has any content of a control or of one below it, as every page that showed it has."""
        if self._posted_names is None:
            names = [posted.split("-") for posted in (*self.entries, *self.uploads)]
            self._posted_names = {"-".join(steps[:count]) for steps in names for count in range(2, len(steps) + 1)}
        return name in self._posted_names

    def was_typed(self, name: str) -> bool:
        """Whether anything but empty text was posted for a control, or for any control of a group or list; that a
        default was set (`-d`), what an empty control held before (`-n`), which branch or type is chosen (`-c`, `-t`)
        and what the entry of a map is called (its own `-k`) is nothing typed.
        """
        inside = f"{name}-"
        own = [
            key
            for key in (*self.entries, *self.uploads)
            if key == name or (key.startswith(inside) and not _BESIDE.search(key) and key != f"{name}-k")
        ]
        return any(key in self.uploads or any(self.entries[key]) for key in own)

    def held_before(self, node: Node) -> str:
        """What an empty control held before it was shown: null, blank (an empty text or list), absent, or the number of
        places that a list had; of one that is read-only, what stood there says it, and no post."""
        if node.read_only and self.before:
            return ""
        return (self.entries.get(node.name + "-n") or [""])[-1]

    def stood_empty(self, node: Node) -> bool:
        """Whether a group or list stood there before though nothing in it was answered."""
        return (before := self.held_before(node)) == "blank" or before.isdecimal()

    def stood_by_default(self, node: Node) -> bool:
        """Whether a tuple stood there before, with defaults that nobody changed in it: they need not fit to stay."""
        return node.prefilled and self.held_before(node).removesuffix("-").isdecimal()

    def stood_null(self, node: Node, source: Any) -> bool:
        """Whether null stood in place of a group or list before, which may be null still."""
        was_null = source is None or (source is self.context.POSTED and self.held_before(node) == "null")
        return was_null and nullable(node.shape)

    def places_before(self, node: Node, source: Any, least: int) -> PlacesBefore | None:
        """The places that a tuple had before it was shown, which is stored no longer and no shorter than it was, since
        empty places are no answers. `least`: how many it needs."""
        places = node.children[: node.first]
        if source is self.context.POSTED:
            return places_posted(self.held_before(node), len(places))
        return places_stored(source, places, least) if isinstance(source, list) else None
