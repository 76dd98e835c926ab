"""Fixtures of every test: databases, a platform, people, a mail server, the application served, a browser.

What each is stands where it is made, in tests/support.
"""

import gc
import os
from collections.abc import Iterator

import pytest

from tests.support.memory_folder import memory_folder
from tests.support.page_forms import cut_forms_out
from tests.support.shared_dialect import share_dialects
from tests.support.warm_office import warm_conversions
from tests.support.warm_sandbox import copy_sandboxes

os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory_folder()))  # where pytest makes the folders of `tmp_path`
share_dialects()
cut_forms_out()
copy_sandboxes()
warm_conversions()

pytest_plugins = [
    "tests.support.process_state",
    "tests.support.databases",
    "tests.support.write_lock",
    "tests.support.platforms",
    "tests.support.people",
    "tests.support.smtp",
    "tests.support.server",
    "tests.support.browser",
    "tests.support.tls",
]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Garbage is looked for less often, and not in what all tests share, which is made while they are collected: it was
    a fifth of their time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        gc.enable()
