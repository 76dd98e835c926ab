"""Explains refusals: every reason as a sentence in the reader's language (W5), and conditions as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from formengine.conditions.durations import Duration
from formengine.conditions.evaluation import holds, is_empty
from formengine.conditions.operands import facts_in, reads_clock
from formengine.conditions.parser import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    GuardUse,
    Money,
    is_operand,
)
from formengine.errors import Refused
from formengine.i18n import LANGUAGES, pick, say
from formengine.value_format import format_duration, format_money, format_value
from formengine.workflow.definition.model import FactType, Workflow
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES, site_role_title
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import ConditionContext, Execution
from formengine.workflow.engine.fact_titles import fact_title, operand_title, operand_type
from formengine.workflow.engine.in_charge import person_named_for_role

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
    "before": "“{fact}” is before {value}",
    "after": "“{fact}” is after {value}",
    "on or before": "“{fact}” is on or before {value}",
    "on or after": "“{fact}” is on or after {value}",
    "within": "“{fact}” is within {value}",
    "is there": "“{fact}” is there",
    "is not there": "“{fact}” is not there",
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
    "before": "“{fact}” is not before {value}.",
    "after": "“{fact}” is not after {value}.",
    "on or before": "“{fact}” is after {value}.",
    "on or after": "“{fact}” is before {value}.",
    "within": "“{fact}” is not within {value}.",
    "is there": "“{fact}” is still missing.",
    "is not there": "“{fact}” is there already.",
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
        fact = operand_title(workflow, condition.subject, language, child)
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


def sentences(execution: Execution, condition: Condition | None, child: Child | None) -> dict[str, str]:
    """A condition as a sentence by language, as the history keeps it; "" for None."""
    kind, zone = child.kind if child else None, str(getattr(execution.calendar, "zone", "UTC"))
    return {language: sentence(execution.workflow, condition, language, kind, zone) for language in LANGUAGES}


def _comparison_fails(execution: Execution, comparison: Comparison, child: Child | None, *, undecided: bool) -> str:
    language, kind = execution.context.language, child.kind if child else None
    for operand in (comparison.subject, *comparison.values):
        absent = _absent(execution, operand, child) if comparison.op != "is not" else None
        if absent is not None:
            return execution.say(
                "“{fact}” is not filled in.", fact=fact_title(execution.workflow, absent, language, kind)
            )
    title = operand_title(execution.workflow, comparison.subject, language, kind)
    if comparison.quantifier:
        title = sentence(execution.workflow, comparison, language, kind, execution.zone)
        return execution.say("This is not so: {parts}.", parts=title)
    value = _operands(execution.workflow, comparison, language, kind, execution.zone)
    if undecided:
        return execution.say(
            "“{fact}” is in another currency and cannot be compared with {value}.", fact=title, value=value
        )
    template = FAILS.get(comparison.op)
    if template is None:
        return execution.say("This is not so: “{fact}” {word} {value}.", fact=title, word=comparison.op, value=value)
    return execution.say(template, fact=title, value=value)


def _absent(execution: Execution, operand: object, child: Child | None) -> str | None:
    """The name of the first absent fact that an operand needs; None where the operand has a value."""
    facts = execution.facts(child)
    return next((name for name in facts_in(operand) if is_empty(facts.get(name))), None)


def _operands(workflow: Workflow, comparison: Comparison, language: str, child: str | None, zone: str) -> str:
    """The operands of a comparison, as text."""
    fact = operand_type(workflow, comparison.subject, child)
    return ", ".join(_operand(workflow, value, language, zone, fact, child) for value in comparison.values)


def _operand(workflow: Workflow, value: Any, language: str, zone: str, fact: FactType | None, child: str | None) -> str:
    if is_operand(value):
        title = operand_title(workflow, value, language, child)
        return title if reads_clock(value) else say(language, "“{fact}”", fact=title)
    if isinstance(value, Duration):
        return format_duration(value.amount, value.unit, language)
    if fact is not None and not isinstance(value, Decimal | Money) and value in fact.values:
        return pick(fact.values[value], language)
    if isinstance(value, bool):  # inside a sentence
        return say(language, "yes") if value else say(language, "no")
    if isinstance(value, Money):
        return format_money(value.amount, value.currency, language)
    return format_value(value, language, zone)


def role_title(execution: Execution, role_id: str) -> str:
    """The title of a role inside a sentence."""
    role, language = execution.workflow.roles.get(role_id), execution.context.language
    if role is None and role_id in LEGAL_TEAM_ROLES:
        return in_sentence(site_role_title(role_id, language))
    return in_sentence(execution.pick(role.title if role else role_id.replace("_", " ")))


def in_sentence(title: str) -> str:
    """A title as it stands inside a sentence.

    >>> in_sentence("Other company"), in_sentence("CFO")
    ('other company', 'CFO')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def refusal_by_role(execution: Execution, who: Sequence[str], child: Child | None = None) -> str:
    """The reason against somebody who has none of these roles; names who has claimed them, or has charge of a child."""
    titles = []
    for role in who:
        holder = execution.case.claims.get(role) or person_named_for_role(execution.workflow, role, child)
        name = f" ({execution.context.directory.name(holder)})" if holder else ""
        titles.append(f"{role_title(execution, role)}{name}")
    last = execution.say(" or the ")
    text = last.join((", ".join(titles[:-1]), titles[-1])) if len(titles) > 1 else "".join(titles)
    return execution.say("Only the {roles} may do this.", roles=text)
