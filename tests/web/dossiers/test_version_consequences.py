"""A new version while a round is open: told and agreed to before it is added, and to whoever follows an earlier link;
nobody is asked about one that holds remarks of its authors (S3, S10).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import Tag
from sqlalchemy import update

from formengine.documents import DOCX
from formengine.jobs import drain
from formengine.services.approvals import decisions
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import documents
from formengine.services.dossiers.document_drafts import draft_again, make_draft
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.rounds import Seat
from formengine.work import functions_of
from tests.documents.conftest import word
from tests.documents.word_versions.builders import negotiated
from tests.services.approvals.test_several_documents import JOE, closing, docx, is_approved, open_link
from tests.services.conftest import Case, MakeCase, make_case
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import SignedIn, Visitor, form_to
from tests.web.guest.test_questions import mails

__all__ = ["calling", "closing", "make_case"]


@pytest.fixture
def database_kind() -> str:
    """Pages only; SQLite is enough."""
    return "sqlite"


def text_of(page: Any, selector: str = "main") -> str:
    part = page.html.select_one(selector)
    assert isinstance(part, Tag)
    return part.get_text(" ", strip=True)


@pytest.mark.site("closing")
def test_signatures_end_with_consent_and_the_signer_reads_it(
    closing: Case, app: Any, signed_in: SignedIn, platform: Platform
) -> None:
    """S3, S10, S11: who is asked and what comes next, before the upload; by the link, what happened; then a new link,
    whose mail names both documents.
    """
    is_approved(closing)
    link = f"/act/{open_link(closing)}"
    paul, tab = signed_in("paul"), f"/dossiers/{closing.reference}?tab=attachments"
    form = paul.form(tab, f"/dossiers/{closing.reference}/documents/contract")
    box = form.html.select_one("#ends-contract-what")
    assert "A new version ends the signatures “Signatures of both sides”." in box.get_text()
    assert "Joe Martin" in box.get_text()
    assert "The dossier then goes to “Approval”." in box.get_text()
    note = "A new version voids “Consent of the board”. Given so far, and void then: Bo Jansen, Di Moreau."
    assert note in form.html.get_text(" ", strip=True)
    form["files"] = ("second.docx", word("A second text."), DOCX)
    refused = form.submit(status=422)
    assert "Nothing was added. Agree to this to add the version." in text_of(refused)
    assert "Files were not kept. Choose them again: second.docx" in text_of(refused, "#problems")
    assert refused.html.find(id="version-contract")["aria-invalid"] == "true"
    assert refused.html.find(id="ends-contract").find_parent("details").has_attr("open")
    assert refused.html.select_one("#ends-contract-what").get_text().count("A new version ends the signatures") == 1
    assert closing.state == "signing"
    form["files"] = ("second.docx", word("A second text."), DOCX)
    form["ends_signatures"] = True
    form.submit(status=303)
    assert (closing.state, closing.rounds[1]) == ("approval", ("closing", 1, "superseded"))
    page = Visitor(app).get(link, status=410)
    assert "A new version of Contract was added on" in page
    assert "You need not do anything now." in page
    for name in ("bo", "di"):
        closing(name, decisions.decide, "approve")
    page = Visitor(app).get(link, status=410)
    assert "You are asked anew" in page
    before = len(mails(platform, "signature_asked", JOE["email"]))
    assert "a new link is on its way" in form_to(page, f"{link}/link").submit(status=200)
    asked = mails(platform, "signature_asked", JOE["email"])
    assert len(asked) == before + 1
    assert "Contract" in asked[-1][1]
    assert "Annex of prices" in asked[-1][1]


def draft(case: Case) -> None:
    """Run the jobs that are due, those that draft documents among them."""
    drain(case.platform.queue, functions_of(case.platform))


@pytest.mark.site("closing")
def test_a_step_that_drafts_ends_signatures_with_consent(closing: Case, signed_in: SignedIn, calling: Calling) -> None:
    """S1, S10: `do: [{draft: ...}]` asks on its page and by the API, and nothing is done without it."""
    is_approved(closing)
    address = f"/dossiers/{closing.reference}"
    form = signed_in("paul").form(f"{address}/steps/redraft", f"{address}/steps/redraft")
    box = text_of(form, "#ends-step-what")
    assert "A new version ends the signatures “Signatures of both sides”." in box
    assert "Joe Martin" in box
    assert "Somebody wrote version 1. A draft comes from the answers" in form.html.get_text(" ", strip=True)
    form["comment"] = "Their address was wrong."
    refused = form.submit(status=422)
    assert "Nothing was done. Agree to this to go on." in text_of(refused)
    assert form_to(refused, f"{address}/steps/redraft")["comment"].value == "Their address was wrong."
    body, api = {"transition": "redraft"}, calling("paul")
    steps, etag = f"/api/v1{address}/transitions", {"If-Match": f'"{closing.version}"'}
    problem = api.post_json(steps, body, headers=etag, status=422).json
    assert "A new version ends the signatures" in problem["detail"] + str(problem.get("reasons"))
    over = api.post_json(steps, {**body, "ends_signatures": True}, headers=etag, status=422).json
    assert "Somebody wrote version 1." in over["detail"] + str(over.get("reasons"))
    draft(closing)
    assert closing.state == "signing"
    form["ends_signatures"] = True
    form = form_to(form.submit(status=422), f"{address}/steps/redraft")
    assert "Nothing was done. Agree to this to go on." in text_of(form, "#over-step-what")
    form["ends_signatures"] = form["over_upload"] = True
    form.submit(status=303)
    draft(closing)
    assert (closing.state, closing.rounds[1]) == ("approval", ("closing", 1, "superseded"))
    for name in ("bo", "di"):
        closing(name, decisions.decide, "approve")
    etag = {"If-Match": f'"{closing.version}"'}
    api.post_json(steps, {**body, "ends_signatures": True}, headers=etag, status=200)
    draft(closing)
    assert closing.state == "approval"


@pytest.mark.site("closing")
def test_a_step_that_leaves_given_signatures_asks_for_consent(
    closing: Case, signed_in: SignedIn, calling: Calling
) -> None:
    """S10, W3: on its page and by the API alike; while nobody has signed, leaving the state voids nothing."""
    is_approved(closing)
    address = f"/dossiers/{closing.reference}/steps/withdraw"
    form = signed_in("cleo").form(address, address)
    assert form.html.select_one("#ends-step-what") is None
    assert "This step ends the signatures “Signatures of both sides” before everybody has signed." in form.text
    assert "Asked to sign, and not signed yet: " in form.text  # it says with whom the document lies
    closing("bo", decisions.sign, "Bo Jansen", True)
    form = signed_in("cleo").form(address, address)
    box = text_of(form, "#ends-step-what")
    assert "This step ends the signatures “Signatures of both sides” before everybody has signed." in box
    assert "Signed so far, and void then: Bo Jansen." in box
    assert "Nothing was done. Agree to this to go on." in text_of(form.submit(status=422))
    steps, api = f"/api/v1/dossiers/{closing.reference}/transitions", calling("cleo")
    etag = {"If-Match": f'"{closing.version}"'}
    assert "This step ends" in str(api.post_json(steps, {"transition": "withdraw"}, headers=etag, status=422).json)
    assert closing.state == "signing"
    form["ends_signatures"] = True
    form.submit(status=303)
    assert closing.state == "withdrawn"


@pytest.mark.site("closing")
@pytest.mark.usefixtures("on_monday")
@pytest.mark.parametrize("signs_later", [False, True])
def test_consent_to_a_draft_is_asked_before_its_approval(closing: Case, signed_in: SignedIn, signs_later: bool) -> None:
    """S1, S10, W3: of a step with `approval_first` whoever asks for it agrees, and the draft is made once approved;
    not where somebody has signed after that.
    """
    is_approved(closing)
    address = f"/dossiers/{closing.reference}/steps/redraft_approved"
    form = signed_in("paul").form(address, address)
    assert "A new version ends the signatures “Signatures of both sides”." in text_of(form, "#ends-step-what")
    assert "Nothing was done. Agree to this to go on." in text_of(form.submit(status=422))
    form["ends_signatures"] = form["over_upload"] = True
    form.submit(status=303)
    draft(closing)
    assert closing.state == "signing"
    if signs_later:
        closing.now = datetime.now(UTC) + timedelta(minutes=1)  # after the page, which has the time of the machine
        closing("di", decisions.sign, "Di Moreau", True)
    closing("bo", decisions.decide, "approve")
    draft(closing)
    ended = ("signing", "open") if signs_later else ("approval", "superseded")
    assert (closing.state, closing.rounds[1]) == (ended[0], ("closing", 1, ended[1]))


@pytest.mark.site("closing")
def test_corrected_answers_end_signatures_with_consent(closing: Case, signed_in: SignedIn, calling: Calling) -> None:
    """F19, S10: the page of the correction says what it ends, keeps what was typed, and the API refuses likewise."""

    def is_sent_back() -> None:
        for name in ("bo", "di"):
            closing(name, decisions.decide, "approve")
        closing.step("paul", "send_back")
        assert (closing.state, closing.rounds[-1][2]) == ("signing", "open")

    closing("paul", draft_again, "contract", over_upload=True)
    draft(closing)
    closing.step("paul", "ask")
    is_sent_back()
    page = f"/dossiers/{closing.reference}/answers/correction"
    form = signed_in("cleo").form(page, page)
    assert "Joe Martin" in text_of(form, "#ends-answers-what")
    subject = next(name for name, controls in form.fields.items() if controls[0].value == "Chairs")
    form[subject] = "Tables"
    refused = form_to(form.submit(status=422), page)
    assert refused[subject].value == "Tables"
    assert "Nothing was done." in text_of(refused, "#ends-answers-what")
    refused["ends_signatures"] = True
    refused.submit(status=303)
    draft(closing)
    assert closing.state == "approval"
    is_sent_back()
    address, api = f"/api/v1/dossiers/{closing.reference}/answers", calling("cleo")
    body, etag = {"answers": {"subject": "Desks", "buyer": JOE}}, {"If-Match": f'"{closing.version}"'}
    problem = api.put_json(address, body, headers=etag, status=422).json
    assert "A new version ends the signatures" in str(problem)
    api.put_json(address, {**body, "ends_signatures": True}, headers=etag, status=200)
    draft(closing)
    assert closing.state == "approval"


@pytest.mark.site("closing")
def test_a_draft_that_is_late_is_given_up_on_the_page(closing: Case, signed_in: SignedIn, platform: Platform) -> None:
    """S1, S10: over a version that somebody wrote it is asked for with consent; the page offers both, to try it
    again and to go on with the version that is there; then no more.
    """
    paul, address = signed_in("paul"), f"/dossiers/{closing.reference}"
    asked = paul.form(f"{address}?tab=attachments", f"{address}/documents/contract/draft")
    refused = form_to(asked.submit(status=422), asked.action)
    assert "Nothing was drafted. Agree to this" in text_of(refused, "#over-contract-what")
    refused["over_upload"] = True
    refused.submit(status=303)
    with platform.database.transaction() as session:
        session.execute(update(Document).values(draft_asked_at=datetime(2020, 1, 1, tzinfo=UTC)))
    page = paul.get(f"{address}?tab=attachments")
    assert "This document should have been drafted by now. Try again" in text_of(page)
    assert page.html.select(f"form[action='{address}/documents/contract/draft']")
    form = paul.form(f"{address}?tab=attachments", f"{address}/documents/contract/draft/end")
    after = form.submit(status=303).follow()
    assert "The newest version is used as it is." in text_of(after)
    assert "should have been drafted" not in text_of(after)
    assert "No longer to be drafted: Contract" in text_of(paul.get(f"{address}?tab=history"))


@pytest.mark.site("closing")
def test_a_draft_that_nobody_agreed_to_is_agreed_to_on_the_page(closing: Case, signed_in: SignedIn) -> None:
    """S1, S10: *Draft it again to agree to that* stands beside the boxes to agree."""
    is_approved(closing)
    make_draft(closing.platform, {"dossier": closing.dossier.id, "document": "contract", "after": 1})
    address = f"/dossiers/{closing.reference}"
    form = signed_in("paul").form(f"{address}?tab=attachments", f"{address}/documents/contract/draft")
    assert "A new version ends the signatures" in text_of(form, "#ends-draft-contract-what")
    form["over_upload"] = form["ends_signatures"] = True
    form.submit(status=303)
    draft(closing)
    assert closing.state == "approval"


@pytest.mark.site("closing")
def test_a_draft_of_a_client_waits_for_counsel_who_wrote_the_version(
    make_case: MakeCase, signed_in: SignedIn, platform: Platform
) -> None:
    """F19, S1, S2, S10: the step that sends a correction drafts over a version that counsel wrote. The answers are
    taken, nothing is replaced, counsel is told, keeps the version or has it drafted anew.
    """
    case = make_case("draft_on_demand", by="cleo", buyer=JOE)
    case("paul", documents.new_document_version, "annex", docx("Prices."))
    is_approved(case)
    paul, address = signed_in("paul"), f"/dossiers/{case.reference}"
    tab, page = f"{address}?tab=attachments", f"{address}/answers/correction"

    def answers() -> Any:
        case.step("paul", "ask_name")
        form = form_to(signed_in("cleo").form(page, page).submit(status=422), page)
        assert "Nothing was done. Agree to this to go on." in text_of(form, "#ends-answers-what")
        form["ends_signatures"] = True
        form.submit(status=303)
        draft(case)
        assert (case.state, numbers()) == ("signing", [1])
        return paul.get(tab)

    def numbers() -> list[int]:
        rows = case.reads(documents.documents, "paul")
        return [version.number for row in rows if row.id == "contract" for version in row.versions]

    page_of_counsel = answers()
    assert "somebody wrote version 1: nothing was replaced." in text_of(page_of_counsel)
    assert "These steps cannot be done yet: Send back, Ask for the name" in text_of(page_of_counsel)
    assert text_of(page_of_counsel).count("not drafted anew") == 1, "the step says no more than where to decide"
    assert page_of_counsel.html.select_one(f'a[href="{tab}#draft-of-contract"]')
    (told,) = mails(platform, "draft_failed", "paul@example.com")
    assert "was not drafted anew" in told[0]
    assert "somebody wrote version 1: nothing was replaced." in told[1]
    assert "has it drafted anew" not in text_of(signed_in("cleo").get(tab))
    kept = paul.form(tab, f"{address}/documents/contract/draft/end").submit(status=303).follow()
    assert "nothing was replaced" not in text_of(kept)
    assert case.state == "signing"
    form = form_to(answers(), f"{address}/documents/contract/draft")
    form = form_to(form.submit(status=422), f"{address}/documents/contract/draft")
    for box in ("over-contract", "ends-draft-contract"):
        assert "Nothing was drafted. Agree to this" in text_of(form, f"#{box}-what"), "both are told at once"
    form["ends_signatures"] = form["over_upload"] = True
    form.submit(status=303)
    draft(case)
    assert (case.state, numbers()) == ("approval", [2, 1])


@pytest.mark.site("closing")
def test_counsel_who_corrects_answers_agrees_to_the_draft(
    make_case: MakeCase, signed_in: SignedIn, calling: Calling
) -> None:
    """F19, S1, S10: a request of counsel's own: the page and the API ask, and with consent nothing is held."""
    case = make_case("draft_on_demand", by="paul", buyer=JOE)
    case("paul", documents.new_document_version, "annex", docx("Prices."))
    is_approved(case)
    case.step("paul", "ask_name")
    page = f"/dossiers/{case.reference}/answers/correction"
    form = signed_in("paul").form(page, page)
    assert "Somebody wrote version 1." in text_of(form, "#over-answers-what")
    form = form_to(form.submit(status=422), page)
    for box in ("over-answers", "ends-answers"):
        assert "Agree to this" in text_of(form, f"#{box}-what")
    body = {"answers": {"subject": "Desks", "buyer": JOE}, "ends_signatures": True}
    address, etag = f"/api/v1/dossiers/{case.reference}/answers", {"If-Match": f'"{case.version}"'}
    problem = calling("paul").put_json(address, body, headers=etag, status=422).json
    assert "Somebody wrote version 1." in str(problem)
    assert case.state == "signing"
    form["ends_signatures"] = form["over_upload"] = True
    form.submit(status=303)
    draft(case)
    assert (case.state, case.rounds[-1]) == ("approval", ("consent", 2, "open"))


