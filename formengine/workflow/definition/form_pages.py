"""The pages of the forms of request types, by which a workflow may name several fields at once (F19)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from formengine.source.yaml_cursor import identifier_like

Pages = Mapping[str, tuple[str, ...]]
"""The fields of each page of one form."""


def pages_of(request_type: Mapping[str, Any]) -> Pages:
    """The pages of a request type as it is written, by their `id`, else by their title as an id.

    >>> pages_of({"ui": {"steps": [{"title": {"en": "The parties", "fr": "Les parties"}, "fields": ["buyer"]}]}})
    {'the_parties': ('buyer',)}
    """
    ui = request_type.get("ui")
    steps = ui.get("steps") if isinstance(ui, Mapping) else None
    pages: dict[str, tuple[str, ...]] = {}
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, Mapping) or not isinstance(step.get("fields"), list):
            continue
        title = step.get("title")
        text = next(iter(title.values()), "") if isinstance(title, Mapping) else title
        name = step.get("id") or identifier_like(str(text or ""))
        if name:
            pages.setdefault(str(name), tuple(str(field) for field in step["fields"]))
    return pages


def fields_of_parts(parts: Iterable[str], pages: Pages, known: Collection[str]) -> tuple[str, ...]:
    """Names of fields and pages as names of fields, each once; a field's name goes before a page's. What names neither
    stays as it is.
    """
    names = [field for part in parts for field in ((part,) if part in known else pages.get(part, (part,)))]
    return tuple(dict.fromkeys(names))
