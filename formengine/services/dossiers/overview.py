"""The overview tab of a dossier: people, deadlines, developments, facts, dates, rounds and documents (P16, P17, D3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from formengine.i18n import pick, say
from formengine.markdown import to_html
from formengine.services.access.enforcement import (
    current_site,
    has_permission,
    involvements,
    is_client_side,
    require_permission,
)
from formengine.services.case.attachment_links import attachment_links
from formengine.services.case.developments import Development, developments
from formengine.services.case.fact_text import expect_people, fact_text
from formengine.services.case.repository import LoadedCase, expect_cases, load
from formengine.services.case.writer import fact_rows
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.answers import RequestSummary, request_summary
from formengine.services.dossiers.hearings import next_hearing
from formengine.services.dossiers.listing import DossierRow
from formengine.services.dossiers.progress import deadline_name
from formengine.services.dossiers.transitions import step_buttons
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.value_format import format_length
from formengine.workflow.engine.case import Deadline
from formengine.workflow.engine.children import identity_of
from formengine.workflow.engine.state_machine import compiled


@dataclass(frozen=True)
class Participants:
    """The people who have one part in a dossier; `title` is the part's name for the reader."""

    part: str
    title: str
    names: list[str]


@dataclass(frozen=True)
class ExtensionView:
    """One extension of a deadline: by how much, by whom, when it was due before, and the reason."""

    at: datetime
    by: str
    length: str
    due_before: datetime
    last_day_before: str | None
    comment: str | None


@dataclass(frozen=True)
class DeadlineView:
    """A deadline; `of` names the child that it belongs to, and is empty for a deadline of the dossier itself."""

    name: str
    due: datetime | None
    status: str
    of: str
    last_day: str | None = None
    """The date to whose end it lasts; None where it ends at an hour."""
    applies: bool = True
    """False where its conditions can no longer let it be missed."""
    extensions: tuple[ExtensionView, ...] = ()
    every: str = ""
    """How often it comes round, in the reader's words."""
    current: bool = True
    """Whether it still counts: running, paused or missed, and not of a state that the dossier has left."""


@dataclass(frozen=True)
class Paper:
    """A text that was written with a step, such as an answer, to read as a document; `internal` where the client does
    not see it.
    """

    name: str
    title: str
    html: Markup
    text: str
    """The same as Markdown."""
    by: str
    at: datetime
    internal: bool


@dataclass(frozen=True)
class Overview:
    """The overview of a dossier in the reader's language: `request` is what it is about, `papers` the texts that the
    legal team wrote, `facts` its other fields as (title, HTML), `dates` (title, moment).
    """

    request: RequestSummary
    papers: list[Paper]
    people: list[Participants]
    deadlines: list[DeadlineView]
    developments: list[Development]
    facts: list[tuple[str, Markup]]
    dates: list[tuple[str, datetime]]
    opened_by: tuple[str, str] | None = None
    """Reference and title of the dossier of which a step opened this one; "" where the reader may not see it."""

    @property
    def urgent_first(self) -> list[DeadlineView]:
        """The deadlines in the order in which a page lists them."""
        return sorted(self.deadlines, key=_urgency)


def overview(work: UnitOfWork, dossier: Dossier) -> Overview:
    """The overview of a dossier for the actor; raises NotFound for one that they may not read."""
    require_permission(work, "dossier.read", dossier)
    loaded = load(work, dossier)
    known_people(work).expect_ids(person for person, _part in involvements(work.session, dossier))
    extensions = (extension for deadline in loaded.case.deadlines for extension in deadline.extensions)
    known_people(work).expect_ids(extension["by"] for extension in extensions)
    expect_people(work, loaded.case.fields)
    return Overview(
        request=request_summary(work, dossier),
        papers=papers(work, dossier),
        people=_participants(loaded),
        deadlines=_deadlines(loaded),
        developments=developments(work, dossier),
        facts=_fact_texts(loaded),
        dates=_dates(loaded),
        opened_by=_opened_by(work, dossier),
    )


def _opened_by(work: UnitOfWork, dossier: Dossier) -> tuple[str, str] | None:
    parent = work.session.get(Dossier, dossier.parent_id) if dossier.parent_id is not None else None
    if parent is None:
        return None
    return (
        (parent.reference, title_in(parent, work.language))
        if has_permission(work, "dossier.read", parent)
        else ("", "")
    )


