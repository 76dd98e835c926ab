"""The history as sentences in the reader's language, limited to what the reader may see (P17)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import bindparam, select

from formengine.i18n import pick, say
from formengine.services.access.enforcement import is_client_side, require_permission
from formengine.services.case.child_names import CHILD_KINDS, ChildNames, child_names
from formengine.services.case.outside_names import expect_contacts
from formengine.services.case.timeline_sentences import (
    AUTOMATIC_TITLES,
    MOVED_FOR_CLIENT,
    MOVED_TO_STATE,
    SENTENCES,
    TOLD_TO_CLIENT,
)
from formengine.services.core.audit_log import ERASED_PAYLOAD, way_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.base import LARGEST_INTEGER
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.value_format import format_due, format_length, format_value, title_of_id
from formengine.workflow.definition.model import State, Transition, Workflow
from formengine.workflow.definition.site_roles import CLIENT_ROLES
from formengine.workflow.engine.document_titles import title_of_document
from formengine.workflow.engine.state_machine import compiled

CLIENT_KINDS: Final = ("signed", "declined", "decided", "acknowledged")
_NO_NAMES: Final[ChildNames] = {}
_FILE_KINDS: Final = ("attached", "attachment_version", "document", "handed_over", "version_shared", "version_hidden")
_PERSON_NAMES: Final = ("to", "person", "late")

_HISTORY: Final = HistoryEntry.__table__.c
_ENTRIES: Final = (
    select(*_HISTORY)
    .where(_HISTORY.dossier_id == bindparam("dossier"), _HISTORY.number > bindparam("after"))
    .order_by(_HISTORY.number)
)
_NEWEST_ENTRIES: Final = (
    select(*_HISTORY)
    .where(_HISTORY.dossier_id == bindparam("dossier"), _HISTORY.number < bindparam("after"))
    .order_by(_HISTORY.number.desc())
)
_OF_CHILDREN: Final = (
    select(*_HISTORY)
    .where(_HISTORY.dossier_id == bindparam("dossier"), _HISTORY.kind.in_(CHILD_KINDS))
    .order_by(_HISTORY.number)
)


@dataclass(frozen=True)
class TimelineEntry:
    """An entry of the history; `text` is a sentence, `before` and `after` are states in the reader's words.

    `told` is the sentence with whoever did it, where the workflow words it so (`done`): *Paul Whitby asked for
    information*; "" otherwise.
    """

    number: int
    at: datetime
    by: str
    by_id: str | None
    kind: str
    text: str
    transition: str | None
    before: str | None
    after: str | None
    comment: str | None
    states: tuple[str | None, str | None]
    """The ids of the states that it led from and to."""
    via: str
    """How it came about: page, api, mcp (an assistant), link (somebody without an account), or engine."""
    told: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    """Of a child that was changed: the title of each field, its text before, and after."""
    page: str = ""
    """Where to read what it is about, from the address of the dossier on: of a note, or a file; "" otherwise."""
    names_state: bool = False
    """Whether `text` names the state `after`."""
    for_client: bool = True
    """Whether clients who read the dossier see it in the history."""


def visible_history(
    work: UnitOfWork,
    dossier: Dossier,
    after: int = 0,
    limit: int = 100,
    kinds: Collection[str] | None = None,
    *,
    newest_first: bool = False,
) -> list[TimelineEntry]:
    """The entries that the actor may see, of some `kinds` or of all, the oldest first unless `newest_first`; `after` is
    the number of the last entry that was shown already, 0 for none.
    """
    require_permission(work, "dossier.read", dossier)
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    start = after or LARGEST_INTEGER if newest_first else after
    query = _NEWEST_ENTRIES if newest_first else _ENTRIES
    rows: Iterable[Any] = work.session.execute(query, {"dossier": dossier.id, "after": start})
    asked = (entry for entry in rows if kinds is None or entry.kind in kinds)
    entries = list(islice((entry for entry in asked if is_for_reader(work, workflow, entry)), limit))
    expect_people_of(work, dossier, entries)
    names = child_names(work, workflow, dossier, entries)
    return [describe_entry(work, workflow, entry, names) for entry in entries]


def history_of_child(work: UnitOfWork, dossier: Dossier, kind: str, number: int) -> list[TimelineEntry]:
    """What happened to a child, as far as the actor may see it, the oldest first."""
    require_permission(work, "dossier.read", dossier)
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    rows: Iterable[Any] = work.session.execute(_OF_CHILDREN, {"dossier": dossier.id})
    entries = [
        entry
        for entry in rows
        if (data := entry.payload.get("data", {})).get("kind") == kind and data.get("number") == number
        if is_for_reader(work, workflow, entry)
    ]
    expect_people_of(work, dossier, entries)
    names = child_names(work, workflow, dossier, entries)
    return [describe_entry(work, workflow, entry, names) for entry in entries]


def expect_people_of(work: UnitOfWork, dossier: Dossier, entries: Iterable[HistoryEntry]) -> None:
    """Announce the people whom the entries name, so that they are read in one statement; those outside, too."""
    for entry in entries:
        data = {**entry.payload, **entry.payload.get("data", {})}
        people = [*(data.get(name) for name in _PERSON_NAMES), *data.get("people", ())]
        named = [entry.by, entry.on_behalf_of, *people]
        known_people(work).expect_ids(named)
        if any("@" in str(person) for person in named):
            expect_contacts(work, dossier)


def changes_for_client(workflow: Workflow, entry: HistoryEntry) -> bool:
    """Whether a step changes the state as the client sees it."""
    before, after = (_state(workflow, entry.payload.get(name)) for name in ("before", "after"))
    return after is not None and (before is None or before.client_sees != after.client_sees)


def _state(workflow: Workflow, name: object) -> State | None:
    return workflow.states.get(str(name)) if name else None


def is_for_reader(work: UnitOfWork, workflow: Workflow, entry: HistoryEntry) -> bool:
    """Whether the actor may see an entry: a client does not see what is internal to the legal team."""
    return not is_client_side(work) or is_for_client(workflow, entry)


def is_for_client(workflow: Workflow, entry: HistoryEntry) -> bool:
    """Whether clients who read the dossier see an entry in its history."""
    if entry.visible_to_client or entry.kind in CLIENT_KINDS:
        return True
    return entry.kind == "step" and changes_for_client(workflow, entry)


def _round_is_open_to_client(workflow: Workflow, entry: HistoryEntry) -> bool:
    """Whether an entry is a vote of a round whose comments the workflow shows to the client."""
    rule = workflow.approvals.get(entry.payload.get("data", {}).get("rule"))
    return entry.kind == "decided" and rule is not None and rule.visible_to_client


def describe_entry(
    work: UnitOfWork, workflow: Workflow, entry: HistoryEntry, names: ChildNames = _NO_NAMES
) -> TimelineEntry:
    """An entry as a sentence for the reader, with the names of the children that it is about. A client sees a comment
    only on an entry that is visible to clients, or their own.
    """
    payload: Mapping[str, Any] = entry.payload
    shown = entry.visible_to_client or _round_is_open_to_client(workflow, entry)
    may_read = not is_client_side(work) or shown or entry.by == work.actor_id
    comment = payload.get("comment") if may_read else None
    by, done = _actor_name(work, entry), _done(work, workflow, entry)
    return TimelineEntry(
        number=entry.number,
        at=_moment(entry),
        by=by,
        by_id=entry.by,
        kind=entry.kind,
        text=_text(work, workflow, entry, names),
        transition=payload.get("transition"),
        before=_state_title(work, workflow, entry, "before"),
        after=_state_title(work, workflow, entry, "after"),
        comment=comment,
        states=(payload.get("before"), payload.get("after")) if entry.kind == "step" else (None, None),
        via=way_in(entry.by, payload),
        told=f"{by} {done}" if by and done else "",
        changes=tuple(_changes(work, workflow, payload.get("data", {}))) if entry.kind == "child_changed" else (),
        page=_page(entry),
        names_state=_names_state(work, workflow, entry),
        for_client=is_for_client(workflow, entry),
    )


def _page(entry: HistoryEntry) -> str:
    if entry.kind == "note" and "note" in entry.payload:
        return f"?tab=notes#note-{entry.payload['note']}"
    return "?tab=attachments" if entry.kind in _FILE_KINDS else ""


def _done(work: UnitOfWork, workflow: Workflow, entry: HistoryEntry) -> str:
    """What somebody did with a step of the dossier, in the past tense: the workflow's `done`, or that they completed
    the step with its title, which reads like an order by itself; "" for other entries.
    """
    definition = workflow.transitions.get(str(entry.payload.get("transition"))) if entry.kind == "step" else None
    if definition is None:
        return ""
    title = pick(definition.title, work.language)
    return pick(definition.done, work.language) or say(work.language, "completed the step “{title}”", title=title)


def _changes(work: UnitOfWork, workflow: Workflow, data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The fields of a child that an entry says were changed."""
    kind = workflow.children.get(str(data.get("kind")))
    for name, value in data.get("fields", {}).items():
        schema = kind.fields.get(name, {}) if kind else {}
        title = pick(schema.get("title") or title_of_id(name), work.language)
        before, after = (format_value(v, work.language, work.zone, schema) for v in (data["before"].get(name), value))
        yield title, before, after


