"""The answers of a dossier as PDF: made by a job, as the reader may see them, tried again after a failure (D3)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document

from formengine.documents import find_converter
from formengine.documents.answer_document import Part, answer_document
from formengine.jobs import drain
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment, transitions
from formengine.work.job_functions import functions_of
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.requirements import missing
from tests.web.dossiers.visitors import ADVICE, Opened, SignedIn, Visitor, form_to


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def answered(opened: Opened, acting: Acting, people: People) -> str:
    """The reference of a question that was answered."""
    from formengine.services.case.repository import get_dossier

    reference = opened("legal_advice", ADVICE)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    fields: dict[str, Any] = {"answer": "Yes, **with notice**."}
    for step, values in (("take", None), ("give_answer", fields)):
        with acting(people("ana")) as work:
            transitions.perform(work, reference, step, get_dossier(work, reference).version, values)
    return reference


def state(browser: Visitor, reference: str) -> str:
    """The text of the section on the PDF."""
    return " ".join(browser.get(f"/dossiers/{reference}/answers").html.select_one("#pdf").get_text(" ").split())


def ask(browser: Visitor, reference: str) -> None:
    form_to(browser.get(f"/dossiers/{reference}/answers"), f"/dossiers/{reference}/answers/pdf").submit(status=303)


def test_a_pdf_is_made_by_a_job(signed_in: SignedIn, answered: str, platform: Platform) -> None:
    """D3: the page waits for nothing; when the job is done, the reader downloads it, and nobody else without access."""
    if find_converter() is None:
        missing("LibreOffice")
    maya = signed_in("maya")
    maya.get(f"/dossiers/{answered}/answers/pdf", status=404)
    ask(maya, answered)
    assert "The PDF is being made." in state(maya, answered)
    assert drain(platform.queue, functions_of(platform), timeout=120)
    assert "Download the PDF" in state(maya, answered)
    response = maya.get(f"/dossiers/{answered}/answers/pdf")
    assert response.content_type == "application/pdf"
    assert response.body.startswith(b"%PDF-")
    assert f"{answered} answers.pdf" in response.headers["Content-Disposition"]
    signed_in("di").get(f"/dossiers/{answered}/answers/pdf", status=404)
    assert "Make a PDF" in state(signed_in("ana"), answered), "the legal team has a copy of its own"


def test_a_failure_is_told_and_tried_again(
    signed_in: SignedIn, answered: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D3: without LibreOffice the page says that no PDF could be made, and offers *Try again*."""
    monkeypatch.setattr("shutil.which", lambda _name: None)
    maya = signed_in("maya")
    ask(maya, answered)
    assert drain(platform.queue, functions_of(platform), timeout=60)
    text = state(maya, answered)
    assert "No PDF could be made: the program that makes PDFs failed or is not installed." in text
    assert "Try again" in text
    ask(maya, answered)
    assert "The PDF is being made." in state(maya, answered)


def test_the_page_prints_the_request_and_the_answer(signed_in: SignedIn, answered: str) -> None:
    """D3: one page with both; what only serves the screen is not printed."""
    page = signed_in("maya").get(f"/dossiers/{answered}/answers")
    assert [h.get_text(strip=True) for h in page.html.select("main h2")] == ["As PDF", "The request", "Answer"]
    assert "fe-no-print" in page.html.select_one("#pdf")["class"]


def test_the_document_has_the_markdown_as_words() -> None:
    """D3: headings, lists, emphasis and links become Word's own; what XML does not allow is left out."""
    markdown = "# In short\n\nYes, **with notice**, see [the law](https://law.example/a).\n\n- one\n- two\n\n> quoted"
    parts = [Part("The request", rows=[("Question", "May\x07 we?\nNow?")]), Part("Answer", markdown=markdown)]
    title = f"Advice: {'م' * 292}"  # as long as the title of a dossier may be, and longer than a property
    document = Document(io.BytesIO(answer_document(title, "MAT-2026-0001", parts, language="en")))
    assert document.paragraphs[0].text == title
    assert title.startswith(document.core_properties.title)
    texts = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert ("Heading 3", "In short") in texts
    assert ("Normal", "Yes, with notice, see the law (https://law.example/a).") in texts
    assert ("List Bullet", "two") in texts
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["Question", "May we?\nNow?"]
    bold = [run.text for paragraph in document.paragraphs for run in paragraph.runs if run.bold]
    assert bold == ["with notice"]
