"""Why a tag cannot be read is told in plain words, in French as well (S1)."""

from __future__ import annotations

import pytest
from jinja2 import Environment, TemplateSyntaxError

from formengine.documents.word_templates.syntax_reasons import syntax_reason


@pytest.mark.parametrize(
    ("template", "english", "french"),
    [
        ("{{ a b }}", "“b” cannot stand there", "« b » ne peut pas se trouver à cet endroit"),
        ("{{ a }", "“}” cannot stand there", "« } » ne peut pas se trouver à cet endroit"),
        ("{% foo %}", "no tag “foo” can stand there", "aucune balise « foo » ne peut se trouver à cet endroit"),
        ("{% if a %}x", "a tag before it is not closed", "une balise qui précède n’est pas fermée"),
        ("{{ }}", "something is missing in it", "il y manque quelque chose"),
    ],
)
def test_a_reason_is_told_in_the_language_of_the_reader(template: str, english: str, french: str) -> None:
    with pytest.raises(TemplateSyntaxError) as raised:
        Environment(autoescape=True).parse(template)
    message = raised.value.message or ""
    assert syntax_reason(message, "en") == english
    assert syntax_reason(message, "fr") == french.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    assert "expected" not in syntax_reason("something new, expected by nobody", "fr")
