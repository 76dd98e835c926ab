"""Validation of valid data: formengine, jsonschema, jsonschema-rs, and parsing the JSON as the lower bound."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import jsonschema
import jsonschema_rs

from benchmarks.timing import load, medians, report
from formengine.forms import Validator

for size in ("small", "medium", "large"):
    bench = load(size)
    schema, data, text = bench["schema"], bench["data"], json.dumps(bench["data"])
    stock = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    candidates: dict[str, Callable[[], object]] = {
        "formengine": partial(Validator(schema).is_valid, data),
        "jsonschema": partial(stock.is_valid, data),
        "jsonschema-rs": partial(jsonschema_rs.Draft7Validator(schema, validate_formats=True).is_valid, data),
        "floor": partial(json.loads, text),
    }
    report(f"validate {size}", medians(candidates))
