"""Facts and their types: conditions, dates, values that steps set, options of plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from formengine.source import Path, did_you_mean
from formengine.workflow.checks.values import DATES, called, copies, misfit, misfit_when_set
from formengine.workflow.definition.conditions import All, Comparison, Condition, Use, comparisons
from formengine.workflow.definition.fact_types import child_fact_types
from formengine.workflow.definition.model import FactType, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.hints import hint_for


class FactChecker:
    """Checks what is said of facts against what is known of them. Without forms, names cannot be checked: any form may
    have them."""

    def __init__(self, cursor: WorkflowCursor, workflow: Workflow, has_forms: bool) -> None:
        self.cursor, self.workflow, self.has_forms = cursor, workflow, has_forms
        self._lacking: set[str] = set()

    def _types(self, child: str | None) -> Mapping[str, FactType]:
        types = self.workflow.fact_types
        return {**types, **child_fact_types(self.workflow.children[child])} if child else types

    def known(self, name: str, path: Path, child: str | None = None, *, asked: bool = False) -> FactType | None:
        """A fact by name; one that is unknown is an error, one that some form lacks a warning."""
        types = self._types(child)
        found = types.get(name)
        if found is None:
            if self.has_forms or not self._may_be_a_form_s(name):
                self.cursor.references.resolve(name, types, path, "fact", "fact", ("fields",))
            return None
        self.cursor.references.resolve(name, types, path, "fact", "fact", ("fields",))
        if found.missing_in and name not in self.workflow.fields and name not in self._lacking:
            self._lacking.add(name)
            follows = "this step asks for it" if asked else "it is empty"
            message = f"the form of {', '.join(found.missing_in)} has no `{name}`; {follows} there"
            self.cursor.at(*path).warn("fact-missing-in-form", message)
        return found

    def _may_be_a_form_s(self, name: str) -> bool:
        word, _, kind = name.partition("_")
        return not (word in ("open", "all") and kind)

    def date(self, name: str, path: Path, child: str | None) -> None:
        found = self.known(name, path, child)
        if found is not None and found.kind not in (*DATES, "unknown"):
            self.cursor.at(*path).error("no-date", f"a deadline needs a date, and `{name}` is {called(found)}")

    def condition(self, condition: Condition | None, path: Path, child: str | None) -> None:
        if isinstance(condition, All):
            for i, part in enumerate(condition.parts):
                self.condition(part, (*path, i), child)
            return
        for leaf in comparisons(condition):
            if isinstance(leaf, Use):
                self._guard(leaf, path)
            else:
                self._comparison(leaf, path, child)

    def _guard(self, use: Use, path: Path) -> None:
        known = self.workflow.vocabulary.guards
        if not self.cursor.references.resolve(use.guard, known, path, "guard", "plugin"):
            return
        check_options(self.cursor, known[use.guard].params, use.options, (*path, "with"))

    def _comparison(self, leaf: Comparison, path: Path, child: str | None) -> None:
        found = self.known(leaf.fact, path, child)
        if found is None:
            return
        word = self.workflow.vocabulary.words.get(leaf.op)
        if word is not None:
            if word.types and found.kind not in (*word.types, "unknown"):
                message = f"`{leaf.op}` stands after {' or '.join(word.types)}, and `{leaf.fact}` is {called(found)}"
                self.cursor.at(*path).error("type", message)
            return
        if leaf.op in ("has passed", "has not passed") and found.kind not in (*DATES, "unknown"):
            self.cursor.at(*path).error(
                "type", f"`{leaf.op}` stands after a date, and `{leaf.fact}` is {called(found)}"
            )
        for value in leaf.values:
            problem = misfit(found, leaf.op, value)
            if problem:
                hint = hint_for(f"{leaf.fact} {leaf.op} {value}")
                self.cursor.at(*path).error(problem[0], f"{problem[1]}; {hint}" if hint else problem[1])
                return

    def value(self, name: str, value: Any, path: Path, child: str | None) -> None:
        """A value that a step sets."""
        found = self._types(child).get(name)
        own = self.workflow.children[child].fields if child else {}
        if name not in self.workflow.fields and name not in own:
            known = [*self.workflow.fields, *own]
            message = f"`{name}` is not among the `fields`{did_you_mean(name, known)}"
            self.cursor.at(*path).error("unknown-fact", message, at_key=True)
        elif isinstance(value, Mapping) and set(value) == {"from"}:
            copied = self.known(str(value["from"]), (*path, "from"), child)
            if copied and found and not copies(copied, found):
                message = f"`{name}` is {called(found)} and `{copied.name}` is {called(copied)}; copy one of its kind"
                self.cursor.at(*path, "from").error("type", message)
        elif found is not None:
            problem = misfit_when_set(found, value)
            if problem:
                self.cursor.at(*path).error(problem[0], problem[1])


def check_options(
    cursor: WorkflowCursor, params: Mapping[str, Any] | None, options: Mapping[str, Any], path: Path
) -> None:
    """The options of a plugin against its own JSON Schema."""
    if params is None:
        return
    try:
        error = next(iter(Draft202012Validator(params).iter_errors(dict(options))), None)
    except Exception as problem:  # the schema is a plugin's, and may be anything
        cursor.at(*path[:-1]).error("options", f"the plugin's own schema of its options cannot be used: {problem}")
        return
    if error is not None:
        cursor.at(*path, *error.absolute_path).error("options", f"these options do not fit: {error.message}")
