"""Parser of `checks:` and `computed:`, what a form knows beside its schema (F16, F17)."""

from __future__ import annotations

from typing import Final

from formengine.conditions.condition_words import Words
from formengine.conditions.fact_types import Kinds
from formengine.forms.rules.answer_checks import check_problems, read_checks
from formengine.forms.rules.answer_facts import Types, types_of
from formengine.forms.rules.computed_answers import computed_problems, read_computed
from formengine.forms.rules.computed_circles import computed_circles
from formengine.forms.rules.opposed_checks import opposed_checks
from formengine.source.yaml_cursor import YamlCursor

_AT_KEY: Final = ("unknown", "circle", "unknown-field")
"""The codes of findings that are about a key, where the place is one."""


def read_rules(cursor: YamlCursor, languages: tuple[str, ...], words: Words, kinds: Kinds) -> None:
    """Check the `checks` and `computed` of a request type, whose cursor this is, against its form.

    `words` and `kinds` are the condition words and the field kinds of plugins.
    """
    types = types_of(cursor.at("form").value, kinds)
    checks = cursor.at("checks")
    problems = list(check_problems(checks.value, types, words))
    for path, code, message in problems:
        cursor.at(*path).error(code, message, at_key=isinstance(path[-1], str) and code == "unknown")
    for path, code, message in opposed_checks(
        read_checks(checks.value, types, "en", words).checks if not problems else ()
    ):
        cursor.at(*path).error(code, message)
    for check in checks.items() if isinstance(checks.value, list) else ():
        says = check.get("says")
        if says is not None and isinstance(says.value, dict):
            says.localized_text(languages)
    _read_computed(cursor, types)


def _read_computed(cursor: YamlCursor, types: Types) -> None:
    computed = cursor.at("computed").value
    problems = list(computed_problems(computed, types))
    for path, code, message in problems:
        cursor.at(*path).error(code, message, at_key=code in _AT_KEY and len(path) > 1)
    if computed and not problems:
        calculations = read_computed(computed, types).calculations
        for path, code, message in computed_circles(calculations, cursor.at("form").value):
            cursor.at(*path).warn(code, message, at_key=True)
