"""A question to the legal team, from the home page to its answer; with and without JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.conftest import Visits
from tests.journeys.office import Office, text_of
from tests.journeys.visitors import Visitor

DATABASE = "sqlite"
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_question_is_asked_discussed_and_answered(office: Office, visits: Visits, papers: Path, script: bool) -> None:
    """P8, P7, P10, P11, P16, P17, P19, P20, F5: the whole journey of legal advice, also without JavaScript."""
    maya = visits("maya", java_script_enabled=script)
    reference = asks(maya, papers)
    both_sides_are_told(office, reference)
    ana = visits("ana", java_script_enabled=script)
    takes_it(ana, maya, office, reference)
    asks_for_more(ana, maya, office, reference)
    talks_in_notes(ana, maya, office, reference, papers)
    answers_it(ana, maya, office, reference)


def asks(maya: Visitor, papers: Path) -> str:
    """Maya looks for the form by category, then by a word, and fills it in page by page."""
    maya.opens("/")
    maya.follows("Advice")
    maya.does_not_read("Non-disclosure agreement")
    maya.page.get_by_role("searchbox").fill("question")
    maya.presses("Search")
    maya.follows("Legal advice or question")
    maya.answers(subject="Ending the Lyon lease", area="Real estate", question="May we end it before June?")
    maya.presses("Next")
    maya.answers(countries__0="France", external_counsel="Yes")
    maya.answers(external_counsel_name="Martin & Roy", answer_form="Short answer")
    maya.presses("Next")
    maya.answers(priority="High")
    maya.answers(priority_reason="The landlord asks for an answer.")
    maya.presses("Check your answers")
    maya.reads("Ending the Lyon lease", "Real estate", "France", "Martin & Roy", "The landlord asks for an answer.")
    maya.presses("Submit request")
    maya.reads("Your request has been sent", "Received")
    maya.follows("Follow this request")
    return maya.page.url.rsplit("/", 1)[1]


def both_sides_are_told(office: Office, reference: str) -> None:
    """The advice desk is notified of the new matter (P10); Maya gets a copy of her answers (P11)."""
    assert reference.startswith("MAT-")
    for member in ("ana", "lena"):
        assert "Ending the Lyon lease" in office.mail(member, "new_dossier", reference)["Subject"]
    sent = text_of(office.mail("maya", "submission", reference))
    assert "May we end it before June?" in sent
    assert f"/dossiers/{reference}" in sent


def takes_it(ana: Visitor, maya: Visitor, office: Office, reference: str) -> None:
    """Ana opens it from the queue of her team, claims it, and starts work."""
    ana.opens("/desk?tab=queue")
    ana.follows(reference)
    ana.reads_state("Received")
    ana.presses("Claim")
    ana.reads("Ana Duarte")
    ana.follows("Start work")
    ana.presses("Start work")
    ana.reads_state("Under review")
    office.mail("maya", "transition", reference)
    maya.finds(reference, "With the legal team")


def asks_for_more(ana: Visitor, maya: Visitor, office: Office, reference: str) -> None:
    """Ana asks for the lease's date; Maya is notified and answers."""
    ana.follows("Ask for information")
    ana.presses("Ask for information")
    ana.reads("Write a comment")
    ana.writes("Comment", "When does the lease end?")
    ana.presses("Ask for information")
    ana.reads_state("Waiting for the requester")
    assert "When does the lease end?" in text_of(office.mail("maya", "transition", reference, 2))
    maya.opens("/matters")
    maya.follows(reference)
    maya.reads_state("We need information from you")
    maya.reads("When does the lease end?")
    maya.follows("Send the information")
    maya.writes("Comment", "On 31 December 2028.")
    maya.presses("Send the information")
    maya.reads_state("With the legal team")
    assert "31 December 2028" in text_of(office.mail("ana", "transition", reference))


def talks_in_notes(ana: Visitor, maya: Visitor, office: Office, reference: str, papers: Path) -> None:
    """Maya adds a note with a file; Ana reads both and answers in a note (P19, P20)."""
    maya.opens_dossier(reference, "notes")
    maya.writes("Your note", "Here is **who** lives there.")
    maya.page.get_by_label("Attach files").set_input_files(str(papers / "plan é.txt"))
    maya.presses("Add note")
    maya.reads("Here is who lives there.", "plan é.txt")
    assert "lives there" in text_of(office.mail("ana", "note", reference))
    ana.opens_dossier(reference, "notes")
    ana.reads("Here is who lives there.")
    with ana.page.expect_download() as download:
        ana.follows("plan é.txt")
    assert Path(download.value.path()).read_text("utf-8") == "Who needs to know what"
    ana.ticks("Public: the client reads it")
    ana.writes("Your note", "Thank you, that helps.")
    ana.page.get_by_label("Attach files").set_input_files(str(papers / "reply.txt"))
    ana.presses("Add note")
    assert "that helps" in text_of(office.mail("maya", "note", reference))
    maya.opens_dossier(reference, "notes")
    maya.reads("Thank you, that helps.", "reply.txt")


def answers_it(ana: Visitor, maya: Visitor, office: Office, reference: str) -> None:
    """Ana records the answer; Maya reads it on the dossier's page."""
    ana.opens_dossier(reference)
    ana.follows("Answer")
    ana.answers(answer="Not before the term, unless the landlord agrees.")
    ana.presses("Answer")
    ana.reads_state("Answered")
    office.mail("maya", "transition", reference, 3)
    maya.finds(reference, "Answered")
    maya.reads("Not before the term, unless the landlord agrees.", "Ana Duarte")
    maya.opens_dossier(reference, "history")
    maya.reads("Ana Duarte", "When does the lease end?")
