"""What facts, and operands calculated from them, are called in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from formengine.conditions.durations import FactLength, Length
from formengine.conditions.fact_types import type_of
from formengine.conditions.operands import (
    Clock,
    DocumentPresence,
    FactValue,
    OfRows,
    Operand,
    SeatCount,
    Shifted,
)
from formengine.i18n import pick, say
from formengine.value_format import format_duration
from formengine.workflow.definition.fact_types import child_fact_types
from formengine.workflow.definition.model import FactType, Workflow

_OF_ROWS: Final = {
    "highest": "highest {column} of {rows}",
    "lowest": "lowest {column} of {rows}",
    "sum": "sum of {column} in {rows}",
    "number": "number of {rows}",
    "any": "{column} in a row of {rows}",
    "every": "{column} in every row of {rows}",
}


def fact_type(workflow: Workflow, name: str, child: str | None = None) -> FactType | None:
    """The type of a fact; in a kind of child its own fields come first."""
    kind = workflow.children.get(child) if child else None
    if kind is not None and name in kind.fields:
        return child_fact_types(kind)[name]
    return workflow.fact_types.get(name)


def fact_title(workflow: Workflow, name: str, language: str, child: str | None = None) -> str:
    """The title of a fact; its name without underscores when it is unknown."""
    word, _, kind = name.partition("_")
    fact = fact_type(workflow, name, child)
    if word in ("open", "all") and kind in workflow.children and name not in workflow.fields:
        title = pick(workflow.children[kind].title, language)
        return say(language, "{child}, still open", child=title) if word == "open" else title
    return pick(fact.title, language) if fact else name.replace("_", " ")


def path_title(workflow: Workflow, path: str, language: str) -> str:
    """The title of a fact, or of a field in the rows of one: *Deliverables: Amount* of `deliverables.amount`."""
    name, *parts = path.split(".")
    fact = fact_type(workflow, name)
    columns = fact.columns if fact is not None else {}
    titles = [pick(columns[part].title, language) if part in columns else part.replace("_", " ") for part in parts]
    title = fact_title(workflow, name, language)
    return say(language, "{title}: {value}", title=title, value=", ".join(titles)) if titles else title


def operand_title(workflow: Workflow, operand: Operand, language: str, child: str | None = None) -> str:
    """What an operand is called in a sentence: End date + 12 months; the highest Limit of Powers."""
    match operand:
        case FactValue(name):
            return fact_title(workflow, name, language, child)
        case Clock(word):
            return say(language, "today") if word == "today" else say(language, "now")
        case Shifted(base, length, sign):
            title = operand_title(workflow, base, language, child)
            return f"{title} {'+' if sign > 0 else '−'} {_length_text(workflow, length, language, child)}"
        case OfRows(function, rows, column):
            fact = fact_type(workflow, rows, child)
            entry = fact.columns.get(column or "") if fact is not None else None
            row = pick(entry.title, language) if entry is not None and column else column or ""
            return say(
                language, _OF_ROWS[function], rows=fact_title(workflow, rows, language, child), column=row
            ).strip()
        case SeatCount(what, rule):
            declared = next((declared for declared in workflow.rounds if declared.id == rule), None)
            title = pick(declared.title, language) if declared is not None else rule
            return say(language, "votes of {round}" if what == "votes" else "open seats of {round}", round=title)
        case DocumentPresence(name):
            document = workflow.document_rules.get(name)
            return pick(document.title if document else None, language) or name.replace("_", " ")


def _length_text(workflow: Workflow, length: Length, language: str, child: str | None) -> str:
    """A length in a sentence: *12 months*; where a fact tells it, *Term in months (months)*."""
    if isinstance(length, FactLength):
        unit = format_duration(2, length.unit, language).partition("2")[2].strip()
        return f"{fact_title(workflow, length.fact, language, child)} ({unit})"
    return format_duration(length.amount, length.unit, language)


def operand_type(workflow: Workflow, operand: Operand, child: str | None = None) -> FactType | None:
    """The type of an operand's value; in a kind of child its own fields come first."""
    kind = workflow.children.get(child) if child else None
    own: Mapping[str, FactType] = child_fact_types(kind) if kind is not None else {}
    return type_of(operand, {**workflow.fact_types, **own} if own else workflow.fact_types)
