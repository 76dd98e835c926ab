"""The outside test data: beside the repository, or where FORMENGINE_FIXTURES says; never copied."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("FORMENGINE_FIXTURES", Path(__file__).parents[2].parent / "shared" / "fixtures"))


def need(name: str) -> Path:
    """A folder of fixtures; skips where it is absent, fails where CI says that all must be there."""
    folder = FOLDER / name
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the fixtures {name} are missing")
        pytest.skip(f"the fixtures {name} are not here; say where in FORMENGINE_FIXTURES")
    return folder


def read(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
