"""Where a dossier stands, for its reader: the line of progress, the picture, what is asked of them, who has it, what is
expected when (P17, D3, W16).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from markupsafe import Markup

from formengine.conditions.parser import Comparison
from formengine.i18n import pick, say
from formengine.services.access.enforcement import current_site, has_permission, is_client_side
from formengine.services.approvals.round_views import RoundView
from formengine.services.case.developments import Development
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.document_holders import US, holder_name
from formengine.services.dossiers.documents import DocumentView
from formengine.services.dossiers.header import DossierHeader
from formengine.services.dossiers.transitions import TransitionButton, transitions_of_case
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.diagram import Graph, ProgressStep, diagram_svg, graph_of, progress_line
from formengine.workflow.engine.case import Deadline
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.requester_steps import answering_steps, requester_roles
from formengine.workflow.engine.roles import people_of
from formengine.workflow.engine.state_machine import compiled

AskKind = Literal["approval", "signature", "acknowledgement", "answer", "document", "draft", "turn", "claim", "handle"]


@dataclass(frozen=True)
class Ask:
    """Something that is asked of the reader; `name` says what, `seat` is their seat where it is a round, `missing` are
    the titles of its documents without a version, before which nobody can decide, `steps` those of the steps that draft
    the document.
    """

    kind: AskKind
    name: str
    seat: int = 0
    missing: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    held: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The steps that only open children of a kind keep the reader from, by its title."""
    buttons: tuple[TransitionButton, ...] = ()
    """The steps by which an answer is given."""
    question: Development | None = None
    """What the answer is to: the step that led here, with its comment."""


@dataclass(frozen=True)
class Holder:
    """Who has the dossier now, and why: `what` is what they are asked for, "" for whoever handles it. The reader's own
    name says so.
    """

    what: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Expectation:
    """What is expected next, and when; `of_reader` says that it is expected of the reader, `is_promise` that it counts
    from the dossier's own way.
    """

    name: str
    due: datetime
    last_day: str | None
    late: bool
    of_reader: bool
    is_promise: bool


@dataclass(frozen=True)
class Progress:
    """Where a dossier stands, in the reader's words and language."""

    line: list[ProgressStep]
    graph: Graph
    picture: Markup
    asks: list[Ask]
    holders: list[Holder]
    expectation: Expectation | None

    @property
    def decision(self) -> Ask | None:
        """The first approval or signature that the reader can give now, to which the page offers to jump."""
        decisions = (ask for ask in self.asks if ask.kind in ("approval", "signature") and not ask.missing)
        return next(decisions, None)

    @property
    def asks_apart(self) -> bool:
        """Whether something is asked of the reader that no button at the top of the page does."""
        return any(ask.kind not in ("handle", "claim") for ask in self.asks)

    @property
    def other_holders(self) -> list[Holder]:
        """Who has it, but for a reader who has just read that they handle it."""
        handled = any(ask.kind == "handle" for ask in self.asks)
        return [holder for holder in self.holders if holder.what or not handled]

    @property
    def is_calm(self) -> bool:
        """Whether nothing is asked of the reader but to go on with a dossier that they handle."""
        return all(ask.kind == "handle" for ask in self.asks)


def progress(
    work: UnitOfWork,
    dossier: Dossier,
    header: DossierHeader,
    rounds: Sequence[RoundView],
    documents: Sequence[DocumentView] = (),
    developments: Sequence[Development] = (),
) -> Progress:
    """Where a dossier stands for the actor, who may read it; `header`, `rounds`, `documents` and `developments` (the
    newest first) are what its page shows of it.
    """
    loaded, client = load(work, dossier), is_client_side(work)
    workflow, case = loaded.workflow, loaded.case
    execution = Execution(workflow, case, loaded.context)
    graph = graph_of(workflow, work.language, client=client)
    asks = _asks(loaded, header, rounds, documents, developments)
    return Progress(
        line=progress_line(workflow, case.state, case.left_states, work.language, client=client, holds=execution.holds),
        graph=graph,
        picture=Markup(  # every text in it is escaped by `diagram_svg`  # nosec B704
            diagram_svg(graph, work.language, here=case.state, visited=case.left_states)
        ),
        asks=asks,
        holders=_holders(loaded, execution, rounds, documents),
        expectation=_expectation(loaded, execution, asks),
    )