def _participants(loaded: LoadedCase) -> list[Participants]:
    work, language = loaded.work, loaded.work.language
    names: dict[str, list[str]] = {}
    for person, part in involvements(work.session, loaded.dossier):
        names.setdefault(part, []).append(person_name(work, person))
    team = current_site(work).teams.get(loaded.dossier.team or "")
    names["team"] = [pick(team.title, language)] if team else []
    titles = {
        "requester": say(language, "Requested by"),
        "requested_for": say(language, "Requested for"),
        "assignee": say(language, "Handled by"),
        "team": say(language, "Team"),
        "seat": say(language, "Approvers and signers"),
        "watcher": say(language, "Watchers"),
    }
    return [Participants(part, title, sorted(names.get(part, []))) for part, title in titles.items()]


def _child_named(loaded: LoadedCase, kind: str, number: int) -> str:
    """A child in the list of deadlines: the entry that it is for, else its kind and number."""
    name, fields = identity_of(loaded.workflow, kind) or "", loaded.workflow.children[kind].fields
    values = (child.fields.get(name) for child in loaded.case.children if (child.kind, child.number) == (kind, number))
    texts = (fact_text(loaded.work, value, fields.get(name)) for value in values)
    return next((text for text in texts if text), f"{kind} {number}")


def _deadlines(loaded: LoadedCase) -> list[DeadlineView]:
    """The deadlines, which are internal: a client sees none of them."""
    if is_client_side(loaded.work):
        return []
    views = []
    for deadline in _worth_showing(loaded):
        rule = compiled(loaded.workflow).deadlines.get(deadline.rule)
        name = deadline_name(loaded, deadline)
        of = _child_named(loaded, *deadline.child) if deadline.child else ""
        every = rule.every if rule else None
        views.append(
            DeadlineView(
                name,
                deadline.due,
                deadline.status,
                of,
                deadline.last_day,
                applies=not deadline.unused,
                extensions=tuple(_extension(loaded.work, extension) for extension in deadline.extensions),
                every=format_length(every.amount, every.unit, loaded.work.language) if every else "",
                current=_is_current(loaded, deadline),
            )
        )
    return views


def _is_current(loaded: LoadedCase, deadline: Deadline) -> bool:
    """Whether a deadline still counts; one of a state that the dossier has left is history, whatever became of it."""
    state = deadline.rule.partition(".")[0]
    is_left = deadline.child is None and state in loaded.workflow.states and state != loaded.case.state
    open_ = deadline.status in ("running", "paused", "missed")
    return open_ and not (is_left or deadline.past or deadline.unused or loaded.dossier.ended_at is not None)


def _urgency(view: DeadlineView) -> tuple[bool, bool, bool, float]:
    """What counts comes first, of that what is late, then what runs, each by the time when it is due."""
    due = view.due.timestamp() if view.due else float("inf")
    return not view.current, view.status != "missed", view.status == "paused", due


def _worth_showing(loaded: LoadedCase) -> list[Deadline]:
    """The deadlines; of one that has come round again, only the last time besides the present one."""
    rules, shown = compiled(loaded.workflow).deadlines, []
    seen: set[tuple[str, object]] = set()
    for deadline in reversed(loaded.case.deadlines):
        rule = rules.get(deadline.rule)
        if rule is not None and rule.every is not None and deadline.past:
            if (deadline.rule, deadline.child) in seen:
                continue
            seen.add((deadline.rule, deadline.child))
        shown.append(deadline)
    return shown[::-1]


def _extension(work: UnitOfWork, extension: Mapping[str, Any]) -> ExtensionView:
    before = extension["before"]
    return ExtensionView(
        at=datetime.fromisoformat(extension["at"]),
        by=person_name(work, extension["by"]),
        length=format_length(extension["amount"], extension["unit"], work.language),
        due_before=datetime.fromisoformat(before["due"]),
        last_day_before=before["last_day"],
        comment=extension["comment"],
    )


