"""`python -m tests.attack [--database sqlite|postgresql] [--only NAME ...] [--log FILE]`."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.attack.portal import attacked_portal
from tests.attack.report import Report
from tests.attack.world import World
from tests.support.postgresql_cluster import running_cluster

MODULES = ("ownership", "forgery", "content", "uploads", "protocol", "bodies", "sessions", "guessing", "sockets")
"""In this order: the guesses use up the tries of the attacker's address, and the sockets are slow."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description="Attacks a portal behind a TLS proxy.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--only", nargs="+", choices=MODULES, default=MODULES)
    parser.add_argument("--log", type=Path, help="Keep the log of the attacked portal in this file.")
    arguments = parser.parse_args()
    report, begun = Report(), time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fe-attack-")))
        if arguments.database == "postgresql":
            cluster = stack.enter_context(running_cluster())
            url = cluster.url(cluster.create())
        else:
            url = f"sqlite:///{folder}/portal.sqlite"
        portal = stack.enter_context(attacked_portal(folder, url))
        world = World(portal)
        for name in arguments.only:
            print(f"-- {name}", flush=True)
            importlib.import_module(f"tests.attack.{name}").play(world, report)
        log = portal.log
        if arguments.log:
            arguments.log.write_text(log)
        report.note("T44", "the log, afterwards", "no traceback, no secret", *judge_log(log, world))
    print(f"{arguments.database}: {report.summary()}, {time.monotonic() - begun:.0f} s")
    for attempt in report.broken:
        print(f"  {attempt.threat} {attempt.attack}: {attempt.came}")
    return 1 if report.broken else 0


def judge_log(log: str, world: World) -> tuple[str, bool]:
    """What the log of the attacked portal has that it should not have."""
    from tests.support.people import PASSWORD

    found = [word for word in ("Traceback", '"traceback"', PASSWORD, world.link) if word in log]
    lines = [line[:200] for line in log.splitlines() if any(word in line for word in found)]
    return (f"{found}: {lines[:2]}" if found else f"{len(log.splitlines())} lines"), not found


if __name__ == "__main__":
    sys.exit(main())