def _asks(
    loaded: LoadedCase,
    header: DossierHeader,
    rounds: Sequence[RoundView],
    documents: Sequence[DocumentView],
    developments: Sequence[Development],
) -> list[Ask]:
    """What is asked of the actor: open seats, documents, an answer, to take the dossier or to go on with it."""
    work, dossier = loaded.work, loaded.dossier
    asks = _own_seats(loaded, rounds)
    own = [doc.title for doc in documents if doc.turn is not None and doc.turn.holder == work.actor_id]
    asks += [Ask("turn", ", ".join(own))] if own else []
    buttons = tuple(button for button in header.buttons if not button.confirm)
    leading_on = [button.title for button in buttons]
    if is_client_side(work):
        if header.category == "waiting" and leading_on:
            led_here = next((each for each in developments if each.state), None)
            question = led_here if led_here is not None and led_here.comment else None
            asks.append(Ask("answer", ", ".join(leading_on), buttons=buttons, question=question))
        return asks
    if header.awaited and dossier.assignee_id == work.actor_id:
        to_add = [document.title for document in header.awaited if not document.steps]
        asks += [Ask("document", ", ".join(to_add))] if to_add else []
        asks += [Ask("draft", doc.title, steps=doc.steps) for doc in header.awaited if doc.steps]
    if header.claimable and has_permission(work, "dossier.assign", dossier):
        asks.append(Ask("claim", ""))
    elif not asks and dossier.assignee_id == work.actor_id and leading_on and header.category != "waiting":
        asks.append(Ask("handle", "", held=_held_by_children(loaded)))
    return asks


def _held_by_children(loaded: LoadedCase) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The steps that only open children of a kind, such as a hearing, keep the actor from: (its title, steps)."""
    workflow = loaded.workflow
    held: dict[str, list[str]] = {}
    for id, reasons in transitions_of_case(loaded).items():
        rule = workflow.transitions[id]
        facts = rule.when.facts if isinstance(rule.when, Comparison) else ()
        kinds = [kind for kind in workflow.children if f"open_{kind}" in facts]
        if kinds and len(reasons) == 1:
            title = pick(workflow.children[kinds[0]].title, loaded.work.language)
            held.setdefault(title, []).append(pick(rule.title, loaded.work.language))
    return tuple((title, tuple(steps)) for title, steps in held.items())


def _own_seats(loaded: LoadedCase, rounds: Sequence[RoundView]) -> list[Ask]:
    """The open seats of the actor; of several in rounds of one name, each with its step or role."""
    own = [
        (view, seat)
        for view in rounds
        if view.status == "open" and not view.waiting.obstacles
        for seat in view.seats
        if seat.mine and seat.status == "open" and (view.kind == "acknowledgement" or _may_decide(loaded))
    ]
    names = Counter(view.name for view, _ in own)
    return [
        Ask(
            view.kind,  # type: ignore[arg-type]  # the kinds of rounds are kinds of asks
            f"{view.name} · {seat.name or seat.role}" if names[view.name] > 1 else view.name,
            seat.id,
            tuple(document.title for document in view.documents if document.version is None),
        )
        for view, seat in own
    ]


def _may_decide(loaded: LoadedCase) -> bool:
    return has_permission(loaded.work, "dossier.decide", loaded.dossier)


def _holders(
    loaded: LoadedCase, execution: Execution, rounds: Sequence[RoundView], documents: Sequence[DocumentView]
) -> list[Holder]:
    """Who has the dossier: those who are asked in its rounds, else whoever has a document, else the requester who is
    waited for, else who handles it.
    """
    work, dossier = loaded.work, loaded.dossier
    if dossier.ended_at is not None:
        return []
    asked = [_asked_in(loaded, view) for view in rounds if view.status == "open"]
    if asked:
        return asked
    elsewhere = [
        Holder(document.title, (_named(work, document.turn.holder, holder_name(work, document.turn.holder)),))
        for document in documents
        if document.turn is not None and document.turn.holder != US
    ]
    if elsewhere:
        return elsewhere
    awaited = _awaited_requesters(loaded, execution)
    if awaited:
        names = tuple(_named(work, person, person_name(work, person)) for person in awaited)
        return [Holder(say(work.language, "Answer of the requester"), names)]
    if dossier.assignee_id is not None:
        return [Holder("", (_named(work, dossier.assignee_id, person_name(work, dossier.assignee_id)),))]
    team = current_site(work).teams.get(dossier.team or "")
    title = pick(team.title, work.language) if team else say(work.language, "The legal team")
    return [Holder("", (title,))]


def _asked_in(loaded: LoadedCase, view: RoundView) -> Holder:
    """Who is asked in an open round; whoever may clean its document where that comes first."""
    work, assignee = loaded.work, loaded.dossier.assignee_id
    if view.waiting.obstacles:
        team = say(work.language, "The legal team")
        name = _named(work, assignee, person_name(work, assignee)) if assignee else team
        if loaded.case.drafts_due.intersection(view.document_ids):
            return Holder(say(work.language, "Draft for “{round}”", round=view.name), (name,))
        return Holder(say(work.language, "Clean version for “{round}”", round=view.name), (name,))
    seats = [seat for seat in view.seats if seat.status == "open"]
    return Holder(view.name, tuple(dict.fromkeys(_named(work, seat.person, seat.person_name) for seat in seats)))


def _named(work: UnitOfWork, person: str, name: str) -> str:
    """A name that says so where it is the reader's own."""
    return say(work.language, "{name} (you)", name=name) if person == work.actor_id else name


