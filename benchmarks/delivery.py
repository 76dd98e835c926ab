"""CPU that delivering a mail costs: a worker empties a queue of mails into an SMTP server of another process.

    python -m benchmarks.delivery [TRANSACTIONS] [MAILS_EACH]

Each transaction notifies MAILS_EACH people of a note on one dossier, as the product does. Prints the CPU milliseconds
of the delivering process per mail, the mails per second, and whether each Message-ID arrived exactly once.
"""

from __future__ import annotations

import multiprocessing
import socket
import sys
import tempfile
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.submission import site, submitting
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.notifications.mails import notify
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.work import worker_of


def main(transactions: int = 100, mails_each: int = 3) -> None:
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as (platform, people):
        receiver, port, process = start_smtp_server()
        platform = replace(platform, settings=replace(platform.settings, mail_url=f"smtp://127.0.0.1:{port}"))
        submitting(platform, people["maya"])(0)
        deliver_all(platform)
        for number in range(transactions):
            write_mails(platform, number, mails_each)
        total = transactions * mails_each
        cpu, elapsed = deliver_all(platform)
        receiver.send("stop")
        received: list[str] = receiver.recv()
        process.join()
    fresh = [identifier for identifier in received if ".bench-" in identifier]
    once = len(fresh) == len(set(fresh)) == total
    per_mail = f"{cpu / total * 1000:.2f} ms of CPU, {elapsed / total * 1000:.2f} ms of time"
    print(f"{total} mails, {mails_each} a transaction, each: {per_mail}; each arrived exactly once: {once}")


def write_mails(platform: Platform, number: int, count: int) -> None:
    """One transaction that writes `count` mails."""
    with platform.database.transaction() as session:
        work = UnitOfWork(platform, session, None)
        dossier = session.query(Dossier).first()
        to = [f"reader-{number}-{index}@example.com" for index in range(count)]
        note = {"note": {"text": "A note of some *length*, for the reader of this mail.", "author": "Maya"}}
        notify(work, "note", to, note, dossier=dossier, entry=f"bench-{number}")


def deliver_all(platform: Platform) -> tuple[float, float]:
    """Run a worker until no mail waits; CPU seconds and seconds that took, without starting and stopping."""
    worker = worker_of(platform)
    worker.start()
    cpu, began = time.process_time(), time.monotonic()
    while waiting(platform):
        time.sleep(0.1)
    took = time.process_time() - cpu, time.monotonic() - began
    worker.stop(timeout=5)
    return took


def waiting(platform: Platform) -> bool:
    with platform.database.reading() as session:
        return session.query(Mail.id).filter(Mail.state == "waiting").first() is not None


def start_smtp_server() -> tuple[Connection, int, multiprocessing.Process]:
    """An SMTP server in a process of its own; it answers "stop" with the Message-IDs that it received."""
    parent, child = multiprocessing.Pipe()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = multiprocessing.get_context("fork").Process(target=serve_smtp, args=(port, child), daemon=True)
    process.start()
    parent.recv()
    return parent, port, process  # type: ignore[return-value]  # a ForkProcess is a Process


def serve_smtp(port: int, pipe: Connection) -> None:
    from email import message_from_bytes

    from aiosmtpd.controller import Controller

    received: list[str] = []

    class Handler:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
            received.append(str(message_from_bytes(envelope.content)["Message-ID"]))
            return "250 taken"

    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    pipe.send("ready")
    pipe.recv()
    controller.stop()
    pipe.send(received)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
