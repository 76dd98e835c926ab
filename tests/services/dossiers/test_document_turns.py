"""Whose turn it is with a document, set by an upload or by handing it over; told, listed, and over once signed (S2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import select

from formengine.errors import NotFound, Refused
from formengine.services.approvals import decisions
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents, mentions
from formengine.services.dossiers.agenda import agenda
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.clean_versions import add_clean_version
from formengine.services.dossiers.desk import desk
from formengine.services.dossiers.document_holders import COUNTERPARTY, US, holder_name
from formengine.services.dossiers.document_turns import hand_over, turns_of_actor
from formengine.services.dossiers.edit_locks import hold_for_editing
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.possible_holders import possible_holders
from formengine.storage.migrations import FOLDER
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Round
from tests.services.conftest import Case, MakeCase, paper
from tests.services.dossiers.test_clean_versions import remarked

pytestmark = pytest.mark.site("casework")


def turn(case: Case) -> str | None:
    """The holder of the contract, as its page shows it."""

    def read(work: UnitOfWork, dossier: Dossier) -> str | None:
        view = next(view for view in documents.documents(work, dossier) if view.id == "contract")
        return view.turn.holder if view.turn else None

    return case.reads(read)


def listed(case: Case, who: str, part: Callable[[UnitOfWork], list[str]]) -> list[str]:
    return case.reads(lambda work, _dossier: part(work), who)


def waiting(work: UnitOfWork) -> list[str]:
    page = desk(work, ListFilter(tab="mine"))
    return [row.dossier.reference for row in page.others]


def own_turns(work: UnitOfWork) -> list[str]:
    """The documents that the actor's home page names as theirs."""
    return [title for _dossier, title in turns_of_actor(work)]


def mails(case: Case) -> list[tuple[str, str]]:
    """Who was told of a turn, and whose it is."""
    with case.platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.kind == "turn").order_by(Mail.id))
        return [(case.name(row.person_id or ""), str((row.variables or {})["status"])) for row in rows]


def test_an_upload_gives_the_turn_to_the_legal_team_or_to_whom_it_names(make_case: MakeCase) -> None:
    """S2, P22: a version at each turn, and who has it now."""
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", paper(b"% 1"))
    assert turn(case) == US
    case("paul", documents.new_document_version, "contract", paper(b"% 2"), COUNTERPARTY)
    assert turn(case) == COUNTERPARTY
    assert mails(case) == [("cleo", "counterparty")]
    case("paul", documents.new_document_version, "contract", paper(b"% 3"))
    assert turn(case) == US
    told = [entry for entry in case.history() if entry.kind == "handed_over"]
    assert [entry.payload["status"] for entry in told] == [COUNTERPARTY, US]
    assert all(entry.visible_to_client for entry in told)
    assert case.whole()


def test_a_document_is_handed_over_and_lists_say_that_it_waits_for_others(make_case: MakeCase) -> None:
    """S2, D1: on the desk and in the day of whoever handles the dossier; back again when it comes back."""
    case = make_case(by="cleo")
    case("paul", claim)
    case("paul", documents.new_document_version, "contract", paper())
    assert listed(case, "paul", waiting) == []
    case("paul", hand_over, "contract", COUNTERPARTY)
    case("paul", hand_over, "contract", COUNTERPARTY)  # said twice, told once
    assert listed(case, "paul", waiting) == [case.reference]
    in_agenda = listed(case, "paul", lambda work: [row.dossier.reference for row in agenda(work).waiting])
    assert in_agenda == [case.reference]
    case("paul", hand_over, "contract", US)
    assert listed(case, "paul", waiting) == []
    assert mails(case) == [("cleo", "counterparty")]  # Paul, who did it, needs no mail


def test_a_person_who_has_it_is_told(make_case: MakeCase) -> None:
    """S2, N1: and for them it is no waiting for others; only those who see the dossier can be named."""
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", paper())
    ana = case.people("ana").id
    case("paul", hand_over, "contract", ana)
    assert turn(case) == ana
    assert mails(case) == [("ana", "person")]
    assert case.reads(lambda work, _dossier: holder_name(work, ana), "paul") == case.people("ana").name
    for stranger in (case.people("maya").id, "nobody", ""):
        with pytest.raises(Refused, match="Choose who has it next"):
            case("paul", hand_over, "contract", stranger)
    with pytest.raises(Refused, match="Choose who has it next"):
        case("paul", documents.new_document_version, "contract", paper(b"% 2"), "nobody")
    with pytest.raises(NotFound):
        case("paul", hand_over, "nothing", US)
    with pytest.raises(Refused, match="whoever is in charge"):
        case("cleo", hand_over, "contract", US)
    assert turn(case) == ana


