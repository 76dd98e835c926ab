"""Programs that some tests need: without them the tests are skipped, but fail when CI=true."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")


def missing(program: str) -> None:
    """Skip the test because `what` is missing; fail it when CI=true."""
    message = f"{program} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def postgresql() -> Path:
    """The folder of PostgreSQL's programs (15 or newer)."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    initdb = folders[-1] if folders else Path(shutil.which("initdb") or "/nowhere/initdb")
    if not initdb.exists():
        missing("PostgreSQL")
    return initdb.parent


def chromium() -> Path:
    """The path of Chromium."""
    if not CHROMIUM.exists():
        missing("Chromium")
    return CHROMIUM


def fixtures(name: str) -> Path:
    """A folder of the test data outside the repository (`FORMENGINE_FIXTURES`, by default ../shared/fixtures)."""
    beside = Path(__file__).parents[3] / "shared" / "fixtures"
    folder = Path(os.environ.get("FORMENGINE_FIXTURES") or beside) / name
    if not folder.is_dir():
        missing(f"the test data {name} (FORMENGINE_FIXTURES)")
    return folder
