"""Rows of copies, made by a process of their own while this one writes: a load takes as long as the slower half."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Batch = TypeVar("Batch")


def made_apart(make: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
    """What `make()` yields, made in another process, always one ahead of what is taken.

    `make` and what it yields have to be picklable. Raises ChildProcessError when that process fails; its traceback is
    on standard error. The process ends with the iterator.
    """
    from multiprocessing import get_context

    processes = get_context("spawn")  # a fork would share the connection to the database
    receiver, sender = processes.Pipe(duplex=False)
    process = processes.Process(target=_send, args=(sender, make), daemon=True)
    process.start()
    sender.close()  # the other process has its own: when it ends, the pipe ends
    try:
        with suppress(EOFError):
            while True:
                yield receiver.recv()
        process.join()
        if process.exitcode:
            raise ChildProcessError("the process that makes the rows failed")
    finally:
        process.terminate()
        process.join()
        receiver.close()


def _send(sender: Connection, make: Callable[[], Iterator[Batch]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that writes ends this one
    for batch in make():
        sender.send(batch)
    sender.close()
