"""Sandboxed processes that begin as copies of one that has imported what they need.

Each is bounded and isolated as the product has it (`serve_task` sets its limits, it has a session, a folder and an
environment of its own); it is spared to import pyHanko or python-docx, a second of CPU. That `python -I` is started,
and what it sees, is proved in tests/documents/test_template.py.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import IO, Any, Final

from formengine.documents import sandbox
from tests.support.warm_process import ForkedProcess, WarmProcess

START_ANEW: Final = sandbox.start_process
_WARM: Final = WarmProcess("sandboxes")


class SandboxCopy:
    """A copy that is started when it gets its task, with the methods of `subprocess.Popen` that a sandbox uses."""

    def __init__(self, module: str, folder: str, variables: Mapping[str, str], result: IO[bytes]) -> None:
        sys.audit("subprocess.Popen", sys.executable, [module], folder, variables)  # as a new process would
        self._order = {
            "target": f"{__name__}:serve",
            "line": [module],
            "folder": folder,
            "environment": dict(variables),
            "own_session": True,
        }
        self._result, self._process = result, ForkedProcess(_WARM, 0)
        self._errors = os.memfd_create("errors")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    def communicate(self, task: bytes | None = None, timeout: float | None = None) -> tuple[None, bytes]:
        """Give it its task and wait for its end; what it wrote to standard error. subprocess.TimeoutExpired after
        `timeout` seconds. Without a task, wait for the end alone.
        """
        if task is not None:
            given = os.memfd_create("task")
            with open(given, "r+b") as stream:
                stream.write(task)
                stream.seek(0)
                streams = {0: given, 1: self._result.fileno(), 2: self._errors}
                self._process = ForkedProcess(_WARM, _WARM.ask(self._order, streams)["pid"])
        self._process.wait(timeout)
        with open(self._errors, "rb") as stream:
            stream.seek(0)
            return None, stream.read()


def serve() -> None:
    """In a copy: serve the task of the module that the command line names."""
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  # that of the process it is a copy of was never its own
    sandbox.serve_task(import_module(sys.argv[1]).sandboxed_task)


def copy_sandboxes() -> None:
    """Have all sandboxed processes of this process begin as copies from now on."""
    start: Any = SandboxCopy
    sandbox.start_process = start
    atexit.register(_WARM.close)
