"""What tests leave to each other."""

from __future__ import annotations

import gc
import logging
import os

import pytest

from formengine.log_context import configure_logging
from tests.support.platforms import settings_of
from tests.support.process_state import restored_process_state, unchanged_process_state


def test_what_a_command_configures_for_its_process_ends_with_its_test() -> None:
    """`serve` logs from INFO and stops the collector while it starts; a test that ran it left both to all others."""
    logger = logging.getLogger("formengine")
    before = (logging.root.level, logging.root.handlers[:], logger.level, gc.isenabled())
    with restored_process_state():
        configure_logging(settings_of())
        gc.disable()
        assert (logging.root.level, logging.root.handlers, logger.level, gc.isenabled()) != before
    assert (logging.root.level, logging.root.handlers, logger.level, gc.isenabled()) == before


def test_a_variable_that_is_left_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(AssertionError, match="FORMENGINE_LEFT"),
        unchanged_process_state(),
    ):
        monkeypatch.setenv("FORMENGINE_LEFT", "1")
    assert os.environ["FORMENGINE_LEFT"] == "1"
