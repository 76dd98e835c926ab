"""The simulation against the portal: the same acts on both are refused alike, and leave the same history and mails."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from formengine.cli.demo.people import BY_ID
from formengine.errors import Invalid, NotFound, PublishRefused, Refused
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals.given_signatures import SignatureDetails
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment, documents
from formengine.services.dossiers import timers as waking
from formengine.services.dossiers import transitions as moving
from formengine.storage.models.mails import Mail
from formengine.workflow import Simulation
from formengine.workflow.engine import api as engine
from tests.services.case.test_random_workflows import opened
from tests.services.conftest import MONDAY, Case, MakeCase, paper
from tests.support.people import People
from tests.workflow.random_workflows import Plan, plans

pytestmark = pytest.mark.site("casework")
ACTORS = ("maya", "paul", "ana", "bo", "di", "cleo", "ines", "sam")


class Twins:
    """One dossier twice: in the portal, and in a simulation with the same people and calendars."""

    def __init__(self, case: Case, **answers: Any) -> None:
        self.case = case
        self.workflow, site = case.reads(
            lambda work, row: (
                work.platform.definitions.pack(work.session, row.pack_hash).workflow,
                work.platform.definitions.site(work.session),
            )
        )
        names = {member.email: name for name, member in BY_ID.items()}
        held = {f"team:{id}": [names[email] for email in team.members] for id, team in site.teams.items()}
        held |= {f"position:{id}": [names[email] for email in emails] for id, emails in site.positions.items()}
        roles = {
            role: [name for name, member in BY_ID.items() if member.role == role] for role in ("client", "counsel")
        }
        self.sim = Simulation(
            self.workflow,
            "deal",
            {"subject": "Chairs", **answers},
            {"requester": ["maya"], **held, "counsel": roles["counsel"], "legal_admin": ["sam"]},
            MONDAY,
            calendars={**site.calendars, "": site.calendars[site.portal.calendar or ""]},
            may_not_collaborate=roles["client"],
        )

    def both(self, who: str, service: Callable[..., Any], *arguments: Any, as_simulated: Callable[[], None]) -> bool:
        """Whether an act was possible, in the portal as in the simulation."""
        refused: dict[str, list[str] | None] = {}
        try:
            self.case(who, service, *arguments)
        except Refused as refusal:
            refused["portal"] = [self._by_ids(reason) for reason in refusal.reasons]
        except (Invalid, NotFound):
            refused["portal"] = None
        try:
            as_simulated()
        except Refused as refusal:
            refused["simulation"] = refusal.reasons
        assert refused.keys() in ({"portal", "simulation"}, set()), (who, service, arguments, refused)
        if refused and refused["portal"] is not None:
            assert refused["portal"] == [reason.casefold() for reason in refused["simulation"] or ()]
        self.compare()
        return not refused

    def _by_ids(self, sentence: str) -> str:
        """A sentence with ids in place of names, in small letters: the simulation knows no titles of documents."""
        for name, member in BY_ID.items():
            sentence = sentence.replace(member.name, name)
        return sentence.casefold()

    def compare(self) -> None:
        """State, steps and mails are the same."""
        steps = [entry for entry in self.case.history() if entry.kind == "step"]
        portal = [
            (self.case.name(entry.by) if entry.by else None, *map(entry.payload.get, ("transition", "before", "after")))
            for entry in steps
        ]
        assert [(step.by, step.transition, step.before, step.after) for step in self.sim.history] == portal
        assert self.sim.state == self.case.state
        rows = self.case.reads(
            lambda work, row: list(work.session.scalars(select(Mail).where(Mail.dossier_id == row.id)))
        )
        told = Counter((row.kind, self.case.name(row.person_id) if row.person_id else row.to) for row in rows)
        assert Counter((mail.kind, mail.to) for mail in self.sim.mails) == told

    def wait(self, target: datetime) -> None:
        """What is due until then, in both, each at its own moment."""
        while (moment := engine.next_moment(self.sim.case)) is not None and moment <= target:
            self._advance(max(moment, self.sim.now))
        self._advance(target)
        self.compare()

    def _advance(self, moment: datetime) -> None:
        self.case.now = moment
        self.case(None, waking.fire_timers)
        self.sim.advance(to=moment)

    @property
    def _taken_role(self) -> str:
        return next(role.id for role in self.workflow.roles.values() if role.one_person)

    # acts

    def step(self, who: str, transition: str, comment: str | None = None, **fields: Any) -> bool:
        version, sim = self.case.version, self.sim
        return self.both(
            who, moving.perform, transition, version, fields, comment,
            as_simulated=lambda: sim.do(transition, by=who, comment=comment, fields=fields),
        )  # fmt: skip

    def decide(self, who: str, decision: str, comment: str | None = "because") -> bool:
        simulated = lambda: self.sim.decide(decision, by=who, comment=comment)  # noqa: E731
        return self.both(who, deciding.decide, decision, comment, as_simulated=simulated)

    def sign(self, who: str) -> bool:
        signing = partial(deciding.sign, details=SignatureDetails(confirmed_name="Somebody"))
        return self.both(who, signing, "Somebody", True, as_simulated=lambda: self.sim.sign(by=who))

    def acknowledge(self, who: str) -> bool:
        return self.both(who, deciding.acknowledge, as_simulated=lambda: self.sim.acknowledge(by=who))

    def decline(self, who: str) -> bool:
        simulated = lambda: self.sim.decline(by=who, reason="because")  # noqa: E731
        return self.both(who, deciding.decline, "because", as_simulated=simulated)

    def add_version(self, who: str, number: int) -> bool:
        simulated = lambda: self.sim.document("contract", by=who)  # noqa: E731
        upload = paper(b"%%%d" % number)
        return self.both(who, documents.new_document_version, "contract", upload, as_simulated=simulated)

    def claim(self, who: str) -> bool:
        return self.both(who, assignment.claim, as_simulated=lambda: self.sim.claim(self._taken_role, by=who))

    def try_something(self, plan: Plan, chance: random.Random) -> None:
        words = ("step", "vote", "sign", "acknowledge", "decline", "document", "claim", "wait")
        what = chance.choices(words, (8, 6, 4, 4, 1, 1, 1, 1))[0]
        who = chance.choice(ACTORS)
        if what == "step":
            leaving = [step for step in plan.transitions if self.sim.state in step.sources] or plan.transitions
            chosen = chance.choice(leaving)
            fields = {"amount": chance.choice((3, 8, "many"))} if chosen.asks or chance.random() < 0.1 else {}
            self.step(who, chosen.id, chance.choice(("because", "because", None)), **fields)
        elif what == "vote":
            self.decide(who, chance.choice(("approve", "approve", "reject")), chance.choice(("because", None)))
        elif what == "sign":
            self.sign(who)
        elif what == "acknowledge":
            self.acknowledge(who)
        elif what == "decline":
            self.decline(who)
        elif what == "document":
            self.add_version(who, chance.randint(1, 9999))
        elif what == "claim":
            self.claim(who)
        else:
            self.wait(self.sim.now + timedelta(hours=chance.randint(1, 40)))


@settings(
    max_examples=6,
    phases=(Phase.generate,),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(plan=plans(), seed=st.integers(0, 10_000))
def test_whatever_people_try_both_agree(platform: Platform, people: People, plan: Plan, seed: int) -> None:
    """W15: refusals with their reasons, states, steps and mails of random workflows, act by act."""
    people.all()
    try:
        twins = Twins(opened(platform, people, plan))
    except PublishRefused:
        assume(False)
        raise
    twins.compare()
    chance = random.Random(seed)
    for _ in range(12):
        twins.try_something(plan, chance)


def test_a_deal_is_the_same_in_both_from_submission_to_signature(make_case: MakeCase) -> None:
    """W15: values by their schemas, votes, files, deadlines, and every mail, that of the submission included."""
    twins = Twins(make_case(with_paper=False))
    twins.compare()
    assert ("submission", "maya") in {(mail.kind, mail.to) for mail in twins.sim.mails}
    assert not twins.step("paul", "ask", risk="medium")
    assert not twins.step("maya", "ask", risk="low")
    assert not twins.step("paul", "watch", end_date="31/12/2026")
    assert twins.add_version("paul", 1)
    assert twins.step("paul", "ask", risk="low")
    assert not twins.decide("maya", "approve")
    assert twins.decide("cleo", "approve")
    twins.wait(MONDAY + timedelta(days=4))
    assert twins.decide("di", "approve")
    assert twins.decide("ines", "reject")


def test_a_restricted_dossier_is_for_its_own_people_in_both(make_case: MakeCase) -> None:
    """U11, W15: others are neither told of it nor may act on it."""
    twins = Twins(make_case(with_paper=False, confidentiality="restricted"), confidentiality="restricted")
    twins.compare()
    assert not twins.claim("ines")
