"""Programs that some tests need: absent they skip and say so, but never when CI=true."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")


def missing(what: str) -> None:
    """Skip the test for want of `what`; fail it in continuous integration, where everything is to be there."""
    message = f"{what} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def postgresql() -> Path:
    """The folder of PostgreSQL's own programs (15 or newer)."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    found = folders[-1] if folders else Path(shutil.which("initdb") or "/nowhere/initdb")
    if not found.exists():
        missing("PostgreSQL")
    return found.parent


def chromium() -> Path:
    """The browser."""
    if not CHROMIUM.exists():
        missing("Chromium")
    return CHROMIUM


def fixtures(name: str) -> Path:
    """A folder of the test data that lies outside the repository (`FORMENGINE_FIXTURES`, else ../shared/fixtures)."""
    beside = Path(__file__).parents[3] / "shared" / "fixtures"
    folder = Path(os.environ.get("FORMENGINE_FIXTURES") or beside) / name
    if not folder.is_dir():
        missing(f"the test data {name} (FORMENGINE_FIXTURES)")
    return folder
