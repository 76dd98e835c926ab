"""The overview tab of a dossier: people, deadlines, developments, facts, dates, rounds and documents (P16, P17, D3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formengine.i18n import pick, say
from formengine.services.access.enforcement import demand, involvements, is_client_side, site_of
from formengine.services.case.repository import Casework, look
from formengine.services.case.timeline import Development, developments
from formengine.services.core.unit_of_work import Work
from formengine.services.dossiers.fact_text import expect_people, value_text
from formengine.services.dossiers.listing import mine
from formengine.services.dossiers.transitions import step_buttons
from formengine.services.people.lookup import known_people, named
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine.state_machine import compiled


@dataclass(frozen=True)
class Participants:
    """The people who have a part in a dossier: `title` is the part's name for the reader."""

    part: str
    title: str
    names: list[str]


@dataclass(frozen=True)
class DeadlineView:
    """A deadline; `of` names the child that it belongs to, and is empty for one of the dossier."""

    name: str
    due: datetime | None
    status: str
    of: str


@dataclass(frozen=True)
class Overview:
    """The overview in the reader's words: `facts` are (title, text), `dates` (title, moment)."""

    people: list[Participants]
    deadlines: list[DeadlineView]
    developments: list[Development]
    facts: list[tuple[str, str]]
    dates: list[tuple[str, datetime]]


def overview(work: Work, dossier: Dossier) -> Overview:
    """The overview of a dossier for the actor; NotFound for one that they may not read."""
    demand(work, "dossier.read", dossier)
    casework = look(work, dossier)
    known_people(work).expect_ids(person for person, _ in involvements(work.session, dossier))
    expect_people(work, casework.case.fields)
    return Overview(
        people=_participants(casework),
        deadlines=_deadlines(casework),
        developments=developments(work, dossier),
        facts=_fact_texts(casework),
        dates=_dates(work, dossier),
    )


def _participants(casework: Casework) -> list[Participants]:
    work, language = casework.work, casework.work.language
    names: dict[str, list[str]] = {}
    for person, part in involvements(work.session, casework.dossier):
        names.setdefault(part, []).append(named(work, person))
    team = site_of(work).teams.get(casework.dossier.team or "")
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


def _deadlines(casework: Casework) -> list[DeadlineView]:
    """The deadlines, which are the legal team's own: a client sees none of them."""
    if is_client_side(casework.work):
        return []
    views = []
    for deadline in casework.case.deadlines:
        rule = compiled(casework.workflow).deadlines.get(deadline.rule)
        name = pick(rule.name, casework.work.language) if rule else deadline.name
        of = f"{deadline.child[0]} {deadline.child[1]}" if deadline.child else ""
        views.append(DeadlineView(name, deadline.due, deadline.status, of))
    return views


def _fact_texts(casework: Casework) -> list[tuple[str, str]]:
    work, case = casework.work, casework.case
    texts = [
        (pick(schema.get("title") or name, work.language), value_text(work, case.fields[name], schema))
        for name, schema in casework.workflow.fields.items()
        if name in case.fields and (not is_client_side(work) or schema.get("client") == "sees")
    ]
    return [(title, text) for title, text in texts if text]


def facts(work: Work, dossier: Dossier) -> dict[str, Any]:
    """The facts that the actor may see: the answers, and the workflow's own fields over them."""
    casework = look(work, dossier)
    client = is_client_side(work)
    hidden = {name for name, schema in casework.workflow.fields.items() if client and schema.get("client") != "sees"}
    own = {name: value for name, value in casework.case.fields.items() if name not in hidden}
    return {**casework.case.answers, **own}


def _dates(work: Work, dossier: Dossier) -> list[tuple[str, datetime]]:
    language = work.language
    dates = [(say(language, "Opened"), dossier.opened_at), (say(language, "In this state since"), dossier.entered_at)]
    return [*dates, (say(language, "Ended"), dossier.ended_at)] if dossier.ended_at else dates


def answers_wanted(work: Work, limit: int = 20) -> list[Dossier]:
    """The client's own dossiers that wait for an answer of theirs: a step of theirs leads on, and does not end it."""
    if not is_client_side(work):
        return []
    waiting = [dossier for dossier in mine(work, limit) if dossier.state_category == "waiting"]
    return [dossier for dossier in waiting if _leads_on(look(work, dossier))]


def _leads_on(casework: Casework) -> bool:
    states, transitions = casework.workflow.states, casework.workflow.transitions
    steps = [transitions[button.id] for button in step_buttons(casework) if not button.confirm]
    return any(step.to not in states or states[step.to].category != "cancelled" for step in steps)
