"""`formengine serve`: the portal on waitress, with an embedded worker, until SIGTERM or SIGINT.

SIGTERM drains: no new connections, running requests and jobs end. A killed server loses nothing: acknowledged requests
and their jobs are in the database.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from formengine.cli.click_groups import Failure
from formengine.cli.context import ini_argument, open_platform, settings_from
from formengine.cli.graceful_shutdown import run_until_signal
from formengine.cli.process_end import end_process, has_other_threads
from formengine.log_context import configure_logging
from formengine.settings import Settings

if TYPE_CHECKING:
    from formengine.jobs import Worker
    from formengine.services.core.unit_of_work import Platform

log = logging.getLogger(__name__)
WARM_UP_DELAY = 0.3
"""Seconds for which the first page has the process to itself, before the caches are filled."""
WORKER_DELAY = 1.0
"""Seconds for which the first pages have the process to themselves, before the embedded worker starts."""
WORKER_START_TIMEOUT = 10.0
"""Seconds that a server which is told to stop waits for its worker to have started."""


@click.command()
@click.option("--no-worker", is_flag=True, help="Do not run background jobs; `formengine worker` runs them.")
@click.option("--host", help="Address to listen on (default: the setting `host`).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default: the setting `port`).")
@ini_argument
def serve(no_worker: bool, host: str | None, port: int | None, ini: str | None) -> None:
    """Serve the portal, and run its background jobs."""
    gc.disable()  # what is made while starting lives as long as the process
    settings = settings_from(ini)
    configure_logging(settings)
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    with ExitStack() as stack:
        listener = stack.enter_context(listen(settings))
        platform = stack.enter_context(open_platform(ini))
        if settings.development:
            from formengine.cli.autoreload import watching

            stack.enter_context(watching(platform))
        server = make_server(platform, settings, listener)
        stack.enter_context(_warming_up(server.portal.registry))
        if settings.worker and not no_worker:
            stack.enter_context(_embedded_worker(platform))
        gc.freeze()
        gc.enable()
        _announce(settings, *listener.getsockname()[:2])
        run_until_signal(server)
    if has_other_threads():
        end_process()


def make_server(platform: Platform, settings: Settings, listener: socket.socket, application: Any = None) -> Any:
    """A waitress server of the portal, or of another `application` of the platform, with the limits that keep slow and
    greedy clients from harming others (T24)."""
    from formengine.cli.http_server import HttpServer
    from formengine.web import make_app

    return HttpServer(
        application or make_app(platform),
        listener,
        settings.threads,
        ident=None,
        max_request_body_size=settings.max_body,
        max_request_header_size=64 * 1024,
        channel_timeout=60,
        cleanup_interval=5,
        connection_limit=500,
        channel_request_lookahead=0,
        clear_untrusted_proxy_headers=not settings.trusted_proxy,
        expose_tracebacks=False,
    )


def listen(settings: Settings) -> socket.socket:
    """The socket of a server; raises Failure where the address or the port cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(
            f"cannot listen on {settings.host}, port {settings.port}: {reason}; choose another --port"
        ) from None


@contextmanager
def _warming_up(registry: Any) -> Iterator[None]:
    """Fill the caches of the process in a thread, after WARM_UP_DELAY; pages are answered meanwhile.

    What fails here fails again, and is told, in the page that needs it.
    """
    ending = threading.Event()

    def warm_up() -> None:
        if ending.wait(WARM_UP_DELAY):
            return
        from formengine.web.warm_up import warm_up

        try:
            warm_up(registry)
        except Exception:
            log.exception("the caches cannot be filled before the first pages")

    thread = threading.Thread(target=warm_up, name="formengine-warm-up", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(WORKER_START_TIMEOUT)


@contextmanager
def _embedded_worker(platform: Platform) -> Iterator[None]:
    """A worker of this process, started in a thread after WORKER_DELAY: its engine is slow to import and to open.

    One that cannot start ends the server, as SIGTERM does: jobs would wait unnoticed.
    """
    ending = threading.Event()
    workers: list[Worker] = []
    failures: list[Exception] = []

    def start() -> None:
        if ending.wait(WORKER_DELAY):
            return
        try:
            from formengine.work import worker_of

            worker = worker_of(platform)
            worker.start()
            workers.append(worker)
        except Exception as error:
            log.exception("the embedded worker cannot start")
            failures.append(error)
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=start, name="formengine-worker-start", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(WORKER_START_TIMEOUT)
        if thread.is_alive() or not all(worker.stop() for worker in workers):  # one at most
            end_process()  # the database does not answer, or a job does not end
    if failures:
        raise Failure(f"the embedded worker cannot start: {failures[0]}")


def _announce(settings: Settings, host: str, port: int) -> None:
    address = settings.base_url
    if settings.development and urlsplit(address).port != port:  # where nothing stands between a browser and the server
        ip = ip_address(host)
        name = "localhost" if ip.is_loopback or ip.is_unspecified else f"[{host}]" if ip.version == 6 else host
        address = f"http://{name}:{port}"
        click.echo(f"links in mails lead to {settings.base_url}, the setting base_url")
    click.echo(f"formengine serves {address} (listening on {host}, port {port})")
    if settings.development:
        click.echo(f"mails are readable at {address}/dev/mail")
    sys.stdout.flush()