def papers(work: UnitOfWork, dossier: Dossier) -> list[Paper]:
    """The texts that the legal team has written into the workflow's fields, which are Markdown, for the actor.

    While a newer text waits for its approval, a client reads neither that one nor the one that it corrects.
    """
    loaded = load(work, dossier)
    values = loaded.case.settled_fields() if is_client_side(work) else loaded.case.fields
    shown = [field for field in _shown_fields(loaded) if is_prose(field[2])]
    rows = fact_rows(work, dossier) if shown else {}
    known_people(work).expect_ids(row.set_by for row in rows.values())
    return [
        Paper(
            name,
            title,
            Markup(to_html(str(rows[name].value), top=3)),  # sanitised  # nosec B704
            str(rows[name].value),
            person_name(work, rows[name].set_by),
            rows[name].set_at,
            internal=schema.get("client") != "sees",
        )
        for name, title, schema in shown
        if name in rows and rows[name].value == values[name]
    ]


def _shown_fields(loaded: LoadedCase) -> list[tuple[str, str, Mapping[str, Any]]]:
    """The workflow's fields with a value that the actor sees: name, title, schema.

    A client does not see what a step wrote that waits for its approval: it may be rejected, and is dropped then.
    """
    work, case = loaded.work, loaded.case
    client = is_client_side(work)
    values = case.settled_fields() if client else case.fields
    return [
        (name, pick(schema.get("title") or name, work.language), schema)
        for name, schema in loaded.workflow.fields.items()
        if values.get(name) not in (None, "", []) and (not client or schema.get("client") == "sees")
    ]


def is_prose(schema: Mapping[str, Any]) -> bool:
    """Whether a field is a text in paragraphs."""
    return str(schema.get("$ref", "")).endswith(("formengine:text", "formengine:markdown"))


def _fact_texts(loaded: LoadedCase) -> list[tuple[str, Markup]]:
    """The other fields, files with links."""
    work, fields = loaded.work, [field for field in _shown_fields(loaded) if not is_prose(field[2])]
    values = loaded.case.settled_fields() if is_client_side(work) else loaded.case.fields
    texts = [(title, _fact_html(work, loaded.dossier, values[name], schema)) for name, title, schema in fields]
    return [(title, text) for title, text in texts if text]


def _fact_html(work: UnitOfWork, dossier: Dossier, value: Any, schema: Mapping[str, Any]) -> Markup:
    if str(schema.get("$ref", "")).endswith(("formengine:file", "formengine:files")):
        links, files = attachment_links(work, dossier.id), value if isinstance(value, list) else [value]
        link = Markup('<a href="{}">{}</a>')
        return Markup("<br>").join(
            link.format(links.get(str(file.get("id")), f"/attachments/{file.get('id')}"), file.get("name", ""))
            for file in files
            if isinstance(file, Mapping)
        )
    return escape(fact_text(work, value, schema))


def facts(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
    """The facts that the actor may see: the answers, overridden by the workflow's own fields."""
    loaded = load(work, dossier)
    case, client = loaded.case, is_client_side(work)
    hidden = {name for name, schema in loaded.workflow.fields.items() if client and schema.get("client") != "sees"}
    values = {**case.answers, **(case.settled_fields() if client else case.fields)}
    return {name: value for name, value in values.items() if name not in hidden and name not in case.obsolete}


def _dates(loaded: LoadedCase) -> list[tuple[str, datetime]]:
    dossier, language = loaded.dossier, loaded.work.language
    opened = (say(language, "Opened"), dossier.opened_at)
    if dossier.ended_at is not None:
        return [opened, (say(language, "Ended"), dossier.ended_at)]
    since = (say(language, "In this state since"), dossier.entered_at)
    following = next_hearing(loaded)
    return [opened, since] if following is None else [(say(language, "Next hearing"), following), opened, since]


def dossiers_waiting_for_client(work: UnitOfWork, dossiers: Iterable[DossierRow]) -> list[Dossier]:
    """Those dossiers, of the actor's own, that wait for the client: the client can take a step that leads on and does
    not end the dossier.
    """
    waiting = [row.id for row in dossiers if row.state_category == "waiting"] if is_client_side(work) else []
    if not waiting:
        return []
    query = select(Dossier).where(Dossier.id.in_(waiting)).order_by(Dossier.opened_at.desc(), Dossier.id.desc())
    rows = work.session.scalars(query.options(joinedload(Dossier.submission))).all()
    expect_cases(work, rows)
    return [dossier for dossier in rows if _has_continuing_step(load(work, dossier))]


def _has_continuing_step(loaded: LoadedCase) -> bool:
    states, transitions = loaded.workflow.states, loaded.workflow.transitions
    steps = [transitions[button.id] for button in step_buttons(loaded) if not button.confirm]
    return any(step.to not in states or states[step.to].category != "cancelled" for step in steps)
