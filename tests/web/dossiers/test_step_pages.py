"""The page of a step: what is being answered, files, who will read it (P17, W3)."""

from __future__ import annotations

from webtest import Upload

from formengine.services.case.repository import get_dossier
from formengine.services.dossiers import assignment, documents, transitions
from tests.services.conftest import paper
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, form_to

HOLDERS = ("The legal team", "The counterparty")
PARTS = ("documents-title", "docs-title")
"""The headings of the documents on the overview and on their tab."""


def asked_back(reference: str, acting: Acting, people: People) -> None:
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    with acting(people("ana")) as work:
        version = get_dossier(work, reference).version
        transitions.perform(work, reference, "ask", version, comment="Which lease do you mean?")


def test_who_answers_reads_the_question(signed_in: SignedIn, opened: Opened, acting: Acting, people: People) -> None:
    """P17, W3: the question that was asked, by whom, and the request, on the page where the answer is written."""
    reference = opened("legal_advice", ADVICE)
    asked_back(reference, acting, people)
    page = signed_in("maya").get(f"/dossiers/{reference}/steps/answer_question")
    said = page.html.select_one("figure.fe-seen-words").get_text(" ", strip=True)
    assert "Ana Duarte asked for information" in said
    assert "Which lease do you mean?" in said
    about = page.html.select_one(".fe-step-about")
    assert "May we end the lease of the Lyon office" in about.get_text()
    assert not about.has_attr("open"), "what was said is above it"
    assert page.html.find(id=page.html.select_one(".fe-jump a")["href"].removeprefix("#")).name == "form"
    assert "The legal team reads it." in page.text


def test_a_step_says_whose_turn_it_is(signed_in: SignedIn, opened: Opened, acting: Acting, people: People) -> None:
    """S2, W3, D1: *Record that it was sent* gives the turn to the other side, their answer gives it back, in pages and
    in the history; while somebody else is waited for, nothing says that it is our turn.
    """
    reference = opened("nda", {**NDA, "modifications": "Two years instead of five."})
    address = f"/dossiers/{reference}"

    def perform(step: str, comment: str | None = None) -> None:
        with acting(people("paul")) as work:
            transitions.perform(work, reference, step, get_dossier(work, reference).version, comment=comment)

    def turns() -> set[str]:
        pages = [paul.get(address), paul.get(address, {"tab": "attachments"})]
        sections = [page.html.find(attrs={"aria-labelledby": name}) for page, name in zip(pages, PARTS, strict=True)]
        texts = [section.get_text(" ", strip=True) for section in sections]
        return {next((holder for holder in HOLDERS if f"Whose turn it is: {holder}" in text), "") for text in texts}

    with acting(people("paul")) as work:
        assignment.claim(work, reference)
        documents.new_document_version(work, reference, "agreement", paper())
    paul = signed_in("paul")
    assert turns() == {"The legal team"}
    perform("send_out")
    assert turns() == {"The counterparty"}
    assert "Paul Whitby recorded that it was sent to the other company" in paul.get(address, {"tab": "history"}).text
    perform("take_back")
    assert turns() == {"The legal team"}
    perform("ask", "Which of their companies is it?")
    assert turns() == {""}
    told = "The client reads of each of these, in the words that are meant for clients."
    assert [told in signed_in(name).get(address).text for name in ("paul", "maya")] == [True, False]


def test_files_are_sent_with_a_step(signed_in: SignedIn, opened: Opened, acting: Acting, people: People) -> None:
    """W3, D6: they become attachments for those who read the comment."""
    reference = opened("legal_advice", ADVICE)
    asked_back(reference, acting, people)
    maya = signed_in("maya")
    address = f"/dossiers/{reference}/steps/answer_question"
    form = form_to(maya.get(address), address)
    form["comment"], form["step_files"] = "The one of 2019.", [Upload("lease.txt", b"Lease", "text/plain")]
    form.submit(status=303)
    assert "lease.txt" in signed_in("ana").get(f"/dossiers/{reference}", {"tab": "attachments"}).text


def test_a_live_update_takes_no_step(signed_in: SignedIn, opened: Opened, acting: Acting, people: People) -> None:
    """W3, D6: a file that is chosen on the page of a step without fields does not take the step."""
    reference = opened("legal_advice", ADVICE)
    asked_back(reference, acting, people)
    maya = signed_in("maya")
    address = f"/dossiers/{reference}/steps/answer_question"
    form = form_to(maya.get(address), address)
    form["comment"], form["step_files"] = "The one of", [Upload("lease.txt", b"Lease", "text/plain")]
    page = form.submit(headers={"X-Form-Live": "1"}, status=200)
    assert page.html.select_one("#comment").get_text().strip() == "The one of"
    assert "lease.txt" not in maya.get(f"/dossiers/{reference}", {"tab": "attachments"}).text
    assert maya.get(address, status=200)


def test_files_of_an_internal_step_are_internal(
    signed_in: SignedIn, opened: Opened, acting: Acting, people: People
) -> None:
    """W3, P28: a step whose comment the client does not read shows the client no file either."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    ana = signed_in("ana")
    address = f"/dossiers/{reference}/steps/take"
    page = ana.get(address)
    assert "The legal team reads it; the client does not." in page.text
    form = form_to(page, address)
    form["step_files"] = [Upload("strategy.txt", b"Secret", "text/plain")]
    form.submit(status=303)
    assert "strategy.txt" in ana.get(f"/dossiers/{reference}", {"tab": "attachments"}).text
    assert "strategy.txt" not in signed_in("maya").get(f"/dossiers/{reference}", {"tab": "attachments"}).text


def test_a_refused_step_attaches_nothing(signed_in: SignedIn, opened: Opened, acting: Acting, people: People) -> None:
    """W3: without the comment that the step asks for, the error is at its control, and the file is not kept."""
    reference = opened("legal_advice", ADVICE)
    asked_back(reference, acting, people)
    maya = signed_in("maya")
    address = f"/dossiers/{reference}/steps/answer_question"
    form = form_to(maya.get(address), address)
    form["step_files"] = [Upload("lease.txt", b"Lease", "text/plain")]
    page = form.submit(status=422)
    assert page.html.select_one("#comment")["aria-invalid"] == "true"
    assert "lease.txt" not in maya.get(f"/dossiers/{reference}", {"tab": "attachments"}).text
