"""Rendering forms as they are served, beside RJSF doing the same in the same run.

Three pages of each bench form (compiled once, before any timing):

- first page: `form.render()`, an empty form with its defaults. RJSF: no formData.
- page with errors: `form.read(controls).html()` on a post with wrong answers, that is reading the post, validating the
  answers, finding the control of each error, rendering. RJSF: the same answers as formData and `liveValidate`, which
  validates them and renders the errors; it reads no post.
- filled page: `form.render(data)`. RJSF: formData. Beside it a stock deform form with as many text fields, and the
  floor: joining as many escaped inputs.

Then `form.render(data)` of every RJSF sample that has data (arrays, unions, conditions ...), without its uiSchema, the
worst ratio first. Times are medians of CPU time in microseconds, which other programs on the machine disturb less than
elapsed time; a ratio says how many times longer the peer takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any

from benchmarks.peers import rjsf
from benchmarks.timing import load, load_samples, medians, report
from formengine.forms import Form


def leaves(data: Any) -> list[str]:
    """Every value as text."""
    if isinstance(data, dict):
        return [text for value in data.values() for text in leaves(value)]
    if isinstance(data, list):
        return [text for value in data for text in leaves(value)]
    return [str(data)]


def stock(data: dict[str, Any]) -> Callable[[], object]:
    """A stock deform form with as many text fields as the data have values."""
    import colander
    import deform

    values = leaves(data)
    names = [f"field{number}" for number in range(len(values))]
    fields = [colander.SchemaNode(colander.String(), name=name) for name in names]
    node = colander.SchemaNode(colander.Mapping(), *fields)
    filled = dict(zip(names, values, strict=True))
    return lambda: deform.Form(node).render(filled)


def cpu_time(render: Callable[[], object]) -> float:
    """Microseconds of CPU time that one rendering takes."""
    start = time.process_time()
    render()
    return (time.process_time() - start) * 1e6


def cpu_medians(
    here: Mapping[str, Callable[[], object]], elsewhere: Mapping[str, Callable[[], float]], seconds: float = 1.0
) -> dict[str, float]:
    """Median CPU time of renderings in this process and of those in another, which time themselves."""
    return medians({**{name: partial(cpu_time, render) for name, render in here.items()}, **elsewhere}, seconds)


Candidates = dict[str, Callable[[], object]]
Props = dict[str, Any]


def served_pages(bench: dict[str, Any]) -> dict[str, tuple[Candidates, Props]]:
    """What to time of one bench form: page -> (candidates of this process, props of RJSF's Form)."""
    form, data, wrong = Form(bench["schema"]), bench["data"], bench["invalid"][0]
    controls = [(name, value) for name, values in form.draft(wrong).items() for value in values]
    assert form.read(controls).errors
    schema, texts = bench["schema"], leaves(data)
    filled: Candidates = {
        "formengine": lambda: form.render(data),
        "stock deform (text fields)": stock(data),
        "floor": lambda: "".join([f'<input value="{escape(text)}">' for text in texts]),
    }
    return {
        "first page": ({"formengine": form.render}, {"schema": schema}),
        "page with errors": (
            {"formengine": lambda: form.read(controls).html()},
            {"schema": schema, "formData": wrong, "liveValidate": True},
        ),
        "filled page": (filled, {"schema": schema, "formData": data}),
    }


def bench_forms() -> None:
    """One line for each page of each bench form."""
    for size in ("small", "medium", "large"):
        pages = served_pages(load(size))
        with rjsf({page: props for page, (_, props) in pages.items()}) as peer:
            for page, (candidates, _) in pages.items():
                beside = {"RJSF": peer[page]} if page in peer else {}
                report(f"{page} {size}", cpu_medians(candidates, beside))


def samples() -> None:
    """The samples of RJSF in one line each, worst ratio first."""
    data = {name: sample for name, sample in load_samples().items() if sample.get("formData") not in (None, {}, [])}
    measured = []
    props = {name: {"schema": sample["schema"], "formData": sample["formData"]} for name, sample in data.items()}
    with rjsf(props) as peer:
        for name in peer:
            form, values = Form(data[name]["schema"]), data[name]["formData"]
            times = cpu_medians({"formengine": partial(form.render, values)}, {"RJSF": peer[name]}, seconds=0.2)
            measured.append((name, times))
    for name, times in sorted(measured, key=lambda row: row[1]["RJSF"] / row[1]["formengine"]):
        report(f"filled page, sample {name}", times)


if __name__ == "__main__":
    bench_forms()
    samples()
