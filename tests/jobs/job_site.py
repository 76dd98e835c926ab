"""Jobs for tests, which write to a log file; run as a program it is a worker: URL LOG NAME LEASE."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import text

from formengine.cli.process_end import end_process, has_other_threads
from formengine.errors import DeliveryFailed
from formengine.jobs import JobFunction, PeriodicJob, Retry, Worker, current_attempt, guard_transactions, register
from formengine.storage import open_database
from formengine.storage.database import LATE

register("tell")
register("ponder")
register("fail", tries=3, first_wait=0)
register("falter", first_wait=30)
register("refuse")
register("again")
register("crash")
register("come_round")
register("deposit")
register("stumble", first_wait=60)


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


def database_functions(url: str, diary: Diary, name: str, lease: float) -> Mapping[str, JobFunction]:
    """deposit: sleeps within a transaction, then writes a row. stumble: sleeps, then fails in a worker named `lame`."""
    database = open_database(url)
    guard_transactions(database.sessions, lease)

    def deposit(args: dict[str, Any]) -> None:
        diary.write(f"begin {name}")
        try:
            with database.transaction(LATE) as session:
                session.execute(text("SELECT count(*) FROM deposits"))
                time.sleep(args["seconds"])
                session.execute(text("INSERT INTO deposits (who) VALUES (:who)"), {"who": name})
        except Exception as error:
            diary.write(f"{type(error).__name__} {name}")
            raise
        diary.write(f"end {name}")

    def stumble(args: dict[str, Any]) -> None:
        diary.write(f"begin {name}")
        if name == "lame":
            time.sleep(args["seconds"])
            diary.write(f"fail {name}")
            raise RuntimeError("it hurts")
        diary.write(f"end {name}")

    return {"deposit": deposit, "stumble": stumble}


def until(condition: Callable[[], object], seconds: float) -> None:
    """Wait for a condition; AssertionError after the time limit."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def main(url: str, diary: str, name: str, lease: str) -> None:
    log = Diary(Path(diary))
    schedules = [PeriodicJob("come_round", 1)] if name.startswith("round") else []
    functions_ = {**functions(log), **database_functions(url, log, name, float(lease))}
    worker = Worker(url, functions_, executor_id=name or None, schedules=schedules, lease=float(lease))
    if not worker.run(timeout=10) or has_other_threads():  # as `formengine worker` ends
        end_process()


def run() -> None:
    """What the program does."""
    main(*sys.argv[1:5])


if __name__ == "__main__":
    run()
