"""A dossier as its reader sees it: state, people, dates, children, buttons, documents (P16, P17, P24, D3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from formengine.i18n import pick, say
from formengine.services.access.enforcement import demand, is_client_side, site_of
from formengine.services.approvals.round_views import RoundShown, Waiting, rounds, rounds_of, waiting_for
from formengine.services.case.repository import Casework, look
from formengine.services.case.timeline import Development, EntryShown, developments, history
from formengine.services.catalogue.request_types import form_of
from formengine.services.core.unit_of_work import Work
from formengine.services.dossiers.documents import document_title, versions
from formengine.services.dossiers.fact_text import value_text
from formengine.services.dossiers.listing import mine
from formengine.services.dossiers.transitions import buttons_of, may_open_child
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.files_and_notes import Attachment, DocumentVersion
from formengine.storage.models.people import Person
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.state_machine import compiled

__all__ = [
    "ChildShown", "Development", "EntryShown", "Overview", "RoundShown", "Waiting", "answers_html", "answers_wanted",
    "facts", "history", "overview", "rounds", "state_title", "waiting_for",
]  # fmt: skip


@dataclass(frozen=True)
class PersonOn:
    """A part that people have in a dossier: `title` is what the reader calls it."""

    part: str
    title: str
    names: list[str]


@dataclass(frozen=True)
class DeadlineShown:
    name: str
    due: datetime | None
    status: str
    of: str


@dataclass(frozen=True)
class Button:
    """A transition that the reader may take now."""

    id: str
    title: str
    confirm: bool


@dataclass(frozen=True)
class ChildShown:
    kind: str
    number: int
    title: str
    state: str
    state_title: str
    fields: list[tuple[str, str]]
    values: dict[str, Any]
    visible: bool
    buttons: list[Button]


@dataclass(frozen=True)
class DocumentShown:
    id: str
    title: str
    versions: list[DocumentVersion]


@dataclass(frozen=True)
class Overview:
    """Everything that a dossier's page shows on its overview, in the reader's words."""

    title_of_state: str
    category: str
    kind: str
    people: list[PersonOn]
    deadlines: list[DeadlineShown]
    developments: list[Development]
    facts: list[tuple[str, str]]
    dates: list[tuple[str, datetime]]
    buttons: list[Button]
    children: dict[str, list[ChildShown]]
    child_kinds: list[tuple[str, str, bool]]
    claimable: str | None
    rounds: list[RoundShown]
    documents: list[DocumentShown]


def overview(work: Work, dossier: Dossier) -> Overview:
    """A dossier whole, for its page and the API."""
    demand(work, "dossier.read", dossier)
    casework = look(work, dossier)
    state = casework.workflow.states[casework.case.state]
    return Overview(
        title_of_state=_title(work, state),
        category=state.category,
        kind=dossier.kind,
        people=_people(casework),
        deadlines=_deadlines(casework),
        developments=developments(work, dossier),
        facts=_facts(casework),
        dates=_dates(work, dossier),
        buttons=_buttons(casework),
        children=_children(casework),
        child_kinds=[
            (kind, pick(rule.title, work.language), may_open_child(casework, kind))
            for kind, rule in casework.workflow.children.items()
            if not is_client_side(work) or kind != "task"
        ],
        claimable=_claimable(casework),
        rounds=rounds_of(casework),
        documents=[
            DocumentShown(name, document_title(work, dossier, name), found)
            for name, found in versions(work, dossier).items()
        ],
    )


def state_title(work: Work, dossier: Dossier) -> str:
    """The state in the words of the reader: `client_sees` for clients."""
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    return _title(work, workflow.states[dossier.state])


def _title(work: Work, state: Any) -> str:
    return pick(state.client_sees if is_client_side(work) else state.title, work.language)


def _people(casework: Casework) -> list[PersonOn]:
    work, dossier = casework.work, casework.dossier
    language = work.language
    rows = work.session.execute(
        select(Involvement.part, Person.name)
        .join(Person, Person.id == Involvement.person_id)
        .where(Involvement.dossier_id == dossier.id)
        .order_by(Person.name)
    ).all()
    parts = {part: [name for found, name in rows if found == part] for part in dict.fromkeys(p for p, _ in rows)}
    team = site_of(work).teams.get(dossier.team or "")
    return [
        PersonOn("requester", say(language, "Requested by"), parts.get("requester", [])),
        PersonOn("requested_for", say(language, "Requested for"), parts.get("requested_for", [])),
        PersonOn("assignee", say(language, "Handled by"), parts.get("assignee", [])),
        PersonOn("team", say(language, "Team"), [pick(team.title, language)] if team else []),
        PersonOn("seat", say(language, "Approvers and signers"), parts.get("seat", [])),
        PersonOn("watcher", say(language, "Watchers"), parts.get("watcher", [])),
    ]


def _deadlines(casework: Casework) -> list[DeadlineShown]:
    """Deadlines of the legal team are its own; a client sees none of them."""
    if is_client_side(casework.work):
        return []
    found = []
    for one in casework.case.deadlines:
        rule = compiled(casework.workflow).deadlines.get(one.rule)
        name = pick(rule.name, casework.work.language) if rule else one.name
        of = f"{one.child[0]} {one.child[1]}" if one.child else ""
        found.append(DeadlineShown(name, one.due, one.status, of))
    return found


def _facts(casework: Casework) -> list[tuple[str, str]]:
    work, case = casework.work, casework.case
    found = []
    for name, schema in casework.workflow.fields.items():
        if name in case.fields and (not is_client_side(work) or schema.get("client") == "sees"):
            text = value_text(work, case.fields[name], schema)
            if text:
                found.append((pick(schema.get("title") or name, work.language), text))
    return found


def facts(work: Work, dossier: Dossier) -> dict[str, Any]:
    """The facts that the actor may see: the answers, and the workflow's own fields over them."""
    casework = look(work, dossier)
    client = is_client_side(work)
    hidden = {n for n, s in casework.workflow.fields.items() if client and s.get("client") != "sees"}
    own = {name: value for name, value in casework.case.fields.items() if name not in hidden}
    return {**casework.case.answers, **own}


