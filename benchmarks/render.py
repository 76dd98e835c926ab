"""Schema and data to HTML: formengine, RJSF on the server, stock deform, and the floor (joining, escaping)."""

from __future__ import annotations

from html import escape
from typing import Any

from benchmarks.peers import rjsf
from benchmarks.timing import load, medians, report
from formengine.forms import Form


def leaves(data: Any) -> list[str]:
    """Every value as text."""
    if isinstance(data, dict):
        return [one for each in data.values() for one in leaves(each)]
    if isinstance(data, list):
        return [one for each in data for one in leaves(each)]
    return [str(data)]


def stock(schema: dict[str, Any], data: dict[str, Any]) -> Any:
    """A stock deform form with as many text fields as the data have values."""
    import colander
    import deform

    values = leaves(data)
    names = [f"field{number}" for number in range(len(values))]
    node = colander.SchemaNode(colander.Mapping(), *[colander.SchemaNode(colander.String(), name=one) for one in names])
    filled = dict(zip(names, values, strict=True))
    return lambda: deform.Form(node).render(filled)


for size in ("small", "medium", "large"):
    bench = load(size)
    form, texts = Form(bench["schema"]), leaves(bench["data"])
    candidates: dict[str, Any] = {
        "formengine": lambda form=form, bench=bench: form.render(bench["data"]),
        "stock deform (text fields)": stock(bench["schema"], bench["data"]),
        "floor": lambda texts=texts: "".join([f'<input value="{escape(one)}">' for one in texts]),
    }
    with rjsf(bench) as peer:
        report(f"render {size}", medians({**candidates, **peer}))
