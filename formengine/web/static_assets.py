"""Static files with cache busting: the hash of the content is in the address, so that browsers keep them for a year.

Those of the forms library are served under `/static/forms/`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from formengine import forms

STATIC_FOLDER: Final = Path(__file__).parent / "static"
FORMS: Final = "forms/"
A_YEAR: Final = 365 * 86400


@cache
def cache_busted_url(path: str) -> str:
    """The address of a static file: `theme.css` -> `/static/theme.css?v=1a2b3c4d`; files change with a restart only."""
    file = forms.STATIC_FOLDER / path.removeprefix(FORMS) if path.startswith(FORMS) else STATIC_FOLDER / path
    if not file.is_file():
        return f"/static/{path}"
    return f"/static/{path}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:10]}"


def includeme(config: Any) -> None:
    # Posts match no route: this view's check of CSRF tokens would parse a body that nobody has measured (T24).
    for address, folder in (("static/forms", forms.STATIC_FOLDER), ("static", STATIC_FOLDER)):
        config.add_static_view(address, str(folder), cache_max_age=A_YEAR, request_method=("GET", "HEAD"))
