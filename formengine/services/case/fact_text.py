"""Facts as text for the reader, in their language and time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people, person_name
from formengine.value_format import format_value

ACCOUNT_ID: Final = re.compile("[0-9a-f]{32}")
PEOPLE: Final = ("formengine:person", "formengine:people")
"""The kinds of fields whose values are ids of accounts."""


def fact_text(work: UnitOfWork, value: Any, schema: Mapping[str, Any] | None = None) -> str:
    """A fact as text; empty for no value. `schema` is the JSON Schema of its field. Ids of accounts become names."""
    schema = schema or {}
    items = schema.get("items")
    references = (schema.get("$ref"), items.get("$ref") if isinstance(items, Mapping) else None)
    if any(reference in PEOPLE for reference in references):
        people = value if isinstance(value, list) else [value]
        return ", ".join(person_name(work, str(person)) for person in people if person)
    return format_value(value, work.language, work.zone, schema)


def expect_people(work: UnitOfWork, value: Any) -> None:
    """Announce the accounts whose ids occur in a value, so that they are read in one statement."""
    if isinstance(value, str) and ACCOUNT_ID.fullmatch(value):
        known_people(work).expect_ids([value])
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            expect_people(work, part)
