"""Files that every page loads, with the hash of their content in the address: kept for a year, never stale."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "static"
A_YEAR: Final = 365 * 86400


def busted(path: str) -> str:
    """The address of a static file: `theme.css` -> `/static/theme.css?v=1a2b3c4d`."""
    file = FOLDER / path
    return f"/static/{path}?v={_hash(path, file.stat().st_mtime_ns)}" if file.is_file() else f"/static/{path}"


@cache
def _hash(path: str, _modified: int) -> str:
    return hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:10]


def includeme(config: Any) -> None:
    config.add_static_view("static", str(FOLDER), cache_max_age=A_YEAR)
