"""Search of request types: words of the trade, in English and French, as one types, with slips of the keyboard."""

from __future__ import annotations

from functools import cache

import pytest

from formengine.authoring import Bundle, Site, read_site
from formengine.services.catalogue.search_index import SearchIndex, search_index
from formengine.services.catalogue.word_forms import query_words
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.support.server import ROOT


@cache
def starter() -> Site:
    site, findings = read_site(Bundle.from_folder(ROOT), Vocabulary.builtin())
    assert site is not None, findings
    return site


@cache
def index() -> SearchIndex:
    return search_index(starter())


def ranked(text: str, *among: str) -> list[str]:
    result = index().find(text, among or starter().request_types.keys())
    return sorted(result.scores, key=lambda type_id: -result.scores[type_id])


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("bail", "contract_review"),
        ("lease", "contract_review"),
        ("NDA", "nda"),
        ("N.D.A.", "nda"),
        ("rupture conventionnelle", "legal_advice"),
        ("ruptures conventionnelles", "legal_advice"),
        ("dismissals", "legal_advice"),
        ("mise en demeure", "litigation_notice"),
        ("accord de confidentialité", "nda"),
        ("ACCORD DE CONFIDENTIALITE", "nda"),
        ("vendors", "supplier"),
        ("fournisseurs", "supplier"),
        ("assignations", "litigation_notice"),
        ("Prud'hommes", "litigation_notice"),
        ("I need a review of a contract", "contract_review"),
        ("je voudrais un avis", "legal_advice"),
    ],
)
def test_finds_by_the_words_of_the_trade(typed: str, best: str) -> None:
    """P7: keywords and synonyms of the author, stems of both languages, accents and capitals or none."""
    assert ranked(typed)[0] == best


def test_each_beginning_finds_as_one_types() -> None:
    """P7: from the second letter on, the form that the whole word finds is among the results."""
    for end in range(2, len("confidentiality") + 1):
        assert "nda" in ranked("confidentiality"[:end])


@pytest.mark.parametrize(
    ("typed", "best"), [("confidentialty", "nda"), ("suplier", "supplier"), ("assigantion", "litigation_notice")]
)
def test_forgives_a_slip_of_the_keyboard(typed: str, best: str) -> None:
    """P7: a letter left out, or swapped with its neighbour."""
    assert ranked(typed)[0] == best


def test_a_short_word_is_not_taken_for_another() -> None:
    assert ranked("nxa") == []


def test_the_title_counts_most() -> None:
    """P7: a form that is called by the word comes before one that only asks about it."""
    assert ranked("supplier")[0] == "supplier"
    assert ranked("dispute")[0] == "litigation_notice"


def test_questions_of_the_form_are_searched() -> None:
    """P7: what a form asks, and what it offers to choose from."""
    assert ranked("custodians hold papers")[0] == "litigation_notice"
    assert ranked("commissaire de justice")[0] == "litigation_notice"


def test_a_word_in_a_question_is_no_other_name_of_the_form() -> None:
    """P7: a bail (lease) is no place where data are kept (location), and no bailiff who served a summons."""
    assert ranked("bail") == ["contract_review"]
    assert "litigation_notice" in ranked("bailif"), "while it is typed"


def test_what_has_most_of_the_words_comes_nearest() -> None:
    """P7: where no form has every word; and nothing, where most of them are unknown."""
    result = index().find("supplier onboarding zeppelin", starter().request_types.keys())
    assert "supplier" in result.scores
    assert not result.complete
    assert index().find("zeppelin airship", starter().request_types.keys()).scores == {}


def test_forms_that_are_not_offered_change_nothing() -> None:
    """U8: neither their words nor their number show; a slip is forgiven as if they were not there."""
    assert ranked("NDA", "supplier") == []
    assert ranked("confidentialty", "supplier") == []


def test_a_query_is_bounded() -> None:
    assert len(query_words("lorem " + " ".join(f"w{n}" for n in range(500)))) == 12
    assert ranked("x" * 10_000) == []
    assert index().find("??? ---", starter().request_types.keys()).scores == {}
