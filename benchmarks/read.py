"""Time to read and validate a posted form, relative to a floor: parsing the urlencoded body alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from benchmarks.timing import load, medians, report
from formengine.forms import FieldError, Form


def read(form: Form, post: list[tuple[str, Any]]) -> list[FieldError]:
    return form.read(post).errors


for size in ("small", "medium", "large"):
    bench = load(size)
    form = Form(bench["schema"])
    post = [(name, value) for name, values in form.draft(bench["data"]).items() for value in values]
    body = urlencode(post)
    candidates: dict[str, Callable[[], object]] = {
        "formengine": partial(read, form, post),
        "floor": partial(parse_qsl, body, keep_blank_values=True),
    }
    report(f"read {size}", medians(candidates))
