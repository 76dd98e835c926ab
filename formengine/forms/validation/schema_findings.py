"""What `form.findings` and `formengine check` say of a schema that is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.conditions.parser import Money, parse_value
from formengine.errors import FormError
from formengine.forms.schema.advice import remarks
from formengine.forms.schema.dialect import dialect_of
from formengine.forms.schema.form_finding import FormFinding
from formengine.forms.schema.older_drafts import OF_DRAFT_4
from formengine.forms.validation.validator import Validator
from formengine.json_schema import KEYWORDS, every_schema

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
        message = default_problem(part, schema, dialect, kinds, locale) if pointer not in told else None
        if message is not None:
            findings.append(FormFinding("schema", pointer, "warning", "default", message))
    return findings


def default_problem(
    schema: Mapping[str, Any], whole: Mapping[str, Any], dialect: str, kinds: Mapping[str, Any], locale: str
) -> str | None:
    """Why the default of one schema within another would be refused as an answer: the form would begin with a wrong
    one. None where it has none, or a right one.
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
    amount = parse_value(schema["default"]) if isinstance(schema["default"], str) else None
    if isinstance(amount, Money) and schema.get("$ref") == "formengine:money":
        return f"the default of an amount of money is a map; write {amount.as_yaml}"
    return f"the default is not an answer that would be accepted: {errors[0].message}"
