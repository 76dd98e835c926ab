"""References without end: schemas that hold at one place and lead back to themselves before any data is looked into.

`{"$ref": "#"}` says nothing and never ends; `{"properties": {"inside": {"$ref": "#"}}}` is a tree, and fine.
"""

from __future__ import annotations

from typing import Any, Final

from formengine.errors import FormError
from formengine.forms.schema.dialect import pointer

_SAME_PLACE: Final = {
    "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies",
}  # fmt: skip


class Loops:
    """The schemas of one document, and which of them hold at the same place as which."""

    def __init__(self) -> None:
        self._next: dict[int, list[int]] = {}
        self._refs: list[tuple[Any, tuple[str, ...], str, Any]] = []

    def inside(self, schema: dict[str, Any], path: tuple[str, ...], steps: tuple[str, ...], one: Any) -> None:
        """Note a schema directly inside another, `steps` further on."""
        if steps[0] in _SAME_PLACE and isinstance(one, dict):
            self._next.setdefault(id(schema), []).append(id(one))

    def leads(self, schema: dict[str, Any], path: tuple[str, ...], ref: str, target: Any) -> None:
        """Note where the `$ref` of a schema leads."""
        if isinstance(target, dict):
            self._next.setdefault(id(schema), []).append(id(target))
            self._refs.append((schema, path, ref, target))

    def check(self) -> None:
        """Raise FormError at the first `$ref` from whose target one comes back to it."""
        for schema, path, ref, target in self._refs:
            if self._reaches(id(target), id(schema)):
                raise FormError(pointer((*path, "$ref")), f"$ref {ref} leads back to itself without end")

    def _reaches(self, start: int, wanted: int) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            one = waiting.pop()
            if one == wanted:
                return True
            new = [each for each in self._next.get(one, ()) if each not in seen]
            seen.update(new)
            waiting += new
        return False
