"""Programs that some tests need: without them the tests are skipped, but fail when CI=true."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.thorough import examples


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
    """The path of Chromium: of its headless shell if there is one, which is the same browser without windows.

    A page takes the whole browser more than twice the CPU time, which goes into what nobody sees. With `EVERY_ROUND=1`
    the whole browser is taken.
    """
    names = examples(("chromium-headless-shell", "chromium"), ("chromium", "chromium-headless-shell"))
    program = shutil.which(names[0]) or shutil.which(names[1])
    if program is None:
        missing("Chromium")
    return Path(program or "/nowhere/chromium")


def fixtures(name: str) -> Path:
    """A folder of the test data outside the repository (`FORMENGINE_FIXTURES`, by default ../shared/fixtures)."""
    beside = Path(__file__).parents[3] / "shared" / "fixtures"
    folder = Path(os.environ.get("FORMENGINE_FIXTURES") or beside) / name
    if not folder.is_dir():
        missing(f"the test data {name} (FORMENGINE_FIXTURES)")
    return folder
