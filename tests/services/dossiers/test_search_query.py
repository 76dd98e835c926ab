"""The search of lists: what is found, by whom, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select, text

from formengine.forms import Upload
from formengine.services.dossiers import attachment_changes, dossier_ids, notes
from formengine.services.dossiers.assignment import assign, watch
from formengine.services.dossiers.attachments import attach_files
from formengine.services.dossiers.facets import count_facets
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.dossiers.search_query import (
    fts5_query,
    query_terms,
    read_hits_among,
    search_condition,
    tsquery,
)
from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]
Found = Callable[[str, str], set[str]]


@pytest.fixture
def found(acting: Acting, people: People) -> Found:
    """`found("maya", "bail")`: the references of the dossiers that Maya finds."""

    def search(who: str, query: str) -> set[str]:
        with acting(people(who)) as work:
            return {row.reference for row in dossier_page(work, ListFilter(q=query)).items}

    return search


@pytest.mark.parametrize(
    "hostile", ['"', "'", "* OR a", "NEAR(a b)", "a:b & !c", "\\", "{about} : x", "-", "œ", "\u0627"]
)
def test_no_word_of_a_query_is_an_operator(found: Found, opened: Opened, hostile: str) -> None:
    """T14: whatever is typed, words are looked for, and nothing else."""
    opened("nda", NDA)
    assert found("maya", hostile) in (set(), found("maya", ""))


def test_a_dossier_is_found_by_what_it_is_about(found: Found, opened: Opened) -> None:
    """D2, P13: by its reference, its parts, its title, the type in both languages, its answers and the requester."""
    nda, advice = opened("nda", NDA), opened("legal_advice", ADVICE)
    for query in (nda, nda.lower(), nda.replace("-", " "), nda[-4:], "Globex", "GLOB", "supply agreement", "Maya"):
        assert nda in found("maya", query), query
    assert found("maya", "accord de confidentialité") == found("maya", "accord confidentialite") == {nda}
    assert nda in found("paul", "accord de confidentialité globex"), "the title in the other language"
    assert found("maya", "lyon leases") == found("maya", "lease of Lyon") == {advice}
    assert found("maya", "lyon globex") == found("maya", "zeppelin") == set()


def test_words_are_found_by_their_stems(found: Found, opened: Opened) -> None:
    """D2: in English and in French, with accents or without."""
    advice = opened("legal_advice", {**ADVICE, "question": "La résiliation des baux commerciaux: quelles indemnités?"})
    for query in ("résilier", "resiliations", "indemnité", "INDEMNITES", "bau", "commercial"):
        assert found("maya", query) == {advice}, query
    reviewed = opened("legal_advice", {**ADVICE, "question": "Which parties have been terminating agreements?"})
    for query in ("party", "terminated", "agreement"):
        assert found("maya", query) == {reviewed}, query


def test_notes_are_found_by_those_who_may_read_them(
    found: Found, opened: Opened, acting: Acting, people: People
) -> None:
    """D2, P28: internal notes by the legal team alone; an edited note by its new words."""
    reference = opened("nda", NDA)
    with acting(people("paul")) as work:
        notes.add_note(work, reference, "The cap on **liability** is too low.", internal=True)
        public = notes.add_note(work, reference, "We wait for the annexes.")
    assert found("paul", "liabilities annex") == {reference}
    assert found("maya", "annex") == {reference}
    assert found("maya", "liability") == found("maya", "annex liability") == set()
    with acting(people("paul")) as work:
        notes.edit_note(work, public.id, "We wait for the schedules.")
    assert found("maya", "schedule") == found("paul", "schedule cap") == {reference}
    assert found("paul", "annex") == set()


def test_attachments_are_found_by_those_who_see_them(
    found: Found, opened: Opened, acting: Acting, people: People
) -> None:
    """D2, D6, P28: by the names of files, those with a note included; what is hidden, held or withdrawn is found by the
    legal team alone, and shown again by the client too.
    """
    reference = opened("nda", NDA)
    with acting(people("paul")) as work:
        notes.add_note(
            work, reference, "Here.", files=[Upload("Zeppelin-lease.txt", "text/plain", BytesIO(b"a lease"))]
        )
        notes.add_note(
            work, reference, "Ours.", files=[Upload("airship.txt", "text/plain", BytesIO(b"b"))], internal=True
        )
        (held,) = attach_files(work, reference, [Upload("ballon d’été.txt", "text/plain", BytesIO(b"c"))], held=True)
    assert found("maya", "zeppelin leases") == found("paul", "airship zeppelin ballon") == {reference}
    assert found("maya", "airship") == found("maya", "ballon") == set()
    with acting(people("paul")) as work:
        attachment_changes.change_visibility(work, reference, held.id, "client", False)
    assert found("maya", "BALLON ete") == {reference}
    with acting(people("paul")) as work:
        version = attachment_changes.add_version(
            work, reference, held.id, Upload("dirigeable.txt", "text/plain", BytesIO(b"d"))
        )
    assert found("maya", "ballon dirigeable") == {reference}
    with acting(people("paul")) as work:
        attachment_changes.withdraw(work, reference, version.id, "The wrong one")
    assert found("maya", "dirigeable") == set()
    assert found("paul", "dirigeable") == {reference}


def test_options_are_found_by_their_titles(found: Found, opened: Opened) -> None:
    """D2: what was chosen, as the form called it, in every language, and nothing that was not."""
    reference = opened("nda", NDA)
    for query in ("Both companies", "deux sociétés", "Our template", "notre modèle"):
        assert found("maya", query) == {reference}, query
    assert found("maya", "Their document") == set()


def test_people_are_found(found: Found, opened: Opened, acting: Acting, people: People) -> None:
    """D2: whoever handles a dossier, and those who watch it."""
    reference = opened("nda", NDA)
    assert found("paul", "Duarte") == set()
    with acting(people("paul")) as work:
        assign(work, reference, people("ana").id)
    assert found("paul", "duarte") == found("maya", "Ana Duarte") == {reference}
    with acting(people("paul")) as work:
        watch(work, reference, people("lena").id)
    assert found("paul", people("lena").name) == {reference}


def test_nobody_finds_or_counts_what_they_may_not_read(
    found: Found, opened: Opened, acting: Acting, people: People
) -> None:
    """P28, D2: neither in the list nor in its counts."""
    opened("nda", {**NDA, "purpose": "Canary seven"}, by="cleo")
    assert found("cleo", "canary") != set()
    assert found("maya", "canary") == set()
    with acting(people("maya")) as work:
        facets = count_facets(work, ListFilter(q="canary"))
    assert facets.total.number == 0
    assert not any(facets.of(name) for name in ("kinds", "states", "practice_areas", "assignees"))


def test_queries_are_bounded() -> None:
    """T49: twelve words, each of at most forty letters."""
    terms = query_terms(" ".join(f"word{n}" for n in range(50)) + " " + "x" * 500)
    assert len(terms) == 12
    assert max(len(word) for word in query_terms("x" * 500)[0][0]) == 40


def test_a_query_of_function_words_is_searched_for() -> None:
    assert query_terms("the") != []
    assert query_terms("?!") == []


def test_the_terms_in_both_languages_of_databases() -> None:
    terms = [(("baux",), ("bau",)), ((), ("a",))]
    assert fts5_query(terms) == '("baux" * OR "bau") AND ("a")'
    assert tsquery(terms) == "('baux':* | 'bau') & ('a')"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("who", "index"), [("paul", "team"), ("maya", "client")])
def test_a_search_reads_the_index_of_its_words(
    acting: Acting, people: People, monkeypatch: pytest.MonkeyPatch, who: str, index: str
) -> None:
    """D2, T49: the expression is that of the index; of any other, PostgreSQL reads the words of every dossier."""
    monkeypatch.setattr(dossier_ids, "FEW", -1)  # as if very many had the word
    with acting(people(who)) as work:
        condition = search_condition(work, "zeppelin")
        assert condition is not None
        session = work.session
        sql = select(Dossier.id).where(condition).compile(session.connection(), compile_kwargs={"literal_binds": True})
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.scalars(text(f"EXPLAIN {sql}".replace(":", "\\:"))).all()
    assert f"ix_fe_search_documents_{index}" in str(plan), plan


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("who", "matches"), [("paul", {"liability": True}), ("maya", {"liability": False})])
def test_common_words_are_looked_up_among_few_dossiers(
    opened: Opened, acting: Acting, people: People, who: str, matches: dict[str, bool]
) -> None:
    """D2, P28: those of the given dossiers alone, by what the reader searches; what follows is planned as usual."""
    first, other = opened("nda", NDA), opened("nda", NDA)
    with acting(people("paul")) as work:
        for reference in (first, other):
            notes.add_note(work, reference, "The cap on liability is too low.", internal=True)
    with acting(people(who)) as work:
        wanted = dossier_ids.read_ids(work, select(Dossier.id).where(Dossier.reference == first))
        assert wanted is not None
        for word, is_there in {"globex": True, "zeppelin": False, **matches}.items():
            found = read_hits_among(work, word, wanted)
            assert found == (wanted if is_there else dossier_ids.DossierIds(0, "{}")), word
        assert work.session.scalar(text("SHOW enable_indexscan")) == "on"
