"""Check of facts and their types: in conditions, dates of deadlines, values that steps set (W4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.source import Path, did_you_mean
from formengine.workflow.checks.plugin_options import check_options
from formengine.workflow.checks.values import DATES, called, can_copy, mismatch, mismatch_when_set
from formengine.workflow.definition.conditions import AllOf, Comparison, Condition, comparisons
from formengine.workflow.definition.fact_types import JSON_TYPE_KINDS, child_fact_types
from formengine.workflow.definition.model import FactType, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.hints import hint_for


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
        return {**types, **child_fact_types(self.workflow.children[child])} if child else types

    def resolve(self, name: str, path: Path, child: str | None = None, *, asked: bool = False) -> FactType | None:
        """The type of a fact, None when it is unknown (an error); a fact that some form lacks is a warning.

        `asked` is set where a step asks for the fact.
        """
        types = self._types(child)
        fact = types.get(name)
        if fact is not None or self.has_forms or _counts_children(name):
            self.cursor.references.resolve(name, types, path, "fact", "fact", ("fields",))
        if fact is not None and fact.missing_in and name not in (*self.workflow.fields, *self._lacking):
            self._lacking.add(name)
            follows = "this step asks for it" if asked else "it is empty"
            message = f"the form of {', '.join(fact.missing_in)} has no `{name}`; {follows} there"
            self.cursor.at(*path).warn("fact-missing-in-form", message)
        return fact

    def check_date(self, name: str, path: Path, child: str | None) -> None:
        """A deadline counts from a date fact."""
        fact = self.resolve(name, path, child)
        if fact is not None and fact.kind not in (*DATES, "unknown"):
            self.cursor.at(*path).error("no-date", f"a deadline needs a date, and `{name}` is {called(fact)}")

    def check_condition(self, condition: Condition, path: Path, child: str | None) -> None:
        """Each comparison fits the type of its fact; each guard exists, and takes its options."""
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
        fact = self.resolve(leaf.fact, path, child)
        if fact is None:
            return
        word = self.workflow.vocabulary.words.get(leaf.op)
        types = word.types if word is not None else ()
        kinds = tuple(kind for name in types for kind in JSON_TYPE_KINDS.get(name, (name,)))
        if leaf.op in ("has passed", "has not passed"):
            kinds = DATES
        if kinds and fact.kind not in (*kinds, "unknown"):
            expected = "a date" if word is None else " or ".join(types)
            message = f"`{leaf.op}` stands after {expected}, and `{leaf.fact}` is {called(fact)}"
            self.cursor.at(*path).error("type", message)
        for value in leaf.values if word is None else ():
            problem = mismatch(fact, leaf.op, value)
            if problem:
                hint = hint_for(f"{leaf.fact} {leaf.op} {value}")
                self.cursor.at(*path).error(problem[0], f"{problem[1]}; {hint}" if hint else problem[1])
                return

    def check_set_value(self, name: str, value: Any, path: Path, child: str | None) -> None:
        """A value that a step sets fits the field; so does a fact that it copies (`{from: FACT}`)."""
        fact = self._types(child).get(name)
        fields = [*self.workflow.fields, *(self.workflow.children[child].fields if child else ())]
        if name not in fields:
            message = f"`{name}` is not among the `fields`{did_you_mean(name, fields)}"
            self.cursor.at(*path).error("unknown-fact", message, at_key=True)
        elif isinstance(value, Mapping) and set(value) == {"from"}:
            source = self.resolve(str(value["from"]), (*path, "from"), child)
            if source and fact and not can_copy(source, fact):
                message = f"`{name}` is {called(fact)} and `{source.name}` is {called(source)}; copy one of its kind"
                self.cursor.at(*path, "from").error("type", message)
        elif fact is not None and (problem := mismatch_when_set(fact, value)):
            self.cursor.at(*path).error(*problem)


def _counts_children(name: str) -> bool:
    """Whether a name has the form of a count of children, `open_KIND` or `all_KIND`, which no form declares."""
    word, _, kind = name.partition("_")
    return word in ("open", "all") and bool(kind)
