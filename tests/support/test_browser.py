"""One browser for all modules of a process, and its event loop."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.browser import Chromium


@pytest.mark.browser
def test_its_loop_is_put_aside_between_modules(chromium_of_session: Chromium) -> None:
    """Other loops can run then, and the next module has the same browser."""

    async def answer() -> int:
        return 42

    with chromium_of_session.in_use() as browser:
        browser.new_page().close()
    assert asyncio.run(answer()) == 42
    with chromium_of_session.in_use() as again:
        assert again is browser
        again.new_page().close()
