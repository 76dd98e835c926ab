"""A subprocess sandbox for work on documents from outside.

The process gets no environment variables, bounded memory, CPU time and wall-clock time (setrlimit), the task as one
line of JSON on its standard input, and returns bytes on its standard output. Jinja's sandbox alone bounds neither time
nor memory.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, NoReturn

from formengine.errors import (
    ConversionFailed,
    DocumentRefused,
    DocumentTooHeavy,
    DocumentWithoutText,
    TimeStampFailed,
)

WALL_CLOCK_FACTOR: Final = 3
"""Of the CPU time, how much time may pass: on a busy machine a process waits for its turn."""
MAX_RESULT_BYTES: Final = 64 * 1024 * 1024
_TOO_HEAVY: Final = "the document needs too much time or memory"
_REFUSED: Final = 5
_KINDS: Final[Mapping[int, type[DocumentRefused]]] = {
    3: DocumentWithoutText,
    4: TimeStampFailed,
    _REFUSED: DocumentRefused,
}
"""Exit codes of the process, and what they stand for. Python itself ends with 1 or 2 where it cannot run the task."""
_CHILD: Final = (
    "from {module} import sandboxed_task; from formengine.documents.sandbox import serve_task; "
    "serve_task(sandboxed_task)"
)


@dataclass(frozen=True)
class SandboxLimits:
    """What a sandboxed process may use: seconds of CPU time (three times as long may pass) and megabytes of memory."""

    seconds: int = 20
    megabytes: int = 1024


def run_in_sandbox(
    module: str,
    facts: Mapping[str, Any],
    document: bytes,
    limits: SandboxLimits | None = None,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Run `sandboxed_task(facts, document)` of a module in a sandboxed process, and return the bytes it returns.

    It gets the variables of `environment` beside its own, none by default.

    Raises DocumentRefused with the message of the exception that the task raised (DocumentWithoutText or
    TimeStampFailed, where it raised that), DocumentTooHeavy where it exceeded the limits, and ConversionFailed where
    the process did not get to its task: that says nothing of the document.
    """
    limits = limits or SandboxLimits()
    task = json.dumps({"facts": facts, "document": base64.b64encode(document).decode(), "limits": vars(limits)})
    with tempfile.TemporaryDirectory(prefix="formengine-") as folder, tempfile.TemporaryFile() as result:
        variables = {**(environment or {}), "PATH": os.defpath, "LANG": "C.UTF-8", "TMPDIR": folder}
        child = start_process(module, folder, variables, result)
        try:
            _, stderr = child.communicate(task.encode(), timeout=limits.seconds * WALL_CLOCK_FACTOR)
        except subprocess.TimeoutExpired:
            kill_process_group(child)
            raise DocumentTooHeavy(
                f"the document takes longer than {limits.seconds * WALL_CLOCK_FACTOR} seconds"
            ) from None
        if child.returncode != 0:
            raise _error(stderr, child.returncode)
        result.seek(0)
        return result.read()


def start_process(module: str, folder: str, variables: Mapping[str, str], result: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a process that serves the task of a module, in a folder, with these environment variables alone.

    The tests begin most of theirs as copies of a process that has imported everything.
    """
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _CHILD.format(module=module)],
        stdin=subprocess.PIPE,
        stdout=result,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=variables,
        start_new_session=True,
    )


def kill_process_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a child that leads a process group (`start_new_session`), with everything it started, and reap it."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def serve_task(run: Callable[[dict[str, Any], bytes], bytes]) -> NoReturn:
    """The main function of the sandboxed process: read the task, set the limits, run it, write the result, and end.

    It ends at once: to take apart all that was imported would take a process longer than most tasks do.
    """
    task = json.loads(sys.stdin.buffer.readline())
    seconds, memory = task["limits"]["seconds"], task["limits"]["megabytes"] * 1024 * 1024
    for limit, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, MAX_RESULT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    try:
        sys.stdout.buffer.write(run(task["facts"], base64.b64decode(task["document"])))
        sys.stdout.buffer.flush()
    except MemoryError:
        _end(_TOO_HEAVY)
    except Exception as error:
        if _is_memory_exhausted(memory):
            _end(_TOO_HEAVY)
        code = next((code for code, kind in _KINDS.items() if type(error) is kind), _REFUSED)
        _end(str(error) or type(error).__name__, code)
    _end()


def _is_memory_exhausted(limit: int) -> bool:
    """Whether this process has come near its limit, in bytes. Parsers call a file damaged then, for want of memory."""
    try:
        status = Path("/proc/self/status").read_text()
    except (OSError, MemoryError) as error:
        return isinstance(error, MemoryError) or error.errno == errno.ENOMEM
    peak = re.search(r"^VmPeak:\s+(\d+) kB", status, re.MULTILINE)
    return peak is not None and int(peak[1]) * 1024 > 0.9 * limit


def _end(refusal: str = "", code: int = _REFUSED) -> NoReturn:
    """End this process; with a refusal on standard error, and a code that says so, if there is one."""
    if refusal:
        sys.stderr.write(f"{refusal}\n")
        sys.stderr.flush()
    os._exit(code if refusal else 0)


def _error(stderr: bytes, code: int) -> DocumentRefused | ConversionFailed:
    """The error of a process that failed: killed by a limit, ended by an exception of its task, or never begun."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    if code < 0 or not lines or lines[-1] in (_TOO_HEAVY, "MemoryError"):
        return DocumentTooHeavy(_TOO_HEAVY)
    if code not in _KINDS:
        return ConversionFailed(f"the process that reads documents did not start: {lines[-1][:500]}")
    return _KINDS[code](lines[-1][:500])
