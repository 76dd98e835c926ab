"""Elements and attributes of Word files by their names, in both namespaces that ECMA-376 gives them (part 1 and 4)."""

from __future__ import annotations

from typing import Any, Final

_WORD: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)


def names(*names: str) -> list[str]:
    """The qualified names of elements of Word, or of attributes."""
    return [f"{{{namespace}}}{name}" for namespace in _WORD for name in names]


def value(element: Any, name: str, otherwise: str = "") -> str:
    """An attribute of an element of Word."""
    values = (element.get(qualified) for qualified in names(name))
    return str(next((value for value in values if value is not None), otherwise))


def set_value(element: Any, name: str, text: str) -> None:
    """Set an attribute of an element of Word, in the namespace in which it is there."""
    qualified = next((qualified for qualified in names(name) if element.get(qualified) is not None), names(name)[0])
    element.set(qualified, text)


def child_of(element: Any, *path: str) -> Any:
    """The first element down a path of names, such as "rPr", "color"; None without it, or in None."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(*names(name)), None)
    return element
