"""The starter site, which `formengine init` copies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PARTS: Final = ("workflows", "config", "plugins", "development.ini", "production.ini")


def starter() -> list[Path]:
    """The starter's folders and files.

    The wheel carries them under `formengine/starter/site`; in a checkout, which is itself a site, they lie beside the
    package `formengine`. Raises FileNotFoundError when neither has a site.
    """
    package = Path(__file__).parent
    for site in (package / "site", package.parents[1]):
        if (site / "workflows").is_dir():
            return [site / part for part in PARTS if (site / part).exists()]
    raise FileNotFoundError("this installation carries no starter site")
