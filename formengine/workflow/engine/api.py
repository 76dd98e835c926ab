"""The engine: what may be done on a case, and doing it.

Every function that changes something mutates the case and answers the effects, in order; when it raises Refused (with
every reason, in the language of `around`) the case is half changed and must be thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from formengine.errors import Refused
from formengine.i18n import Text
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import availability as asking
from formengine.workflow.engine import children, deadlines
from formengine.workflow.engine import claims as claiming
from formengine.workflow.engine import external_changes as closing
from formengine.workflow.engine import round_timers as round_moments
from formengine.workflow.engine import state_entry as moving
from formengine.workflow.engine import timers as moments
from formengine.workflow.engine import transitions as stepping
from formengine.workflow.engine import votes as voting
from formengine.workflow.engine.availability import Asked
from formengine.workflow.engine.case import Around, Case, Child, Effect, Seat
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.roles import people_of as _people_of
from formengine.workflow.engine.timers import next_moment
from formengine.workflow.engine.votes import Decision, seats_of

__all__ = ["Asked", "Decision", "next_moment", "seats_of"]


def _act(wf: Workflow, case: Case, around: Around, do: Callable[[Turn], object]) -> list[Effect]:
    """One call: act, bring deadlines and rounds in line with what came of it, count the version once."""
    turn = Turn(wf, case, around)
    do(turn)
    if case.rounds:
        voting.keep_apart(turn)
    deadlines.sync(turn)
    round_moments.schedule(turn)
    if turn.changed:
        case.version += 1
    return turn.effects


def open_case(wf: Workflow, case: Case, around: Around) -> list[Effect]:
    """Begin: the case stands in `starts_in`; its deadlines begin, its decision is taken. The version stays as it is."""

    def begin(turn: Turn) -> None:
        moving.arrive(turn)
        deadlines.sync(turn)
        turn.changed = False

    return _act(wf, case, around, begin)


def perform(
    wf: Workflow,
    case: Case,
    around: Around,
    transition: str,
    by: str,
    fields: Mapping[str, Any] | None = None,
    comment: str | None = None,
    child: Child | None = None,
) -> list[Effect]:
    """Take a transition, of the dossier or of a child."""
    return _act(wf, case, around, lambda turn: stepping.perform(turn, transition, by, fields or {}, comment, child))


def allowed(wf: Workflow, case: Case, around: Around, by: str, child: Child | None = None) -> dict[str, list[str]]:
    """The transitions out of the present state, each with the reasons against it now ([]: it may be taken)."""
    turn = Turn(wf, case, around, actor=by)
    return {one.id: asking.reasons(turn, one, by, child) for one in asking.leaving(turn, child)}


def asked(wf: Workflow, case: Case, around: Around, transition: str, child: Child | None = None) -> Asked:
    """What a transition out of the present state asks in its small form; Refused for any other."""
    turn = Turn(wf, case, around)
    return asking.asked_of(turn, asking.find_transition(turn, transition, child), child)


def claim(wf: Workflow, case: Case, around: Around, role: str, by: str) -> list[Effect]:
    return _act(wf, case, around, lambda turn: claiming.claim(turn, role, by))


def release(wf: Workflow, case: Case, around: Around, by: str, role: str | None = None) -> list[Effect]:
    return _act(wf, case, around, lambda turn: claiming.release(turn, by, role))


def assign(wf: Workflow, case: Case, around: Around, role: str, to: str, by: str) -> list[Effect]:
    return _act(wf, case, around, lambda turn: claiming.assign(turn, role, to, by))


def decide(
    wf: Workflow,
    case: Case,
    around: Around,
    by: str,
    decision: Decision,
    comment: str | None = None,
    seat: Seat | None = None,
) -> list[Effect]:
    return _act(wf, case, around, lambda turn: voting.decide(turn, by, decision, comment, seat))


def sign(
    wf: Workflow, case: Case, around: Around, by: str, evidence: dict[str, Any] | None = None, seat: Seat | None = None
) -> list[Effect]:
    return _act(wf, case, around, lambda turn: voting.sign(turn, by, evidence, seat))


def decline(wf: Workflow, case: Case, around: Around, by: str, reason: str, seat: Seat | None = None) -> list[Effect]:
    return _act(wf, case, around, lambda turn: voting.decline(turn, by, reason, seat))


def add_approver(wf: Workflow, case: Case, around: Around, person: str, step: int, by: str) -> list[Effect]:
    return _act(wf, case, around, lambda turn: voting.add_approver(turn, person, step, by))


def remove_approver(wf: Workflow, case: Case, around: Around, person: str, by: str) -> list[Effect]:
    return _act(wf, case, around, lambda turn: voting.remove_approver(turn, person, by))


def delegate(
    wf: Workflow, case: Case, around: Around, by: str, to: str, seat: Seat | None = None, returns: bool = False
) -> list[Effect]:
    return _act(wf, case, around, lambda turn: voting.delegate(turn, by, to, seat, returns=returns))


def document_changed(wf: Workflow, case: Case, around: Around, document: str, by: str | None) -> list[Effect]:
    """A new version of a document is there; counts it."""
    return _act(wf, case, around, lambda turn: voting.document_changed(turn, document, by))


def open_child(
    wf: Workflow,
    case: Case,
    around: Around,
    kind: str,
    by: str | None,
    fields: Mapping[str, Any],
    visible_to_client: bool = False,
) -> list[Effect]:
    return _act(wf, case, around, lambda turn: children.open_child(turn, kind, by, fields, visible_to_client))


def fire_due(wf: Workflow, case: Case, around: Around) -> list[Effect]:
    """Fire everything that is due at `around.now`, in the order in which it fell due."""
    return _act(wf, case, around, moments.fire_due)


def account_closed(wf: Workflow, case: Case, around: Around, person: str) -> list[Effect]:
    """An account has been closed: its open seats go on to others, or show that nobody can decide."""
    return _act(wf, case, around, lambda turn: closing.account_closed(turn, person))


def set_priority(wf: Workflow, case: Case, around: Around, priority: str, by: str | None) -> list[Effect]:
    return _act(wf, case, around, lambda turn: closing.set_priority(turn, priority, by))


def involved(wf: Workflow, case: Case, around: Around) -> dict[str, list[str]]:
    """People by the part they have: every role by its id, and `seat`: all who have or had one."""
    found = {role: people_of(wf, case, around, role) for role in wf.roles}
    return {**found, "seat": list(dict.fromkeys(seat.person for one in case.rounds for seat in one.seats))}


def people_of(wf: Workflow, case: Case, around: Around, role: str) -> list[str]:
    """The people of a role of the workflow, or of the site's `legal_admin` and `counsel`; nobody when a plugin that
    should name them fails: reading goes on, acting says so."""
    try:
        return _people_of(Turn(wf, case, around), role)
    except Refused:
        return []


def client_sees(wf: Workflow, case: Case) -> Text:
    """The present state in the client's words."""
    return wf.states[case.state].client_sees
