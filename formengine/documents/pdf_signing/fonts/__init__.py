"""The fonts of signature stamps: Noto Sans (Latin, Greek, Cyrillic) and Noto Sans Arabic, licensed as OFL.txt says, and
Droid Sans Fallback (Chinese, Japanese, Korean), licensed as Apache-2.0.txt says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_NAMES: Final = ("NotoSans-Regular.ttf", "NotoSansArabic-Regular.ttf", "DroidSansFallback.ttf")
FILES: Final = tuple(Path(__file__).with_name(name) for name in _NAMES)
"""In the order in which a character is looked for in them."""
