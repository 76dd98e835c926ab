"""The overview of a dossier: what it is about, where it stands, what is asked of the reader, what is due."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.approvals import decisions
from formengine.services.dossiers import assignment, transitions
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, Visitor

TERMS: dict[str, Any] = {"review_summary": "Standard terms."}


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def section(browser: Visitor, reference: str, heading: str, language: str = "en") -> str:
    """The text of a section of the overview, by its heading."""
    page = browser.get(f"/dossiers/{reference}?lang={language}")
    title = next(h for h in page.html.find_all("h2") if h.get_text(" ", strip=True).startswith(heading))
    part = page.html.find(attrs={"aria-labelledby": title["id"]})
    return " ".join(part.get_text(" ").replace("\u00a0", " ").split())


@pytest.fixture
def answered(opened: Opened, acting: Acting, people: People) -> str:
    """The reference of a question that was asked back, and then answered in Markdown."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    with acting(people("ana")) as work:
        transitions.perform(work, reference, "take", version_of(work, reference))
    with acting(people("ana")) as work:
        fields = {"answer": "## In short\n\nYes, **with notice**.\n\n<script>alert(1)</script>"}
        transitions.perform(work, reference, "give_answer", version_of(work, reference), fields)
    return reference


def version_of(work: Any, reference: str) -> int:
    from formengine.services.case.repository import get_dossier

    return get_dossier(work, reference).version


def test_a_client_reads_first_where_it_stands(signed_in: SignedIn, opened: Opened) -> None:
    """P17: a client knows what was asked."""
    reference = opened("legal_advice", ADVICE)
    headings = [h.get_text(strip=True) for h in signed_in("maya").get(f"/dossiers/{reference}").html.find_all("h2")]
    assert headings[:3] == ["Where it stands", "The request", "Developments"]


def test_it_begins_with_the_request(signed_in: SignedIn, opened: Opened) -> None:
    """P17: the question, the parties, amounts and dates, before anything that was done; not how to handle it."""
    reference = opened("legal_advice", ADVICE)
    page = signed_in("ana").get(f"/dossiers/{reference}")
    headings = [h.get_text(strip=True) for h in page.html.find_all("h2")]
    assert headings[:3] == ["The request", "Where it stands", "Developments"]
    text = section(signed_in("ana"), reference, "The request")
    assert "The question to decide May we end the lease of the Lyon office before June?" in text
    assert "Priority" not in text
    assert "Confidentiality" not in text


def test_the_first_look_says_how_many_answers_it_leaves_out(signed_in: SignedIn, opened: Opened) -> None:
    """P17: a long request leads to all of it; what was asked because of an answer is shown with its question."""
    more = {"counterparty_signatory_title": "CEO", "agreement_language": "en", "jurisdiction": "Paris"}
    reference = opened("nda", {**NDA, **more, "modifications": "No penalty."})
    text = section(signed_in("maya"), reference, "The request")
    assert "Whose paper? Our template Changes to our standard terms No penalty." in text
    assert text.endswith("and 7 more answers")
    assert "Paris" not in text
    page = signed_in("maya").get(f"/dossiers/{reference}").click("and 7 more answers")
    assert "Paris" in page.html.select_one(".fe-answers").get_text()


def test_the_line_of_progress_is_in_the_words_of_the_reader(signed_in: SignedIn, opened: Opened) -> None:
    """P17, W2: the state is marked, what is done and what is expected are told apart, also without colour."""
    reference = opened("nda", NDA)
    for name, here in (("maya", "With the legal team"), ("paul", "Legal review")):
        page = signed_in(name).get(f"/dossiers/{reference}")
        (step,) = page.html.select('.fe-line [aria-current="step"]')
        assert step.get_text(strip=True) == here
        expected = [each.get_text(" ", strip=True) for each in page.html.select(".fe-line-next")]
        assert expected[-1] == "Signed – expected"


def test_the_picture_has_words_beside_it(signed_in: SignedIn, opened: Opened) -> None:
    """W16: the states and the ways between them can be read without the picture; a client reads no internal names."""
    reference = opened("nda", NDA)
    for name, way in (("paul", "Ask for approval → Internal approval"), ("maya", "→ Waiting for internal approval")):
        page = signed_in(name).get(f"/dossiers/{reference}")
        assert page.html.select_one("svg.fe-flow[role=img] .fe-flow-here") is not None
        words = " ".join(page.html.select_one(".fe-picture-words").get_text(" ").split())
        assert "You are here" in words
        assert way in words
        assert ("Ask for approval" in words) is (name == "paul")


