"""Mails about hearings and milestones: listed, moved, adjourned, completed, made visible to the client (N1, D8, D9).

They go to those who follow the dossier and see the child, but not to whoever did it, with dates in the reader's zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from formengine.i18n import pick
from formengine.services.access.enforcement import involvements
from formengine.services.case.fact_text import PEOPLE
from formengine.services.notifications.audience import ABOUT, CHILD
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.people.lookup import known_people
from formengine.value_format import format_value
from formengine.workflow.definition.site_roles import CLIENT_ROLES
from formengine.workflow.engine.case import Child, Effect, HistoryRecorded
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import takers_or_team

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

KINDS: Final = ("hearing", "milestone")
"""The kinds of children that have a mail of their own."""
FOLLOWERS: Final = ("requester", "requested_for", "watcher", "assignee")
"""The parts of the dossier's people who are told; approvers and signers are told of their decisions alone."""
_EVENTS: Final = {"child_opened": "added", "child_shown": "added", "child_changed": "changed", "child_step": "step"}
_AT: Final = {"hearing": "at", "milestone": "due"}
"""The field that says when it is."""


def tell_of_child(loaded: LoadedCase, effect: HistoryRecorded, effects: Sequence[Effect], entry: int) -> None:
    """Write the mails about what an entry of the history tells of a hearing or a milestone; none for other entries.

    A hearing that an adjournment opens has none of its own: that of the adjournment names its date.
    """
    kind = str(effect.data.get("kind"))
    if effect.kind not in _EVENTS or kind not in KINDS or _is_next(loaded, effect, effects):
        return
    child = _child(loaded, kind, effect.data.get("number"))
    people = _people(loaded, child, only_clients=effect.kind == "child_shown")
    successor = _opened_by(loaded, effect, effects)
    notify(
        loaded.work,
        kind,
        people,
        lambda to: _words(loaded, effect, child, successor, to),
        dossier=loaded.dossier,
        entry=entry,
    )


def _child(loaded: LoadedCase, kind: str, number: object) -> Child:
    return next(child for child in loaded.case.children if (child.kind, child.number) == (kind, number))


def _people(loaded: LoadedCase, child: Child, *, only_clients: bool) -> list[str]:
    """Those who follow the dossier, and its team until somebody has taken it; clients where they see the child."""
    work = loaded.work
    parts = involvements(work.session, loaded.dossier)
    team = takers_or_team(Execution(loaded.workflow, loaded.case, loaded.context))
    ids = sorted({*(person for person, part in parts if part in FOLLOWERS), *team} - {work.actor_id or ""})
    known_people(work).expect_ids(ids)
    people = [person for person in map(known_people(work).get, ids) if person is not None]
    told = [p for p in people if p.role in CLIENT_ROLES and child.visible_to_client]
    return [p.id for p in (told if only_clients else [*told, *(p for p in people if p.role not in CLIENT_ROLES)])]


def _starts_same(loaded: LoadedCase, effect: HistoryRecorded) -> bool:
    """Whether an entry is a step of a child that opens another one of its kind."""
    kind = loaded.workflow.children[str(effect.data.get("kind"))]
    transition = kind.transitions.get(effect.transition or "")
    return effect.kind == "child_step" and transition is not None and kind.id in transition.starts


def _is_next(loaded: LoadedCase, effect: HistoryRecorded, effects: Sequence[Effect]) -> bool:
    """Whether an entry is the opening of a child by a step of another one of its kind."""
    return effect.kind == "child_opened" and any(
        isinstance(other, HistoryRecorded)
        and other.data.get("kind") == effect.data.get("kind")
        and other.kind == "child_step"
        and _starts_same(loaded, other)
        for other in effects
    )


def _opened_by(loaded: LoadedCase, effect: HistoryRecorded, effects: Sequence[Effect]) -> Child | None:
    """The child of the same kind that a step has opened, such as the next hearing; None for any other entry."""
    if not _starts_same(loaded, effect):
        return None
    kind = str(effect.data["kind"])
    opened = [e for e in effects if isinstance(e, HistoryRecorded) and e.kind == "child_opened"]
    numbers = [e.data.get("number") for e in opened if e.data.get("kind") == kind]
    return _child(loaded, kind, numbers[-1]) if numbers else None


def _words(
    loaded: LoadedCase, effect: HistoryRecorded, child: Child, successor: Child | None, to: Recipient
) -> Mapping[str, object]:
    """The variables of the mail for one recipient: `event`, the fields as text, the address of the child's page."""
    person = known_people(loaded.work).get(to.person or "")
    is_client = person is not None and person.role in CLIENT_ROLES
    state = loaded.workflow.children[child.kind].states[child.state]
    event = child.state if effect.kind == "child_step" else _EVENTS[effect.kind]
    before = _texts(loaded, child.kind, effect.data.get("before") or {}, to)
    hidden = is_client and not child.visible_to_client
    page = f"{loaded.work.platform.settings.base_url.rstrip('/')}/dossiers/{loaded.dossier.reference}"
    shown_child = successor or child
    return {
        child.kind: _texts(loaded, child.kind, child.fields, to),
        "event": event,
        "state": pick(state.client_sees if is_client else state.title, to.language),
        "before": before.get(_AT[child.kind], ""),
        "next": _texts(loaded, child.kind, successor.fields, to) if successor else {},
        "listed": _texts(loaded, child.kind, shown_child.fields, to),
        "comment": "" if hidden else effect.comment or "",
        "for_client": is_client,
        "link": f"{page}/children/{shown_child.kind}/{shown_child.number}",
        ABOUT: CHILD,
        "calendar": f"{page}/hearings/{shown_child.number}.ics" if child.kind == "hearing" else "",
    }


def _texts(loaded: LoadedCase, kind: str, fields: Mapping[str, Any], to: Recipient) -> dict[str, str]:
    """Fields of a child as text in the reader's language and zone; files and people are left to the page."""
    schemas = loaded.workflow.children[kind].fields
    shown = {name: schemas[name] for name in fields if name in schemas and not _is_reference(schemas[name])}
    return {name: format_value(fields[name], to.language, to.zone, schema) for name, schema in shown.items()}


def _is_reference(schema: Mapping[str, Any]) -> bool:
    kind = str(schema.get("$ref", ""))
    return kind in PEOPLE or kind.startswith("formengine:file")
