"""Confinement: work on documents that others wrote, done in a process of its own that can be spared.

It gets no environment, little memory, little time, and the work as one JSON line; what it writes is the result. A
sandbox alone does not stop a template from counting for ever.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from formengine.errors import DocumentRefused

LARGEST_RESULT: Final = 64 * 1024 * 1024
_CHILD: Final = (
    "from {module} import work_confined; from formengine.documents.sandbox import serve_confined; "
    "serve_confined(work_confined)"
)


@dataclass(frozen=True)
class SandboxLimits:
    """What the process may use: seconds of the clock and of the processor, and megabytes of memory."""

    seconds: int = 20
    megabytes: int = 1024


def run_in_sandbox(
    module: str, facts: Mapping[str, Any], document: bytes, bounds: SandboxLimits | None = None
) -> bytes:
    """Run `work_confined(facts, document)` of a module in a confined process, and return what it returns.

    Raises DocumentRefused with the reason that the work gave, or because it took too long, too much or fell over.
    """
    bounds = bounds or SandboxLimits()
    task = json.dumps({"facts": facts, "document": base64.b64encode(document).decode(), "bounds": vars(bounds)})
    with tempfile.TemporaryDirectory(prefix="formengine-") as folder, tempfile.TemporaryFile() as result:
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", _CHILD.format(module=module)],
            stdin=subprocess.PIPE,
            stdout=result,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "TMPDIR": folder},
            start_new_session=True,
        )
        try:
            _out, complaint = child.communicate(task.encode(), timeout=bounds.seconds)
        except subprocess.TimeoutExpired:
            kill_process_group(child)
            raise DocumentRefused(f"the document takes longer than {bounds.seconds} seconds") from None
        if child.returncode != 0:
            raise DocumentRefused(_reason(complaint, child.returncode))
        result.seek(0)
        return result.read()


def kill_process_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a child that leads a session of its own, with everything that it started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def serve_confined(work: Callable[[dict[str, Any], bytes], bytes]) -> None:
    """The other side: take the task, accept the bounds, do the work, write the result."""
    task = json.loads(sys.stdin.buffer.readline())
    seconds, memory = task["bounds"]["seconds"], task["bounds"]["megabytes"] * 1024 * 1024
    for limit, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, LARGEST_RESULT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    try:
        sys.stdout.buffer.write(work(task["facts"], base64.b64decode(task["document"])))
        sys.stdout.buffer.flush()
    except MemoryError:
        sys.exit("the document needs too much memory")
    except Exception as error:
        sys.exit(f"{error or type(error).__name__}")


def _reason(complaint: bytes, code: int) -> str:
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    if code < 0 or not lines:
        return "the document needs too much time or memory"
    return lines[-1][:500]
