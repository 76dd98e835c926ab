"""Validation of valid data: formengine, jsonschema, jsonschema-rs, and parsing the JSON as the lower bound."""

from __future__ import annotations

import json

import jsonschema
import jsonschema_rs

from benchmarks.timing import load, medians, report
from formengine.forms import Validator

for size in ("small", "medium", "large"):
    bench = load(size)
    schema, data, text = bench["schema"], bench["data"], json.dumps(bench["data"])
    ours, stock = Validator(schema), jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    fast = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    candidates = {
        "formengine": lambda ours=ours, data=data: ours.is_valid(data),
        "jsonschema": lambda stock=stock, data=data: stock.is_valid(data),
        "jsonschema-rs": lambda fast=fast, data=data: fast.is_valid(data),
        "floor": lambda text=text: json.loads(text),
    }
    report(f"validate {size}", medians(candidates))
