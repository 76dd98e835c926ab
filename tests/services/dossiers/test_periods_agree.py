"""The simulation and the portal agree on legal periods, occurrence by occurrence (W18, W15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from formengine.authoring import Bundle
from formengine.services.access.enforcement import current_site
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import timers, transitions
from formengine.services.publishing.publications import publish
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Deadline
from formengine.workflow import Simulation
from tests.services.conftest import MONDAY, Case, MakeCase
from tests.support.people import People
from tests.support.platforms import SITES, acting_on

pytestmark = pytest.mark.site("casework")
WORKFLOW = """
title: {en: Deal, fr: Affaire}
kind: contract
starts_in: open
fields:
  served_on: {title: {en: Served on, fr: Signifié le}, type: string, format: date}
  months: {title: {en: Months, fr: Mois}, type: integer}
  answered: {title: {en: Answered, fr: Répondu}, type: boolean}
roles:
  requester: {is: submitter}
  lead: {team: contracts, one_person: true}
  chief: {position: general_counsel}
deadlines:
  - {id: reply, name: Reply, after: 1 month, of: served_on, rolls: forward, stops_in: [done], remind: every 1 week,
     unless: answered is true, tell: [lead], then: {tell: [chief]}}
  - {name: Notice, within: {from: months, unit: months}, clear_days: true, stops_in: [done], then: {tell: [chief]}}
  - {name: Review, within: 2 weeks, every: 2 weeks, stops_in: [done], remind: [1 day], tell: [lead],
     then: {tell: [chief]}}
  - {name: Never, within: 2 weeks, when: subject is Tables, stops_in: [done], then: {tell: [chief]}}
states:
  open: {title: {en: Open, fr: Ouvert}, client_sees: {en: Open, fr: Ouvert}}
  done: {title: {en: Done, fr: Terminé}, ends: true}
transitions:
  serve: {title: Serve, from: open, to: same, who: [lead], requires: [served_on, months]}
  extend: {title: Extend, from: open, to: same, who: [lead], requires_comment: true,
           do: [{extend: reply, by: 2 months, at_most: 1}]}
  answer: {title: Answer, from: open, to: same, who: [lead], do: [{set: {answered: true}}]}
  finish: {title: Finish, from: open, to: done, who: [lead]}
  withdraw: {title: Withdraw, from: open, to: done, who: [requester]}
"""
STEPS: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (3, "serve", {"served_on": "2026-03-31", "months": 2}),
    (20, "extend", {}),
    (75, "answer", {}),
    (100, "finish", {}),
)
"""(days after Monday 2 March, step, its fields)."""


def published(platform: Platform, people: People) -> None:
    people.all()
    site = Bundle.from_folder(SITES / "casework")
    with acting_on(platform, people("sam")) as work:
        publish(work, Bundle({**site.files, "workflows/deal/workflow.yaml": WORKFLOW.encode()}))


def simulated(case: Case) -> Simulation:
    """A simulation of the same workflow, people and calendars."""

    def read(work: UnitOfWork, dossier: Dossier) -> Simulation:
        workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
        site = current_site(work)
        calendars = {**site.calendars, "": site.calendars[site.portal.calendar]}
        names = {"requester": ["maya"], "team:contracts": ["paul", "ana"], "position:general_counsel": ["ines"]}
        return Simulation(workflow, "deal", {"subject": "Chairs"}, names, MONDAY, calendars)

    return case.reads(read)


def portal_deadlines(case: Case) -> list[tuple[str, datetime | None, str]]:
    query = select(Deadline).order_by(Deadline.id)
    return case.reads(lambda work, _: [(row.name, row.due, row.status) for row in work.session.scalars(query)])


def wakes(case: Case, until: datetime) -> None:
    """Fire every timer of the portal until a moment, each at its own, as a worker does that is never late."""
    while (moment := case.dossier.wake_at) is not None and moment <= until:
        case.now = max(case.now, moment)
        case(None, lambda work, reference: timers.fire_timers(work, reference))
    case.now = until


@pytest.fixture
def agreeing(platform: Platform, people: People, make_case: MakeCase) -> Callable[[], tuple[Case, Simulation]]:
    """A dossier of the workflow, and its simulation."""

    def make() -> tuple[Case, Simulation]:
        published(platform, people)
        case = make_case(with_paper=False)
        return case, simulated(case)

    return make


def test_simulation_and_portal_agree(agreeing: Callable[[], tuple[Case, Simulation]]) -> None:
    """W18, W15: deadlines, reminders and mails, through an extension, an answer and the end."""
    case, sim = agreeing()
    for days, step, fields in STEPS:
        moment = MONDAY + timedelta(days=days)
        wakes(case, moment)
        sim.advance(to=moment)
        case("paul", transitions.perform, step, case.version, fields, "because")
        sim.do(step, by="paul", fields=fields, comment="because")
        assert portal_deadlines(case) == [(d.name, d.due, d.status) for d in sim.deadlines]
    assert [(d.name, d.shown, d.status) for d in sim.deadlines if d.name in ("Reply", "Notice", "Never")] == [
        ("Never", "16 March 2026, end of day", "met"),
        ("Reply", "30 June 2026, end of day", "met"),
        ("Notice", "3 May 2026, end of day", "missed"),
    ]
    assert [d.status for d in sim.deadlines if d.name == "Review"] == [*["missed"] * 7, "met"]
    kinds = ("deadline_near", "deadline_missed", "extended")
    rows = case.reads(lambda work, _: list(work.session.scalars(select(Mail).where(Mail.kind.in_(kinds)))))
    expected = sorted((mail.kind, mail.to) for mail in sim.mails if mail.kind in kinds)
    assert sorted((row.kind, case.name(row.person_id or "")) for row in rows) == expected
    assert case.whole()
