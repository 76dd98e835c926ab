"""JSON Pointer (RFC 6901): join, split and resolve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def escape(token: object) -> str:
    """One reference token as it stands in a pointer.

    >>> escape("a/b~c")
    'a~1b~0c'
    """
    return str(token).replace("~", "~0").replace("/", "~1")


def join(path: Iterable[object]) -> str:
    """The pointer to a path of member names and list positions.

    >>> join(["a/b", 0]), join([])
    ('/a~1b/0', '')
    """
    return "".join(f"/{escape(token)}" for token in path)


def split(pointer: str) -> list[str]:
    """The tokens of a pointer; a URI fragment's `#` in front is left out.

    >>> split("/a~1b/0"), split("#/$defs/x"), split("")
    (['a/b', '0'], ['$defs', 'x'], [])
    """
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.removeprefix("#").split("/")[1:]]


def list_index(token: str, length: int) -> int | None:
    """The position in a list of this length that a token is, in ASCII digits; None for anything else.

    >>> list_index("1", 2), list_index("2", 2), list_index("9" * 5000, 2), list_index("-", 2)
    (1, None, None, None)
    """
    return int(token) if token.isascii() and token.isdigit() and len(token) < 10 and int(token) < length else None


def path_of(pointer: str, value: Any) -> tuple[str | int, ...]:
    """A JSON Pointer as a path into a value, as far as the value goes: list positions become numbers."""
    path: list[str | int] = []
    for token in split(pointer):
        key: str | int | None = list_index(token, len(value)) if isinstance(value, list) else token
        if key is None or (isinstance(key, str) and not (isinstance(value, dict) and key in value)):
            break
        path.append(key)
        value = value[key]
    return tuple(path)


def resolve(document: Any, pointer: str) -> Any:
    """The value in a document that a pointer leads to, or None where it leads nowhere."""
    value = document if pointer.removeprefix("#")[:1] in ("", "/") else None
    for token in split(pointer):
        if isinstance(value, Mapping):
            value = value.get(token)
        elif isinstance(value, list) and (index := list_index(token, len(value))) is not None:
            value = value[index]
        else:
            return None
    return value


def first(pointer: str) -> str:
    """The first token of a pointer, "" for the pointer to the whole document."""
    return next(iter(split(pointer)), "")


def last(pointer: str) -> str:
    """The last token of a pointer, "" for the pointer to the whole document."""
    return next(reversed(split(pointer)), "")


def parent(pointer: str) -> str:
    """The pointer without its last token.

    >>> first("/a~1b/0"), last("/a~1b/0"), parent("/a~1b/0")
    ('a/b', '0', '/a~1b')
    """
    return pointer.rpartition("/")[0]
