"""The history of an account, and of an organisation, for those who administer them (U2, U8).

What changed an account is in the site's chain (`HistoryEntry.subject`), for good. Who signed in, or failed to, has rows
of its own, which are kept for half a year (`SignInRecord`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from babel import Locale
from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from formengine.i18n import LANGUAGES, say
from formengine.services.access.enforcement import require_permission
from formengine.services.core.audit_log import way_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people, person_name
from formengine.services.people.organisations import every_organisation
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.people import Department, Organisation, Person, SignInRecord
from formengine.value_format import format_date_time
from formengine.workflow.definition.site_roles import site_role_title

PAGE_SIZE: Final = 50
SENTENCES: Final = {
    "signed_in": "Signed in",
    "sign_in_failed": "Failed to sign in",
    "person_created": "Account made, as: {role}",
    "invited": "Invitation sent",
    "invitation_accepted": "Invitation accepted: password chosen, account active",
    "invitation_withdrawn": "Invitation withdrawn, account closed",
    "sign_up_accepted": "Request for an account accepted",
    "role_changed": "Role changed from {before} to {after}",
    "person_changed": "Changed: {changed}",
    "profile_changed": "Own profile changed",
    "password_changed": "Password changed",  # nosec B105  # a sentence
    "password_reset_asked": "Link for a new password asked for",  # nosec B105  # a sentence
    "password_reset": "New password chosen by a mailed link",  # nosec B105  # a sentence
    "session_ended": "A session ended from the account page",
    "logged_out_everywhere": "All sessions and tokens ended",
    "token_created": "Token made: {scopes}",  # nosec B105  # a sentence
    "token_withdrawn": "Token withdrawn",  # nosec B105  # a sentence
    "absence_announced": "Out of office from {from} to {to}, {delegate} stands in",
    "absence_ended": "Out of office ended; {delegate} stood in",
    "calendar_address_made": "Calendar address made",
    "calendar_address_renewed": "Calendar address renewed",
    "calendar_address_ended": "Calendar address ended",
    "account_closed": "Account closed",
    "organisation_created": "Organisation added",
    "organisation_renamed": "Renamed from {before} to {after}",
    "organisation_closed": "Organisation closed",
    "organisation_opened": "Organisation opened again",
    "organisation_merged": "Merged into {into} (people: {people}, dossiers: {dossiers})",
    "organisation_received": "{from} was merged into this organisation (people: {people}, dossiers: {dossiers})",
    "department_created": "Department added: {department}",
    "department_changed": "Department changed: {department}",
    "department_removed": "Department removed: {name}",
}
FIELD_TITLES: Final = {
    "name": "name",
    "language": "language",
    "organisation": "organisation",
    "department": "department",
    "manager": "manager",
}
_CHAIN, _SIGN_INS = 0, 1
"""The sources, in the order in which what they have of one moment is shown."""


@dataclass(frozen=True)
class AccountEvent:
    """What happened: a sentence, and where something changed what it was before and is now as (title, before, after).

    `by` is a name, "" for the account's owner and for the portal itself (`automatic`); `address` and `agent` are those
    of a browser that signed in. `cursor` continues a list after it.
    """

    at: datetime
    kind: str
    text: str
    by: str
    automatic: bool
    via: str
    changes: tuple[tuple[str, str, str], ...]
    address: str
    agent: str
    cursor: str


@dataclass(frozen=True)
class EventPage:
    """Events, the newest first; `next` is what to pass as `before`, None where nothing is older."""

    items: Sequence[AccountEvent]
    next: str | None


def account_events(work: UnitOfWork, person: Person, *, before: str = "", limit: int = PAGE_SIZE) -> EventPage:
    """What happened to an account, the newest first. Raises Refused without `people.manage`."""
    require_permission(work, "people.manage")
    edge = _read_cursor(before)
    entries = _entries(work, f"person:{person.id}", edge, limit)
    older = _older(SignInRecord.at, SignInRecord.id, _SIGN_INS, edge)
    query = select(SignInRecord).where(SignInRecord.person_id == person.id, older)
    tries = work.session.scalars(query.order_by(SignInRecord.at.desc(), SignInRecord.id.desc()).limit(limit + 1))
    keyed = [((row.at, _CHAIN, row.id), row) for row in entries] + [((row.at, _SIGN_INS, row.id), row) for row in tries]
    return _page(work, keyed, limit, owner=person.id)


def organisation_events(
    work: UnitOfWork, organisation: Organisation, *, before: str = "", limit: int = PAGE_SIZE
) -> EventPage:
    """What happened to an organisation and its departments, newest first. Raises Refused without `people.manage`."""
    require_permission(work, "people.manage")
    entries = _entries(work, f"organisation:{organisation.id}", _read_cursor(before), limit)
    return _page(work, [((row.at, _CHAIN, row.id), row) for row in entries], limit)


_Key = tuple[datetime, int, int]


def _entries(work: UnitOfWork, subject: str, edge: _Key | None, limit: int) -> list[HistoryEntry]:
    older = _older(HistoryEntry.at, HistoryEntry.id, _CHAIN, edge)
    query = select(HistoryEntry).where(HistoryEntry.subject == subject, older)
    return list(work.session.scalars(query.order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc()).limit(limit + 1)))


def _older(
    at: InstrumentedAttribute[datetime], id: InstrumentedAttribute[int], source: int, edge: _Key | None
) -> ColumnElement[bool]:
    """The condition that a row of a source comes after the edge, in the order of (at, source, id), newest first."""
    if edge is None:
        return true()
    moment, edge_source, number = edge
    if source == edge_source:
        return or_(at < moment, and_(at == moment, id < number))
    return at < moment if source > edge_source else at <= moment


def _page(work: UnitOfWork, keyed: list[tuple[_Key, Any]], limit: int, owner: str = "") -> EventPage:
    keyed.sort(key=lambda pair: pair[0], reverse=True)
    shown, more = keyed[:limit], len(keyed) > limit
    people = known_people(work)
    people.expect_ids([*(row.by for _key, row in shown if isinstance(row, HistoryEntry))])
    for _key, row in shown:
        if isinstance(row, HistoryEntry):
            people.expect_ids(_people_named(row.payload))
    unit_names = _UnitNames(work) if any(isinstance(row, HistoryEntry) for _key, row in shown) else None
    items = [_event(work, row, unit_names, owner, _cursor(key)) for key, row in shown]
    return EventPage(items, items[-1].cursor if more else None)


def _event(work: UnitOfWork, row: Any, unit_names: _UnitNames | None, owner: str, cursor: str) -> AccountEvent:
    if isinstance(row, SignInRecord):
        kind = "signed_in" if row.succeeded else "sign_in_failed"
        text = say(work.language, SENTENCES[kind])
        return AccountEvent(row.at, kind, text, "", False, "page", (), row.address, row.agent, cursor)
    own = bool(owner) and row.by == owner
    by = "" if own or row.by is None else person_name(work, row.by)
    text, changes = _text(work, row, unit_names or _UnitNames(work))
    via = way_in(row.by, row.payload)
    return AccountEvent(row.at, row.kind, text, by, row.by is None, via, changes, "", "", cursor)


def _text(work: UnitOfWork, row: HistoryEntry, unit_names: _UnitNames) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """The sentence of an entry, and what changed."""
    payload, language = row.payload, work.language
    values: dict[str, object] = {name: value for name, value in payload.items() if isinstance(value, str | int)}
    if row.kind in ("role_changed", "person_created"):
        roles = ("role", "before", "after")
        values |= {name: site_role_title(str(payload[name]), language) for name in roles if name in payload}
    if "changed" in payload:
        values["changed"] = ", ".join(say(language, FIELD_TITLES.get(name, name)) for name in payload["changed"])
    for name in ("from", "to"):
        if row.kind.startswith("absence") and name in payload:
            values[name] = format_date_time(datetime.fromisoformat(payload[name]), language, work.zone)
    for name in ("into", "from"):
        if row.kind in ("organisation_merged", "organisation_received") and name in payload:
            values[name] = unit_names.organisation(payload[name])
    if "delegate" in payload:
        values["delegate"] = person_name(work, payload["delegate"])
    if "scopes" in payload:
        values["scopes"] = ", ".join(map(str, payload["scopes"]))
    if "department" in payload:
        values["department"] = unit_names.department(payload["department"]) or str(payload.get("short", ""))
    sentence = SENTENCES.get(row.kind)
    text = say(language, sentence, **values) if sentence else row.kind.replace("_", " ")
    return text, tuple(_changes(work, payload, unit_names))


def _changes(work: UnitOfWork, payload: Mapping[str, Any], unit_names: _UnitNames) -> list[tuple[str, str, str]]:
    before, after = payload.get("before"), payload.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []

    def title(name: str, value: Any) -> str:
        if name == "organisation":
            return unit_names.organisation(value)
        if name == "department":
            return unit_names.department(value)
        if name == "language":
            return str(Locale.parse(value).get_display_name(work.language)) if value in LANGUAGES else str(value or "")
        return person_name(work, value) if name == "manager" else str(value or "")

    return [
        (say(work.language, FIELD_TITLES[name]), title(name, before[name]), title(name, after.get(name)))
        for name in payload.get("changed", ())
        if name in before
    ]


def _people_named(payload: Mapping[str, Any]) -> list[str | None]:
    managers = [
        moved.get("manager") for moved in (payload.get("before"), payload.get("after")) if isinstance(moved, dict)
    ]
    return [payload.get("delegate"), *managers]


class _UnitNames:
    """The names of organisations and departments by id, read once; "" for one that is gone, and for None."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._departments: dict[int, str] | None = None

    def organisation(self, key: int | None) -> str:
        rows = every_organisation(self._work) if key is not None else []
        return next((row.name for row in rows if row.id == key), "")

    def department(self, key: int | None) -> str:
        if key is None:
            return ""
        if self._departments is None:
            self._departments = dict(self._work.session.execute(select(Department.id, Department.name)).all())
        return self._departments.get(key, "")


def _cursor(key: _Key) -> str:
    moment, source, number = key
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}.{source}.{number}"


def _read_cursor(text: str) -> _Key | None:
    """The key of a cursor; None for one that is none."""
    moment, _dot, rest = text.partition(".")
    source, _dot, number = rest.partition(".")
    try:
        at = datetime.fromisoformat(f"{moment[:15]}.{moment[15:]}+00:00")
        return at, int(source), min(max(int(number), 0), 2**31 - 1)
    except ValueError:
        return None
