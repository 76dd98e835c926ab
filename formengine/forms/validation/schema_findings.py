"""What `form.findings` and `formengine check` say of a schema that is accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.conditions.suggestions import money_meant
from formengine.conditions.value_checks import DATES
from formengine.errors import FormError
from formengine.forms.schema.advice import remarks
from formengine.forms.schema.dialect import dialect_of
from formengine.forms.schema.form_finding import FormFinding
from formengine.forms.schema.older_drafts import OF_DRAFT_4
from formengine.forms.validation.validator import Validator
from formengine.json_schema import KEYWORDS, every_schema

_CLOCK: Final = re.compile(
    r"[{ ]*(?:today|now|current[ _]?date|aujourd['’]hui|maintenant)\b[()} ]*([+-] \d+ \w+)?", re.IGNORECASE
)
"""What people write for the day on which a form is filled in."""
_SHARED: Final = ("$schema", "$defs", "definitions")


def schema_findings(schema: Any, dialect: str, kinds: Mapping[str, Any], locale: str) -> list[FormFinding]:
    """The mistakes in a schema: those of `advice`, and defaults that would be refused as answers."""
    keywords = KEYWORDS | (OF_DRAFT_4 if dialect_of(schema, dialect) == "draft-4" else frozenset())
    findings = [
        FormFinding("schema", json_pointer.join(remark.path), remark.severity, remark.code, remark.message)
        for remark in remarks(schema, keywords)
    ]
    told = {finding.pointer for finding in findings}
    for path, part in every_schema(schema):
        pointer = json_pointer.join((*path, "default"))
        name = str(path[-1]) if path else "FIELD"
        message = default_problem(part, schema, dialect, kinds, locale, name) if pointer not in told else None
        if message is not None:
            findings.append(FormFinding("schema", pointer, "warning", "default", message))
    return findings


def default_problem(
    schema: Mapping[str, Any], whole: Mapping[str, Any], dialect: str, kinds: Mapping[str, Any], locale: str, name: str
) -> str | None:
    """Why the default of one schema within another would be refused as an answer: the form would begin with a wrong
    one. None where it has none, or a right one. `name` is that of its property.
    """
    if schema.get("default") is None:
        return None
    shared = {key: whole[key] for key in _SHARED if key in whole}
    try:
        judge = Validator({**shared, "properties": {"field": schema}}, dialect, kinds=kinds, locale=locale)
        errors = judge.errors({"field": schema["default"]})
    except FormError:
        return None  # a part that refers to what is around it
    if not errors:
        return None
    amount = money_meant(schema["default"]) if schema.get("$ref") == "formengine:money" else None
    if amount is not None:
        return f"the default of an amount of money is a map; write {amount}"
    if schema.get("format") in DATES and (clock := _CLOCK.match(str(schema["default"]))):
        word, later = "now" if schema["format"] == "date-time" else "today", f" {clock[1]}" if clock[1] else ""
        return (
            f"a default is the same answer on every day, and {schema['default']} is no date; take it out, or have the "
            f"form work it out, so that nobody types it: computed: {{{name}: {word}{later}}}"
        )
    return f"the default is not an answer that would be accepted: {errors[0].message}"
