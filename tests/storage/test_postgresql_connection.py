"""How sessions with PostgreSQL begin."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from formengine.storage import Database, open_database


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


def settings_of(database: Database) -> list[str]:
    with database.reading() as session:
        return [str(session.scalar(text(f"SHOW {name}"))) for name in ("jit", "work_mem")]


def test_a_session_begins_without_jit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """D2: and with the options of the address, or else those of the environment, which win."""
    options = "&options=-c%20work_mem%3D7MB"
    for variable, address, expected in (
        ("", "", "off"),
        ("-c work_mem=7MB", "", "off"),
        ("-c work_mem=9MB", options, "off"),
        ("", options + "%20-c%20jit%3Don", "on"),
    ):
        monkeypatch.setenv("PGOPTIONS", variable)
        opened = open_database(database.url + address)
        jit, memory = settings_of(opened)
        opened.engine.dispose()
        assert (jit, memory == "7MB") == (expected, bool(variable or address))
