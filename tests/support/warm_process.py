"""Processes that begin as copies of one that has imported the whole product, by `fork`.

To start Python and to import what a server or a worker needs takes two to three seconds of CPU, and the tests start a
hundred of them. What they prove is what such a process does when it is killed, stopped or told to end, not how it
starts: that is proved where `python -m formengine.cli` is started (tests/test_wheel.py, tests/cli/test_serve.py).

Run as a program, with the number of an open Unix socket and a name for what it imports, it is the process that is
copied. A message on the socket asks it for a copy (JSON, with the descriptors of its standard streams), or how a copy
has ended; all copies are killed when the socket is closed.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
MESSAGE_BYTES: Final = 1024 * 1024
"""No message is longer: the environment is most of it."""
FIRST_COPY_SECONDS: Final = 120
"""The first copy waits until everything is imported."""
SANDBOXED: Final = [
    "formengine.documents.document_safety",
    "formengine.documents.html_blocks",
    "formengine.documents.page_pictures",
    "formengine.documents.pdf_signing.form_fields",
    "formengine.documents.pdf_signing.signer",
    "formengine.documents.pdf_signing.stamp",
    "formengine.documents.pdf_signing.tasks",
    "formengine.documents.pdf_signing.verification",
    "formengine.documents.signature_marks",
    "formengine.documents.signature_picture",
    "formengine.documents.template",
    "formengine.documents.word_versions.clean_copy",
    "formengine.documents.word_versions.comparison",
    "PIL.Image",
    "docx",
    "docxtpl",
    "lxml.etree",
    "pypdfium2",
    "pyhanko.pdf_utils.reader",
    "pyhanko.pdf_utils.writer",
    "pyhanko.pdf_utils.incremental_writer",
    "pyhanko.pdf_utils.font.opentype",
    "pyhanko.pdf_utils.images",
    "pyhanko.sign.fields",
    "pyhanko.sign.signers",
    "pyhanko.sign.validation",
    "pyhanko.stamp",
]


class ForkedProcess:
    """A running copy, with the methods of `subprocess.Popen` that tests use."""

    def __init__(self, warm: WarmProcess, pid: int) -> None:
        self._warm, self.pid = warm, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = self._warm.ask({"status": self.pid})["code"]
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended; subprocess.TimeoutExpired after `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        pause = 0.002
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"copy {self.pid}", timeout or 0)
            time.sleep(pause)
            pause = min(2 * pause, 0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class WarmProcess:
    """The process that is copied; it is started with the first copy."""

    def __init__(self, imports: str = "product") -> None:
        self._imports = imports
        self._socket: socket.socket | None = None
        self._asking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(
        self, target: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> ForkedProcess:
        """A copy that calls `module:function` with the arguments as its command line, in a folder and environment."""
        order = {"target": target, "line": list(arguments), "folder": str(folder), "environment": dict(environment)}
        return ForkedProcess(self, self.ask(order, {1: 1, 2: 2})["pid"])

    def ask(self, message: Mapping[str, Any], streams: Mapping[int, int] | None = None) -> Any:
        """The answer to a message, sent with the descriptors of standard streams by their numbers."""
        streams = streams or {}
        content = json.dumps({**message, "streams": list(streams)}).encode()
        with self._asking:
            if self._socket is None:
                self._socket = self._begin()
            socket.send_fds(self._socket, [content], list(streams.values()))
            answer = self._socket.recv(MESSAGE_BYTES)
        assert answer, "the process that is copied has ended"
        return json.loads(answer)

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(FIRST_COPY_SECONDS)
        with theirs:
            silent = ["-W", "ignore:pkg_resources is deprecated"]
            command = [sys.executable, *silent, "-m", __name__, str(theirs.fileno()), self._imports]
            self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        return ours

    def close(self) -> None:
        """End it, and all copies that run."""
        if self._socket is not None and self._process is not None:
            self._socket.close()
            self._process.wait(20)


def _import_what_sandboxes_need() -> None:
    """Little else: what is imported counts for the memory that a sandboxed process may use."""
    for name in SANDBOXED:
        import_module(name)


def _import_the_product() -> None:
    import formengine
    from formengine.app.lazy_imports import import_lazy_modules

    for module in walk_packages(formengine.__path__, "formengine."):
        if ".migrations." not in module.name and ".starter." not in module.name:
            import_module(module.name)
    import_lazy_modules()


def _serve(connection: socket.socket) -> Mapping[str, Any] | None:
    """Answer messages. Returns the order in a copy, and None at the end in the process that is copied."""
    running: set[int] = set()
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(connection, MESSAGE_BYTES, 3)
        if not message:
            for pid in running:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return None
        order = json.loads(message)
        if "status" in order:
            connection.send(json.dumps({"code": _exit_code(order["status"], running)}).encode())
            continue
        pid = os.fork()
        if pid == 0:
            connection.close()
            for number, descriptor in zip(order["streams"], descriptors, strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)
            return dict(order)
        running.add(pid)
        for descriptor in descriptors:
            os.close(descriptor)
        connection.send(json.dumps({"pid": pid}).encode())


def _exit_code(pid: int, running: set[int]) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        return None
    running.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _become(order: Mapping[str, Any]) -> None:
    """In a copy: do what was ordered, as a program does."""
    if order.get("own_session"):
        os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    module, _, function = order["target"].partition(":")
    sys.argv = [module, *order["line"]]
    getattr(import_module(module), function)()


if __name__ == "__main__":
    {"product": _import_the_product, "sandboxes": _import_what_sandboxes_need}[sys.argv[2]]()
    gc.freeze()  # what all copies share
    ordered = _serve(socket.socket(fileno=int(sys.argv[1])))
    if ordered is not None:
        _become(ordered)