@pytest.mark.site("closing")
def test_the_link_of_a_seat_that_is_not_needed_says_so(closing: Case, app: Any, platform: Platform) -> None:
    """S8, U9: instead of a form that would be refused."""
    is_approved(closing)
    link = f"/act/{open_link(closing)}"
    with platform.database.transaction() as session:
        session.execute(update(Seat).where(Seat.person == JOE["email"]).values(status="not_needed"))
    assert "Enough others have decided or signed" in Visitor(app).get(link, status=410)


@pytest.mark.site("closing")
def test_the_overview_says_which_document_is_missing(make_case: MakeCase, signed_in: SignedIn) -> None:
    """S10, S11, D3: whoever is asked to decide reads what for, and that nobody can before it is there."""
    case = make_case("closing", by="cleo", with_paper=False, buyer=JOE)
    case("paul", documents.new_document_version, "contract", docx("A contract."))
    case.step("paul", "ask")
    asked = text_of(signed_in("bo").get(f"/dossiers/{case.reference}"), "#asked")
    told = "You are asked for “Consent of the board”, but not before this is there: Annex of prices."
    assert told in asked
    assert "Go to the decision" not in asked


@pytest.mark.site("casework")
def test_nobody_is_asked_about_a_version_with_remarks(
    make_case: MakeCase, signed_in: SignedIn, calling: Calling, platform: Platform
) -> None:
    """S3, S10: whoever adds it reads so at once, as the API says; the clean version is made above the round, and then
    everybody is asked.
    """
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    paul, address = signed_in("paul"), f"/dossiers/{case.reference}"
    form = paul.form(f"{address}?tab=attachments", f"{address}/documents/contract")
    form["files"] = ("theirs.docx", negotiated(), DOCX)
    told = (
        "Version 2 holds tracked changes, comments, hidden text or "
        "fields that change by themselves: nobody is asked to approve or sign it"
    )
    assert told in text_of(form.submit(status=303).follow())
    files = [("file", "again.docx", negotiated())]
    answer = calling("paul").post(f"/api/v1{address}/documents/contract", upload_files=files, status=201)
    assert answer.json["unclean"] is True
    bo, tab = signed_in("bo"), f"{address}?tab=approvals"
    assert "Nobody is asked to decide before." in text_of(bo.get(tab))
    assert "Decision expected" not in text_of(bo.get(tab))
    assert not bo.get(tab).html.select(f"form[action='{address}/decision']")
    assert f"Clean version for “Internal approval” {case.people('paul').name} (you)" in text_of(
        paul.get(address), ".fe-standing"
    )
    asked = len(mails(platform, "approval_asked", case.people("bo").email))
    paul.form(tab, f"{address}/documents/contract/clean").submit(status=303)
    assert bo.get(tab).html.select(f"form[action='{address}/decision']")
    assert len(mails(platform, "approval_asked", case.people("bo").email)) == asked + 1
