"""Facts as text for the reader, in their language and time zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.services.core.unit_of_work import Work
from formengine.services.people.lookup import named
from formengine.value_format import format_value


def value_text(work: Work, value: Any, schema: Mapping[str, Any] | None = None) -> str:
    """The text of a fact, "" for nothing; `schema` is what asked for it. People are given by their names."""
    schema = schema or {}
    items = schema.get("items")
    references = (schema.get("$ref"), items.get("$ref") if isinstance(items, Mapping) else None)
    if any(str(reference).startswith("formengine:pe") for reference in references):
        people = value if isinstance(value, list) else [value]
        return ", ".join(named(work, str(person)) for person in people if person)
    return format_value(value, work.language, work.zone, schema)
