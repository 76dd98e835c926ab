"""Computed answers that decide whether what they are calculated from is asked for: a circle, in which rows are lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.conditions.operands import Operand, facts_in
from formengine.forms.rules.answer_facts import Problem
from formengine.forms.rules.computed_answers import ComputedAnswers
from formengine.forms.schema.branches import target_of
from formengine.forms.schema.form_finding import FormFinding
from formengine.json_schema import DECLARING, IN_PLACE, in_place_schemas

_BRANCHES: Final = ("oneOf", "anyOf")


def computed_circles(calculations: Mapping[str, Operand], schema: Any) -> Iterator[Problem]:
    """The computed answers, by name, that take away, by conditions of the form, an answer that they are calculated
    from; directly or by way of others. `schema` is the form's, in the newest draft.
    """
    affects = _hidden_by(schema)
    for name, operand in calculations.items():
        for read in facts_in(operand):
            affects.setdefault(read, {}).setdefault(name)
    for name, operand in calculations.items():
        for read in dict.fromkeys(facts_in(operand)):
            way = _way(affects, name, read)
            if way:
                message = (
                    f"{' → '.join((read, *way))}: {name} is calculated from {read}, and decides whether {read} is "
                    f"asked for; take {way[-2]} out of the condition on {read}"
                )
                yield ("computed", name), "circle", message


def circle_findings(computed: ComputedAnswers, schema: Any) -> Iterator[FormFinding]:
    """The same as findings of a form."""
    for path, code, message in computed_circles(computed.calculations, schema):
        yield FormFinding("rules", json_pointer.join(path), "warning", code, message)


def _way(affects: Mapping[str, Mapping[str, None]], start: str, end: str) -> list[str]:
    """The shortest way from one answer to another along what each affects, both included; empty where there is none."""
    ways = {start: [start]}
    waiting = [start]
    while waiting:
        name = waiting.pop(0)
        for other in affects.get(name, ()):
            if other == end:
                return [*ways[name], end]
            if other not in ways:
                ways[other] = [*ways[name], other]
                waiting.append(other)
    return []


def _hidden_by(schema: Any) -> dict[str, dict[str, None]]:
    """The top-level answers that each answer can take away, or something in them: what its condition forbids, and what
    only its condition asks for."""
    always = {name for part in _in_place(schema, schema, ("allOf",)) for name in _properties(part)}
    hidden: dict[str, dict[str, None]] = {}
    for part in _in_place(schema, schema, IN_PLACE):
        for names, consequence in _consequences(part, schema):
            for inner in _in_place(consequence, schema, DECLARING):
                taken = [name for name, asked in _properties(inner).items() if name not in always or _forbids(asked)]
                for name in names:
                    hidden.setdefault(name, {}).update(dict.fromkeys(other for other in taken if other != name))
    return hidden


def _consequences(schema: Mapping[str, Any], document: Any) -> Iterator[tuple[set[str], Any]]:
    """What a schema asks for by other answers: the names of these, and the schema that they bring."""
    tested = _in_place(schema.get("if"), document, IN_PLACE)
    names = {name for part in tested for name in (*_properties(part), *_names(part.get("required")))}
    yield from ((names, schema.get(keyword)) for keyword in ("then", "else"))
    dependent = schema.get("dependentSchemas")
    yield from (({name}, part) for name, part in dependent.items()) if isinstance(dependent, dict) else ()
    for keyword in _BRANCHES:
        branches = schema.get(keyword)
        for branch in branches if isinstance(branches, list) else ():
            asked = _properties(branch) if isinstance(branch, dict) else {}
            told = {name for name, part in asked.items() if isinstance(part, dict) and {"const", "enum"} & part.keys()}
            yield told, branch


def _in_place(schema: Any, document: Any, keywords: Any) -> list[dict[str, Any]]:
    """The schemas in place within one, with those that they refer to within the form: each once."""
    parts: dict[int, dict[str, Any]] = {}
    waiting = [schema]
    while waiting:
        for _, part in in_place_schemas(waiting.pop(), keywords=keywords):
            if id(part) not in parts:
                parts[id(part)] = part
                waiting.append(target_of(part, document))
    return list(parts.values())


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _names(required: Any) -> list[str]:
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []


def _forbids(schema: Any) -> bool:
    """Whether a schema forbids an answer, or a property of its rows."""
    if not isinstance(schema, dict):
        return schema is False
    return any(map(_forbids, _properties(schema).values())) or _forbids(schema.get("items", True))
