"""Medians of interleaved candidates, and where the bench forms are."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_SHARED = Path(__file__).parents[2] / "shared"
FORMS = Path(os.environ.get("FORMENGINE_BENCH", _SHARED / "bench")) / "forms"
SAMPLES = Path(os.environ.get("FORMENGINE_RJSF_SAMPLES", _SHARED / "fixtures" / "rjsf-samples"))
_RUNS_A_TURN = 5


def load(name: str) -> dict[str, Any]:
    """One of the bench forms: small, medium, large."""
    bench: dict[str, Any] = json.loads((FORMS / f"{name}.json").read_text(encoding="utf-8"))
    return bench


def load_samples() -> dict[str, dict[str, Any]]:
    """The samples of RJSF's playground by name: `schema`, `uiSchema`, `formData`."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SAMPLES.glob("*.json"))}


def medians(
    candidates: Mapping[str, Callable[[], Any]], seconds: float = 1.0, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Microseconds of each candidate, in turns of a few runs; a candidate that runs elsewhere returns its own, a float.

    A turn is several runs, because the first run after another candidate mostly measures cold caches.
    """
    durations: dict[str, list[float]] = {name: [] for name in candidates}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or any(len(times) < _RUNS_A_TURN for times in durations.values()):
        for name, run in candidates.items():
            for _ in range(_RUNS_A_TURN):
                start = clock()
                reported = run()
                elapsed = reported / 1e6 if isinstance(reported, float) else clock() - start
                durations[name].append(elapsed)
    return {name: statistics.median(times) * 1e6 for name, times in durations.items()}


def report(title: str, times: dict[str, float], of: str = "formengine") -> None:
    """One JSON line: how many times longer each candidate takes than ours."""
    print(
        json.dumps(
            {
                "benchmark": title,
                of + "_us": round(times[of], 1),
                "ratios": {name: round(time_ / times[of], 2) for name, time_ in times.items()},
            }
        )
    )
