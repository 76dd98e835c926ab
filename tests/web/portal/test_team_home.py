"""The home page of the legal team's side: the day of counsel, the load of a lead, what needs a hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from formengine.services.approvals import decisions
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment, transitions
from formengine.services.dossiers.agenda import agenda
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from formengine.storage.models.publications import Publication
from formengine.storage.models.rounds import Deadline
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, Visitor, app, opened, signed_in

__all__ = ["app", "opened", "signed_in"]


def section(browser: Visitor, id: str, address: str = "/") -> str:
    """The text of a section of the home page, by the id of its heading."""
    part = browser.get(address).html.find(attrs={"aria-labelledby": id})
    return "" if part is None else " ".join(part.get_text(" ").replace("\u00a0", " ").split())


def tiles(browser: Visitor) -> dict[str, int]:
    """The numbers above the day."""
    numbers = browser.get("/?lang=en").html.select(".fe-tile")
    texts = [" ".join(tile.get_text(" ").split()).partition(" ") for tile in numbers]
    return {name: int(number) for number, _, name in texts}


def late_tiles(browser: Visitor) -> dict[str, list[str]]:
    """By title of a tile about what is late, the references in the list that it leads to: as many as it says."""
    counts = {name: number for name, number in tiles(browser).items() if "late" in name.lower()}
    links = [tile["href"] for tile in browser.get("/?lang=en").html.select(".fe-tile") if "late" in tile.text.lower()]
    lists = [[row.text for row in browser.get(link).html.select("tbody th a")] for link in links]
    assert [len(rows) for rows in lists] == list(counts.values())
    return dict(zip(counts, lists, strict=True))


def version_of(work: Any, reference: str) -> int:
    return get_dossier(work, reference).version


@pytest.fixture
def taken(opened: Opened, acting: Acting, people: People) -> str:
    """The reference of a question that Ana has taken."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    with acting(people("ana")) as work:
        transitions.perform(work, reference, "take", version_of(work, reference))
    return reference


def test_counsel_land_on_their_day(signed_in: SignedIn, taken: str, opened: Opened) -> None:
    """D1: what is in one's hands, and what the team may take; not a question what one needs from the legal team."""
    queued = opened("legal_advice", {**ADVICE, "subject": "A new office"})
    ana = signed_in("ana")
    assert "What do you need from the legal team?" not in ana.get("/").text
    assert taken in section(ana, "turn-title")
    assert queued in section(ana, "queue-title")
    assert tiles(ana)["Your turn"] == 1
    assert tiles(ana)["Due soon"] == 1
    assert "À vous d’agir" in section(ana, "turn-title", "/?lang=fr")


def test_a_client_still_asks_and_follows(signed_in: SignedIn, taken: str) -> None:
    """P6, P12: the forms, and what is under way."""
    page = signed_in("maya").get("/")
    assert "What do you need from the legal team?" in page.text
    assert taken in page.html.find("h2", id="mine-title").find_parent("section").get_text()


def test_what_waits_for_others_is_apart(signed_in: SignedIn, taken: str, acting: Acting, people: People) -> None:
    """D1: a question that the requester has to answer is nobody's turn in the legal team."""
    with acting(people("ana")) as work:
        transitions.perform(work, taken, "ask", version_of(work, taken), comment="Which lease?")
    ana = signed_in("ana")
    assert taken in section(ana, "others-title")
    assert taken not in section(ana, "turn-title")
    assert "Nothing is waiting for you." in section(ana, "turn-title")


def test_what_is_late_is_first_and_marked(
    signed_in: SignedIn, taken: str, opened: Opened, platform: Platform, acting: Acting, people: People
) -> None:
    """D1, W9: late in words, not by colour alone, and above what is due later."""
    other = opened("legal_advice", {**ADVICE, "subject": "A new office"})
    with acting(people("ana")) as work:
        assignment.claim(work, other)
    with platform.database.transaction() as session:
        late = session.query(Dossier.id).filter_by(reference=taken).scalar_subquery()
        past = people("ana").created_at - timedelta(days=3)
        session.execute(
            update(Deadline)
            .where(Deadline.dossier_id == late, Deadline.status == "running")
            .values(status="missed", due=past)
        )
        session.execute(update(Dossier).where(Dossier.reference == taken).values(is_late=True, due_at=past))
    with acting(people("ana")) as work:
        short = agenda(work, limit=1)
    assert ([row.dossier.reference for row in short.turn], short.is_whole) == ([taken], False)
    ana = signed_in("ana")
    text = section(ana, "turn-title")
    assert text.index(taken) < text.index(other)
    assert "Late" in text
    assert late_tiles(ana) == {"Your late work": [taken]}
    assert late_tiles(signed_in("ines")) == {"Your late work": [], "All late": [taken]}


