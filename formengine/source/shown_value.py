"""Values of YAML and JSON as sentences show them."""

from __future__ import annotations

from collections.abc import Mapping


def shown(value: object) -> str:
    """A value in a sentence: as it was written, a list or a map by that word.

    >>> shown(True), shown([1]), shown("  "), shown(1.5)
    ('true', 'a list', 'nothing', '1.5')
    """
    if isinstance(value, Mapping | list):
        return "a list" if isinstance(value, list) else "a map"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(getattr(value, "text", "" if value is None else value)).strip() or "nothing"
