"""Sentences for rules on which questions are answered: one of several, only one, or not both.

A schema says so by `anyOf` or `oneOf` whose branches are nothing but `required`, or by `not` with `required`. Blaming
the first branch alone would ask for a passport of people whose identity card would do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel import Locale
from babel.lists import format_list

from formengine.forms.validation.relevant_errors import is_rule_on_answers, rule_branches
from formengine.forms.validation.violation import Violation
from formengine.i18n import say

TitleOf = Callable[[str], str]
"""The title of a property of the object that a rule is about."""


def rule_message(violation: Violation, locale: str, title_of: TitleOf) -> str | None:
    """The sentence for such a rule, naming the questions; None for any other violation."""
    if violation.keyword == "not" and is_rule_on_answers([violation.value]):
        return _not_together(violation.value["required"], locale, title_of)
    if violation.keyword == "not":
        met = _met(violation.value.get("anyOf"), violation) if isinstance(violation.value, dict) else []
        return _not_together(met[0], locale, title_of) if met else None
    branches = rule_branches(violation) if violation.keyword in ("anyOf", "oneOf") else None
    if branches is None:
        return None
    groups = [list(dict.fromkeys(branch["required"])) for branch in branches]
    met = _met(branches, violation)
    if violation.keyword == "anyOf" or not met:
        return say(locale, "Answer {questions}.", questions=_alternatives(groups, locale, title_of))
    names = list(dict.fromkeys(name for group in met for name in group))
    either = _alternatives([[name] for name in names], locale, title_of)
    return say(locale, "Only one of these may be answered: take out {questions}.", questions=either)


def _met(branches: Any, violation: Violation) -> list[list[str]]:
    """The questions of each branch of a rule of which all are answered."""
    answered = violation.instance if isinstance(violation.instance, dict) else {}
    groups = [branch["required"] for branch in branches] if is_rule_on_answers(branches) else []
    return [list(dict.fromkeys(group)) for group in groups if all(name in answered for name in group)]


def _not_together(names: list[str], locale: str, title_of: TitleOf) -> str:
    either = _alternatives([[name] for name in names], locale, title_of)
    if len(names) == 1:
        return say(locale, "{questions} may not be answered here: take it out.", questions=title_of(names[0]))
    return say(locale, "These may not be answered together: take out {questions}.", questions=either)


def _alternatives(groups: list[list[str]], locale: str, title_of: TitleOf) -> str:
    """*Passport no. or ID card no.*; *Street and City, or Box*."""
    parsed = Locale.parse(locale, sep="-")
    together = [format_list([title_of(name) for name in group], "standard", parsed) for group in groups]
    return format_list(together, "or", parsed).removesuffix(".")  # the sentence has its own full stop
