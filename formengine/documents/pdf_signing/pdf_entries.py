"""Entries of the dictionaries of a PDF."""

from __future__ import annotations

from typing import Any


def entry(mapping: Any, name: str) -> Any:
    """The value of a dictionary's entry, itself where the entry refers to it; None without one."""
    return mapping[name] if name in mapping else None  # noqa: SIM401  # `get` does not follow references
