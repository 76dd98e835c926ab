"""What happens next with a request that was sent: its way in the reader's words, and by when (P8, P11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from formengine.i18n import pick
from formengine.services.access.enforcement import current_site, is_client_side, require_permission
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.progress import deadline_name, is_promise, is_seen
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.diagram import ProgressStep, progress_line
from formengine.workflow.engine.case import Deadline
from formengine.workflow.engine.execution import Execution

OF_DOSSIER = "dossier"
"""What the ids of deadlines of a whole dossier begin with, in place of a state."""


@dataclass(frozen=True)
class ExpectedDate:
    """A moment by which something is expected; `last_day` is the date to whose end it lasts, None for an hour."""

    due: datetime
    last_day: str | None


@dataclass(frozen=True)
class NextSteps:
    """The expected way of a dossier: `line` from what it has passed to its result; `team` has it, "" for nobody yet.

    `next_by` is when its present state is to end, `result_by` when there is to be a result; None where the workflow
    sets no deadline. `limits` are the time limits that are set by a law, a court or a contract, by name, the first due
    first: they promise nothing.
    """

    line: list[ProgressStep]
    team: str
    next_by: ExpectedDate | None
    result_by: ExpectedDate | None
    limits: list[tuple[str, ExpectedDate]]


def next_steps(work: UnitOfWork, dossier: Dossier) -> NextSteps:
    """What happens next with a dossier, for the actor; raises NotFound for one that they may not read."""
    require_permission(work, "dossier.read", dossier)
    loaded = load(work, dossier)
    workflow, case = loaded.workflow, loaded.case
    holds = Execution(workflow, case, loaded.context).holds
    client = is_client_side(work)
    team = current_site(work).teams.get(dossier.team or "")
    return NextSteps(
        line=progress_line(workflow, case.state, case.left_states, work.language, client=client, holds=holds),
        team=pick(team.title, work.language) if team else "",
        next_by=_earliest(loaded, of_dossier=False),
        result_by=_earliest(loaded, of_dossier=True),
        limits=_limits(loaded),
    )


def _earliest(loaded: LoadedCase, *, of_dossier: bool) -> ExpectedDate | None:
    """The earliest deadline that runs, of the whole dossier or of its present state; none once there is a result."""
    state = loaded.workflow.states[loaded.case.state]
    if state.ends or state.category == "done":
        return None
    dates = [
        (deadline.due, deadline.last_day)
        for deadline in loaded.case.deadlines
        if deadline.due is not None and _runs(deadline) and is_promise(loaded, deadline)
        if (deadline.rule.partition(".")[0] == OF_DOSSIER) is of_dossier
    ]
    return ExpectedDate(*min(dates, key=itemgetter(0))) if dates else None


def _limits(loaded: LoadedCase) -> list[tuple[str, ExpectedDate]]:
    """The names and dates of the time limits that run and that the actor may be told of."""
    limits = [
        (deadline_name(loaded, deadline), ExpectedDate(deadline.due, deadline.last_day))
        for deadline in loaded.case.deadlines
        if deadline.due is not None and _runs(deadline)
        if not is_promise(loaded, deadline) and is_seen(loaded, deadline)
    ]
    return sorted(limits, key=lambda limit: limit[1].due)


def _runs(deadline: Deadline) -> bool:
    is_present = not (deadline.past or deadline.unused) and deadline.child is None
    return is_present and deadline.status == "running"
