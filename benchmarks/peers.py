"""Peers that run in another process, where they are installed: nothing is installed here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RJSF = Path(__file__).with_name("rjsf.cjs")


@contextmanager
def rjsf(bench: dict[str, Any]) -> Iterator[dict[str, Callable[[], float]]]:
    """RJSF on the server, as a candidate that answers its own microseconds; empty where it is not installed.

    `FORMENGINE_NODE_MODULES` is a folder with react, react-dom, @rjsf/core, @rjsf/utils and @rjsf/validator-ajv8.
    """
    node, modules = shutil.which("node"), Path(os.environ.get("FORMENGINE_NODE_MODULES", "node_modules")).absolute()
    if node is None or not (modules / "@rjsf" / "core").is_dir():
        yield {}
        return
    process = subprocess.Popen(
        [node, str(RJSF)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "NODE_PATH": str(modules)},
    )  # fmt: skip
    assert process.stdin
    assert process.stdout

    def ask(line: str) -> float:
        assert process.stdin
        assert process.stdout
        print(line, file=process.stdin, flush=True)
        return float(process.stdout.readline())

    try:
        for _ in range(5):
            ask(json.dumps({"schema": bench["schema"], "data": bench["data"]}))
        yield {"RJSF server-side": lambda: ask("again")}
    finally:
        process.stdin.close()
        process.wait(10)
