"""The history tab: by day, filtered, who did what, how it was decided, what was sent (D3, D7)."""

from __future__ import annotations

from sqlalchemy import select

from formengine.services.approvals import decisions
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment, transitions
from formengine.storage.models.history import HistoryEntry
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, Visitor

MEMO = {**ADVICE, "answer_form": "memo", "priority": "critical", "priority_reason": "Now"}


def history(browser: Visitor, reference: str, **query: str) -> str:
    page = browser.get(f"/dossiers/{reference}", {"tab": "history", **query})
    part = page.html.find(attrs={"aria-labelledby": "history-title"})
    return " ".join(part.get_text(" ").replace("\u00a0", " ").split())


def test_the_history_of_a_decision(signed_in: SignedIn, opened: Opened, acting: Acting, people: People) -> None:
    """D3, W7: days as headings, the past tense of the workflow, the outcome, and who was mailed."""
    reference = opened("legal_advice", MEMO)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    for step, fields in (("take", None), ("give_memo", {"answer": "Yes."})):
        with acting(people("ana")) as work:
            transitions.perform(work, reference, step, get_dossier(work, reference).version, fields)
    with acting(people("ines")) as work:
        decisions.decide(work, reference, "approve", None)
    paul = signed_in("paul")
    text = history(paul, reference)
    assert "Ana Duarte began work Received → Under review" in text
    assert "Decided, approved: Second reading" in text
    assert "mail to Inès Carrel" in text
    page = paul.get(f"/dossiers/{reference}", {"tab": "history"})
    assert len(page.html.select(".fe-timeline")) == len(page.html.select("h3.fe-subhead")) == 1
    assert "Ana Duarte a commencé l’étude" in history(paul, reference, lang="fr")
    assert "mail to" not in history(signed_in("maya"), reference)


def test_a_client_reads_the_state_that_a_request_moved_to_once(signed_in: SignedIn, opened: Opened) -> None:
    """D3: not again behind the sentence that names it."""
    text = history(signed_in("maya"), opened("nda", NDA))
    assert "The request moved to “With the legal team”" in text
    assert text.count("With the legal team") == 1


def test_the_history_is_filtered(signed_in: SignedIn, opened: Opened, acting: Acting, people: People) -> None:
    """D3: by what people look for; the filter that is on is marked, and an unknown one shows all."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    paul = signed_in("paul")
    assert "Taken in charge" in history(paul, reference, show="steps")
    assert "Nothing of this kind has happened." in history(paul, reference, show="talk")
    assert "Taken in charge" in history(paul, reference, show="no such filter")
    page = paul.get(f"/dossiers/{reference}", {"tab": "history", "show": "talk"})
    (current,) = page.html.select(".fe-pills [aria-current]")
    assert current.get_text() == "Notes and files"


def test_a_history_is_checked_by_those_who_audit(
    signed_in: SignedIn, opened: Opened, acting: Acting, people: People, platform: Platform
) -> None:
    """O5: the auditor and legal admins read whether it holds; an entry that was edited in the database is named."""
    reference = opened("legal_advice", MEMO)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    theo = signed_in("theo")
    link = theo.get(f"/dossiers/{reference}", {"tab": "history"}).html.find("a", string="Check this history")
    assert theo.get(link["href"]).html.find(id="checked").get_text(" ", strip=True).startswith("This history holds. ")
    with platform.database.transaction() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "claimed")).one()
        entry.payload = {**entry.payload, "team": "another"}
        number = entry.number
    verdict = theo.get(link["href"]).html.find(id="checked").get_text(" ", strip=True)
    assert verdict.startswith("This history does not hold. ")
    assert f"at entry {number}." in verdict
    assert "n’est pas intact" in theo.get(f"{link['href']}&lang=fr").text
    paul = signed_in("paul")
    assert "Check this history" not in paul.get(f"/dossiers/{reference}", {"tab": "history"}).text
    paul.get(link["href"], status=403)
