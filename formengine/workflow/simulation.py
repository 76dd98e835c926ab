"""Simulation of a dossier in memory: the real engine with declared people, times and documents (W15)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec

from formengine.errors import Refused
from formengine.value_format import format_due
from formengine.workflow import simulated_drafts, simulated_portal
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine import case as cases
from formengine.workflow.engine import roles
from formengine.workflow.engine.calendar import DEFAULT, WorkingCalendar, calendars_of
from formengine.workflow.engine.case import Case, Effect, EngineContext, HistoryRecorded
from formengine.workflow.engine.document_effects import DraftDocument
from formengine.workflow.engine.execution import Execution, Facts
from formengine.workflow.engine.readers import sees
from formengine.workflow.engine.seat_changes import open_round_of
from formengine.workflow.simulated_directory import StaticDirectory
from formengine.workflow.simulated_drafts import Templates
from formengine.workflow.simulated_values import Child, Deadline, Mail, Seat, Step

if TYPE_CHECKING:
    from formengine.forms import Form

P = ParamSpec("P")
MAX_MOMENTS: Final = 10_000
"""How many moments `advance` stops at."""


class Simulation:
    """One dossier, run by the real engine in memory.

    `people` are person ids by role id, `team:ID`, `position:ID`, `manager_of:ROLE`, `head_of_department_of:ROLE`,
    `legal_admin` or `counsel`. `calendars` are the content of `calendars.yaml` (or calendar objects), with the portal's
    default under "". `documents` are those that exist at the start, besides those that templates make (`drafted`, with
    the condition of each). `now` is an aware datetime (ValueError otherwise).
    `may_not_collaborate` are accounts that may not approve, reject or sign; `kinds` are further field kinds (schemas by
    URI). Every action raises Refused with its reasons, and then changes nothing, as the portal does.
    """

    def __init__(
        self,
        workflow: Workflow,
        request: str,
        answers: Mapping[str, Any],
        people: Mapping[str, Sequence[str]],
        now: datetime,
        calendars: Mapping[str, Any] | None = None,
        documents: Iterable[str] = (),
        language: str = "en",
        may_not_collaborate: Collection[str] = (),
        kinds: Mapping[str, Any] | None = None,
        drafted: Templates | None = None,
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime, such as datetime(2026, 3, 2, 9, tzinfo=UTC)")
        self.workflow, self.now, self.language = workflow, now.astimezone(UTC), language
        self.directory = StaticDirectory(people, may_not_collaborate)
        self._people = self.directory.by_role(workflow)
        self._calendars = calendars_of(calendars or {})
        self._kinds = dict(kinds or {})
        self._forms: list[Form | None] = []
        self.mails: list[Mail] = []
        self.history: list[Step] = []
        self.effects: list[Effect] = []
        self.case = Case(
            reference="SIM-1",
            submitter=self._submitter(),
            request_type=request,
            answers=simulated_portal.complete_answers(workflow, request, answers, self.now, self._kinds),
            opened_at=self.now,
            state=workflow.starts_in,
            entered_at=self.now,
            documents=dict.fromkeys(documents, 1),
        )
        self.submissions: list[dict[str, Any]] = [dict(self.case.answers)]
        """The answers as they were sent, the newest last."""
        self._templates = dict(drafted or {})
        self._drafts = set(simulated_drafts.drafted_at_start(self._execution(), self._templates))
        self.case.documents |= dict.fromkeys(self._drafts, 1)
        self._run(engine.open_case)
        mails = simulated_portal.opening_mails(workflow, self.case, self._context(), self.directory)
        self.mails += [Mail(kind, person, self.now) for kind, person in mails]

    def _submitter(self) -> str:
        names = [role.id for role in self.workflow.roles.values() if role.source_kind == "submitter"]
        for name in (*names, "submitter", "requester"):
            if self.directory.people.get(name):
                return self.directory.people[name][0]
        return "requester"

    @property
    def state(self) -> str:
        """The id of the present state."""
        return self.case.state

    @property
    def version(self) -> int:
        """The version of the dossier, which each change increments."""
        return self.case.version

    @property
    def facts(self) -> dict[str, Any]:
        """The present facts by name: answers, and the workflow's own fields."""
        return dict(Facts(self.workflow, self.case))

    @property
    def seats(self) -> list[Seat]:
        """The open seats, those of the oldest round first."""
        return simulated_portal.shown_seats(self.workflow, self.case, self.directory)

    @property
    def deadlines(self) -> list[Deadline]:
        """The deadlines that have a due moment."""
        zone = self._zone()
        return [
            Deadline(d.name, d.due, d.status, format_due(d.due, d.last_day, self.language, zone))
            for d in self.case.deadlines
            if d.due is not None
        ]

    def _zone(self) -> str:
        """The zone of the workflow's calendar, else of the portal's."""
        calendar = self._calendars.get(self.workflow.calendar or "") or self._calendars.get("", DEFAULT)
        return str(calendar.zone) if isinstance(calendar, WorkingCalendar) else "UTC"

    @property
    def children(self) -> list[Child]:
        """The hearings, milestones and tasks."""
        return [Child(c.kind, c.number, c.state, dict(c.fields)) for c in self.case.children]

    def allowed(self, by: str, child: Child | tuple[str, int] | None = None) -> dict[str, list[str]]:
        """The transitions out of the current state by id, each with the reasons that refuse it now ([]: allowed)."""
        target = self._child(self.case, child)
        return simulated_portal.allowed(self.workflow, self.case, self._context(), self.directory, by, target)

    def people_of(self, role: str) -> list[str]:
        """The people of a role now: of one that one person has taken, this person alone."""
        return roles.people_of(self._execution(), role)

    def sees(self, person: str) -> bool:
        """Whether somebody reads the dossier when it is restricted (`sees`, `except`)."""
        return sees(self._execution(), person)

    def do(
        self,
        transition: str,
        by: str,
        comment: str | None = None,
        fields: Mapping[str, Any] | None = None,
        child: Child | tuple[str, int] | None = None,
    ) -> None:
        """Perform a transition; `child` is a child, or its kind and number. Raises KeyError for an unknown child.

        The step that sends corrected answers takes all of them, or some, in `fields`.
        """
        reopened = self.case.reopened
        if reopened is not None and reopened.step == transition and child is None:
            self._answer(transition, by, dict(fields or {}), comment)
            return
        self._require_fields(transition, by, dict(fields or {}), child)

        def perform(execution: Execution) -> None:
            child_of_copy = self._child(execution.case, child)
            engine.perform(execution, transition, by, dict(fields or {}), comment, child_of_copy)
            if hidden:
                raise Refused(hidden)

        target, context = self._child(self.case, child), self._context()
        hidden = simulated_portal.require_actor(self.workflow, self.case, context, self.directory, by, target)
        self._run(perform)

    def _require_reader(self, by: str | None) -> None:
        simulated_portal.require_reader(self.workflow, self.case, self._context(), self.directory, by)

    def _require_fields(
        self, transition: str, by: str, fields: Mapping[str, Any], child: Child | tuple[str, int] | None
    ) -> None:
        """Raise Refused for values that the form of an allowed step refuses; the engine refuses other steps."""
        if fields and self.allowed(by, child).get(transition) == []:
            target, context = self._child(self.case, child), self._context()
            refusals = simulated_portal.field_refusals(
                self.workflow, self.case, context, transition, fields, target, self._kinds
            )
            if not refusals and child is None and (form := self._form()) is not None:
                refusals = simulated_portal.form_refusals(form, Execution(self.workflow, self.case, context), fields)
            if refusals:
                raise Refused(refusals)

    def _form(self) -> Form | None:
        """The form of the request, compiled once."""
        if not self._forms:
            form = simulated_portal.whole_form(self.workflow, self.case.request_type, self.language, self._kinds)
            self._forms.append(form)
        return self._forms[0]

    def _answer(self, step: str, by: str, answers: dict[str, Any], comment: str | None) -> None:
        """Send corrected answers; those that are left out stay as they are. What was drafted is drafted anew."""
        judged = simulated_portal.corrected_answers(self._execution(), self._form(), answers, self._kinds)
        drafts = simulated_drafts.drafted_anew(self._execution(), judged.data, self._templates, self._drafts)
        self._run(simulated_drafts.answer, drafts, by, judged.data, step, comment, judged.opened)
        self.submissions.append(dict(self.case.answers))
        for document in drafts:
            self._draft(document)

    def claim(self, role: str, by: str) -> None:
        """Claim a role of one person; raises Refused to people outside its team, and while a colleague holds it."""
        self._require_reader(by)
        self._run(engine.claim, role, by)

    def release(self, by: str) -> None:
        """Release the roles that this person has claimed; raises Refused when there are none."""
        self._require_reader(by)
        self._run(engine.release, by)

    def assign(self, role: str, to: str, by: str) -> None:
        """Assign a role to a member of its team; raises Refused as `engine.claims.assign`."""
        self._require_reader(by)
        self._run(engine.assign, role, to, by)

    def document(self, document: str, by: str | None = None) -> None:
        """Add a new version of a document; Refused where `by` may not, as in the portal, and for one that the
        workflow and its request types do not have.
        """

        simulated_portal.require_document(self.workflow, document, self.language)

        def add(execution: Execution) -> None:
            if by is not None:
                engine.require_upload(execution, document, by)
            engine.document_changed(execution, document, by)

        self._require_reader(by)
        self._run(add)
        self._drafts.discard(document)

    def _draft(self, document: str) -> None:
        """Draft a document that is due, unless it came meanwhile."""
        if document in self.case.drafts_due:
            self._run(simulated_drafts.draft, document)
            self._drafts.add(document)

    def decide(
        self, decision: Any, by: str, comment: str | None = None, fields: Mapping[str, Any] | None = None
    ) -> None:
        """Decide `approve`, `reject` or `abstain`, in the oldest open round in which that person has a seat.

        `fields` are those that the round asks for with an approval.
        """
        simulated_portal.require_collaborator(self.directory, by, self.language)
        self._run(engine.decide, by, decision, comment, fields=fields)

    def abstain(self, by: str, comment: str | None = None) -> None:
        """Abstain, in the oldest open round in which that person has a seat."""
        simulated_portal.require_collaborator(self.directory, by, self.language)
        self._run(engine.decide, by, "abstain", comment)

    def sign(self, by: str) -> None:
        """Sign, in the oldest open round in which that person has a seat."""
        simulated_portal.require_collaborator(self.directory, by, self.language)
        self._run(engine.sign, by)

    def decline(self, by: str, reason: str = "") -> None:
        """Decline to sign."""
        simulated_portal.require_collaborator(self.directory, by, self.language)
        self._run(engine.decline, by, reason)

    def acknowledge(self, by: str, comment: str | None = None) -> None:
        """Acknowledge, in the oldest open round that asks this account or address for it; any account may."""
        self._run(engine.acknowledge, by, comment)

    def add_approver(self, person: str, step: int = 0, *, by: str, name: str | None = None) -> None:
        """Add a seat for a person, or an address with a name, to a step (from 0) of the open round."""
        self._require_reader(by)
        self._run(engine.add_approver, person, step, by, None, name)

    def remove_approver(self, person: str, by: str) -> None:
        """Remove the open seat of a person."""
        self._require_reader(by)
        self._run(engine.remove_approver, person, by)

    def correct_seat(self, person: str, by: str, name: str | None = None, email: str | None = None) -> None:
        """Correct the name or the e-mail address of a signer; `by` is in charge of the dossier."""
        self._run(engine.correct_seat, person, by, name, email)

    def replace_seat(self, person: str, to: str, by: str, name: str | None = None) -> None:
        """Put somebody else in the place of a signer or approver."""
        self._run(engine.replace_seat, person, to, by, name)

    def add_seat(self, person: str, by: str, name: str | None = None) -> None:
        """Ask one more person, or address, in the step that is asked now."""
        self._run(lambda execution: engine.add_seat(execution, open_round_of(execution), person, by, name))

    def forward(self, by: str, to: str, reason: str, name: str | None = None) -> None:
        """Ask that somebody else (an e-mail address or account) signs instead of `by`; Refused as the engine does."""
        self._run(lambda execution: engine.ask_to_forward(execution, None, to, by, reason, name))

    def confirm_forward(self, person: str, by: str) -> None:
        """Give the seat of a signer to the person whom the signer has named; `by` is in charge of the dossier."""
        self._run(engine.confirm_forward, person, by)

    def refuse_forward(self, person: str, by: str, comment: str | None = None) -> None:
        """Refuse a signer's request to forward, so that the signer keeps the seat; `by` is in charge."""
        self._run(engine.refuse_forward, person, by, comment)

    def remove_seat(self, person: str, by: str) -> None:
        """Remove the open seat of a person; raises Refused where nobody could decide without it."""
        self._run(engine.remove_seat, person, by)

    def add_copy(self, person: str, by: str) -> None:
        """Send somebody copies of the document to sign and of the signed one; `by` is in charge of the dossier."""
        self._run(lambda execution: engine.add_copy(execution, open_round_of(execution), person, by))

    def delegate(self, by: str, to: str, returns: bool = False) -> None:
        """Hand an open seat on to another person; with `returns` for an opinion, after which the seat comes back."""
        simulated_portal.require_collaborator(self.directory, by, self.language)
        self._run(engine.delegate, by, to, returns=returns)

    def open_child(self, kind: str, by: str | None = None, fields: Mapping[str, Any] | None = None) -> None:
        """Open a hearing, milestone or task with its fields; a client opens milestones (P26)."""
        self._require_reader(by)
        simulated_portal.require_child_kind(self.workflow, self.directory, kind, by, self.language)
        values = dict(fields or {})
        refusals = simulated_portal.child_field_refusals(self.workflow, kind, values, self.language, self._kinds)
        if refusals:
            raise Refused(refusals)
        self._run(engine.open_child, kind, by, values)

    def advance(self, to: datetime) -> None:
        """Advance the time: everything due until then fires, each at its own moment.

        Raises ValueError when `to` has no time zone, or lies in the past.
        """
        if to.tzinfo is None:
            raise ValueError("to must be an aware datetime, such as datetime(2026, 3, 2, 9, tzinfo=UTC)")
        target = to.astimezone(UTC)
        if target < self.now:
            raise ValueError("time only goes forward")
        for _ in range(MAX_MOMENTS):
            moment = engine.next_moment(self.case)
            if moment is None or moment > target:
                break
            self.now = max(self.now, moment)
            self._run(engine.fire_due)
        self.now = target

    def _context(self) -> EngineContext:
        people, restricted = self._people, simulated_portal.is_restricted(self.case)
        return EngineContext(
            self.now, self.directory, self._calendars, self.language, people=people, restricted=restricted,
            hidden_answers=lambda answers: simulated_portal.hidden_answers(self._form(), answers),
        )  # fmt: skip

    def _execution(self) -> Execution:
        return Execution(self.workflow, self.case, self._context())

    def _run(self, operation: Callable[Concatenate[Execution, P], object], *args: P.args, **values: P.kwargs) -> None:
        """Run an operation of the engine on a copy of the case, so that a refusal changes nothing."""
        case = deepcopy(self.case, {id(self.case.answers): self.case.answers})
        effects = engine.run(operation, self.workflow, case, self._context(), *args, **values)
        self.case = case
        vote_comment: str | None = None
        self._tell(effects)
        for effect in effects:
            if isinstance(effect, HistoryRecorded) and effect.kind in ("decided", "declined"):
                vote_comment = effect.comment
            self._record(effect, vote_comment)
        for drafted in (effect for effect in effects if isinstance(effect, DraftDocument)):
            self._draft(drafted.document)

    def _tell(self, effects: Iterable[Effect]) -> None:
        """Store the mails of an operation."""
        told = simulated_portal.mails_of(self.workflow, self.case, self._context(), effects)
        self.mails += [Mail(kind, person, self.now) for kind, person in told]

    def _record(self, effect: Effect, vote_comment: str | None) -> None:
        """Store an effect; a step that a vote led to has the comment of that vote."""
        self.effects.append(effect)
        if isinstance(effect, HistoryRecorded) and effect.kind == "step":
            voted = effect.transition in ("approved", "rejected", "declined")
            comment = vote_comment if voted and effect.comment is None else effect.comment
            before, after = effect.before or "", effect.after or ""
            self.history.append(Step(self.now, effect.by, effect.transition or "", before, after, comment))

    def _child(self, case: Case, child: Child | tuple[str, int] | None) -> cases.Child | None:
        if child is None:
            return None
        kind, number = (child.kind, child.number) if isinstance(child, Child) else child
        for candidate in case.children:
            if (candidate.kind, candidate.number) == (kind, number):
                return candidate
        raise KeyError(f"there is no {kind} number {number}")
