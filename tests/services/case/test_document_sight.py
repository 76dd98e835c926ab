"""Documents of the legal team's own: what the client reads of them, several of a kind, and how they are drafted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from formengine.errors import Invalid, NotFound, Refused
from formengine.services.approvals import decisions
from formengine.services.approvals.round_views import rounds
from formengine.services.case.repository import load
from formengine.services.case.timeline import visible_history
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents
from formengine.services.dossiers.added_documents import MOST_OF_A_KIND, add_document, addable_kinds
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.document_drafts import draft_again, make_draft
from formengine.services.dossiers.document_sharing import share_version, stop_sharing
from formengine.services.dossiers.document_turns import hand_over, turns_of_actor
from formengine.services.dossiers.edit_locks import hold_for_editing
from formengine.services.dossiers.file_series import files_to_archive
from formengine.services.dossiers.header import dossier_header
from formengine.services.dossiers.possible_holders import possible_holders
from formengine.services.dossiers.version_changes import document_changes, version_changes
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.mails import Mail
from tests.services.conftest import Case, MakeCase, paper

pytestmark = pytest.mark.site("opinions")


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    """Advice that Maya asked for; Paul gives it."""
    made = make_case("advice", with_paper=False)
    made("paul", claim)
    return made


def read(case: Case, who: str | None) -> dict[str, list[int]]:
    """The numbers of the versions of each document, as somebody reads them."""

    def numbers(work: UnitOfWork, dossier: Dossier) -> dict[str, list[int]]:
        return {view.id: [row.number for row in view.versions] for view in documents.documents(work, dossier)}

    return case.reads(numbers, who)


def version_ids(case: Case, document: str) -> list[int]:
    """The ids of the versions of a document, the oldest first."""

    def ids(work: UnitOfWork, dossier: Dossier) -> list[int]:
        view = next(view for view in documents.documents(work, dossier) if view.id == document)
        return [row.id for row in view.versions][::-1]

    return case.reads(ids)


def decided_on(case: Case, who: str) -> tuple[list[str], bool]:
    """The documents of the round of approval as somebody reads them, and whether there are others."""
    (round_,) = case.reads(rounds, who)
    return [document.title for document in round_.documents], round_.hides_documents


def history(case: Case, who: str) -> list[str]:
    return case.reads(lambda work, dossier: [entry.text for entry in visible_history(work, dossier)], who)


def test_the_client_reads_the_versions_that_were_shared(case: Case) -> None:
    """S2, D6: neither the others, by their number, what changed, or the archive; the requester is mailed."""
    for content in (b"% 1", b"% 2", b"% 3"):
        case("paul", documents.new_document_version, "opinion", paper(content))
    assert read(case, "paul")["opinion"] == [3, 2, 1]
    assert "opinion" not in read(case, "maya")
    _first, second, third = version_ids(case, "opinion")
    case("paul", share_version, "opinion", 1)
    case("paul", share_version, "opinion", 3)
    case("paul", share_version, "opinion")  # shown already: nobody is told again
    assert read(case, "maya")["opinion"] == [3, 1]
    with pytest.raises(NotFound):
        case.reads(lambda work, _dossier: documents.get_version(work, second), "maya")
    changes = case.reads(lambda work, dossier: version_changes(work, dossier, third), "maya")
    assert ([row.number for row in changes.versions], changes.older.number) == ([1, 3], 1)
    for numbers in ((1, 2), (2, 3)):
        with pytest.raises(NotFound):
            case.reads(lambda work, dossier, pair=numbers: document_changes(work, dossier, "opinion", *pair), "maya")
    archived = case.reads(files_to_archive, "maya")
    assert [entry.path for entry in archived] == ["Documents/contract.pdf"]
    assert history(case, "maya")[-2:] == [
        "Shared with the client: Opinion, version 1",
        "Shared with the client: Opinion, version 3",
    ]
    with case.platform.database.reading() as session:
        mails = [mail for mail in session.query(Mail) if mail.kind == "version"]
    assert [(mail.person_id, (mail.variables or {})["number"]) for mail in mails] == [
        (case.people("maya").id, 1),
        (case.people("maya").id, 3),
    ]
    case("paul", stop_sharing, "opinion", 1)
    assert read(case, "maya")["opinion"] == [3]
    assert "No longer shared with the client: Opinion, version 1" in history(case, "paul")
    assert "No longer shared" not in " ".join(history(case, "maya"))
    assert case.whole()


def test_a_step_shares_the_newest_version(case: Case) -> None:
    """S2, W3: where there is none yet, the step shares nothing; after the end, the client reads it still."""
    case.step("paul", "give")
    case.step("paul", "reopen")
    case("paul", documents.new_document_version, "opinion", paper(b"% 1"))
    case("paul", documents.new_document_version, "opinion", paper(b"% 2"))
    case.step("paul", "give")
    assert read(case, "maya")["opinion"] == [2]
    assert case.kinds().count("version_shared") == 1
    assert case.whole()


def test_what_no_client_sees_is_read_by_those_who_decide_on_it(case: Case) -> None:
    """S2, S10: whoever is asked, or has decided, reads it; the requester neither reads it nor that it is awaited, nor
    its title where it is decided on, but what was shared.
    """
    awaited = {who: [doc.title for doc in case.reads(dossier_header, who).awaited] for who in ("paul", "maya")}
    assert awaited == {"paul": ["Memo"], "maya": []}
    case("paul", documents.new_document_version, "memo", paper())
    (version,) = version_ids(case, "memo")
    for who in ("maya",):
        assert "memo" not in read(case, who)
        with pytest.raises(NotFound):
            case.reads(lambda work, _dossier: documents.get_version(work, version), who)
    case("paul", documents.new_document_version, "opinion", paper(b"% opinion"))
    case.step("paul", "ask")
    assert read(case, "bo")["memo"] == [1]
    assert decided_on(case, "bo") == decided_on(case, "paul") == (["Memo", "Opinion"], False)
    assert decided_on(case, "maya") == ([], True)
    case("paul", share_version, "opinion")
    assert decided_on(case, "maya") == (["Opinion"], True)
    case("bo", decisions.decide, "approve")
    assert read(case, "bo")["memo"] == [1]
    with pytest.raises(Refused):
        case("paul", share_version, "memo")
    with pytest.raises((NotFound, Refused)):
        case("maya", share_version, "memo")
    with pytest.raises(NotFound):
        case("maya", documents.new_document_version, "memo", paper())


def test_it_is_handed_over_within_the_legal_team(case: Case) -> None:
    """S2: the turn of a document that the client does not see as it is written is no news for the client."""
    case("paul", documents.new_document_version, "opinion", paper())
    client = "The client does not see this document"
    for holder, why in (("counterparty", client), (case.people("maya").id, client), ("nobody", "no such person")):
        with pytest.raises(Refused, match=why):
            case("paul", hand_over, "opinion", holder)
        with pytest.raises(Refused):
            case("paul", documents.new_document_version, "opinion", paper(b"%"), holder)
    case("paul", hand_over, "opinion", case.people("ana").id)
    told = [entry for entry in case.history() if entry.kind == "handed_over"]
    assert [entry.visible_to_client for entry in told] == [False]


def test_a_dossier_has_several_documents_of_a_kind(case: Case) -> None:
    """S2, P22: each with its title, versions, turn and lock; clients read those that are shared."""
    kinds = case.reads(addable_kinds, "paul")
    assert [(kind.id, kind.has_template, kind.client) for kind in kinds] == [("minutes", True, "when_shared")]
    assert case.reads(addable_kinds, "maya") == []
    names = [case("paul", add_document, "minutes", title, paper(title.encode())) for title in (" Kick  off", "Close")]
    assert names == ["minutes", "minutes-2"]
    case("paul", documents.new_document_version, "minutes-2", paper(b"% 2"))
    case("paul", hold_for_editing, "minutes-2")
    case("paul", share_version, "minutes-2")
    case("paul", hand_over, "minutes-2", case.people("ana").id)
    assert [title for _, title in case.reads(lambda work, _dossier: turns_of_actor(work), "ana")] == ["Close"]
    views = case.reads(documents.documents, "paul")
    titles = {view.id: (view.title, view.kind, len(view.versions)) for view in views if view.id.startswith("minutes")}
    assert titles == {"minutes": ("Kick off", "Minutes", 1), "minutes-2": ("Close", "Minutes", 2)}
    assert read(case, "maya") == {"minutes-2": [2]}
    assert history(case, "maya")[-1] == "Shared with the client: Close, version 2"
    case.step("paul", "give")
    assert [view.title for view in case.reads(documents.documents, "maya")] == ["Close"]
    with pytest.raises(Refused):
        case("paul", add_document, "minutes", "Late", paper())
    assert case.whole()


def test_a_document_of_a_kind_is_drafted_from_its_template(case: Case) -> None:
    """S1, S2: in a job; again on request, as any other."""
    assert case("paul", add_document, "minutes", "First", None) == "minutes"
    assert case("paul", add_document, "minutes", "Second", None) == "minutes-2"
    for after in (0, 0, 1):
        make_draft(case.platform, {"dossier": case.dossier.id, "document": "minutes-2", "after": after})
        if after == 0:
            case("paul", draft_again, "minutes-2")
    assert read(case, "paul")["minutes-2"] == [2, 1]
    assert read(case, "paul")["minutes"] == []
    begun = [entry for entry in case.history() if entry.kind == "document_begun"]
    assert [(entry.by, entry.payload["title"]) for entry in begun] == [
        (case.people("paul").id, "First"),
        (case.people("paul").id, "Second"),
    ]
    with pytest.raises(NotFound):
        case("paul", draft_again, "minutes-3")
    with case.platform.database.transaction() as session:
        session.execute(update(Document).where(Document.name == "minutes").values(draft_failure="broken"))
    with pytest.raises(NotFound):  # it is not shared with the client
        case("maya", draft_again, "minutes")
    case("paul", draft_again, "minutes")


def test_wrong_documents_are_refused_whole(case: Case) -> None:
    """S2: an unknown kind, one of which there is one, no title or file, a file that is no document; nothing is kept."""
    wrong = [
        ("nothing", "A", Invalid),
        ("opinion", "A", Invalid),
        ("minutes", " ", Invalid),
        ("minutes", "x" * 151, Invalid),
        ("minutes", "a\u0007b", Invalid),
        ("minutes", "Close\u202e", Invalid),
    ]
    for kind, title, error in wrong:
        with pytest.raises(error):
            case("paul", add_document, kind, title, paper())
    upload = replace(paper(), name="minutes.txt")
    with pytest.raises(Refused):
        case("paul", add_document, "minutes", "A", upload)
    with pytest.raises(Invalid):
        case("maya", add_document, "minutes", "A", paper())
    for add in (documents.new_document_version, hand_over, draft_again):  # a kind is no document
        with pytest.raises(NotFound):
            case("paul", add, "minutes", *{documents.new_document_version: [paper()], hand_over: ["us"]}.get(add, []))
    assert read(case, "paul") == {"opinion": [], "memo": []}
    with case.platform.database.transaction() as session:
        names = ["minutes", *(f"minutes-{number}" for number in range(2, MOST_OF_A_KIND + 1))]
        session.add_all([Document(dossier_id=case.dossier.id, name=name, title="A") for name in sorted(names)])
    shown = case.reads(lambda work, dossier: [view.id for view in documents.documents(work, dossier)], "paul")
    assert shown == [*names, "opinion", "memo"]
    offered = case.reads(lambda work, dossier: possible_holders(load(work, dossier), names), "paul")
    assert offered["minutes-2"] is offered["minutes-100"]  # looked for once
    assert {case.name(person.id) for person in offered["minutes-2"]} >= {"ana"}
    with pytest.raises(Refused):
        case("paul", add_document, "minutes", "One more", paper())
