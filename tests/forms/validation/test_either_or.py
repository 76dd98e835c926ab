"""Rules on which questions are answered name all the questions that they are about."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form, Validator
from tests.forms.browser import posted

PROPERTIES = {"passport": {"type": "string", "title": "Passport no."},
              "card": {"type": "string", "title": "ID card no."}, "street": {"type": "string"},
              "city": {"type": "string"}}  # fmt: skip
PASSPORT, CARD, HOME = ({"required": names} for names in (["passport"], ["card"], ["street", "city"]))


@pytest.mark.parametrize(
    ("rule", "data", "sentence", "french"),
    [
        ({"anyOf": [PASSPORT, CARD]}, {}, "Answer Passport no. or ID card no.", None),
        ({"anyOf": [PASSPORT, HOME]}, {"street": "x"}, "Answer Passport no. or Street and City.", None),
        ({"oneOf": [PASSPORT, CARD]}, {}, "Answer Passport no. or ID card no.", None),
        ({"oneOf": [PASSPORT, CARD]}, {"passport": "1", "card": "2"},
         "Only one of these may be answered: take out Passport no. or ID card no.",
         "Une seule de ces réponses est possible\u00a0; retirez Passport no. ou ID card no."),
        ({"not": {"required": ["passport", "card"]}}, {"passport": "1", "card": "2"},
         "These may not be answered together: take out Passport no. or ID card no.", None),
        ({"not": {"required": ["card"]}}, {"card": "2"}, "ID card no. may not be answered here: take it out.", None),
        ({"not": {"anyOf": [PASSPORT, CARD]}}, {"card": "2"},
         "ID card no. may not be answered here: take it out.", None),
        ({"not": {"anyOf": [PASSPORT, HOME]}}, {"street": "x", "city": "y"},
         "These may not be answered together: take out Street or City.", None),
        ({"anyOf": [{"$ref": "#/$defs/p"}, {"$ref": "#/$defs/h"}], "$defs": {"p": PASSPORT, "h": HOME}}, {},
         "Answer Passport no. or Street and City.", None),
    ],
)  # fmt: skip
def test_the_sentence_names_all_that_would_do(
    rule: dict[str, Any], data: Any, sentence: str, french: str | None
) -> None:
    """F6: at the group, by the titles of its questions; as a part of `allOf` and one level deeper too."""
    definitions = rule.get("$defs", {})
    schema = {"type": "object", "properties": PROPERTIES, "$defs": definitions}
    for whole in ({**schema, **rule}, {**schema, "allOf": [rule]}):
        form = Form(whole)
        answers = form.read(posted(form.render(data)))
        assert [(error.pointer, error.message) for error in answers.errors] == [("", sentence)]
    deep = Form({"type": "object", "$defs": definitions, "required": ["g"], "properties": {"g": {**schema, **rule}}})
    assert [(error.pointer, error.message) for error in deep.validate({"g": data})] == [("/g", sentence)]
    if french:
        assert Form({**schema, **rule}, locale="fr").validate(data)[0].message == french


def test_without_a_form_the_properties_are_named() -> None:
    """F6: the validator alone names properties, having no titles."""
    error = Validator({"anyOf": [PASSPORT, CARD]}).errors({})[0]
    assert (error.pointer, error.message) == ("", "Answer passport or card.")


@pytest.mark.parametrize("locale", ["en-US", "fr-CA", "pt-BR", "zh-Hant-TW"])
def test_regional_locales_join_the_questions_too(locale: str) -> None:
    """F6: a locale with a region is as good as a language, for every kind of sentence that lists questions."""
    schema = {"type": "object", "properties": PROPERTIES, "anyOf": [PASSPORT, HOME]}
    language = {"fr-CA": "fr"}.get(locale, "en")
    sentences = [error.message for error in Form(schema, locale=locale).validate({})]
    if language == locale[:2]:
        assert sentences == [error.message for error in Form(schema, locale=language).validate({})]
    assert len(sentences) == 1
