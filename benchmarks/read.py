"""A post to data and verdict: formengine, and the floor (parsing the urlencoded body)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from benchmarks.timing import load, medians, report
from formengine.forms import Form

for size in ("small", "medium", "large"):
    bench = load(size)
    form = Form(bench["schema"])
    post = [(name, one) for name, held in form.draft(bench["data"]).items() for one in held]
    body = urlencode(post)
    candidates = {
        "formengine": lambda form=form, post=post: form.read(post).errors,
        "floor": lambda body=body: parse_qsl(body, keep_blank_values=True),
    }
    report(f"read {size}", medians(candidates))
