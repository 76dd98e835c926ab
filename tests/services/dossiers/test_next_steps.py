"""What happens next with a request: its expected way, and the dates that its workflow promises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from formengine.errors import NotFound
from formengine.services.dossiers.next_steps import ExpectedDate, NextSteps, next_steps
from formengine.services.files.uploads import file_value, store_upload
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from tests.services.conftest import paper
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, DISPUTE, NDA

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def database_kind() -> str:
    """No SQL of its own; SQLite is enough."""
    return "sqlite"


@pytest.fixture
def sent(acting: Acting, people: People) -> Any:
    """`sent("nda", NDA)`: what happens next, for Maya, with what she sent on a Monday."""

    def send(type_id: str, answers: dict[str, Any], language: str = "en") -> NextSteps:
        people.several("paul", "ana", "ines", "nora")
        with acting(people("maya"), now=MONDAY) as work:
            dossier = submit(work, type_id, answers, accept_notice=True).dossier
        with acting(people("maya"), now=MONDAY, language=language) as work:
            return next_steps(work, work.session.get_one(Dossier, dossier.id))

    return send


def titles(steps: NextSteps) -> list[str]:
    return [step.title for step in steps.line]


def test_the_way_depends_on_the_answers(sent: Any) -> None:
    """P8: the states of this very route, in the words for clients."""
    reviewed, signed_at_once = sent("nda", {**NDA, "personal_data": True}), sent("nda", {**NDA, "personal_data": False})
    assert titles(reviewed) == [
        "With the legal team", "Waiting for internal approval", "Waiting for signatures", "Signed",
    ]  # fmt: skip
    assert [step.status for step in reviewed.line] == ["here", "next", "next", "next"]
    assert titles(signed_at_once) == ["Waiting for signatures", "Signed"]
    assert "Chez l’équipe juridique" in titles(sent("nda", {**NDA, "personal_data": True}, language="fr"))


def test_when_an_answer_is_expected(sent: Any) -> None:
    """P8: by the deadlines of the state, and of the whole dossier, in working time."""
    steps = sent("nda", {**NDA, "personal_data": True})
    tuesday, in_two_weeks = datetime(2026, 3, 3, 9, 0, tzinfo=UTC), datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
    assert (steps.next_by, steps.result_by) == (ExpectedDate(tuesday, None), ExpectedDate(in_two_weeks, None))
    advice = sent("legal_advice", ADVICE)
    assert (advice.next_by, advice.result_by, advice.team) == (ExpectedDate(tuesday, None), None, "Advice desk")


def test_a_time_limit_is_named_and_promises_nothing(acting: Acting, people: People) -> None:
    """P8, W18: the day by which the other side is to be answered is no day of a result."""
    people.several("lena", "ines", "bo")
    maya, last_day = people("maya"), DISPUTE["response_deadline"]
    with acting(maya) as work:
        notice = file_value(store_upload(work, paper()))
        answers = {**DISPUTE, "document_received": notice, "custodians": [maya.id]}
        steps = next_steps(work, submit(work, "litigation_notice", answers, accept_notice=True).dossier)
    assert steps.result_by is None
    assert [(name, limit.last_day) for name, limit in steps.limits] == [("Answer to the other side", last_day)]


def test_somebody_elses_request_is_not_there(acting: Acting, people: People) -> None:
    people("paul")
    with acting(people("maya")) as work:
        dossier = submit(work, "legal_advice", ADVICE).dossier
    with acting(people.add("other@elsewhere.test")) as work, pytest.raises(NotFound):
        next_steps(work, work.session.get_one(Dossier, dossier.id))
