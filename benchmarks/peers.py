"""Peers that run in another process, where they are installed; this module installs nothing."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

RJSF = Path(__file__).with_name("rjsf.cjs")
AJV = Path(__file__).with_name("ajv.cjs")
WARM_UP = 20
"""Renderings of each case before any is measured, for V8 to compile what it runs."""


@contextmanager
def ajv(cases: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[tuple[str, str], Callable[[int], float]]]:
    """ajv: for each case (see `ajv.cjs`) and "accept" or "errors" a function that runs it so many times and returns the
    microseconds of one run. Cases that ajv cannot compile or judges otherwise are left out; empty where ajv is missing.
    """
    node, modules = shutil.which("node"), Path(os.environ.get("FORMENGINE_NODE_MODULES", "node_modules")).absolute()
    if node is None or not (modules / "ajv-formats").is_dir():
        yield {}
        return
    process = subprocess.Popen(
        [node, str(AJV)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "NODE_PATH": str(modules)},
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    to_node, from_node = process.stdin, process.stdout

    def run(name: str, what: str, runs: int) -> float:
        print(json.dumps({"name": name, "what": what, "runs": runs}), file=to_node, flush=True)
        return float(from_node.readline())

    try:
        print(json.dumps(cases), file=to_node, flush=True)
        runs = [(name, what) for name in cases for what in ("accept", "errors")]
        yield {(name, what): partial(run, name, what) for name, what in runs if not math.isnan(run(name, what, 2000))}
    finally:
        to_node.close()
        process.wait(10)


@contextmanager
def rjsf(cases: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Callable[[], float]]]:
    """RJSF on the server: for each case (the props of its Form, as JSON) a function that renders it once and returns
    the microseconds of CPU time that took; garbage is collected in the thread that renders. Cases that RJSF cannot
    render are left out; empty where RJSF is not installed.

    `FORMENGINE_NODE_MODULES` is a folder with react, react-dom, @rjsf/core, @rjsf/utils and @rjsf/validator-ajv8:
    `npm install react@18 react-dom@18 @rjsf/core@5 @rjsf/utils@5 @rjsf/validator-ajv8@5`.
    """
    node, modules = shutil.which("node"), Path(os.environ.get("FORMENGINE_NODE_MODULES", "node_modules")).absolute()
    if node is None or not (modules / "@rjsf" / "core").is_dir():
        yield {}
        return
    process = subprocess.Popen(
        [node, "--single-threaded-gc", str(RJSF)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "NODE_PATH": str(modules)},
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    to_node, from_node = process.stdin, process.stdout

    def render(case: str) -> float:
        print(case, file=to_node, flush=True)
        return float(from_node.readline())

    try:
        print(json.dumps(cases), file=to_node, flush=True)
        warm = {case: [render(case) for _ in range(WARM_UP)] for case in cases}
        yield {case: partial(render, case) for case, times in warm.items() if not math.isnan(times[-1])}
    finally:
        to_node.close()
        process.wait(10)
