"""What follows a submission: mails to both sides, the reference number, the dossier's page."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.mails import Mail
from tests.support.mails import mail_text, worded
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn

YEAR = datetime.now(ZoneInfo("Europe/Paris")).year


def mails(platform: Platform, kind: str) -> dict[str, Mail]:
    """The mails of a kind, by recipient."""
    with platform.database.reading() as session:
        return {mail.to: worded(platform, session, mail) for mail in session.query(Mail).filter_by(kind=kind).all()}


def test_new_dossier_notifies_the_legal_team(opened: Opened, platform: Platform) -> None:
    """P10: each member of the dossier's team in their language, with a link; nobody else."""
    reference = opened("nda", NDA)
    mails_by_recipient = mails(platform, "new_dossier")
    assert set(mails_by_recipient) == {"paul@example.com", "ana@example.com"}
    for mail in mails_by_recipient.values():
        assert reference in str(mail.subject)
        assert f"/dossiers/{reference}" in mail_text(mail)
        assert "Globex SA" in mail_text(mail)


def test_requester_is_sent_the_answers(opened: Opened, platform: Platform) -> None:
    """P11: every answer, formatted, under the title of its question."""
    reference = opened("nda", NDA)
    (mail,) = mails(platform, "submission").values()
    assert mail.to == "maya@example.com"
    assert reference in str(mail.subject)
    for words in ("Purpose of the exchange", "Assessing a supply agreement", "9 March 2026", "France", "Globex SA"):
        assert words in mail_text(mail), words


def test_each_request_type_has_its_own_fields(signed_in: SignedIn) -> None:
    """P9: the legal team defines what each form asks."""
    maya = signed_in("maya")
    pointers = {}
    for type_id in ("nda", "legal_advice", "contract_review", "litigation_notice"):
        page = maya.get(f"/requests/new/{type_id}")
        pointers[type_id] = {
            control["data-pointer"]
            for control in page.html.find_all(["input", "select", "textarea"], attrs={"data-pointer": True})
        }
        assert pointers[type_id]
    assert len({frozenset(control) for control in pointers.values()}) == 4


@pytest.mark.parametrize(
    ("type_id", "answers", "address"), [("nda", NDA, "/contracts"), ("legal_advice", ADVICE, "/matters")]
)
def test_reference_links_to_the_dossier_page(
    signed_in: SignedIn, opened: Opened, type_id: str, answers: dict[str, object], address: str
) -> None:
    """P16: in the list."""
    reference = opened(type_id, answers)
    maya = signed_in("maya")
    page = maya.get(address).click(reference)
    assert page.request.path == f"/dossiers/{reference}"
    assert page.html.find("h1") is not None


def test_page_shows_state_people_dates_and_developments(signed_in: SignedIn, opened: Opened) -> None:
    """P17: with the state as `client_sees` names it."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    paul.form(f"/dossiers/{reference}", f"/dossiers/{reference}/claim").submit(status=303)
    address = f"/dossiers/{reference}/steps/ask"
    form = paul.form(address, address)
    form["comment"] = "Whose data is it?"
    form.submit(status=303)
    text = " ".join(signed_in("maya").get(f"/dossiers/{reference}").html.find("main").get_text(" ").split())
    for words in ("We need information from you", "Maya Laurent", "Paul Whitby", "Contracts desk", "Whose data is it?"):
        assert words in text, words
    assert str(YEAR) in text
    assert "Waiting for the requester" not in text  # the title for the legal team


def test_reference_numbers_by_kind_and_year(opened: Opened, platform: Platform) -> None:
    """D4: in the pattern of `config/portal.yaml`; a number is never reused."""
    assert [opened("nda", NDA), opened("legal_advice", ADVICE), opened("nda", NDA)] == [
        f"CTR-{YEAR}-0001",
        f"MAT-{YEAR}-0001",
        f"CTR-{YEAR}-0002",
    ]


def test_notes_notify_the_other_side(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """P20: the legal team of the client's notes, the client of the legal team's, nobody of their own."""
    reference = opened("nda", NDA)
    for name, text in (("maya", "Is Friday possible?"), ("paul", "It is.")):
        visitor = signed_in(name)
        form = visitor.form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")
        form["text"] = text
        if name == "paul":
            form["internal"] = "no"
        form.submit(status=303)
    with platform.database.reading() as session:
        notes = [worded(platform, session, mail) for mail in session.query(Mail).filter_by(kind="note").all()]
        recipients = [(mail.to, "Friday" in mail_text(mail)) for mail in notes]
    assert set(recipients) == {("paul@example.com", True), ("ana@example.com", True), ("maya@example.com", False)} | {
        ("ana@example.com", False)
    }
