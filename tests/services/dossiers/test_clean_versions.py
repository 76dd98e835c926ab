"""Before a signature: no open tracked changes, comments or hidden text, but a clean version, and what it lacks (S3)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from formengine.documents import DOCX
from formengine.errors import NotFound, Refused
from formengine.forms import Upload
from formengine.services.approvals import decisions
from formengine.services.case.guest_links import newest_version
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents, transitions
from formengine.services.dossiers.clean_versions import add_clean_version
from formengine.services.dossiers.edit_locks import end_editing, hold_for_editing
from formengine.services.files.uploads import open_content
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.storage.models.history import HistoryEntry
from formengine.workflow.engine import api as engine
from tests.documents.word_versions.builders import negotiated, saved
from tests.documents.word_versions.test_clean_copy import opened
from tests.services.conftest import Case, MakeCase, paper

pytestmark = pytest.mark.site("casework")


def remarked() -> Upload:
    return Upload("c.docx", DOCX, io.BytesIO(negotiated()))


def versions(case: Case) -> list[tuple[int, bool]]:
    """The versions of the contract: the number, and whether it holds remarks."""
    with case.platform.database.reading() as session:
        rows = session.query(DocumentVersion).order_by(DocumentVersion.number)
        return [(row.number, row.remarks > 0) for row in rows]


LEFT = "still holds tracked changes, comments, hidden text or fields that change by themselves: make a clean version"


def test_a_document_with_remarks_is_neither_approved_nor_signed(make_case: MakeCase) -> None:
    """S3, S10: neither asked about nor, added meanwhile, approved; the clean version is decided on and goes out."""
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", remarked())
    with pytest.raises(Refused, match=LEFT):
        case.step("paul", "ask", risk="low")
    case("paul", documents.new_document_version, "contract", paper(b"% clean"))
    case.step("paul", "ask", risk="low")
    case("paul", documents.new_document_version, "contract", remarked())
    with pytest.raises(Refused, match=LEFT):
        case("bo", decisions.decide, "approve")
    case("paul", add_clean_version, "contract")
    last = versions(case)[-1][0]
    assert versions(case)[-2:] == [(last - 1, True), (last, False)]
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    assert case.state == "signing"
    with case.platform.database.reading() as session:
        entry = session.query(HistoryEntry).filter_by(kind="cleaned").one()
        taken = {name: entry.payload[name] for name in ("tracked", "comments", "hidden")}
    assert taken == {"tracked": 2, "comments": 1, "hidden": 1}
    assert case.whole()


def test_a_document_is_cleaned_and_sent_in_one_act(make_case: MakeCase) -> None:
    """S3, S10: what is decided on is the clean version; nothing is half done where it is not agreed to, or refused."""
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", remarked())
    last = versions(case)[-1][0]
    step = case.reads(lambda work, dossier: transitions.step_form(work, dossier, "ask"), "paul")
    assert [(document.id, document.number) for document in step.unclean] == [("contract", last)]
    assert step.reasons == []
    buttons = case.reads(lambda work, dossier: [b.id for b in transitions.step_buttons(load(work, dossier))], "paul")
    assert "ask" in buttons
    for clean in (None, {}, {"contract": None}, {"contract": last - 1}):
        with pytest.raises(Refused):
            case("paul", transitions.perform, "ask", case.version, {"risk": "low"}, None, None, clean)
        assert versions(case)[-1] == (last, True)
    case("paul", transitions.perform, "ask", case.version, {"risk": "low"}, None, None, {"contract": last})
    assert versions(case)[-2:] == [(last, True), (last + 1, False)]
    assert case.state == "approval"
    assert [kind for kind in case.kinds() if kind in ("cleaned", "round_opened")] == ["cleaned", "round_opened"]
    assert case.whole()


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_clean_version_has_the_empty_places_of_the_version_that_was_cleaned(
    make_case: MakeCase, is_kept: bool
) -> None:
    """S1, S3, S10: cleaning fills in nothing, so that signatures wait as before, unless it was to be signed so."""
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", remarked())
    with case.platform.database.transaction() as session:
        draft = session.query(DocumentVersion).order_by(DocumentVersion.number.desc()).first()
        assert draft is not None
        draft.missing_answers, draft.empty_places_kept = ["buyer"], is_kept
    case("paul", add_clean_version, "contract")
    newest = case.reads(lambda work, dossier: load(work, dossier).case.newest_versions["contract"], "paul")
    assert (newest.missing, newest.is_incomplete) == (("buyer",), not is_kept)


@pytest.mark.site("closing")
def test_a_step_cleans_the_documents_that_it_sends_and_no_others(make_case: MakeCase) -> None:
    """S3, S10: another one is under negotiation still; nor is a step offered with one that somebody edits."""
    buyer = {"name": "Joe Martin", "email": "joe@globex.test"}
    case = make_case("closing", by="cleo", with_paper=False, buyer=buyer)
    for name in ("contract", "annex", "frame"):
        case("paul", documents.new_document_version, name, remarked())

    def unclean() -> list[str]:
        step = case.reads(lambda work, dossier: transitions.step_form(work, dossier, "ask"), "paul")
        assert bool(step.reasons) == (not step.unclean)
        return [document.id for document in step.unclean]

    assert unclean() == ["annex", "contract"]
    case("ana", hold_for_editing, "frame")
    assert unclean() == ["annex", "contract"]
    case("sam", hold_for_editing, "annex")
    assert unclean() == []
    case("sam", end_editing, "annex")
    case("paul", add_clean_version, "annex")
    assert unclean() == ["contract"]
    agreed = {"contract": 1, "annex": 2, "frame": 1}
    case("paul", transitions.perform, "ask", case.version, {}, None, None, agreed)
    views = case.reads(documents.documents, "paul")
    assert {view.id: view.versions[0].number for view in views} == {"contract": 2, "annex": 2, "frame": 1}
    assert case.state == "approval"


def test_what_is_possible_with_clean_versions_is_found_once(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3: for all steps together, however many buttons and forms of a page ask."""
    case, cleaned = make_case(by="cleo"), []
    case("paul", documents.new_document_version, "contract", remarked())
    find = engine.available_transitions

    def counted(workflow: Any, situation: Any, *rest: Any) -> Any:
        cleaned.append(not any(content.remarks for content in situation.newest_versions.values()))
        return find(workflow, situation, *rest)

    monkeypatch.setattr(engine, "available_transitions", counted)

    def ask(work: UnitOfWork, dossier: Dossier) -> None:
        for _time in range(3):
            transitions.step_buttons(load(work, dossier))

    case.reads(ask, "paul")
    assert cleaned.count(True) == 1


