"""Documents with empty places: told to whoever decides, and signed only once somebody has said that they stay so."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from formengine.errors import Refused
from formengine.services.approvals import decisions
from formengine.services.approvals.round_views import rounds
from formengine.services.dossiers import document_drafts, documents
from formengine.services.dossiers.header import dossier_header
from formengine.services.dossiers.notes import add_note
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.storage.models.mails import Mail
from tests.services.approvals.test_several_documents import JOE, docx
from tests.services.case.test_draft_jobs import draft, is_approved, written
from tests.services.conftest import Case

pytestmark = pytest.mark.site("closing")
__all__ = ["written"]
EMPTY = "“Contract” has blanks: its text uses Buyer, which nobody has answered."


def asked_to_sign(case: Case) -> set[str]:
    with case.platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.kind == "signature_asked")).all()
        return {case.name(row.person_id or row.to) for row in rows}


def leave_empty(case: Case, document: str = "contract") -> None:
    """What the job stores of a draft whose template writes an answer that is not there."""
    with case.platform.database.transaction() as session:
        named = select(Document.id).where(Document.dossier_id == case.dossier.id, Document.name == document)
        lacking = DocumentVersion.document_id.in_(named)
        session.execute(update(DocumentVersion).where(lacking).values(missing_answers=["buyer"]))


def test_nobody_signs_a_document_with_empty_places_unawares(written: Case) -> None:
    """S1, S10: approvers and the legal team read of it; signatures wait, those of the other side among them, until
    somebody keeps the version, which the history says.
    """
    draft(written)
    leave_empty(written)
    panels = [seat.panel for view in written.reads(rounds, "bo") for step in view.steps for seat in step.seats]
    assert [panel.empty_places for panel in panels if panel] == [(EMPTY,)]
    is_approved(written)
    assert written.state == "signing"
    (signing, *_earlier) = [view for view in written.reads(rounds, "paul") if view.kind == "signature"]
    assert signing.waiting.obstacles[0].startswith(EMPTY)
    assert asked_to_sign(written) == set()
    written("paul", add_note, "Who is the buyer?")
    with written.platform.database.reading() as session:
        told = [mail for mail in session.scalars(select(Mail)).all() if mail.variables.get("status") == "empty"]
    assert [(mail.kind, written.name(mail.person_id or ""), mail.variables["failure"]) for mail in told] == [
        ("draft_failed", "paul", EMPTY)
    ], "whoever is in charge, once"
    with pytest.raises(Refused, match="has blanks"):
        written("di", decisions.sign, "Di Moreau", True)
    assert written.reads(dossier_header, "paul").empty_places == {"contract": EMPTY}
    assert written.reads(dossier_header, "cleo").empty_places == {}
    written("paul", document_drafts.give_up_draft, "contract")
    assert {"di", JOE["email"]} <= asked_to_sign(written)
    assert "empty_places_kept" in [entry.kind for entry in written.history()]
    assert written.reads(dossier_header, "paul").empty_places == {}
    written("di", decisions.sign, "Di Moreau", True)
    with pytest.raises(Refused, match="No draft of this document has failed"):
        written("paul", document_drafts.give_up_draft, "contract")


def test_a_draft_that_fails_leaves_the_empty_places_of_the_version_before_it(written: Case) -> None:
    """S1, S10: the draft is given up, which says nothing of the places: signatures wait, the obstacle is told, and
    people are asked once the version is kept.
    """
    draft(written)
    leave_empty(written)
    is_approved(written)
    written("paul", document_drafts.draft_again, "contract")
    args = {"dossier": written.dossier.id, "document": "contract", "after": 1}
    document_drafts._store_failure(written.platform, args, "the template is broken")
    written("paul", document_drafts.give_up_draft, "contract")
    assert written.reads(dossier_header, "paul").empty_places == {"contract": EMPTY}
    (signing, *_earlier) = [view for view in written.reads(rounds, "paul") if view.kind == "signature"]
    assert signing.waiting.obstacles[0].startswith(EMPTY)
    with pytest.raises(Refused, match="has blanks"):
        written("di", decisions.sign, "Di Moreau", True)
    assert (asked_to_sign(written), "empty_places_kept" in written.kinds()) == (set(), False)
    written("paul", document_drafts.give_up_draft, "contract")
    assert ({"di", JOE["email"]} <= asked_to_sign(written), "empty_places_kept" in written.kinds()) == (True, True)


def test_only_the_legal_team_has_a_document_signed_with_empty_places(written: Case) -> None:
    """S1, S10: not the client who may add versions of it."""
    written("cleo", documents.new_document_version, "frame", docx("Between nobody and us."))
    leave_empty(written, "frame")
    with pytest.raises(Refused, match="Only the legal team"):
        written("cleo", document_drafts.give_up_draft, "frame")
    written("paul", document_drafts.give_up_draft, "frame")
    assert "empty_places_kept" in written.kinds()
