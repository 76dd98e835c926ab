"""The desk: what is late first, whose turn it is, whose queue, and which buttons would work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from formengine.services.approvals import decisions
from formengine.services.dossiers import transitions
from formengine.services.dossiers.agenda import agenda
from formengine.services.dossiers.assignment import claim, release
from formengine.services.dossiers.desk import DeskPage, assignable_people, desk
from formengine.services.dossiers.document_turns import hand_over
from formengine.services.dossiers.list_filter import ListFilter, parse_filter
from formengine.services.dossiers.timers import fire_timers
from formengine.storage.models.dossiers import NO_DUE, Dossier
from formengine.storage.models.rounds import Round, Seat
from tests.services.conftest import MakeCase
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]


def tab(acting: Acting, people: People, who: str, name: str, **criteria: object) -> DeskPage:
    with acting(people(who)) as work:
        chosen = ListFilter(tab=name, sort="due", **criteria)  # type: ignore[arg-type]
        return desk(work, chosen)


def references(page: DeskPage) -> list[str]:
    return [row.dossier.reference for row in page.items]


def test_what_is_late_comes_first_then_what_is_due(opened: Opened, acting: Acting, people: People) -> None:
    """D1: also where what is due later was opened earlier; by the deadline of each dossier."""
    nda, advice = opened("nda", NDA), opened("legal_advice", {**ADVICE, "priority": "critical", "priority_reason": "x"})
    assert references(tab(acting, people, "ines", "unassigned")) == [advice, nda], "four working hours, and eight"
    with acting(None) as work:
        later = work.now + timedelta(days=30)
    with acting(None, now=later) as work:
        fire_timers(work, nda)
    late = tab(acting, people, "ines", "late")
    assert references(late) == [nda]
    assert late.items[0].late
    assert late.counts["late"] == 1
    with acting(people("maya")) as work:
        transitions.perform(work, nda, "withdraw", None, {}, "Not needed.")
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == nda)).one()
        assert (dossier.due_at, dossier.is_late) == (NO_DUE, False)
    assert references(tab(acting, people, "ines", "late")) == []


def test_your_turn_is_apart_from_what_waits_for_others(opened: Opened, acting: Acting, people: People) -> None:
    """D1: a dossier waits for others while its state does, or while somebody else decides."""
    own, asked = opened("nda", NDA), opened("nda", NDA)
    for reference in (own, asked):
        with acting(people("paul")) as work:
            claim(work, reference)
    with acting(people("paul")) as work:
        transitions.perform(work, asked, "ask", None, {}, "Which employees?")
    page = tab(acting, people, "paul", "mine")
    assert references(page) == [own]
    assert [row.dossier.reference for row in page.others] == [asked]
    assert (page.others_total.number, page.counts["mine"]) == (1, 2)
    assert references(tab(acting, people, "paul", "mine", turn="others")) == [asked]
    with acting(None) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == own)).one()
        asking = Round(definition="internal", kind="approval", number=1, status="open", opened_at=work.now, data={})
        asking.dossier = dossier
        asking.seats = [Seat(step=0, role="approver", person=people("ines").id, status="open", data={}, evidence={})]
        work.session.add(asking)
    waiting = tab(acting, people, "paul", "mine")
    assert (references(waiting), waiting.others_total.number) == ([], 2)
    assert references(tab(acting, people, "ines", "waiting")) == [own]
    assert references(tab(acting, people, "ines", "mine")) == [own], "their vote is their turn"


@pytest.mark.site("casework")
def test_a_turn_with_a_document_is_over_while_it_is_decided_on(make_case: MakeCase, acting: Acting) -> None:
    """D1, S2: on the desk and at home as on the dossier; it comes back where the document is rejected."""
    case = make_case(by="cleo")
    case("paul", hand_over, "contract", case.people("ana").id)

    def is_turn_of_ana() -> bool:
        with acting(case.people("ana"), now=case.now) as work:
            rows = desk(work, ListFilter(tab="mine", sort="due")).items
            return case.reference in [row.dossier.reference for row in rows]

    assert is_turn_of_ana()
    case.step("paul", "ask", risk="low")
    assert not is_turn_of_ana()
    case("bo", decisions.decide, "reject", "Too dear.")
    assert is_turn_of_ana()


@pytest.mark.site("casework")
def test_awaited_decisions_are_listed_with_those_they_are_awaited_from(make_case: MakeCase, acting: Acting) -> None:
    """D1: for the auditor too, who is never asked; the number on the tab is that of the list."""
    case = make_case(by="cleo")

    def awaited() -> tuple[int, list[tuple[str, str, tuple[str, ...]]]]:
        with acting(case.people("theo"), now=case.now) as work:
            page = desk(work, ListFilter(tab="decisions", sort="due"))
        rows = [(row.dossier.reference, each.name, each.people) for row in page.items for each in row.decisions]
        return page.counts["decisions"], rows

    assert awaited() == (0, [])
    case.step("paul", "ask", risk="low")
    count, rows = awaited()
    assert (count, rows) == (1, [(case.reference, "Internal approval", ("Bo Jansen", "Di Moreau"))])
    case("bo", decisions.decide, "reject", "Too dear.")
    assert awaited() == (0, [])


def test_the_queue_has_apart_what_nobody_can_act_on(opened: Opened, acting: Acting, people: People) -> None:
    """D1: what waits for the client or a signature is not offered to be taken, on the desk and at home."""
    free, asked = opened("nda", NDA), opened("nda", NDA)
    with acting(people("paul")) as work:
        claim(work, asked)
        transitions.perform(work, asked, "ask", None, {}, "Which employees?")
        release(work, asked)
        page = desk(work, ListFilter(tab="queue", sort="due"))
        day = agenda(work)
    assert (references(page), [row.dossier.reference for row in page.others]) == ([free], [asked])
    assert (page.counts["queue"], page.others_total.number) == (2, 1)
    assert ([row.dossier.reference for row in day.queue], day.queued) == ([free], 2)


def test_the_queue_is_that_of_ones_teams_and_of_those_one_manages(
    opened: Opened, acting: Acting, people: People
) -> None:
    """D1: Ines manages the contracts desk, Paul is in it, Lena in neither."""
    nda = opened("nda", NDA)
    assert references(tab(acting, people, "paul", "queue")) == [nda]
    assert references(tab(acting, people, "ines", "queue")) == [nda]
    assert nda not in references(tab(acting, people, "lena", "queue"))
    assert nda in references(tab(acting, people, "lena", "unassigned"))


def test_only_buttons_that_will_work_are_offered(opened: Opened, acting: Acting, people: People) -> None:
    """D1: to claim to the team, to release to whoever has it, to assign to counsel; to the auditor none."""
    reference = opened("nda", NDA)

    def buttons(who: str) -> tuple[bool, bool, bool]:
        with acting(people(who)) as work:
            pages = [desk(work, ListFilter(tab=name, sort="due")) for name in ("unassigned", "mine")]
            rows = [row for page in pages for row in (*page.items, *page.others)]
            row = next((row for row in rows if row.dossier.reference == reference), None)
            if row is None:
                return (False, False, False)
            assert not row.may_assign or "Ana Duarte" in [person.name for person in assignable_people(work, rows)]
            return row.may_claim, row.may_release, row.may_assign

    assert buttons("paul") == (True, False, True)
    assert buttons("lena") == (False, False, True)
    assert buttons("theo") == (False, False, False)
    with acting(people("paul")) as work:
        claim(work, reference)
    assert buttons("paul") == (False, True, True)


def test_the_desk_is_filtered_as_lists_are(opened: Opened, acting: Acting, people: People) -> None:
    """D1, D2: searched, and restricted by every criterion; the columns name the request type and the team."""
    nda, advice = opened("nda", NDA), opened("legal_advice", ADVICE)
    with acting(people("ines")) as work:
        chosen, errors = parse_filter([("tab", "unassigned"), ("kind", "contract"), ("q", "globex")])
        page = desk(work, chosen)
        assert (references(page), errors) == ([nda], ())
        assert page.items[0].request_title == "Non-disclosure agreement"
        assert page.items[0].team_title == "Contracts desk"
    assert references(tab(acting, people, "ines", "unassigned", q="lyon lease")) == [advice]