def test_who_may_not_add_a_version_may_not_clean_one(make_case: MakeCase) -> None:
    """S3, T16: nor is a PDF cleaned, a document that there is not, one that is clean, or another than was shown."""
    case = make_case(by="cleo")
    with pytest.raises(Refused, match="whoever is in charge"):
        case("cleo", add_clean_version, "contract")
    with pytest.raises(NotFound):
        case("paul", add_clean_version, "minutes")
    case("paul", documents.new_document_version, "contract", paper(b"% a PDF"))
    with pytest.raises(Refused, match="a PDF is signed as it is"):
        case("paul", add_clean_version, "contract")
    case("paul", documents.new_document_version, "contract", remarked())
    with pytest.raises(Refused, match="A newer version came"):
        case("paul", add_clean_version, "contract", versions(case)[-1][0] - 1)
    case("paul", add_clean_version, "contract", versions(case)[-1][0])
    with pytest.raises(Refused, match="this version is clean"):
        case("paul", add_clean_version, "contract")


def test_hidden_ends_of_paragraphs_are_taken_out_and_told(make_case: MakeCase) -> None:
    """S3: they keep a document from approval as hidden text does; the clean version has none, and all that is shown."""
    document: Any = Document()
    properties = document.add_paragraph("Shown.")._p.get_or_add_pPr()
    properties.append(parse_xml(f"<w:rPr {nsdecls('w')}><w:vanish/></w:rPr>"))
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", Upload("c.docx", DOCX, io.BytesIO(saved(document))))
    with pytest.raises(Refused, match=LEFT):
        case.step("paul", "ask", risk="low")
    case("paul", add_clean_version, "contract")
    case.step("paul", "ask", risk="low")
    entry = next(entry for entry in case.history() if entry.kind == "cleaned")
    assert [entry.payload[name] for name in ("tracked", "comments", "hidden")] == [0, 0, 1]
    newest = case.reads(lambda work, dossier: newest_version(work, dossier, "contract"))
    assert newest is not None
    with open_content(case.platform, newest.file.sha256) as stream:
        assert opened(stream.read()).paragraphs[0].text == "Shown."