def test_a_colleague_of_whoever_took_the_dossier_can_have_it(make_case: MakeCase) -> None:
    """S2, T15: who has the turn may add a version, hold the document and hand it on; not before, and not afterwards."""
    case = make_case(by="cleo")
    case("paul", claim)
    case("paul", documents.new_document_version, "contract", paper())
    ana, bo = case.people("ana").id, case.people("bo").id
    offered = case.reads(lambda work, dossier: possible_holders(load(work, dossier), ["contract"]), "paul")
    assert {case.name(person.id) for person in offered["contract"]} == {"paul", "ana", "sam"}
    with pytest.raises(Refused, match="Choose who has it next"):
        case("paul", hand_over, "contract", bo)
    with pytest.raises(Refused, match="whoever is in charge"):
        case("ana", documents.new_document_version, "contract", paper(b"% 2"))
    case("paul", hand_over, "contract", ana)
    assert case.reads(documents.replaceable_documents, "ana") == {"contract"}
    case("ana", hold_for_editing, "contract")
    case("ana", documents.new_document_version, "contract", paper(b"% 2"))
    assert turn(case) == US
    with pytest.raises(Refused, match="whoever is in charge"):
        case("ana", documents.new_document_version, "contract", paper(b"% 3"))
    case("paul", hand_over, "contract", ana)
    case("ana", hand_over, "contract", COUNTERPARTY)
    assert case.reads(documents.replaceable_documents, "ana") == set()
    assert case.dossier.assignee_id == case.people("paul").id


def test_everybody_who_sees_the_dossier_can_have_it(make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    """S2: whether or not the list to choose from, which ends somewhere, offers them."""
    monkeypatch.setattr(mentions, "MOST_OFFERED", 0)
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", paper())
    case("paul", hand_over, "contract", case.people("ana").id)
    assert turn(case) == case.people("ana").id


def test_a_clean_version_leaves_the_turn_where_it_is(make_case: MakeCase) -> None:
    """S2, S3: nobody has sent the document back; clients read of no turn that did not change."""
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", remarked(), COUNTERPARTY)
    case("paul", add_clean_version, "contract")
    assert turn(case) == COUNTERPARTY
    assert [entry.payload["status"] for entry in case.history() if entry.kind == "handed_over"] == [COUNTERPARTY]


def test_whoever_has_a_document_of_a_colleague_finds_it_in_their_lists(make_case: MakeCase) -> None:
    """S2, D1: on the desk and in their day as their turn, until they hand it over again."""
    case = make_case(by="cleo")
    case("paul", claim)
    case("paul", documents.new_document_version, "contract", paper(), case.people("sam").id)

    def mine(work: UnitOfWork) -> list[str]:
        return [row.dossier.reference for row in desk(work, ListFilter(tab="mine")).items]

    def turns(work: UnitOfWork) -> list[str]:
        return [row.dossier.reference for row in agenda(work).turn]

    assert [listed(case, "sam", part) for part in (mine, turns)] == [[case.reference], [case.reference]]
    assert listed(case, "paul", turns) == []
    case("sam", hand_over, "contract", US)
    assert [listed(case, "sam", part) for part in (mine, turns)] == [[], []]
    assert listed(case, "paul", turns) == [case.reference]


def holders(case: Case) -> list[tuple[object, ...]]:
    """What the rows of all documents say of whose turn it is, and of who edits."""
    columns = (Document.turn, Document.turn_since, Document.editor, Document.editing_until)
    return case.reads(lambda work, _: [tuple(row) for row in work.session.execute(select(*columns))])


def test_a_signed_document_is_nobodys_turn(make_case: MakeCase) -> None:
    """S2, S3: nobody edits it any more, either; nor what was signed before signing ended both, nor before rounds named
    their documents.
    """
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", paper(), COUNTERPARTY)
    case("paul", hold_for_editing, "contract")
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    case("bo", decisions.sign, "Bo Jansen", True)
    assert case.rounds[-1][2] == "signed"
    assert holders(case) == [(None, None, None, None)]
    revision = ScriptDirectory(str(FOLDER)).get_revision("0055")
    names = {"number": "document_version", "sha256": "document_sha256"}

    def age(work: UnitOfWork, _reference: str, earlier: bool) -> None:
        row = work.session.scalars(select(Document)).one()
        row.turn, row.turn_since, row.editor, row.editing_until = COUNTERPARTY, case.now, "somebody", case.now
        signed = work.session.scalars(select(Round).where(Round.kind == "signature")).one()
        if earlier:
            signed.data = {names[key]: signed.data["versions"]["contract"][key] for key in names}

    for earlier in (False, True):
        case("paul", age, earlier)
        with (
            case.platform.database.engine.begin() as connection,
            Operations.context(MigrationContext.configure(connection)),
        ):
            revision.module.upgrade()
        assert holders(case) == [(None, None, None, None)]


def test_while_it_is_decided_on_nobody_has_a_turn(make_case: MakeCase) -> None:
    """S2, S10: the round says who is asked."""
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", paper(), case.people("ana").id)
    assert listed(case, "ana", own_turns) == ["Contract"]
    case.step("paul", "ask", risk="low")
    assert turn(case) is None
    assert listed(case, "ana", own_turns) == []
