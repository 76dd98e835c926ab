"""Transitions performed on the page: step forms, refusals with reasons, stale versions."""

from __future__ import annotations

import pytest

from formengine.services.core.unit_of_work import Platform
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, dossier_of, form_to


def test_step_with_a_comment(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """W3: what a transition requires is asked in a form of its own."""
    reference = opened("nda", NDA)
    address = f"/dossiers/{reference}/steps/ask"
    form = signed_in("paul").form(address, address)
    form["comment"] = "Which employees are concerned?"
    form.submit(status=303)
    assert dossier_of(platform, reference).state == "more_information"
    page = signed_in("maya").get(f"/dossiers/{reference}")
    assert "We need information from you" in page.text


def test_missing_comment_is_asked_for_again(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    reference = opened("nda", NDA)
    address = f"/dossiers/{reference}/steps/ask"
    page = signed_in("paul").form(address, address).submit(status=422)
    assert "Write a comment" in page.text
    assert dossier_of(platform, reference).state == "review"


def test_required_fields_are_rendered_and_validated(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """W3, F6: by the forms engine, with its errors."""
    reference = opened("nda", {**NDA, "paper": "ours"})
    paul = signed_in("paul")
    add_document(paul, reference)
    address = f"/dossiers/{reference}/steps/ask_approval"
    form = paul.form(address, address)
    page = form.submit(status=422)
    assert page.html.find(attrs={"data-error-summary": True}) is not None
    form = form_to(page, address)
    form[form.html.find(attrs={"data-pointer": "/review_summary"})["name"]] = "Standard terms."
    form.submit(status=303)
    assert dossier_of(platform, reference).state == "approval"


def add_document(visitor: object, reference: str) -> None:
    """Upload a version of the agreement."""
    from io import BytesIO

    from docx import Document
    from webtest import Upload

    content = BytesIO()
    Document().save(content)
    form = visitor.form(  # type: ignore[attr-defined]
        f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/documents/agreement"
    )
    form["files"] = Upload("agreement.docx", content.getvalue(), "application/octet-stream")
    form.submit(status=303)


def test_a_step_that_waits_for_its_parties_is_shown_with_the_reason(signed_in: SignedIn, opened: Opened) -> None:
    """S9, W5: on every tab, to whoever could take it, with what corrects it, before its document is there; to nobody
    else.
    """
    contact = {"name": "Ines Marchand", "email": "ines@example.com"}
    reference = opened("nda", {**NDA, "counterparty_contact": contact})
    paul = signed_in("paul")
    (early,) = paul.get(f"/dossiers/{reference}").html.select("main .alert-warning")
    missing, conflict, _correction = [item.text for item in early.select("li")]
    assert (missing.endswith("is still missing."), "cannot sign as “other company”" in conflict) == (True, True)
    add_document(paul, reference)
    for tab in ("overview", "attachments"):
        page = paul.get(f"/dossiers/{reference}?tab={tab}")
        assert f"/dossiers/{reference}/steps/ask_approval" not in page.text
        (notice,) = page.html.select("main .alert-warning.fe-no-print")
        assert notice.p.text == "“Ask for approval” cannot be done yet"
        reason, correction = [item.text for item in notice.select("li")]
        assert reason.endswith("cannot sign as “other company” too: name somebody of that party.")
        assert correction.startswith(("What corrects it: “", "No step in this state corrects it"))
    assert "cannot be done yet" not in signed_in("maya").get(f"/dossiers/{reference}").text


def test_stale_step_is_answered_with_409(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """W11, T5: two people act on the same version; the second gets a readable page."""
    reference = opened("nda", NDA)
    address = f"/dossiers/{reference}/steps/ask"
    first, second = signed_in("paul").form(address, address), signed_in("ana").form(address, address)
    first["comment"] = second["comment"] = "Which employees?"
    first.submit(status=303)
    page = second.submit(status=(404, 409))
    assert dossier_of(platform, reference).version > 0
    assert page.status_int == 409
    assert "Paul Whitby" in page.text


def test_step_of_another_role_is_refused_with_its_reason(signed_in: SignedIn, opened: Opened) -> None:
    """W5, T15: also by a forged post."""
    reference = opened("nda", NDA)
    address = f"/dossiers/{reference}/steps/reject"
    maya = signed_in("maya")
    page = maya.get(address)
    assert "Counsel in charge" in page.text or "Only" in page.text
    token = maya.get("/").html.find("input", attrs={"name": "csrf_token"})["value"]
    post = {"csrf_token": token, "version": "1", "comment": "No."}
    maya.post(address, post, status=(409, 422))


def test_claim_assign_release(signed_in: SignedIn, opened: Opened, platform: Platform, people: object) -> None:
    """D1: on the dossier page."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    paul.form(f"/dossiers/{reference}", f"/dossiers/{reference}/claim").submit(status=303)
    assert dossier_of(platform, reference).assignee_id == people("paul").id  # type: ignore[operator]
    form = paul.form(f"/dossiers/{reference}", f"/dossiers/{reference}/assignment")
    form["person"].select(text="Ana Duarte")
    form.submit(status=303)
    assert dossier_of(platform, reference).assignee_id == people("ana").id  # type: ignore[operator]
    signed_in("ana").form(f"/dossiers/{reference}", f"/dossiers/{reference}/release").submit(status=303)
    assert dossier_of(platform, reference).assignee_id is None


def test_clients_see_no_buttons_of_the_legal_team(signed_in: SignedIn, opened: Opened) -> None:
    reference = opened("nda", NDA)
    maya = signed_in("maya")
    pages = [maya.get(f"/dossiers/{reference}{tab}") for tab in ("", "?tab=people")]
    actions = {form.action for page in pages for form in page.forms.values()}
    assert f"/dossiers/{reference}/claim" not in actions
    assert f"/dossiers/{reference}/sharing" not in actions


def test_refused_step_keeps_typed_values(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """W3: the reasons, and the form with typed values."""
    reference = opened("nda", NDA)
    address = f"/dossiers/{reference}/steps/reject"
    maya = signed_in("maya")
    token = maya.get("/").html.find("input", attrs={"name": "csrf_token"})["value"]
    post = {"csrf_token": token, "version": str(dossier_of(platform, reference).version), "comment": "Long thoughts."}
    page = maya.post(address, post, status=422)
    assert form_to(page, address)["comment"].value == "Long thoughts."
    assert "Counsel in charge" in page.text or "Only" in page.text


def test_stale_step_keeps_the_comment(signed_in: SignedIn, opened: Opened) -> None:
    """W11: the page of a stale post shows what was typed."""
    reference = opened("nda", NDA)
    address = f"/dossiers/{reference}/steps/ask"
    first, second = signed_in("paul").form(address, address), signed_in("ana").form(address, address)
    first["comment"], second["comment"] = "Which employees?", "An hour's work."
    first.submit(status=303)
    assert second.submit(status=409).html.find("textarea").text.strip() == "An hour's work."


def test_the_box_says_who_reads_the_comment(signed_in: SignedIn, opened: Opened) -> None:
    """W3: counsel knows before writing whether the client reads it, and what is said is so."""
    reference = opened("nda", NDA)
    paul, maya = signed_in("paul"), signed_in("maya")
    for step, sentence, read in (
        ("ask_approval", "The legal team reads it; the client does not.", False),
        ("ask", "The legal team and the client read it.", True),
    ):
        address = f"/dossiers/{reference}/steps/{step}"
        if step == "ask_approval":
            add_document(paul, reference)
        page = paul.get(address)
        assert page.html.find(id="comment-help").get_text() == sentence
        if read:
            form = form_to(page, address)
            form["comment"] = "Which employees are concerned?"
            form.submit(status=303)
            assert "Which employees" in maya.get(f"/dossiers/{reference}?tab=history").text
    page = maya.get(f"/dossiers/{reference}/steps/answer")
    assert page.html.find(id="comment") is not None
    assert page.html.find(id="comment-help") is None


def test_who_is_refused_reads_why(signed_in: SignedIn, opened: Opened) -> None:
    """W3: the reason that a refusal asks counsel for is for the requester."""
    reference = opened("nda", NDA)
    address = f"/dossiers/{reference}/steps/reject"
    form = signed_in("paul").form(address, address)
    form["comment"] = "This company is under sanctions."
    form.submit(status=303)
    assert "under sanctions" in signed_in("maya").get(f"/dossiers/{reference}").text


@pytest.mark.site("moving")
def test_a_step_that_stays_and_what_is_said_of_it(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """W21: the page says what has happened in words of its own, and the state is what it was."""
    reference = opened("deal", {"subject": "Chairs"})
    address = f"/dossiers/{reference}/steps/remark"
    paul = signed_in("paul")
    form = paul.form(address, address)
    form[form.html.find(attrs={"data-pointer": "/remark"})["name"]] = "Two chairs less."
    assert "Paul Whitby added a remark." in form.submit(status=303).follow().text
    assert dossier_of(platform, reference).state == "draft"
    history = paul.get(f"/dossiers/{reference}?tab=history").text
    assert "added a remark" in history
    assert "Draft → Draft" not in history
