"""Python values that are no JSON: told by their place, before they become a wrong verdict or a strange page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from math import isfinite
from types import UnionType
from typing import Any, Final

from formengine import json_pointer

MAX_ROWS: Final = 1_000
"""How many rows a list of a form may have."""
_SCALARS = (str, bool, int, float, type(None))
_PLAIN = frozenset(_SCALARS)
_ALWAYS_DRAWN = frozenset((bool, type(None)))
_MANY = 1_000_000
"""Maps and lists that are looked at before one of them is suspected to be its own member."""
_DEEPEST = 200_000
"""Levels of maps and lists in one another; Python reads no JSON that is a tenth as deep."""
_DEEPEST_DRAWN = 900
_DEEP = 90
"""Levels below which the names of controls may be longer than a page can have them."""
_MOST_DIGITS = 4000
"""Python writes out numbers of 4,300 digits by default."""
_MOST_BITS = 13_287
_HALF = re.compile("[\ud800-\udfff]")
_Steps = tuple[str | int, "_Steps", int] | None
"""The last step of a path, those before it, and how many they are."""


def require_json(data: Any) -> None:
    """Raise TypeError for a value that JSON does not have, with the JSON Pointer to it and what to write instead.

    >>> require_json({"due": [date(2026, 3, 31)]})
    Traceback (most recent call last):
      ...
    TypeError: /due/0 is a date, which JSON does not have: write it as text, '2026-03-31'
    """
    if _is_plain(data):
        return
    require_tree("the data", data)
    waiting: list[tuple[Any, _Steps]] = [(data, None)]
    while waiting:
        value, steps = waiting.pop()
        level = steps[2] + 1 if steps else 1
        if level > _DEEPEST:
            raise TypeError(f"the data are nested in more than {_DEEPEST:,} levels")
        if isinstance(value, dict):
            for name, member in value.items():
                if not isinstance(name, str):
                    names = f"names are texts in JSON, write {str(name)!r}"
                    raise TypeError(f"{_place(steps)} has the name {name!r}: {names}")
                if not isinstance(member, _SCALARS):
                    waiting.append((member, (name, steps, level)))
        elif isinstance(value, list | tuple):
            inside = [(index, item) for index, item in enumerate(value) if not isinstance(item, _SCALARS)]
            waiting += [(item, (index, steps, level)) for index, item in inside]
        elif not isinstance(value, _SCALARS):
            kind = type(value).__name__
            article = "an" if kind[0] in "aeiou" else "a"
            raise TypeError(f"{_place(steps)} is {article} {kind}, which JSON does not have: {_advice(value)}")


def _is_plain(data: Any) -> bool:
    """Whether data are made of JSON's own types and no subclass of them, as almost all are: told without any place."""
    waiting = [data]
    for value in islice(waiting, _MANY):  # it grows on the way
        kind = type(value)
        if kind is dict:
            try:
                "".join(value)  # names that are texts, told twice as fast as one by one
            except TypeError:
                return False
            for member in value.values():
                if type(member) not in _PLAIN:
                    waiting.append(member)
        elif kind is list:
            for member in value:
                if type(member) not in _PLAIN:
                    waiting.append(member)
        elif kind not in _PLAIN:
            return False
    return len(waiting) < _MANY


def require_drawable(data: Any) -> None:
    """Raise TypeError as `require_json` does, and for a value that no page can hold: a number that is not finite or too
    long to be written out, half a character.

    >>> require_drawable({"share": float("nan")})
    Traceback (most recent call last):
      ...
    TypeError: /share is nan, which is no number in JSON: write null, or leave it out
    """
    require_json(data)
    if _is_drawable(data):
        return
    waiting: list[tuple[Any, _Steps]] = [(data, None)]
    while waiting:
        value, steps = waiting.pop()
        level = steps[2] + 1 if steps else 1
        if isinstance(value, dict):
            waiting += [(member, (name, steps, level)) for name, member in value.items()]
            value = "".join(value)
        elif isinstance(value, list | tuple):
            waiting += [(item, (index, steps, level)) for index, item in enumerate(value)]
        if problem := _drawing_problem(value):
            raise TypeError(f"{_place(steps)} {problem}")


