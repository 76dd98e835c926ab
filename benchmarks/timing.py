"""Medians of interleaved candidates, and where the bench forms are."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMS = Path(os.environ.get("FORMENGINE_BENCH", Path(__file__).parents[2] / "shared" / "bench")) / "forms"

_TURN = 5


def load(name: str) -> dict[str, Any]:
    """One of the bench forms: small, medium, large."""
    found: dict[str, Any] = json.loads((FORMS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def medians(candidates: dict[str, Callable[[], Any]], seconds: float = 1.0) -> dict[str, float]:
    """Microseconds of each candidate, in turns of a few runs; one that runs elsewhere answers its own, a float.

    A turn is not one run: after another candidate, or another process, the first one mostly measures cold caches.
    """
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or any(len(one) < 5 for one in taken.values()):
        for name, run in candidates.items():
            for _ in range(_TURN):
                began = time.perf_counter()
                own = run()
                taken[name].append(own / 1e6 if isinstance(own, float) else time.perf_counter() - began)
    return {name: statistics.median(one) * 1e6 for name, one in taken.items()}


def report(title: str, times: dict[str, float], of: str = "formengine") -> None:
    """One JSON line: how many times longer each candidate takes than ours."""
    print(
        json.dumps(
            {
                "benchmark": title,
                of + "_us": round(times[of], 1),
                "ratios": {name: round(one / times[of], 2) for name, one in times.items()},
            }
        )
    )
