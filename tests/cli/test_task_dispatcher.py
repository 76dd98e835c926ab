"""`/healthz` while every other thread of the server is blocked, and pages while sign-ins are."""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from waitress import wasyncore

from formengine.cli.serve import make_server
from formengine.services.core.unit_of_work import Platform
from formengine.web import make_app
from tests.support.postgresql_cluster import until


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_healthz_answers_while_all_threads_wait_for_the_database(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("formengine.web.make_app", _writing_app)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = make_server(platform, replace(platform.settings, threads=2), listener)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stopped = threading.Event()
        loop = threading.Thread(target=_serve, args=(server, stopped))
        loop.start()
        clients = [threading.Thread(target=_get, args=(url,)) for _ in range(4)]
        try:
            with platform.database.transaction() as session:
                session.connection()  # holds the write lock, which all clients wait for
                for client in clients:
                    client.start()
                time.sleep(0.5)
                assert server.task_dispatcher.queue  # more requests than threads
                began = time.monotonic()
                with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                    assert answer.status == 200
                assert time.monotonic() - began < 1
        finally:
            for client in clients:
                client.join()
            stopped.set()
            server.pull_trigger()
            loop.join()
            server.close()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_pages_answer_while_more_sign_ins_wait_than_there_are_threads(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T24: a burst of sign-ins, each of which hashes a password, does not make everybody else wait."""
    hashed = threading.Event()
    monkeypatch.setattr("formengine.web.make_app", lambda platform: _app_with_slow_sign_ins(platform, hashed))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = make_server(platform, replace(platform.settings, threads=2), listener)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stopped = threading.Event()
        loop = threading.Thread(target=_serve, args=(server, stopped))
        loop.start()
        clients = [threading.Thread(target=_get, args=(url, b"email=joe")) for _ in range(8)]
        try:
            for client in clients:
                client.start()
            until(lambda: sum(bool(channel.requests) for channel in server.active_channels.values()) == 8, 10)
            with urllib.request.urlopen(f"{url}/sign-in", timeout=10) as answer:
                assert answer.status == 200
        finally:
            hashed.set()
            for client in clients:
                client.join()
            stopped.set()
            server.pull_trigger()
            loop.join()
            server.close()


def _app_with_slow_sign_ins(platform: Platform, hashed: threading.Event) -> Callable[[dict[str, Any], Any], Any]:
    """The portal, in which a sign-in lasts until `hashed` is set."""
    app = make_app(platform)

    def wait_first(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST":
            hashed.wait(30)
        return app(environ, start_response)

    return wait_first


def _writing_app(platform: Platform) -> Callable[[dict[str, Any], Any], Any]:
    """The portal, whose every page but `/healthz` takes the write lock first."""
    app = make_app(platform)

    def write_first(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/healthz":
            with platform.database.transaction() as session:
                session.connection()
        return app(environ, start_response)

    return write_first


def _serve(server: object, stopped: threading.Event) -> None:
    while not stopped.is_set():
        wasyncore.loop(timeout=1, map=server._map, count=1, use_poll=True)  # type: ignore[attr-defined]


def _get(url: str, data: bytes | None = None) -> None:
    with suppress(OSError):
        urllib.request.urlopen(f"{url}/sign-in", data, timeout=10)
