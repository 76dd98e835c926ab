"""Graceful shutdown: on SIGTERM or SIGINT a server accepts nothing more and finishes the requests it has."""

from __future__ import annotations

import logging
import signal
import time
from typing import Any

from waitress import wasyncore

log = logging.getLogger(__name__)
GRACE_SECONDS = 30.0
"""Seconds for running requests; supervisors commonly wait as long before they kill."""


def run_until_signal(server: Any, grace: float = GRACE_SECONDS) -> None:
    """Run a waitress server in the main thread until a signal, then drain it for at most `grace` seconds."""
    signals: list[int] = []

    def on_signal(number: int, _frame: object) -> None:
        signals.append(number)
        server.pull_trigger()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not signals:
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
    """Whether a request is being read or answered, or a response is still being sent."""
    return any(
        channel.requests or channel.request is not None or channel.total_outbufs_len
        for channel in server.active_channels.values()
    )
