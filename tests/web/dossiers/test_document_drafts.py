"""A contract that a questionnaire drafts: on the dossier, again after corrections, failures with a button (S1, S3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from formengine.services.case.draft_jobs import DRAFT_JOB
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from formengine.services.dossiers.version_changes import COMPARISON_JOB
from formengine.services.files.reading_copies import COPY_JOB
from formengine.services.intake.corrections import correct_answers
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.work.job_functions import functions_of
from tests.support.accessibility import violations
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.support.server import serving_app
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import SignedIn, dossier_of

pytestmark = pytest.mark.site("drafting")
ANSWERS: dict[str, Any] = {"customer": "Globex & Co", "until": "2026-12-01", "with_terms": True}


@pytest.fixture
def reference(platform: Platform, people: People) -> str:
    people.all()
    with acting_on(platform, people("maya")) as work:
        number: str = submit(work, "offer", ANSWERS).dossier.reference
    return number


def draft(platform: Platform, reference: str) -> None:
    """Run the jobs that draft a document and make the copies to read, as a worker does."""
    dossier, functions = dossier_of(platform, reference), functions_of(platform)
    with platform.database.reading() as session:
        after = session.query(DocumentVersion).join(Document).filter(Document.dossier_id == dossier.id).count()
    functions[DRAFT_JOB]({"dossier": dossier.id, "document": "offer", "after": after})
    with platform.database.reading() as session:
        query = session.query(DocumentVersion).join(Document).filter(Document.dossier_id == dossier.id)
        contents = {version.file.sha256 for version in query}
    for sha256 in contents:
        functions[COPY_JOB]({"sha256": sha256})


def compare(platform: Platform, older: int, newer: int) -> None:
    """Run the job that a page has asked for."""
    functions_of(platform)[COMPARISON_JOB]({"older": older, "newer": newer})


def correct(platform: Platform, people: People, reference: str, answers: dict[str, Any], who: str = "maya") -> None:
    with acting_on(platform, people("paul")) as work:
        version = dossier_of(platform, reference).version
        transitions.perform(work, reference, "send_back", version, {}, "Please change it.")
    with acting_on(platform, people(who)) as work:
        correct_answers(work, reference, dossier_of(platform, reference).version, answers)


def version_ids(platform: Platform, reference: str) -> list[int]:
    with platform.database.reading() as session:
        query = session.query(DocumentVersion).join(Document).join(Dossier).filter(Dossier.reference == reference)
        return [version.id for version in query.order_by(DocumentVersion.number)]


def test_a_failure_is_on_the_dossier_with_a_button(
    platform: Platform, people: People, reference: str, signed_in: SignedIn
) -> None:
    """S1: the legal team reads why; *Try again* asks for another draft; without a template there is none."""
    correct(platform, people, reference, {**ANSWERS, "with_terms": False, "refer": True})
    draft(platform, reference)
    tab = f"/dossiers/{reference}?tab=attachments"
    paul, maya = signed_in("paul"), signed_in("maya")
    assert "refers to the clause terms, which these answers leave out" in paul.get(tab)
    client = maya.get(tab)
    assert "This document could not be drafted yet. The legal team sees why." in client
    assert "clause terms" not in client
    form = paul.form(tab, f"/dossiers/{reference}/documents/offer/draft")
    answer = form.submit(status=303).follow()
    assert "The document is being drafted." in answer
    assert "could not be drafted" not in answer
    token = form["csrf_token"].value
    paul.post(f"/dossiers/{reference}/documents/minutes/draft", {"csrf_token": token}, status=404)


def test_what_changed_between_two_drafts(
    platform: Platform, people: People, reference: str, signed_in: SignedIn
) -> None:
    """S3: by word; of the first version there is nothing to compare; whoever may not read the dossier finds no page."""
    draft(platform, reference)
    correct(platform, people, reference, {**ANSWERS, "until": "2027-01-31"})
    draft(platform, reference)
    first, second = version_ids(platform, reference)
    maya = signed_in("maya")
    assert "The two versions are being compared." in maya.get(f"/documents/{second}/changes")
    compare(platform, first, second)
    page = maya.get(f"/documents/{second}/changes")
    assert [tag.get_text() for tag in page.html.select("article del")] == ["1 December 2026"]
    assert [tag.get_text() for tag in page.html.select("article ins")] == ["31 January 2027"]
    with recorded_statements(platform.database) as recorder:
        redline = maya.get(f"/documents/{second}/changes.docx?since=1")
    columns = [sql for sql, _values in recorder.statements if "fe_version_comparisons" in sql]
    assert ["fe_version_comparisons.content" in sql for sql in columns] == [False]
    assert redline.body.startswith(b"PK")
    assert "(changes 1-2).docx" in redline.headers["Content-Disposition"]
    maya.get(f"/documents/{first}/changes.docx", status=404)
    maya.get(f"/documents/{first}/changes", status=404)
    for address in ("changes", "changes.docx"):
        signed_in("cleo").get(f"/documents/{second}/{address}", status=404)
    tab = maya.get(f"/dossiers/{reference}?tab=attachments")
    assert f"/documents/{second}/changes" in tab
    assert f"/documents/{first}/changes" not in tab


@pytest.fixture
def address(app: Any, platform: Platform) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


@pytest.mark.browser
def test_a_questionnaire_drafts_the_contract(
    address: str, platform: Platform, people: People, new_page: NewPage
) -> None:
    """P22: a request in French, drafted from the template; corrected, and what changed is marked, on a phone too."""
    people.all()
    page = new_page(locale="fr-FR", viewport={"width": 390, "height": 800})
    sign_in(page, address, people("ines").email, opens=f"{address}/requests/new/offer")
    page.locator('[data-pointer="/customer"]').fill("Globex & Co")
    page.locator('[data-pointer="/until"]').fill("2026-12-01")
    page.get_by_label("Oui").first.check()
    page.get_by_role("button", name="Soumettre la demande").click()
    page.get_by_role("link", name="Suivre cette demande").click()
    reference = page.url.rsplit("/", 1)[1].partition("?")[0]
    draft(platform, reference)
    page.goto(f"{address}/dossiers/{reference}?tab=attachments")
    page.get_by_role("link", name="Lire en ligne").click()
    assert "Offer to Globex & Co" in page.locator("article").inner_text()
    assert "1er décembre 2026" in page.locator("article").inner_text()
    correct(platform, people, reference, {**ANSWERS, "until": "2027-01-31"}, "ines")
    draft(platform, reference)
    page.goto(f"{address}/dossiers/{reference}?tab=attachments")
    page.get_by_role("link", name="Ce qui a changé").click()
    page.get_by_role("link", name="Recharger cette page").wait_for()
    compare(platform, *version_ids(platform, reference))
    page.get_by_role("link", name="Recharger cette page").click()
    assert page.locator("article ins").first.inner_text() == "31 January 2027"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