def _moment(entry: HistoryEntry) -> datetime:
    """When it happened: what happened to the parts of a request was recorded when it became a dossier (F20)."""
    return datetime.fromisoformat(entry.payload["at"]) if entry.kind == "part" and "at" in entry.payload else entry.at


def event_text(work: UnitOfWork, event: Mapping[str, Any]) -> str:
    """What happened to a request whose parts are being filled in, as a sentence (F20)."""
    people = ", ".join(person_name(work, person) for person in event.get("people", ()))
    return say(
        work.language, SENTENCES[f"part {event['what']}"], title=pick(event.get("title"), work.language), people=people
    )


def _actor_name(work: UnitOfWork, entry: HistoryEntry) -> str:
    """The author of an entry, and on whose behalf they acted (U10)."""
    by = person_name(work, entry.by)
    if entry.on_behalf_of is None:
        return by
    return say(work.language, "{person} for {other}", person=by, other=person_name(work, entry.on_behalf_of))


def _state_title(work: UnitOfWork, workflow: Workflow, entry: HistoryEntry, name: str) -> str | None:
    value = entry.payload.get(name)
    if value is None or entry.kind != "step":
        return None
    state = _state(workflow, value)
    if state is None:  # the workflow had it once
        return title_of_id(str(value))
    return pick(state.client_sees if is_client_side(work) else state.title, work.language)


