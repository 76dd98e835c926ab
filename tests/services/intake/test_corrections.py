"""Answers that were sent back, corrected and sent again; every sending is kept (F19)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused, Stale
from formengine.forms import Upload
from formengine.services.case.repository import get_dossier
from formengine.services.core.audit_log import erase_entries
from formengine.services.core.dossier_verification import verify_dossiers
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import transitions
from formengine.services.dossiers.answers import corrections, submissions
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.files.uploads import file_value, store_upload
from formengine.services.intake.corrections import correct_answers, open_correction
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier, Submission
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.storage.models.mails import Mail
from tests.services.conftest import Case, paper
from tests.support.people import People
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("corrections")
RENT = {"amount": "12000.00", "currency": "EUR"}
ANSWERS: dict[str, Any] = {"address": "5 rue du Port", "kind": "office", "rent": RENT}


@pytest.fixture
def lease(platform: Platform, people: People) -> Case:
    """A lease of Cleo's that waits for Paul's review."""
    people.all()
    with acting_on(platform, people("cleo")) as work:
        case = Case(platform, people, submit(work, "lease", ANSWERS, key="lease-1").dossier.reference)
    return case


def sent_back(case: Case, step: str = "send_back", comment: str = "Which rent?") -> Case:
    case("paul", transitions.perform, step, case.version, {}, comment)
    assert case.state == "correcting"
    return case


def correct(case: Case, who: str = "cleo", **answers: Any) -> None:
    case(who, correct_answers, case.version, {**ANSWERS, **answers})


def test_the_requester_sends_the_answers_again(lease: Case) -> None:
    """F19: the dossier is back in review, with the new answers and a title that follows them."""
    sent_back(lease)
    correct(lease, address="7 rue du Port")
    assert lease.state == "review"
    assert lease.dossier.title == "Lease of 7 rue du Port"
    assert lease.reads(lambda _, dossier: dossier.submission.answers["address"]) == "7 rue du Port"
    listed = {q: lease.reads(lambda work, _: dossier_page(work, ListFilter(q=q)).items) for q in ("7 rue", "5 rue")}  # noqa: B023  # called at once
    assert [len(rows) for rows in listed.values()] == [1, 0]
    assert lease.kinds()[-2:] == ["answers", "step"]
    assert lease.whole()


def test_erased_corrections_are_no_false_alarm(lease: Case) -> None:
    """T45, F19: the history no longer says which answers stand, so that those which stand are not doubted."""
    sent_back(lease)
    correct(lease, address="7 rue du Port")
    number = lease.history()[-2].number
    lease("paul", lambda work, reference: erase_entries(work, get_dossier(work, reference), [number]))
    assert lease.whole()


def test_every_sending_is_kept_with_its_changes(lease: Case) -> None:
    """F19, F14: the earlier submissions stay as they were sent, and counsel reads what changed."""
    for street in ("7 rue du Port", "9 rue du Port"):
        sent_back(lease)
        correct(lease, address=street)
    kept = lease.reads(lambda work, dossier: submissions(work, dossier), "paul")
    assert [row.answers["address"] for row in kept] == ["9 rue du Port", "7 rue du Port", "5 rue du Port"]
    views = lease.reads(lambda work, dossier: corrections(work, dossier), "paul")
    assert [[change.name for change in view.changes] for view in views] == [["address"], ["address"], []]
    assert "7 rue du Port" in views[0].changes[0].before
    assert "9 rue du Port" in views[0].changes[0].after
    assert lease.whole()


def test_an_earlier_sending_that_was_edited_is_found(lease: Case) -> None:
    """T41, F19: each sending is compared with the entry that records it, also one that was corrected since."""
    sent_back(lease)
    correct(lease, address="7 rue du Port")
    first = lease.reads(lambda work, dossier: submissions(work, dossier), "paul")[-1].id
    with lease.platform.database.sessions() as session:
        session.get_one(Submission, first).answers = {**ANSWERS, "address": "1 rue du Port"}
        session.flush()
        session.expire_all()
        (error,) = verify_dossiers(session)
    assert (error.chain, error.number) == (lease.reference, 1)
    assert error.what == f"the answers of submission {first} were changed after they were sent"


def test_the_same_key_still_names_the_request(lease: Case) -> None:
    """T4: a repeat of the first submission is answered with its dossier after a correction, too."""
    sent_back(lease)
    correct(lease, address="7 rue du Port")
    with acting_on(lease.platform, lease.people("cleo")) as work:
        again = submit(work, "lease", ANSWERS, key="lease-1")
        assert not again.fresh
        assert again.dossier.reference == lease.reference


def test_the_whole_form_judges_the_answers(lease: Case) -> None:
    """F19: with its conditions: a shop has opening hours. Nothing changes otherwise."""
    sent_back(lease)
    with pytest.raises(Invalid) as refused:
        correct(lease, kind="shop")
    assert [error.pointer for error in refused.value.errors] == ["/opening_hours"]
    assert lease.state == "correcting"
    correct(lease, kind="shop", opening_hours="9 to 7")
    assert lease.state == "review"


def test_answers_that_are_not_open_stay(lease: Case) -> None:
    """F19: of named parts only these change; what a condition asks for besides may be answered."""
    sent_back(lease, "ask_rent")
    case_answers = {"rent": {**RENT, "amount": "13000.00"}, "kind": "shop", "opening_hours": "9 to 7"}
    lease("cleo", correct_answers, lease.version, {**case_answers, "address": "Another street"})
    answers = lease.reads(lambda _, dossier: dossier.submission.answers)
    assert answers == {**case_answers, "address": "5 rue du Port"}


def test_a_hidden_answer_goes_though_it_is_not_open(lease: Case) -> None:
    """F19: a form never keeps an answer to a question that it no longer asks."""
    sent_back(lease)
    correct(lease, kind="shop", opening_hours="9 to 7")
    sent_back(lease, "ask_rent")
    lease("cleo", correct_answers, lease.version, {"kind": "office", "rent": RENT})
    assert "opening_hours" not in lease.reads(lambda _, dossier: dossier.submission.answers)


@pytest.mark.parametrize("who", ["paul", "maya", "sam"])
def test_nobody_but_the_requester_corrects(lease: Case, who: str) -> None:
    """F19: neither counsel nor another client."""
    sent_back(lease)
    with pytest.raises((NotFound, Refused)):  # who may not even read it finds nothing
        correct(lease, who, address="7 rue du Port")
    assert lease.state == "correcting"


def test_nothing_is_open_before_it_was_sent_back(lease: Case) -> None:
    """F19: nor after it was corrected."""
    with pytest.raises(Refused):
        correct(lease, address="7 rue du Port")
    sent_back(lease)
    correct(lease, address="7 rue du Port")
    with pytest.raises(Refused):
        correct(lease, address="9 rue du Port")


def test_a_correction_of_what_has_changed_since_is_stale(lease: Case) -> None:
    """W11: counsel has gone on meanwhile."""
    sent_back(lease)
    version = lease.version
    lease("paul", transitions.perform, "finish", version, {"rent": RENT}, None)
    with pytest.raises(Stale):
        lease("cleo", correct_answers, version, ANSWERS)


def test_what_a_step_wrote_is_shown_to_be_corrected(lease: Case) -> None:
    """F19: the form holds the facts as they stand, and a correction takes their place."""
    text = {"rent": {"amount": "15000.00", "currency": "EUR"}}
    sent_back(lease)

    def read(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
        correction = open_correction(work, dossier)
        assert correction is not None
        return correction.answers

    assert lease.reads(read, "cleo") == ANSWERS
    correct(lease, **text)
    assert lease.reads(lambda _, dossier: dossier.submission.answers["rent"]) == text["rent"]


def test_another_file_becomes_the_next_version(lease: Case) -> None:
    """F19, S2: the answer that a document is made from is corrected by its next version; the first is the first."""
    for content in (b"% first", b"% second"):
        sent_back(lease)
        with acting_on(lease.platform, lease.people("cleo")) as work:
            stored = file_value(store_upload(work, paper(content)))
        correct(lease, draft=stored)

    def versions(work: UnitOfWork, _dossier: Dossier) -> list[int]:
        return list(work.session.scalars(select(DocumentVersion.number).join(Document).order_by(DocumentVersion.id)))

    assert lease.reads(versions) == [1, 2]
    assert lease.state == "review"


def test_the_requester_is_told_and_so_is_counsel(lease: Case) -> None:
    """N1: sent back by a mail of its own with the comment; corrected: whoever sent it back."""
    sent_back(lease)
    correct(lease, address="7 rue du Port")

    def mails(work: UnitOfWork, _dossier: Dossier) -> list[tuple[str, str]]:
        return [(kind, to) for kind, to in work.session.execute(select(Mail.kind, Mail.to).order_by(Mail.id))]

    sent = lease.reads(mails)
    assert ("sent_back", lease.people("cleo").email) in sent
    assert ("transition", lease.people("paul").email) in sent[sent.index(("sent_back", "cleo@example.com")) :]


def test_a_file_of_somebody_else_is_refused(lease: Case) -> None:
    """T15: a correction opens no file that its author may not read."""
    sent_back(lease)
    with acting_on(lease.platform, lease.people("maya")) as work:
        foreign = file_value(store_upload(work, Upload("a.pdf", "application/pdf", paper().file)))
    with pytest.raises(Invalid):
        correct(lease, draft=foreign)


def test_a_step_obeys_the_conditions_of_the_form(lease: Case) -> None:
    """F19: what a step writes over an answer is judged by the form that asked for it."""
    lease("paul", transitions.perform, "date", lease.version, {"starts_on": "2026-12-01"})
    sent_back(lease)
    correct(lease, kind="shop", opening_hours="9 to 7", starts_on="2027-01-01")
    with pytest.raises(Invalid) as refused:
        lease("paul", transitions.perform, "date", lease.version, {"starts_on": "2026-12-01"})
    assert [error.pointer for error in refused.value.errors] == ["/starts_on"]
    lease("paul", transitions.perform, "date", lease.version, {"starts_on": "2027-01-01"})


def test_an_answer_that_no_longer_fits_is_opened(lease: Case) -> None:
    """F19: nobody is caught between a form that wants an answer changed and a step that does not open it."""
    sent_back(lease)
    correct(lease, starts_on="2026-12-01")
    sent_back(lease, "ask_rent")
    shop = {**ANSWERS, "kind": "shop", "opening_hours": "9 to 7", "starts_on": "2026-12-01"}
    with pytest.raises(Invalid) as refused:
        lease("cleo", correct_answers, lease.version, shop)
    assert [error.pointer for error in refused.value.errors] == ["/starts_on"]
    lease("cleo", correct_answers, lease.version, {**shop, "starts_on": "2027-01-01", "address": "Elsewhere"})
    answers = lease.reads(lambda _, dossier: dossier.submission.answers)
    assert (answers["starts_on"], answers["address"]) == ("2027-01-01", "5 rue du Port")
