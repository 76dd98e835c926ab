"""When the whole form shows each of some fields, for the small form of a step that asks for these alone (F19)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from formengine.forms.schema.branches import branches

Holds = Callable[[Any, Any], bool]
"""Whether a value fits a schema."""


def shown_when(form: Mapping[str, Any], name: str) -> Any:
    """The schema that answers fit for which a form shows a top-level field; True where the form says nothing of it."""
    parts = list(branches(form))
    defined = [part.held for part in parts if part.properties.get(name, False) is not False]
    hidden = [part.held for part in parts if part.properties.get(name) is False]
    if not defined and not hidden:
        return True
    return _all_of([_any_of([_all_of(held) for held in defined]), *(_not(_all_of(held)) for held in hidden)])


def known_beside(condition: Any, asked: Collection[str], answers: Mapping[str, Any], holds: Holds) -> Any:
    """A condition with what is known of it: answers that are not asked stay as they are. True or False where nothing
    of it is open.
    """
    if not isinstance(condition, Mapping):
        return condition
    parts = [
        *_known_members(condition, asked, answers, holds),
        *(known_beside(part, asked, answers, holds) for part in condition.get("allOf", ())),
    ]
    if "anyOf" in condition:
        parts.append(_any_of([known_beside(part, asked, answers, holds) for part in condition["anyOf"]]))
    if "not" in condition:
        parts.append(_not(known_beside(condition["not"], asked, answers, holds)))
    rest = {key: value for key, value in condition.items() if key not in _FOLLOWED}
    return _all_of([*parts, *([rest] if rest else [])])


_FOLLOWED = ("properties", "required", "allOf", "anyOf", "not")


def _known_members(
    condition: Mapping[str, Any], asked: Collection[str], answers: Mapping[str, Any], holds: Holds
) -> Iterator[Any]:
    for name, schema in condition.get("properties", {}).items():
        if name in asked:
            yield {"properties": {name: schema}}
        elif name in answers:
            yield holds(schema, answers[name])
    for name in condition.get("required", ()):
        yield {"required": [name]} if name in asked else name in answers


def _all_of(parts: Sequence[Any]) -> Any:
    open_parts = [part for part in parts if part is not True]
    if any(part is False for part in open_parts):
        return False
    return open_parts[0] if len(open_parts) == 1 else {"allOf": open_parts} if open_parts else True


def _any_of(parts: Sequence[Any]) -> Any:
    open_parts = [part for part in parts if part is not False]
    if any(part is True for part in open_parts):
        return True
    return open_parts[0] if len(open_parts) == 1 else {"anyOf": open_parts} if open_parts else False


def _not(part: Any) -> Any:
    return not part if isinstance(part, bool) else {"not": part}
