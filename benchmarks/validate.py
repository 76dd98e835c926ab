"""Validation beside jsonschema-rs, fastjsonschema and ajv in one run: accepting data, and all errors of wrong data.

The schemas are RJSF's samples with their recorded instances, the bench forms, and ten of ours (`validation_schemas`).
Candidates take turns; the shortest time of each counts, because other programs on the machine only ever add to it. All
errors of a schema are those of all its wrong data, one after the other: FieldErrors with sentences here, the objects of
the peers there. fastjsonschema stops at the first error and is measured on accepting alone.

`FORMENGINE_NODE_MODULES` is a folder with ajv and ajv-formats (`npm install ajv@8 ajv-formats@3`). A ratio says how
many times longer formengine takes than the peer; the schemas come worst first.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import jsonschema_rs

from benchmarks.peers import ajv
from benchmarks.timing import FORMS, SAMPLES, load
from benchmarks.validation_schemas import CASES, Case
from formengine.forms import Validator
from formengine.forms.schema.dialect import dialect_of

Run = Callable[[int], float]
"""Runs so many times, and returns the microseconds of one run."""
TURNS = int(os.environ.get("FORMENGINE_BENCH_TURNS", "75"))
_TURN = 300.0
_INVALID = 6


def cases() -> dict[str, Case]:
    """Every case by name."""
    forms = {f"bench {size}": load(size) for size in ("small", "medium", "large")} if FORMS.is_dir() else {}
    named = {name: Case(form["schema"], form["data"], form["invalid"]) for name, form in forms.items()}
    return CASES | named | _recorded()


def _recorded() -> dict[str, Case]:
    """The samples of RJSF with a recorded instance that fits; as wrong data, the first few recorded that do not."""
    recorded = {}
    for path in sorted((SAMPLES.parent / "instances" / SAMPLES.name).glob("*.json")):
        instances = json.loads(path.read_text(encoding="utf-8"))
        instances = instances["instances"] if isinstance(instances, dict) else instances
        schema = json.loads((SAMPLES / path.name).read_text(encoding="utf-8"))["schema"]
        judge = Validator(schema).is_valid
        valid = [item["data"] for item in instances if item["valid"] and judge(item["data"])]
        invalid = [item["data"] for item in instances if not item["valid"] and not judge(item["data"])]
        if valid:
            recorded[path.stem] = Case(schema, max(valid, key=lambda data: len(json.dumps(data))), invalid[:_INVALID])
    return recorded


def _timed(function: Callable[[Any], object], data: Any) -> Run:
    """Calls a function as programs do: by name, from Python."""

    def run(runs: int) -> float:
        start = time.perf_counter()
        for _ in range(runs):
            function(data)
        return (time.perf_counter() - start) / runs * 1e6

    return run


def shortest(candidates: dict[str, Run]) -> dict[str, float]:
    """The shortest time of each candidate in microseconds, in turns of about `_TURN` microseconds."""
    runs = {name: max(1, int(_TURN / max(min(run(1), run(1)), 0.01))) for name, run in candidates.items()}
    times = dict.fromkeys(candidates, math.inf)
    for _ in range(TURNS):
        for name, run in candidates.items():
            times[name] = min(times[name], run(runs[name]))
    return times


def peers(case: Case) -> tuple[dict[str, Run], dict[str, Run]]:
    """The candidates of this process: for accepting, and for all errors."""
    validator = Validator(case.schema)
    is_draft_7 = _is_draft_7(case.schema)
    stock = (jsonschema_rs.Draft7Validator if is_draft_7 else jsonschema_rs.Draft202012Validator)(
        case.schema, validate_formats=True
    )
    accept: dict[str, Run] = {
        "formengine": _timed(validator.is_valid, case.valid),
        "jsonschema-rs": _timed(stock.is_valid, case.valid),
    }
    if (fast := _fastjsonschema(case)) is not None:
        accept["fastjsonschema"] = _timed(fast, case.valid)
    errors: dict[str, Run] = {
        "formengine": _timed(lambda many: [validator.errors(data) for data in many], case.invalid),
        "jsonschema-rs": _timed(lambda many: [list(stock.iter_errors(data)) for data in many], case.invalid),
    }
    return accept, errors


def _is_draft_7(schema: Any) -> bool:
    return dialect_of(schema, "2020-12") == "draft-7"


def _fastjsonschema(case: Case) -> Callable[[Any], object] | None:
    """fastjsonschema's function, where it is installed, knows every keyword (it ends at draft 7) and accepts."""
    try:
        import fastjsonschema  # type: ignore[import-not-found]
    except ImportError:
        return None
    text = json.dumps(case.schema)
    if any(f'"{word}"' in text for word in ("unevaluatedProperties", "unevaluatedItems", "prefixItems", "$anchor")):
        return None
    try:
        schema = {**case.schema, "$schema": "http://json-schema.org/draft-07/schema#"}
        function: Callable[[Any], object] = fastjsonschema.compile(schema, detailed_exceptions=False)
        function(case.valid)
    except Exception:
        return None
    return function


def main() -> None:
    """One line for each schema, worst first, and what the worst and the median are."""
    everything = cases()
    for_ajv = {name: {**case._asdict(), "draft7": _is_draft_7(case.schema)} for name, case in everything.items()}
    measured: dict[str, dict[str, dict[str, float]]] = {"accept": {}, "errors": {}}
    with ajv(for_ajv) as elsewhere:
        for name, case in everything.items():
            for what, candidates in zip(measured, peers(case), strict=True):
                if what == "accept" or case.invalid:
                    beside = {"ajv": elsewhere[name, what]} if (name, what) in elsewhere else {}
                    measured[what][name] = shortest({**candidates, **beside})
    for what, schemas in measured.items():
        _report(what, schemas)


def _report(what: str, schemas: dict[str, dict[str, float]]) -> None:
    def ratio(name: str, peer: str = "jsonschema-rs") -> float:
        return schemas[name]["formengine"] / schemas[name][peer]

    for name in sorted(schemas, key=ratio, reverse=True):
        row = {peer: round(ratio(name, peer), 2) for peer in schemas[name] if peer != "formengine"}
        print(json.dumps({"benchmark": f"{what}: {name}", "us": round(schemas[name]["formengine"], 1), "ratios": row}))
    for peer in ("jsonschema-rs", "fastjsonschema", "ajv"):
        ratios = {name: ratio(name, peer) for name in schemas if peer in schemas[name]}
        if ratios:
            worst = max(ratios, key=lambda name: ratios[name])
            middle = statistics.median(ratios.values())
            summary = f"{len(ratios)} schemas, median {middle:.2f}, worst {ratios[worst]:.2f} ({worst})"
            print(f"{what} beside {peer}: {summary}")


if __name__ == "__main__":
    main()