def may_be_over(data: Any, *, rows: int, values: int, fields: int, named: int = 0) -> bool:
    """Whether a list in JSON data has more than so many `rows`, or there may be more than so many `values`, each group
    and each list counted too, and for each entry of a list its empty `fields`, for one of a map those of its kind
    (`named`), or it may be nested too deep for a page; what is deeper than any page draws is not counted."""
    level, count = [data], 1
    for depth in range(_DEEPEST_DRAWN):
        inside: list[Any] = []
        for value in level:
            is_list = isinstance(value, list | tuple)
            if is_list and len(value) > rows:
                return True
            members = value if is_list else value.values() if isinstance(value, Mapping) else ()
            count += len(members)
            further = [member for member in members if type(member) not in _PLAIN]
            count += len(further) * (fields if is_list else named)
            inside += further
        if not inside or count > values:
            return count > values or depth > _DEEP
        level = inside
    return count > values


def _is_drawable(data: Any) -> bool:
    """Whether a page can hold JSON data, as almost all: told without any place, in a tenth of the time."""
    waiting = [data]
    for value in waiting:  # it grows on the way
        kind = type(value)
        if kind is str:
            if not value.isascii() and _HALF.search(value):
                return False
        elif kind is dict:
            names = "".join(value)
            if not names.isascii() and _HALF.search(names):
                return False
            waiting += value.values()
        elif kind is list:
            waiting += value
        elif kind not in _ALWAYS_DRAWN and (kind not in _PLAIN or _drawing_problem(value)):
            return False
    return True


def _drawing_problem(value: Any) -> str:
    if isinstance(value, float) and not isfinite(value):
        return f"is {value}, which is no number in JSON: write null, or leave it out"
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"is a number of more than {_MOST_DIGITS} digits: write it as text"
    if isinstance(value, str) and not value.isascii() and _HALF.search(value):
        return "holds half a character (a lone surrogate), which is no text: decode it anew"
    return ""


def require_tree(name: str, value: Any) -> None:
    """Raise TypeError for maps and lists one of which is its own member, with the JSON Pointer to where it is.

    >>> fields = {"street": {}}
    >>> fields["street"]["fields"] = fields
    >>> require_tree("ui", fields)
    Traceback (most recent call last):
      ...
    TypeError: ui holds at /street/fields a map that is its own member: write a copy there, or leave it out
    """
    pointer = own_member(value)
    if pointer is not None:
        kind = "map" if isinstance(json_pointer.resolve(value, pointer), Mapping) else "list"
        where = f"{name} holds at {pointer} a {kind}"
        raise TypeError(f"{where} that is its own member: write a copy there, or leave it out")


def own_member(value: Any) -> str | None:
    """The JSON Pointer to the first map or list in a value that it is itself in; None where there is none.

    What stands at two places is looked at once: the time is linear in what there is.
    """
    steps: list[Any] = []
    around, seen = [(value, _members(value))], {id(value)}
    outer = {id(value)}
    while around:
        container, members = around[-1]
        step, member = next(members, (None, None))
        if step is None:
            around.pop()
            outer.discard(id(container))
            del steps[-1:]
        elif id(member) in outer:
            return json_pointer.join([*steps, step])
        elif isinstance(member, Mapping | list | tuple) and id(member) not in seen:
            seen.add(id(member))
            outer.add(id(member))
            around.append((member, _members(member)))
            steps.append(step)
    return None


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    """The members of a map or list with their names or numbers; of anything else none. No name is None."""
    if isinstance(value, Mapping):
        return ((str(name), member) for name, member in value.items())
    return iter(enumerate(value) if isinstance(value, list | tuple) else ())


def require_kind(name: str, value: Any, kind: type | UnionType, instead: str) -> None:
    """Raise TypeError for an argument that is not of its kind, with what to write instead.

    >>> require_kind("ui", "fr", Mapping, 'a map; a language is locale="fr"')
    Traceback (most recent call last):
      ...
    TypeError: ui is 'fr', and takes a map; a language is locale="fr"
    """
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {value!r:.80}, and takes {instead}")


def require_moment(moment: Any) -> datetime:
    """The moment; TypeError for anything but a datetime with a time zone."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise TypeError(f"the moment is {moment!r:.80}, and takes a datetime with a time zone")
    return moment


def _place(steps: _Steps) -> str:
    path: list[str | int] = []
    while steps is not None:
        step, steps, _level = steps
        path.insert(0, step)
    return json_pointer.join(path) or "the data"


def _advice(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return f"write it as text, {value.isoformat()!r}"
    if isinstance(value, Set):
        return "write a list"
    if isinstance(value, bytes | bytearray):
        return "decode it to text; a file is an Upload in `read`, and its reference in data"
    if isinstance(value, Decimal):
        return f"write a number, or a text such as {str(value)!r}"
    if isinstance(value, Mapping):
        return "write dict(...) around it"
    return "write a text, a number, a list or a dict"