def test_what_is_asked_of_the_reader_and_who_has_it(
    signed_in: SignedIn, opened: Opened, acting: Acting, people: People
) -> None:
    """P17, D3: of the team to take it, of the client to answer, of an approver to decide; each reads who has it."""
    reference = opened("legal_advice", ADVICE)
    assert "Nobody has taken it yet. Claim it to start." in section(signed_in("ana"), reference, "Where it stands")
    assert "What is asked of you" not in section(signed_in("maya"), reference, "Where it stands")
    assert "Who has it Advice desk" in section(signed_in("maya"), reference, "Where it stands")
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    counsel = section(signed_in("ana"), reference, "Where it stands")
    assert "You handle it. The steps at the top of the page are yours to take." in counsel
    assert "Who has it" not in counsel, "the sentence has said so"
    with acting(people("ana")) as work:
        transitions.perform(work, reference, "ask", version_of(work, reference), comment="Which lease?")
    client = section(signed_in("maya"), reference, "Where it stands")
    asked = "Ana Duarte asked for information Which lease? We are waiting for your answer. Send the information"
    assert asked in client, "the question, then the step that the mail names too"
    assert "Your answer is expected by" in client
    assert "Waiting for Answer of the requester Maya Laurent (you)" in client
    counsel = section(signed_in("ana"), reference, "Where it stands")
    assert "What is asked of you" not in counsel
    assert "Waiting for Answer of the requester Maya Laurent" in counsel
    assert "Ce qui vous est demandé" in section(signed_in("maya"), reference, "Où en est le dossier", "fr")


def test_an_approver_is_asked_by_name(signed_in: SignedIn, opened: Opened, acting: Acting, people: People) -> None:
    """P24: approvers and signers with the status of each, on the first page of the dossier."""
    reference = opened(
        "legal_advice", {**ADVICE, "answer_form": "memo", "priority": "critical", "priority_reason": "Now"}
    )
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    for step, fields in (("take", None), ("give_memo", {"answer": "Yes."})):
        with acting(people("ana")) as work:
            transitions.perform(work, reference, step, version_of(work, reference), fields)
    assert "Your decision is asked for: Second reading Go to the decision" in section(
        signed_in("ines"), reference, "Where it stands"
    )
    for name in ("maya", "ana"):
        assert "Waiting for Second reading Inès Carrel" in section(signed_in(name), reference, "Where it stands")
        assert "Inès Carrel · General counsel Decision expected" in section(
            signed_in(name), reference, "Approvals and signatures"
        )
    with acting(people("ines")) as work:
        decisions.decide(work, reference, "approve", "Fine.")
    assert "Inès Carrel · General counsel Approved" in section(signed_in("maya"), reference, "Approvals and signatures")


def test_a_legal_answer_is_a_document(signed_in: SignedIn, answered: str) -> None:
    """P17, D3: its Markdown is rendered and sanitised, with who wrote it and when; headings fit under the page's."""
    page = signed_in("maya").get(f"/dossiers/{answered}")
    article = page.html.find("article", attrs={"aria-labelledby": "paper-answer"})
    assert article.h2.get_text(strip=True) == "Answer"
    assert [h.name for h in article.select(".fe-prose h1, .fe-prose h2, .fe-prose h3, .fe-prose h4")] == ["h4"]
    assert article.select_one(".fe-prose strong").get_text() == "with notice"
    assert article.select_one("script") is None
    assert "Written by Ana Duarte on" in article.get_text()


def test_developments_say_who_did_what(signed_in: SignedIn, answered: str) -> None:
    """P17, D7: in the past tense of the workflow, in the reader's language."""
    english = section(signed_in("maya"), answered, "Developments")
    assert english.index("Ana Duarte answered the question") < english.index("Ana Duarte began work")
    french = section(signed_in("maya"), answered, "Faits marquants", "fr")
    assert "Ana Duarte a répondu à la question" in french


def test_a_client_is_told_when_and_not_the_names_of_our_deadlines(signed_in: SignedIn, opened: Opened) -> None:
    """P17, W9: the date on which the next step is expected; names and reminders are the legal team's."""
    reference = opened("legal_advice", ADVICE)
    client, counsel = (section(signed_in(name), reference, "Where it stands") for name in ("maya", "ana"))
    assert "By then the next step is expected." in client
    assert "Start of work" not in client
    assert "Start of work" in counsel