def _text(work: UnitOfWork, workflow: Workflow, entry: HistoryEntry, names: ChildNames) -> str:
    transition = entry.payload.get("transition")
    if entry.payload == ERASED_PAYLOAD:
        return say(work.language, "Entry whose content was erased")
    if entry.kind == "step":
        definition = workflow.transitions.get(str(transition))
        if definition is not None:
            return _capitalised(_step_text(work, definition))
        state = _state(workflow, entry.payload.get("before"))
        if transition == "expired" and state is not None and state.acknowledgement and not state.signatures:
            transition = "expired acknowledgement"
        return _automatic_text(work, str(transition), entry.payload.get("data", {}), _new_state(work, workflow, entry))
    data = {**entry.payload, **entry.payload.get("data", {})}
    variants = [data.get(name) for name in ("decision", "status", "round_kind")]
    variants += ["several"] if "documents" in data else ["frozen"] if data.get("frozen") else []
    if entry.kind == "handed_over" and _names_team_to_client(work, data):
        variants = ["us"]
    keys = (*(f"{entry.kind} {variant}" for variant in variants), entry.kind)
    sentence = next((SENTENCES[key] for key in keys if key in SENTENCES), None)
    if sentence is None:
        return title_of_id(entry.kind)
    values = _values(work, workflow, data)
    if entry.kind == "seat_corrected" or values["person"] == values["to"]:  # what was corrected is the address
        values |= {name: data[name] for name in ("person", "to") if "@" in str(data.get(name))}
    name = (
        names.get((str(data.get("kind")), data["number"])) if entry.kind in CHILD_KINDS and "number" in data else None
    )
    name = name or _moment_of_opened(work, workflow, entry.kind, data)
    if name:
        values["number"] = f"{values['number']} – {name}"
    return say(work.language, sentence, **values)


