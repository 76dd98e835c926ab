"""Jobs for tests, which write to a log file; run as a program it is a worker: URL LOG [NAME]."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from formengine.errors import DeliveryFailed
from formengine.jobs import JobFunction, PeriodicJob, Retry, Worker, current_attempt, register

register("tell")
register("ponder")
register("fail", tries=3, first_wait=0)
register("falter", first_wait=30)
register("refuse")
register("again")
register("crash")
register("come_round")


class Diary:
    """A log file to which jobs append one line each, from any process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, line: str) -> None:
        with self.path.open("a") as stream:
            stream.write(line + "\n")

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []


def functions(diary: Diary) -> Mapping[str, JobFunction]:
    """tell: one line. ponder: a line, `seconds` of sleep, a line. fail, refuse, again: three kinds of failure."""

    def ponder(args: dict[str, Any]) -> None:
        diary.write(f"begin {args['who']}")
        time.sleep(args["seconds"])
        diary.write(f"end {args['who']}")

    def fail(args: dict[str, Any]) -> None:
        attempt = current_attempt()
        assert attempt is not None
        diary.write(f"fail {attempt.number}{' last' if attempt.last else ''}")
        raise RuntimeError(f"no {args['what']}")

    def refuse(args: dict[str, Any]) -> None:
        diary.write("refused")
        raise DeliveryFailed("550 no such user", permanent=True)

    def again(args: dict[str, Any]) -> None:
        attempt = current_attempt()
        assert attempt is not None
        diary.write(f"again {attempt.number}")
        if attempt.number == 1:
            raise Retry(0)

    def crash(args: dict[str, Any]) -> None:
        diary.write("crash")
        os._exit(9)

    return {
        "tell": lambda args: diary.write(f"tell {args['who']}"),
        "ponder": ponder,
        "fail": fail,
        "falter": fail,
        "refuse": refuse,
        "again": again,
        "crash": crash,
        "come_round": lambda args: diary.write("round"),
    }


def until(condition: Callable[[], object], seconds: float) -> None:
    """Wait for a condition; AssertionError after the time limit."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def main(url: str, diary: str, name: str) -> None:
    log = Diary(Path(diary))
    schedules = [PeriodicJob("come_round", 1)] if name.startswith("round") else []
    Worker(url, functions(log), executor_id=name or None, schedules=schedules).run(timeout=10)


if __name__ == "__main__":
    main(*sys.argv[1:4])
