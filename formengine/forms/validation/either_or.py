"""Sentences for rules on which questions are answered: one of several, only one, or not both.

A schema says so by `anyOf` or `oneOf` whose branches are nothing but `required`, or by `not` with `required`. Blaming
the first branch alone would ask for a passport of people whose identity card would do.
"""

from __future__ import annotations

from collections.abc import Callable

from babel.lists import format_list

from formengine.forms.validation.relevant_errors import is_rule_on_answers
from formengine.forms.validation.violation import Violation
from formengine.i18n import say

TitleOf = Callable[[str], str]
"""The title of a property of the object that a rule is about."""


def rule_message(violation: Violation, locale: str, title_of: TitleOf) -> str | None:
    """The sentence for such a rule, naming the questions; None for any other violation."""
    if violation.keyword == "not" and is_rule_on_answers([violation.value]):
        return _not_together(violation.value["required"], locale, title_of)
    if violation.keyword not in ("anyOf", "oneOf") or not is_rule_on_answers(violation.value):
        return None
    groups = [list(dict.fromkeys(branch["required"])) for branch in violation.value]
    answered = violation.instance if isinstance(violation.instance, dict) else {}
    met = [group for group in groups if all(name in answered for name in group)]
    if violation.keyword == "anyOf" or not met:
        return say(locale, "Answer {questions}.", questions=_alternatives(groups, locale, title_of))
    names = list(dict.fromkeys(name for group in met for name in group))
    either = _alternatives([[name] for name in names], locale, title_of)
    return say(locale, "Only one of these may be answered: take out {questions}.", questions=either)


def _not_together(names: list[str], locale: str, title_of: TitleOf) -> str:
    either = _alternatives([[name] for name in names], locale, title_of)
    if len(names) == 1:
        return say(locale, "{questions} may not be answered here: take it out.", questions=title_of(names[0]))
    return say(locale, "These may not be answered together: take out {questions}.", questions=either)


def _alternatives(groups: list[list[str]], locale: str, title_of: TitleOf) -> str:
    """*Passport no. or ID card no.*; *Street and City, or Box*."""
    together = [format_list([title_of(name) for name in group], "standard", locale) for group in groups]
    return format_list(together, "or", locale).removesuffix(".")  # the sentence has its own full stop
