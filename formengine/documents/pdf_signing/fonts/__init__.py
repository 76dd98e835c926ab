"""The fonts of signature stamps: Noto Sans (Latin, Greek, Cyrillic) and Noto Sans Arabic, licensed as OFL.txt says."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FILES: Final = tuple(Path(__file__).with_name(name) for name in ("NotoSans-Regular.ttf", "NotoSansArabic-Regular.ttf"))
"""In the order in which a character is looked for in them."""