def _moment_of_opened(work: UnitOfWork, workflow: Workflow, kind: str, data: Mapping[str, Any]) -> str:
    """When a child was to take place, as it was listed: a hearing has no title by which to tell it from others."""
    rule, at = workflow.children.get(str(data.get("kind"))), data.get("fields", {}).get("at")
    if kind != "child_opened" or rule is None or at is None:
        return ""
    return format_value(at, work.language, work.zone, rule.fields.get("at"))


def _step_text(work: UnitOfWork, step: Transition) -> str:
    """What has happened, without who did it: the workflow's `done`, or that the step with its title was completed."""
    title = pick(step.title, work.language)
    return pick(step.done, work.language) or say(work.language, "step “{title}” completed", title=title)


def _names_team_to_client(work: UnitOfWork, data: Mapping[str, Any]) -> bool:
    """Whether an entry would name somebody of the legal team to a client, who reads *the legal team* instead."""
    person = known_people(work).get(str(data["person"])) if data.get("person") and is_client_side(work) else None
    return person is not None and person.role not in CLIENT_ROLES


def _new_state(work: UnitOfWork, workflow: Workflow, entry: HistoryEntry) -> str:
    """The title of the state that a step led to, "" where it stayed in one that the reader calls the same."""
    before, after = (_state_title(work, workflow, entry, name) for name in ("before", "after"))
    return after if after and after != before else ""


def _is_told_as_move(work: UnitOfWork, transition: str) -> bool:
    """Whether the actor reads of a step that nobody took only to which state it led."""
    return is_client_side(work) and transition not in TOLD_TO_CLIENT


def _names_state(work: UnitOfWork, workflow: Workflow, entry: HistoryEntry) -> bool:
    transition = str(entry.payload.get("transition"))
    return entry.kind == "step" and transition not in workflow.transitions and _is_told_as_move(work, transition)


def _automatic_text(work: UnitOfWork, transition: str, data: Mapping[str, Any], state: str) -> str:
    """A step that nobody took, and the `state` that it led to; how the workflow came to it is for the legal team."""
    is_client = is_client_side(work)
    title = AUTOMATIC_TITLES.get(transition, "Moved")
    if _is_told_as_move(work, transition):
        return say(work.language, MOVED_TO_STATE, state=state) if state else say(work.language, MOVED_FOR_CLIENT)
    text, why = say(work.language, title), pick(data.get("why"), work.language)
    return say(work.language, "{step}: {reason}", step=text, reason=why) if why and not is_client else text


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


class _BlankWhereMissing(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _values(work: UnitOfWork, workflow: Workflow, data: Mapping[str, Any]) -> dict[str, str]:
    values = _BlankWhereMissing(
        dict.fromkeys(("name", "title", "to", "person", "number", "reference", "transition"), "")
    )
    for name, value in data.items():
        if name in _PERSON_NAMES:
            values[name] = person_name(work, str(value))
        elif name == "people":
            values[name] = ", ".join(person_name(work, person) for person in value)
        elif name in ("from_due", "to_due"):
            values[name] = format_due(value["due"], value["last_day"], work.language, work.zone)
        elif name == "length":
            values[name] = format_length(value["amount"], value["unit"], work.language)
        elif name in ("title", "name"):
            values[name] = pick(value, work.language)
        else:
            values[name] = str(value)
    rule = compiled(workflow).deadlines.get(str(data.get("rule")))
    if rule is not None:
        values["name"] = pick(rule.name, work.language)
    if "document" in data and not values["title"]:  # entries that name the document alone
        values["title"] = pick(title_of_document(str(data["document"]), workflow, {}), work.language)
    kind = workflow.children.get(str(data.get("kind") or data.get("child") or ""))
    if kind is not None:
        values["title"] = pick(kind.title, work.language)
        step = kind.transitions.get(str(data.get("transition")))
        values["transition"] = (
            _step_text(work, step) if step else _automatic_text(work, str(data.get("transition")), data, "")
        )
    return values
