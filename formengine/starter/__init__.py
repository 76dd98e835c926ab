"""Where the starter site is: what `formengine init` copies, in an installed wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PARTS: Final = ("workflows", "config", "plugins", "development.ini", "production.ini")


def starter() -> list[Path]:
    """The starter's folders and files.

    The wheel carries them under `formengine/starter/site`; in a checkout, which is itself a site, they lie beside the
    package `formengine`. Raises FileNotFoundError when neither has a site.
    """
    here = Path(__file__).parent
    for place in (here / "site", here.parents[1]):
        if (place / "workflows").is_dir():
            return [place / part for part in PARTS if (place / part).exists()]
    raise FileNotFoundError("this installation carries no starter site")