def test_a_lead_sees_decisions_and_the_load(
    signed_in: SignedIn, opened: Opened, acting: Acting, people: People
) -> None:
    """D1, P24: the general counsel decides first, then sees who has how much, and what nobody has taken."""
    reference = opened(
        "legal_advice", {**ADVICE, "answer_form": "memo", "priority": "critical", "priority_reason": "Now"}
    )
    opened("legal_advice", ADVICE)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    for step, fields in (("take", None), ("give_memo", {"answer": "Yes."})):
        with acting(people("ana")) as work:
            transitions.perform(work, reference, step, version_of(work, reference), fields)
    ines = signed_in("ines")
    assert reference in section(ines, "turn-title")
    load = section(ines, "load-title", "/?lang=en")
    assert "Advice desk 2 open · 1 that nobody has taken Ana Duarte" in load
    assert section(signed_in("ana"), "load-title") == ""
    with acting(people("ines")) as work:
        dossier = get_dossier(work, reference)
        work.session.add(Involvement(dossier_id=dossier.id, person_id=people("ines").id, part="escalated"))
    assert section(ines, "turn-title", "/?lang=en").count(reference) == 1
    assert reference not in section(ines, "others-title")
    assert reference in section(signed_in("ana"), "others-title")
    with acting(people("ines")) as work:
        decisions.decide(work, reference, "approve", None)
    assert reference not in section(ines, "turn-title")


def test_an_auditor_sees_what_can_be_read(signed_in: SignedIn, taken: str) -> None:
    """U7: where to begin, numbers by kind that lead to the lists, and what moved last; nothing to do."""
    theo = signed_in("theo")
    page = theo.get("/")
    assert "What you can read" in page.text
    assert taken in section(theo, "moves-title")
    (link,) = page.html.find(attrs={"aria-labelledby": "kind-matter"}).select("li a")
    assert taken in theo.get(link["href"]).text
    (search,) = page.html.select("main form")
    assert search["method"] == "get"
    assert [button["formaction"] for button in search.select("button")] == ["/matters", "/litigation", "/contracts"]
    begin = page.html.find(attrs={"aria-labelledby": "begin-title"})
    assert all(theo.get(link["href"]).html.h1 for link in begin.select("a"))
    closed = [link["href"] for link in begin.select("a") if link.text.startswith("What was closed last: ")]
    assert [href.split("?")[0] for href in closed] == ["/matters", "/litigation", "/contracts"]
    decisions = theo.get(next(link["href"] for link in begin.select("a") if link.text == "What waits for a decision"))
    assert "No approval or signature is awaited from anybody." in decisions.text, "not only those of the auditor"
    (current, *_others) = theo.get("/desk").html.select(".fe-tabs [aria-current]")
    assert current.get_text().startswith("Late")
    assert "My work" not in theo.get("/desk").text


def test_a_legal_admin_sees_what_needs_a_hand(
    signed_in: SignedIn, opened: Opened, platform: Platform, people: People
) -> None:
    """N3: failed mails, invitations that nobody used, addresses without an account, warnings of what is published."""
    opened("nda", NDA)
    people.all()
    sam = signed_in("sam")
    before = section(sam, "alerts-title")
    assert "could not be sent" not in before
    with platform.database.transaction() as session:
        mail = session.query(Mail).first()
        assert mail is not None
        mail.state = "failed"
        maya = session.query(Person).filter(Person.email == people("maya").email).one()
        maya.state = "invited"
        session.execute(update(Publication).values(warnings=[{"file": "a.yaml", "line": 3, "message": "Odd."}]))
    text = section(sam, "alerts-title")
    assert "1 mail could not be sent" in text
    assert "1 person has not used the invitation yet" in text
    assert "a.yaml:3 Odd." in text
    assert section(signed_in("paul"), "alerts-title") == ""