def _awaited_requesters(loaded: LoadedCase, execution: Execution) -> list[str]:
    """The requesters, where the dossier waits and nothing but their step leads on."""
    workflow, state = loaded.workflow, loaded.case.state
    own, leading_on = requester_roles(workflow), answering_steps(workflow, state)
    others = [step for step in workflow.leaving(state) if own.isdisjoint(step.who)]
    if not leading_on or others:
        return []
    people = [person for role in leading_on[0].who for person in people_of(execution, role)]
    known_people(loaded.work).expect_ids(people)
    return list(dict.fromkeys(people))


def _expectation(loaded: LoadedCase, execution: Execution, asks: Sequence[Ask]) -> Expectation | None:
    """The deadline that counts now: what is late before what runs, the earliest first; None where none is set.

    A client is told of promises without their names, which are the legal team's, and else of time limits whose dates
    they see, by name; not of those that run once there is a result, nor on any but the dossier itself.
    """
    work, client = loaded.work, is_client_side(loaded.work)
    if loaded.dossier.ended_at is not None:
        return None
    if client and loaded.workflow.states[loaded.case.state].category == "done":
        return None
    current = [deadline for deadline in loaded.case.deadlines if _counts(deadline) and is_seen(loaded, deadline)]
    if not current:
        return None
    first = min(current, key=lambda each: (client and not is_promise(loaded, each), each.status != "missed", each.due))
    rule = compiled(loaded.workflow).deadlines.get(first.rule)
    informed = {person for role in (rule.tell if rule else ()) for person in people_of(execution, role)}
    of_reader = bool(asks) if not client else work.actor_id in informed and any(ask.kind == "answer" for ask in asks)
    assert first.due is not None
    promise = is_promise(loaded, first)
    name = "" if client and promise else deadline_name(loaded, first)
    return Expectation(name, first.due, first.last_day, first.status == "missed", of_reader, promise)


def _counts(deadline: Deadline) -> bool:
    return (
        deadline.status in ("running", "missed")
        and deadline.due is not None
        and deadline.child is None
        and not (deadline.past or deadline.unused)
    )


def is_promise(loaded: LoadedCase, deadline: Deadline) -> bool:
    """Whether a deadline counts from the submission or the state; one of a date is set by law, court or contract."""
    rule = compiled(loaded.workflow).deadlines.get(deadline.rule)
    return rule is None or rule.of is None


def is_seen(loaded: LoadedCase, deadline: Deadline) -> bool:
    """Whether the actor may be told of a deadline: a client not of one of a field that only the team sees."""
    rule = compiled(loaded.workflow).deadlines.get(deadline.rule)
    if rule is None or rule.of is None or not is_client_side(loaded.work):
        return True
    fields = loaded.workflow.fields
    return all(fields[name].get("client") == "sees" for name in re.findall(r"\w+", rule.of) if name in fields)


def deadline_name(loaded: LoadedCase, deadline: Deadline) -> str:
    """The name of a deadline by its aim. One that its author did not name is called by its state, which it wants left:
    *End of “Legal review”*.
    """
    language = loaded.work.language
    rule = compiled(loaded.workflow).deadlines.get(deadline.rule)
    if rule is None:
        return deadline.name
    state = loaded.workflow.states.get(rule.id.partition(".")[0])
    if state is not None and rule.name == state.title:
        return say(language, "End of “{state}”", state=pick(state.title, language))
    return pick(rule.name, language)
