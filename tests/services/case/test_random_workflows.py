"""Random workflows run in rows by eight threads at once: in any order, the history explains the state (W11, T6)."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from formengine.authoring import Bundle
from formengine.errors import Invalid, NotFound, PublishRefused, Refused, Stale
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals.given_signatures import SignatureDetails
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import documents
from formengine.services.dossiers import timers as waking
from formengine.services.dossiers import transitions as moving
from formengine.services.intake.submissions import submit
from formengine.services.publishing import publications as publishing
from tests.services.case.test_concurrency import race
from tests.services.conftest import MONDAY, Case, paper
from tests.support.people import People
from tests.support.platforms import SITES, acting_on
from tests.workflow.random_workflows import plans
from tests.workflow.workflow_plans import TABLE, Plan

pytestmark = pytest.mark.site("casework")
BASE = Bundle.from_folder(SITES / "casework")
DECIDERS = ("bo", "di", "cleo", "ines", "paul")
TEAMS = {
    "requester": ("maya",),
    "drafter": ("paul", "ana"),
    "finance": ("bo", "di"),
    "board": DECIDERS[:3],
    "chief": ("ines",),
    "reviewer": ("bo", "di"),
    "adviser": ("ines",),
}


def opened(platform: Platform, people: People, plan: Plan) -> Case:
    """A dossier of a workflow that is published just now."""
    files = {**BASE.files, "workflows/deal/workflow.yaml": plan.yaml().encode()}
    files["config/lists/advisers.yaml"] = yaml.safe_dump(TABLE).encode()
    with acting_on(platform, people("sam")) as work:
        publishing.publish(work, Bundle(files))
    with acting_on(platform, people("maya"), now=MONDAY) as work:
        return Case(platform, people, submit(work, "deal", {"subject": "Chairs"}).dossier.reference)


def act(case: Case, plan: Plan, chance: random.Random) -> str:
    """Something that somebody tries; the word for what was done."""
    words = ("step", "vote", "sign", "acknowledge", "decline", "document", "wait")
    what = chance.choices(words, (6, 5, 3, 2, 1, 1, 1))[0]
    if what == "step":
        here = case.dossier
        one = chance.choice([t for t in plan.transitions if here.state in t.sources] or list(plan.transitions))
        fields = {"amount": chance.randint(0, 200)} if one.asks else {}
        who = chance.choice(TEAMS[chance.choice(one.who)])
        case(who, moving.perform, one.id, here.version, fields, "because")
    elif what == "vote":
        case(chance.choice(DECIDERS), deciding.decide, chance.choice(("approve", "approve", "reject")), "because")
    elif what == "sign":
        case(
            chance.choice(DECIDERS),
            deciding.sign,
            "Somebody",
            True,
            details=SignatureDetails(confirmed_name="Somebody"),
        )
    elif what == "acknowledge":
        case(chance.choice((*DECIDERS, "maya", "ana")), deciding.acknowledge)
    elif what == "decline":
        case(chance.choice(DECIDERS), deciding.decline, "because")
    elif what == "document":
        case("paul", documents.new_document_version, "contract", paper(b"%%%d" % chance.randint(1, 9)))
    else:
        later = Case(case.platform, case.people, case.reference, case.now + timedelta(hours=chance.randint(1, 40)))
        later(None, lambda work, reference: waking.fire_timers(work, reference))
    return what


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(plan=plans(), seed=st.integers(0, 10_000))
def test_whatever_eight_threads_try_the_history_explains_it(
    platform: Platform, people: People, plan: Plan, seed: int
) -> None:
    """W11, W7, W8, T6: no illegal step, no lost vote, no vote twice, every chain whole."""
    people.all()
    try:
        case = opened(platform, people, plan)
    except PublishRefused:
        assume(False)
        raise

    def run(number: int) -> Counter[str]:
        chance, done = random.Random(seed * 8 + number), Counter[str]()
        for _ in range(6):
            try:
                done[act(case, plan, chance)] += 1
            except (Refused, Stale, Invalid, NotFound):
                done["refused"] += 1
        return done

    done = sum(race(run), Counter[str]())
    explain(case, plan, done)


def explain(case: Case, plan: Plan, done: Counter[str]) -> None:
    entries, kinds = case.history(), Counter(case.kinds())
    assert case.whole()
    state, ids = plan.states[0].id, {one.id: one for one in plan.transitions}
    taken = 0
    for entry in [e for e in entries if e.kind == "step"]:
        step: dict[str, Any] = entry.payload
        assert step["before"] == state
        if step["transition"] in ids:
            taken += 1
            one = ids[step["transition"]]
            assert state in one.sources
            assert case.name(entry.by or "") in {name for role in one.who for name in TEAMS[role]}
        state = step["after"]
    assert state == case.state
    assert taken == done["step"]
    assert (kinds["decided"], kinds["signed"], kinds["declined"]) == (done["vote"], done["sign"], done["decline"])
    assert kinds["acknowledged"] == done["acknowledge"]
    versions = [e.payload["version"] for e in entries if "version" in e.payload]
    assert versions == sorted(versions)
    assert versions[-1] <= case.version
    voted = Counter(
        (e.payload["data"]["number"], e.payload["data"]["step"], e.by) for e in entries if e.kind == "decided"
    )
    if all(one.rejection != "returns_one_step" for one in plan.rounds.values()) and len(plan.rounds) == 1:
        assert all(count == 1 for count in voted.values())
