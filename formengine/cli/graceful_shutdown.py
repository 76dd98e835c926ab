"""A server that runs until SIGTERM or SIGINT, and then ends what it has begun before it goes."""

from __future__ import annotations

import logging
import signal
import time
from typing import Any

from waitress import wasyncore

log = logging.getLogger(__name__)
GRACE_SECONDS = 30.0
"""Seconds that answers being made get to end; supervisors commonly wait as long before they kill."""


def run_until_signal(server: Any, grace: float = GRACE_SECONDS) -> None:
    """Run a waitress server in this (the main) thread until a signal; then accept nothing more, and end the rest."""
    told: list[int] = []

    def tell(number: int, _frame: object) -> None:
        told.append(number)
        server.pull_trigger()

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not told:
            wasyncore.loop(timeout=1, map=server._map, count=1, use_poll=True)
        log.info("told to stop: ending what is being answered")
        _drain(server, grace)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _drain(server: Any, grace: float) -> None:
    server.del_channel()  # the listening socket leaves the loop: nothing new is accepted
    server.socket.close()
    deadline = time.monotonic() + grace
    while _busy(server) and time.monotonic() < deadline:
        wasyncore.loop(timeout=0.05, map=server._map, count=1, use_poll=True)
    server.task_dispatcher.shutdown(timeout=1)


def _busy(server: Any) -> bool:
    """Whether a request is being read or answered, or an answer is still on its way out."""
    return any(
        channel.requests or channel.request is not None or channel.total_outbufs_len
        for channel in server.active_channels.values()
    )