def _dates(work: Work, dossier: Dossier) -> list[tuple[str, datetime]]:
    language = work.language
    found = [(say(language, "Opened"), dossier.opened_at), (say(language, "In this state since"), dossier.entered_at)]
    return [*found, (say(language, "Ended"), dossier.ended_at)] if dossier.ended_at else found


def _buttons(casework: Casework, child: Child | None = None) -> list[Button]:
    """Exactly the transitions that the reader may take now (W5)."""
    known: Mapping[str, Any] = (
        casework.workflow.transitions if child is None else casework.workflow.children[child.kind].transitions
    )
    language = casework.work.language
    return [
        Button(one, pick(known[one].title, language), known[one].confirm)
        for one, reasons in buttons_of(casework, child).items()
        if not reasons
    ]


def _children(casework: Casework) -> dict[str, list[ChildShown]]:
    work = casework.work
    found: dict[str, list[ChildShown]] = {}
    for child in casework.case.children:
        if is_client_side(work) and not child.visible_to_client:
            continue
        rule = casework.workflow.children[child.kind]
        fields = [
            (pick(rule.fields[name].get("title") or name, work.language), value_text(work, value, rule.fields[name]))
            for name, value in child.fields.items()
            if name in rule.fields
        ]
        name = str(child.fields.get("title") or pick(rule.title, work.language))
        shown = ChildShown(
            kind=child.kind,
            number=child.number,
            title=name,
            state=child.state,
            state_title=_title(work, rule.states[child.state]),
            fields=fields,
            values=dict(child.fields),
            visible=child.visible_to_client,
            buttons=_buttons(casework, child),
        )
        found.setdefault(child.kind, []).append(shown)
    return found


def _claimable(casework: Casework) -> str | None:
    """The role that the reader could take, when nobody has."""
    role = casework.workflow.team_role
    if role is None or role.id in casework.case.claims or casework.workflow.states[casework.case.state].ends:
        return None
    return role.id if casework.work.actor_id in casework.around.directory.team(role.source_name) else None


def answers_wanted(work: Work, limit: int = 20) -> list[Dossier]:
    """The client's own dossiers that wait for an answer of theirs: a step of theirs leads on, and does not end it."""
    if not is_client_side(work):
        return []
    waiting = [one for one in mine(work, limit) if one.state_category == "waiting"]
    return [one for one in waiting if _leads_on(look(work, one))]


def _leads_on(casework: Casework) -> bool:
    states, known = casework.workflow.states, casework.workflow.transitions
    found = [known[button.id] for button in _buttons(casework) if not button.confirm]
    return any(one.to not in states or states[one.to].category != "cancelled" for one in found)


def answers_html(work: Work, dossier: Dossier) -> Markup:
    """The answers as submitted, on the very form they were filled on (F14)."""
    demand(work, "dossier.read", dossier)
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    language = work.language
    form = form_of(work, request_type, language)

    rows = work.session.execute(select(Attachment.file_id, Attachment.id).where(Attachment.dossier_id == dossier.id))
    attached = dict(iter(rows))

    def link(file: dict[str, Any]) -> str | None:
        row = attached.get(str(file.get("id")))
        return f"/attachments/{row}" if row else None

    return Markup(
        form.summary(dossier.submission.answers, link=link, zone=work.zone)
    )  # the forms engine escapes every value
