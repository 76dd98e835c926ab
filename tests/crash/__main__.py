"""`python -m tests.crash [--database sqlite|postgresql] [--kills N] [--seed N]`."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.crash.run import ROOT, CrashRun
from tests.support.databases import migrate
from tests.support.postgresql_cluster import running_cluster
from tests.support.server import commands_on
from tests.support.smtp import receiving

DRAIN_SECONDS = 300
"""Deferred mails wait for a minute and longer before they are tried again."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Kills servers and workers at random.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fe-crash-")))
        if arguments.database == "postgresql":
            cluster = stack.enter_context(running_cluster())
            url = cluster.url(cluster.create())
        else:
            url = f"sqlite:///{folder}/site.sqlite"
        migrate(url)
        commands = commands_on(url, ROOT, folder)
        stack.callback(commands.end)
        commands.run("publish")
        inbox = stack.enter_context(receiving())
        chance = random.Random(arguments.seed)
        inbox.answers = ["451 try later" if chance.random() < 0.1 else "250 taken" for _ in range(10_000)]
        run = CrashRun(commands, inbox, seed=arguments.seed)
        run.play(arguments.kills)
        seconds = run.drain(DRAIN_SECONDS)
        problems = run.problems()
    print(f"{arguments.database}: {run.summary()}; all mails sent {seconds:.0f} s after the last kill")
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
