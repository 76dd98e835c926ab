"""Marking entries of the history as important developments (D7)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused
from formengine.services.case.developments import developments
from formengine.services.case.repository import get_dossier
from formengine.services.case.timeline import visible_history
from formengine.services.core.audit_log import erase_entries
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import notes
from formengine.services.dossiers.development_marks import MAX_WORDS, mark_development, unmark_development
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import DevelopmentMark
from tests.services.conftest import Case, MakeCase

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    return make_case(by="cleo")


def noted(case: Case, text: str = "They agree.", *, internal: bool = False) -> int:
    """The number of the history entry of a new note."""
    case("paul", notes.add_note, text, internal=internal)
    return int(case.reads(lambda work, dossier: visible_history(work, dossier)[-1].number, "paul"))


def read(case: Case, who: str) -> list[tuple[str, bool, str, str]]:
    rows = case.reads(developments, who)
    return [(row.text, row.important, row.about, row.page) for row in rows]


def test_the_client_reads_what_counsel_marks(case: Case) -> None:
    """D7: in time order among the other developments, in the sentence of the history or in counsel's own words, with
    where to read it; until it is unmarked."""
    first, second = noted(case), noted(case, "They signed.")
    assert [important for _text, important, *_ in read(case, "cleo")] == [False]
    case("paul", mark_development, second)
    case("paul", mark_development, first, "  Globex accepts\n the price. ")
    shown = read(case, "cleo")
    assert [row[:3] for row in shown[:2]] == [
        ("Note added", True, ""),
        ("Globex accepts the price.", True, "Note added"),
    ]
    assert all(page.startswith("?tab=notes#note-") for *_, page in shown[:2])
    case("paul", unmark_development, first)
    case("paul", unmark_development, first)
    assert [row[0] for row in read(case, "cleo")][:2] == ["Note added", "Request submitted"]
    kinds = [entry.kind for entry in case.reads(visible_history, "paul")]
    assert kinds[-3:] == ["development_marked", "development_marked", "development_unmarked"]
    assert case.whole()


def test_of_an_internal_entry_the_client_reads_the_words_alone(case: Case) -> None:
    """D7, P27: they are needed there; nothing of the entry itself is shown."""
    number = noted(case, "Weak point: clause 4.", internal=True)
    with pytest.raises(Refused, match="own words") as refused:
        case("paul", mark_development, number)
    assert refused.value.inputs == ["text"]
    case("paul", mark_development, number, "We looked at the liability.")
    assert read(case, "cleo")[0] == ("We looked at the liability.", True, "", "")
    text, _important, about, page = read(case, "paul")[0]
    assert (text, about) == ("We looked at the liability.", "Note added")
    assert page.startswith("?tab=notes#note-")
    assert [entry.kind for entry in case.reads(visible_history, "cleo")] == ["submitted"]


def test_who_may_not_mark_and_what_cannot_be_marked(case: Case) -> None:
    """D7, U7: neither the requester, nor the auditor, nor somebody who does not see the dossier; entries about the
    portal's own doings, unknown ones and words of any length are refused."""
    number = noted(case)
    for who, error in (("cleo", Refused), ("theo", Refused), ("maya", NotFound)):
        for service in (mark_development, unmark_development):
            with pytest.raises(error):
                case(who, service, number)
    case("sam", mark_development, number)
    marking = case.reads(lambda work, dossier: visible_history(work, dossier)[-1].number, "paul")
    for wrong in (marking, 0, 999):
        with pytest.raises(NotFound):
            case("paul", mark_development, wrong, "Words")
    with pytest.raises(Invalid):
        case("paul", mark_development, number, "x" * (MAX_WORDS + 1))


def test_the_same_mark_again_changes_nothing(case: Case) -> None:
    """D7: other words do, and the history keeps both."""
    number = noted(case)
    for words in ("Agreed.", "Agreed.", "All agreed."):
        case("paul", mark_development, number, words)
    entries = case.reads(visible_history, "paul")
    said = [entry.comment for entry in entries if entry.kind == "development_marked"]
    assert said == ["Agreed.", "All agreed."]


def test_a_marked_entry_is_never_cut_off(case: Case) -> None:
    """D7: the other developments are limited in number; those that counsel marked are all shown."""
    number = noted(case)
    case("paul", mark_development, number)
    assert [row.entry for row in case.reads(lambda work, dossier: developments(work, dossier, limit=0), "cleo")] == [
        number
    ]


def test_an_erased_entry_is_no_development_any_more(case: Case) -> None:
    """D7, T45: with its content, the words about it go."""
    number = noted(case)
    case("paul", mark_development, number, "They agree.")

    def erase(work: UnitOfWork, reference: str) -> None:
        erase_entries(work, get_dossier(work, reference), [number])

    case("paul", erase)

    def marks(work: UnitOfWork, _dossier: Dossier) -> list[DevelopmentMark]:
        return list(work.session.scalars(select(DevelopmentMark)))

    assert case.reads(marks) == []
    assert read(case, "cleo")[0][0] == "Request submitted"
