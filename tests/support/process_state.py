"""What a test may not leave to the next one in its process: its logging, its environment, its signal handlers ..."""

from __future__ import annotations

import gc
import locale
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from formengine.log_context import current_log_context

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_OWN_VARIABLES = {"PYTEST_CURRENT_TEST"}
"""Environment variables that pytest itself changes."""


def _loggers() -> list[logging.Logger]:
    """The root logger, that of formengine, and all others that have been asked for by now."""
    known = [entry for entry in logging.root.manager.loggerDict.values() if isinstance(entry, logging.Logger)]
    return [logging.root, logging.getLogger("formengine"), *known]


def _remember(logger: logging.Logger) -> Callable[[], None]:
    """A function that gives a logger the level, handlers and filters back that it has now."""
    level, propagate, disabled = logger.level, logger.propagate, logger.disabled
    handlers, filters = logger.handlers[:], logger.filters[:]

    def restore() -> None:
        if logger.level != level:
            logger.setLevel(level)  # also forgets what was cached for this level
        logger.propagate, logger.disabled = propagate, disabled
        logger.handlers[:], logger.filters[:] = handlers, filters

    return restore


@contextmanager
def restored_process_state() -> Iterator[None]:
    """Give logging and garbage collection back, at the end of the block, what they are at its start."""
    restorers, collecting = [_remember(logger) for logger in _loggers()], gc.isenabled()
    try:
        yield
    finally:
        for restore in restorers:
            restore()
        if collecting:
            gc.enable()


@contextmanager
def unchanged_process_state() -> Iterator[None]:
    """AssertionError when the block leaves another environment, folder, locale, signal handler, path or log context."""
    before = _state()
    yield
    after = _state()
    changed = [
        f"{name}: {before[name]!r} became {after.get(name)!r}" for name in before if before[name] != after.get(name)
    ]
    assert not changed, "left to the tests after this one: " + "; ".join(changed)


def _state() -> dict[str, object]:
    """What the tests of one process share, by name; hashes stand for the values of variables, which may be secret."""
    environment = {name: hash(value) for name, value in os.environ.items() if name not in _OWN_VARIABLES}
    return {
        **{f"environment variable {name}": value for name, value in environment.items()},
        "names of environment variables": sorted(environment),
        "folder": os.getcwd(),
        "locale": locale.setlocale(locale.LC_ALL),
        "signal handlers": [signal.getsignal(number) for number in _SIGNALS],
        "import path": sys.path[:],
        "log context": current_log_context(),
    }


@pytest.fixture(autouse=True)
def process_state_is_restored() -> Iterator[None]:
    """Every test: logging and garbage collection are afterwards as they were before it, all else must be.

    A command that has its process to itself, such as `serve`, configures both; run within a test, it would write the
    lines of all later tests, at its level, to an output that is closed.
    """
    with restored_process_state(), unchanged_process_state():
        yield
