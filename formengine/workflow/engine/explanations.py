"""Explains refusals: every reason as a sentence in the reader's language (W5), and conditions as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from formengine.errors import Refused
from formengine.i18n import Text, pick, say
from formengine.value_format import format_money, format_value
from formengine.workflow.definition.conditions import AllOf, AnyOf, Comparison, Condition, GuardUse, Money
from formengine.workflow.definition.fact_types import child_fact_types
from formengine.workflow.definition.model import FactType, Workflow
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.condition_eval import holds, is_empty
from formengine.workflow.engine.execution import ConditionContext, Execution

HOLDS: Final = {
    "is": "“{fact}” is {value}",
    "is not": "“{fact}” is not {value}",
    "is one of": "“{fact}” is one of {value}",
    "is empty": "“{fact}” is empty",
    "is not empty": "“{fact}” is filled in",
    "over": "“{fact}” is over {value}",
    "under": "“{fact}” is under {value}",
    "at least": "“{fact}” is at least {value}",
    "at most": "“{fact}” is at most {value}",
    "contains": "“{fact}” contains {value}",
    "has passed": "“{fact}” has passed",
    "has not passed": "“{fact}” has not passed",
}
FAILS: Final = {
    "is": "“{fact}” is not {value}.",
    "is not": "“{fact}” is {value}.",
    "is one of": "“{fact}” is none of {value}.",
    "is empty": "“{fact}” is not empty.",
    "is not empty": "“{fact}” is empty.",
    "over": "“{fact}” is not over {value}.",
    "under": "“{fact}” is not under {value}.",
    "at least": "“{fact}” is less than {value}.",
    "at most": "“{fact}” is more than {value}.",
    "contains": "“{fact}” does not contain {value}.",
    "has passed": "“{fact}” has not passed.",
    "has not passed": "“{fact}” has passed.",
}
_SITE_ROLES: Final[dict[str, Text]] = {
    "legal_admin": {"en": "legal admin", "fr": "administrateur juridique"},
    "counsel": {"en": "counsel", "fr": "juriste"},
}


def sentence(
    workflow: Workflow, condition: Condition | None, language: str, child: str | None = None, zone: str = "UTC"
) -> str:
    """A condition as a sentence: “Total value” is over 10,000 EUR and ...; "" for None.

    `child` is the kind of child that declares it, `zone` the time zone of date-times.
    """
    if condition is None:
        return ""
    if isinstance(condition, GuardUse):
        word = workflow.vocabulary.guards.get(condition.guard)
        return pick(word.says if word else None, language) or condition.guard
    if isinstance(condition, Comparison):
        template = HOLDS.get(condition.op)
        fact = fact_title(workflow, condition.fact, language, child)
        value = _operands(workflow, condition, language, child, zone)
        return say(language, template, fact=fact, value=value) if template else f"“{fact}” {condition.op} {value}"
    joint = say(language, "and") if isinstance(condition, AllOf) else say(language, "or")
    return f" {joint} ".join(sentence(workflow, part, language, child, zone) for part in condition.parts)


def why_not(execution: Execution, condition: Condition | None, child: Child | None = None) -> list[str]:
    """The reasons why a condition does not hold now; [] when it does."""
    if condition is None:
        return []
    if isinstance(condition, AllOf):
        return [reason for part in condition.parts for reason in why_not(execution, part, child)]
    tests = ConditionContext(execution, child)
    facts = execution.facts(child)
    try:
        verdict = holds(condition, facts, tests)
        if verdict:
            return []
    except Refused as refused:  # the failure of a plugin does not hide the other reasons
        return refused.reasons
    if isinstance(condition, AnyOf):
        parts = [
            sentence(
                execution.workflow, part, execution.context.language, child.kind if child else None, execution.zone
            )
            for part in condition.parts
        ]
        return [execution.say("None of this is so: {parts}.", parts="; ".join(parts))]
    if isinstance(condition, GuardUse):
        return tests.reasons
    return [_comparison_fails(execution, condition, child, undecided=verdict is None)]


def _comparison_fails(execution: Execution, comparison: Comparison, child: Child | None, *, undecided: bool) -> str:
    language, kind = execution.context.language, child.kind if child else None
    title = fact_title(execution.workflow, comparison.fact, language, kind)
    if is_empty(execution.facts(child).get(comparison.fact)) and comparison.op != "is not":
        return execution.say("“{fact}” is not filled in.", fact=title)
    value = _operands(execution.workflow, comparison, language, kind, execution.zone)
    if undecided:
        return execution.say(
            "“{fact}” is in another currency and cannot be compared with {value}.", fact=title, value=value
        )
    template = FAILS.get(comparison.op)
    if template is None:
        return execution.say("This is not so: “{fact}” {word} {value}.", fact=title, word=comparison.op, value=value)
    return execution.say(template, fact=title, value=value)


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


def _operands(workflow: Workflow, comparison: Comparison, language: str, child: str | None, zone: str) -> str:
    """The operands of a comparison, as text."""
    fact = fact_type(workflow, comparison.fact, child)
    return ", ".join(_operand(value, language, zone, fact) for value in comparison.values)


def _operand(value: Any, language: str, zone: str, fact: FactType | None) -> str:
    if fact is not None and not isinstance(value, Decimal | Money) and value in fact.values:
        return pick(fact.values[value], language)
    if isinstance(value, bool):  # inside a sentence
        return say(language, "yes") if value else say(language, "no")
    if isinstance(value, Money):
        return format_money(value.amount, value.currency, language)
    return format_value(value, language, zone)


def role_title(execution: Execution, role_id: str) -> str:
    """The title of a role inside a sentence."""
    role = execution.workflow.roles.get(role_id)
    title = execution.pick(role.title if role else _SITE_ROLES.get(role_id, role_id.replace("_", " ")))
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def refusal_by_role(execution: Execution, who: Sequence[str]) -> str:
    """The reason against somebody who has none of these roles; names who has claimed them."""
    titles = []
    for role in who:
        holder = execution.case.claims.get(role)
        name = f" ({execution.context.directory.name(holder)})" if holder else ""
        titles.append(f"{role_title(execution, role)}{name}")
    last = execution.say(" or the ")
    text = last.join((", ".join(titles[:-1]), titles[-1])) if len(titles) > 1 else "".join(titles)
    return execution.say("Only the {roles} may do this.", roles=text)
