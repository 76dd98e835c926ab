"""Check of facts and their types: in conditions, dates of deadlines, values that steps set (W4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.conditions.condition_words import word_problem
from formengine.conditions.fact_types import CALCULATED, is_calculated, type_of
from formengine.conditions.literal_checks import literal_problem
from formengine.conditions.operand_checks import (
    anchor_problem,
    mismatch_of_operands,
    operand_problem,
)
from formengine.conditions.operands import (
    QUANTIFIERS,
    Clock,
    DocumentPresence,
    FactValue,
    OfRows,
    Operand,
    SeatCount,
    facts_in,
    parse_operand,
)
from formengine.conditions.parser import (
    AllOf,
    Comparison,
    Condition,
    comparisons,
    is_operand,
)
from formengine.conditions.value_checks import DATES, called, can_copy, mismatch_when_set
from formengine.source import Path, closest, did_you_mean
from formengine.workflow.checks.currencies import problem_of_amounts
from formengine.workflow.checks.lookups import check_lookup
from formengine.workflow.checks.plugin_options import check_options
from formengine.workflow.definition.fact_types import SUBMITTED_ON, child_fact_types, counted_child
from formengine.workflow.definition.model import FactType, Workflow
from formengine.workflow.definition.tables import is_lookup
from formengine.workflow.parser.cursor import WorkflowCursor

PEOPLE_KINDS: Final = ("person", "people", "contact", "list", "object", "unknown")
"""The kinds of facts that may name people."""
NAMING_KINDS: Final = ("party", "text", "unknown")
"""The kinds of facts that may name a company: a choice among ours is a text."""


class FactChecker:
    """Checks uses of facts against their types; what is wrong becomes a finding of the cursor.

    `child` is the kind of child in which a fact is used: its own fields come first. Without forms, names of facts are
    not checked, because any form may have them.
    """

    def __init__(self, cursor: WorkflowCursor, workflow: Workflow, has_forms: bool) -> None:
        self.cursor, self.workflow, self.has_forms = cursor, workflow, has_forms
        self._lacking: set[str] = set()

    def _types(self, child: str | None) -> Mapping[str, FactType]:
        types = self.workflow.fact_types
        return (
            {**types, **child_fact_types(self.workflow.children[child], self.workflow.vocabulary.field_kinds)}
            if child
            else types
        )

    def resolve(self, name: str, path: Path, child: str | None = None, *, asked: bool = False) -> FactType | None:
        """The type of a fact, None when it is unknown (an error); a fact that some form lacks is a warning.

        `asked` is set where a step asks for the fact.
        """
        types = self._types(child)
        fact = types.get(name)
        counted = counted_child(name)
        advice = self.workflow.vocabulary.kind_advice(counted) if fact is None and counted else None
        if counted and advice is not None:  # told as the child that is not there, once for all its uses
            children = self.workflow.children
            self.cursor.references.resolve(counted, children, path, "child", "child", ("children",), advice)
        elif fact is not None or self.has_forms or counted:
            is_document = name in (self.workflow.documents or ())
            note = f"to wait for the document, write document {name} is there" if is_document else None
            self.cursor.references.resolve(name, types, path, "fact", "fact", ("fields",), note)
        if fact is not None and fact.missing_in and name not in (*self.workflow.fields, *self._lacking):
            self._lacking.add(name)
            follows = "this step asks for it" if asked else "it is empty"
            message = f"the form of {', '.join(fact.missing_in)} has no `{name}`; {follows} there"
            self.cursor.at(*path).warn("fact-missing-in-form", message)
        return fact

    def check_date(self, text: str, path: Path, child: str | None) -> None:
        """Findings unless the operand that a deadline counts from is a date fact or a calculated date."""
        operand = parse_operand(text) or FactValue(text)
        if (problem := anchor_problem(operand)) is not None:
            self.cursor.at(*path).error("no-date", problem)
            return
        fact = self.operand_type(operand, path, child)
        if fact is not None and fact.kind not in (*DATES, "unknown"):
            self.cursor.at(*path).error("no-date", f"a deadline needs a date, and `{text}` is {called(fact)}")

    def check_signs_for(self, name: str, path: Path) -> None:
        """Findings unless a fact may name the company for which somebody signs."""
        fact = self.resolve(name, path)
        if fact is not None and fact.kind not in NAMING_KINDS:
            message = f"`signs_for` names a party, one of our companies or a text, and `{name}` is {called(fact)}"
            self.cursor.at(*path).error("signs-for", message)

    def operand_type(self, operand: Operand, path: Path, child: str | None) -> FactType | None:
        """The type of an operand's value; None where it reads what is unknown, or does not fit, which is a finding."""
        references, workflow = self.cursor.references, self.workflow
        if isinstance(operand, DocumentPresence):
            known = workflow.documents is None or references.resolve(
                operand.name, workflow.documents, path, "document", "document", ("documents",)
            )
            return FactType(str(operand), str(operand), "boolean") if known else None
        if isinstance(operand, SeatCount):
            rounds = [rule.id for rule in workflow.rounds]
            kinds = "approval, signatures or acknowledgement"
            if not references.resolve(operand.rule, rounds, path, kinds, "approval"):
                return None
        types = self._types(child)
        for name in facts_in(operand):
            fact = self.resolve(name, path, child)
            if fact is None:
                return None
        if isinstance(operand, FactValue):
            return types.get(operand.name)
        type_ = type_of(operand, types)
        problem = operand_problem(operand, types, type_)
        if problem is not None:
            self.cursor.at(*path).error(*problem)
        return None if problem else type_

    def check_number(self, name: str, path: Path, child: str | None) -> None:
        """An error for a length that is no number; a warning where it may be a fraction: only whole units count."""
        fact = self.resolve(name, path, child)
        if fact is None or fact.kind == "unknown":
            return
        if fact.kind != "number":
            message = f"a length needs a number, and `{name}` is {called(fact)}; make it `type: integer`"
            self.cursor.at(*path).error("no-number", message)
        elif fact.schema.get("type") == "number" and not fact.values:
            message = f"`{name}` may be a fraction, of which the deadline counts whole units; make it `type: integer`"
            self.cursor.at(*path).warn("fraction", message)

    def check_people(self, name: str, path: Path) -> None:
        """A finding unless a name in `cc` is a role, or a fact that holds people (accounts or e-mail addresses)."""
        if "@" in name:
            message = "name a role here, or a fact with people, such as a question of the form; not an address"
            self.cursor.at(*path).error("no-people", message)
            return
        fact = self.resolve(name, path)
        if fact is None or fact.kind in PEOPLE_KINDS or fact.schema.get("format") == "email":
            return
        message = f"`{name}` names no people; use formengine:person, :people or :contact, or a role"
        self.cursor.at(*path).error("no-people", message)

    def check_input(self, name: str, path: Path, child: str | None = None) -> FactType | None:
        """The type of a fact that a step asks for; a finding for one that the engine itself counts or keeps."""
        fact = self.resolve(name, path, child, asked=True)
        if fact is not None and fact.kept:
            self.cursor.at(*path).error("kept", f"`{name}` is known without being asked; leave it out here")
        rules = self.workflow.form_rules.items() if child is None and name not in self.workflow.fields else ()
        computing = [
            form for form, rule in rules if isinstance(rule.get("computed"), Mapping) and name in rule["computed"]
        ]
        if computing:
            message = f"the form of {', '.join(computing)} computes `{name}` itself; leave it out here"
            self.cursor.at(*path).error("computed", message)
        return fact

    def check_shown(self, name: str, path: Path, child: str | None = None) -> None:
        """Findings for a fact that a seat cannot show; the day of submission is on the page of every dossier anyway."""
        self.resolve(name, path, child)
        if name == SUBMITTED_ON and self.workflow.fact_types[name].kept:
            message = f"every page of the dossier says when it was sent; leave `{name}` out here"
            self.cursor.at(*path).error("kept", message)

    def check_asked(self, name: str, path: Path) -> None:
        """A finding for a file that is asked for with a vote, because votes carry none."""
        fact = self.check_input(name, path)
        if fact is not None and fact.kind in ("file", "files"):
            message = f"`{name}` takes a file, and a vote carries none; ask for it in a step, with `requires`"
            self.cursor.at(*path).error("asked-file", message)

    def check_answer(self, name: str, path: Path) -> None:
        """A finding for what is to be corrected and is neither a field nor a page of the form."""
        pages = dict.fromkeys(page for form in self.workflow.pages.values() for page in form)
        if name in pages and name not in self.workflow.fact_types:
            self._check_page(name, path)
            return
        if name in self.workflow.fields:
            message = f"`{name}` is a field of the workflow, not of the form; a step that `requires` it asks for it"
            self.cursor.at(*path).error("no-answer", message)
        elif pages and name not in self.workflow.fact_types:
            names = (*self.workflow.fact_types, *pages)
            self.cursor.references.resolve(name, names, path, "field or page of the form", "fact", ("fields",))
        else:
            self.resolve(name, path, None)

    def _check_page(self, name: str, path: Path) -> None:
        lacking = [form for form, pages in self.workflow.pages.items() if name not in pages]
        if lacking:
            message = f"the form of {', '.join(lacking)} has no page `{name}`; nothing is opened by it there"
            self.cursor.at(*path).warn("fact-missing-in-form", message)

    def check_condition(self, condition: Condition, path: Path, child: str | None) -> None:
        """Findings for comparisons that do not fit the type of their fact, and for the options of guards."""
        if isinstance(condition, AllOf):
            for i, part in enumerate(condition.parts):
                self.check_condition(part, (*path, i), child)
            return
        guards = self.workflow.vocabulary.guards
        for leaf in comparisons(condition):
            if isinstance(leaf, Comparison):
                self._check_comparison(leaf, path, child)
            elif self.cursor.references.resolve(leaf.guard, guards, path, "guard", "plugin"):
                check_options(self.cursor, guards[leaf.guard].params, leaf.options, (*path, "with"))

    def _check_comparison(self, leaf: Comparison, path: Path, child: str | None) -> None:
        fact = self.operand_type(leaf.subject, path, child)
        if fact is None:
            return
        word = self.workflow.vocabulary.words.get(leaf.op)
        message = word_problem(word, leaf.fact, fact) if word is not None else None
        if leaf.op in ("has passed", "has not passed") and fact.kind not in (*DATES, "unknown"):
            message = f"`{leaf.op}` stands after a date, and `{leaf.fact}` is {called(fact)}"
        if message is not None:
            self.cursor.at(*path).error("type", message)
        for value in leaf.values if word is None else ():
            if is_operand(value) and not self._is_unknown_word(value, fact, child):
                if not self._check_right_side(fact, leaf.op, value, path, child):
                    return
                continue
            problem = literal_problem(leaf, fact, value)
            if problem:
                self.cursor.at(*path).error(*problem)
                return

    def _is_unknown_word(self, value: object, fact: FactType, child: str | None) -> bool:
        """Whether the right side is a word that names no fact, nor nearly one of the same kind (`years over three`)."""
        if not isinstance(value, FactValue) or not self.has_forms:
            return False
        types = self._types(child)
        alike = [name for name, type_ in types.items() if type_.kind == fact.kind]
        return value.name not in types and closest(value.name, alike) is None

    def _check_right_side(self, fact: FactType, op: str, value: Operand, path: Path, child: str | None) -> bool:
        other = self.operand_type(value, path, child)
        problem = mismatch_of_operands(fact, op, other) if other is not None else None
        if problem is not None:
            self.cursor.at(*path).error(*problem)
        return other is not None and problem is None

    def check_set_value(self, name: str, value: Any, path: Path, child: str | None) -> None:
        """A value that a step sets fits the field; so does a fact that it copies (`{from: FACT}`)."""
        fact = self._types(child).get(name)
        fields = [*self.workflow.fields, *(self.workflow.children[child].fields if child else ())]
        if name not in fields:
            message = f"`{name}` is not among the `fields`{did_you_mean(name, fields)}"
            if fact is not None:
                message = f"a step sets `fields` of the workflow, and `{name}` is an answer of the form; "
                message += f"declare it as well: fields: {{{name}: ...}}"
            self.cursor.at(*path).error("unknown-fact", message, at_key=True)
        else:
            self.check_value(fact, value, path, child)

    def check_value(self, fact: FactType | None, value: Any, path: Path, child: str | None) -> None:
        """A value that a step gives fits the field that takes it: a literal, a fact that is copied, or a sentence."""
        if is_lookup(value):
            check_lookup(self, value, path, child, fact)
            return
        source = self.check_copied(value, path, child)
        if fact is None or source is not None:
            if fact is not None and source is not None and not can_copy(source, fact):
                message = (
                    f"`{fact.name}` is {called(fact)} and `{source.name}` is {called(source)}; copy one of its kind"
                )
                self.cursor.at(*path, "from").error("type", message)
        elif copies(value):
            return
        elif isinstance(value, str) and fact.kind in CALCULATED:
            self._check_sentence(fact, value, path, child)
        elif (problem := mismatch_when_set(fact, value)) is not None:
            self.cursor.at(*path).error(*problem)

    def check_copied(self, value: Any, path: Path, child: str | None) -> FactType | None:
        """The type of the fact that `{from: FACT}` copies; None for an unknown one (an error), and any other value."""
        return self.resolve(str(value["from"]), (*path, "from"), child) if copies(value) else None

    def _check_sentence(self, fact: FactType, value: str, path: Path, child: str | None) -> None:
        """A text that a step gives to a field that may be calculated: a sentence, or a literal."""
        try:
            calculated = is_calculated(fact, value)
        except ValueError as problem:
            self.cursor.at(*path).error("type", str(problem))
            return
        if calculated and not self._is_unknown_word(parse_operand(value), fact, child):
            self._check_calculated(fact, value, path, child)
        elif (mismatched := mismatch_when_set(fact, value)) is not None:
            self.cursor.at(*path).error(*mismatched)

    def _check_calculated(self, fact: FactType, value: str, path: Path, child: str | None) -> None:
        """A sentence that a step sets (`end_date + 12 months`) gives a value of the field's kind."""
        operand = parse_operand(value)
        assert operand is not None
        if isinstance(operand, OfRows) and operand.function in QUANTIFIERS:
            self.cursor.at(*path).error(
                "type", f"`{operand}` is a condition, and no value; write highest of, lowest of or sum of"
            )
            return
        source = self.operand_type(operand, path, child)
        if source is not None and fact.kind != source.kind and "unknown" not in (fact.kind, source.kind):
            hint = (
                {"date": "; write today", "date-time": "; write now"}.get(fact.kind, "")
                if isinstance(operand, Clock)
                else ""
            )
            message = f"`{fact.name}` is {called(fact)} and `{operand}` is {called(source)}{hint}"
            self.cursor.at(*path).error("type", message)
        elif source is not None and (problem := problem_of_amounts(fact, source, operand)) is not None:
            self.cursor.at(*path).error("currencies", problem)


def copies(value: object) -> bool:
    """Whether a value that a step gives is the copy of a fact: `{from: FACT}`."""
    return isinstance(value, Mapping) and set(value) == {"from"}
