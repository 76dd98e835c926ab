"""Fixtures for page tests (see tests/web/dossiers/visitors.py), on both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.services.conftest import MONDAY
from tests.support.databases import database_kind
from tests.web.dossiers.visitors import app, dispute, opened, signed_in

__all__ = ["app", "database_kind", "dispute", "opened", "signed_in"]


@pytest.fixture
def on_monday() -> Iterator[None]:
    """Pages are opened on the day on which a `Case` begins: nobody may sign once the time of its rounds is over."""
    with time_machine.travel(MONDAY, tick=True):
        yield
