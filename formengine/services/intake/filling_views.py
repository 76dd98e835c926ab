"""What readers see of a request while its parts are filled in: which are open, with whom, since when (F20)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, lazyload

from formengine.authoring.packs.form_parts import REQUESTER
from formengine.errors import NotFound
from formengine.forms import FieldError
from formengine.services.access.enforcement import current_viewer
from formengine.services.access.policy import is_permitted
from formengine.services.case.timeline import event_text
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.intake.fillings import whole_answers
from formengine.services.intake.loaded_fillings import (
    FILLING,
    LoadedFilling,
    fields_of_part,
    filling_access,
    load_filling,
)
from formengine.services.intake.part_changes import takes_outsiders
from formengine.services.intake.part_mails import part_title
from formengine.services.intake.part_people import people_of, title_of_source
from formengine.services.intake.part_sending import seen_fields
from formengine.services.people.lookup import person_name
from formengine.storage.models.base import LARGEST_INTEGER
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.fillings import FilledPart, Filling, PartFile, PartSource


@dataclass(frozen=True)
class PartView:
    """A part as whoever follows the request sees it; `asked` are the people or teams who are asked for it.

    `nobody` says that none of them could fill it in now, `mine` that the reader can; `errors` are what does not fit of
    it, once all parts are in.
    """

    id: str
    title: str
    state: str
    asked: list[str]
    address: str
    outside: bool
    nobody: bool
    mine: bool
    since: datetime | None
    by: str
    answers: Markup
    errors: list[str]


@dataclass(frozen=True)
class EventView:
    """Something that happened to the request, as a sentence."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class FillingView:
    """A request with its parts; `unfit`: all are in and do not fit together; `errors` are those of no part."""

    id: int
    title: str
    request: str
    state: str
    requester: str
    begun_at: datetime
    ended_at: datetime | None
    reference: str | None
    parts: list[PartView]
    events: list[EventView]
    errors: list[str]
    unfit: bool
    may_manage: bool


@dataclass(frozen=True)
class FillingRow:
    """A request in a list; `open` is the number of its open parts."""

    id: int
    title: str
    request: str
    requester: str
    begun_at: datetime
    open: int
    parts: int


@dataclass(frozen=True)
class WaitingPart:
    """A part that waits for the reader: nothing of the request is told but its type and whose it is."""

    filling_id: int
    part: str
    title: str
    request: str
    requester: str
    since: datetime | None


def find_filling(work: UnitOfWork, key: str) -> Filling:
    """A request by the reference that it got when it became a dossier, else by its id, which it keeps as a dossier;
    raises NotFound.
    """
    of_dossier = select(Dossier.id).where(Dossier.reference == key).scalar_subquery()  # by its index
    is_number = key.isdecimal() and len(key) < 18 and int(key) <= LARGEST_INTEGER
    wanted = func.coalesce(of_dossier, int(key)) if is_number else of_dossier
    filling = work.session.scalar(select(Filling).where(Filling.id == wanted))
    if filling is None:
        raise NotFound(f"no request {key[:40]} that several people fill in")
    return filling


def can(work: UnitOfWork, permission: str, filling: Filling) -> bool:
    """Whether the actor has a permission on a request that is being filled in."""
    return is_permitted(permission, current_viewer(work), filling_access(filling))


def filling_view(work: UnitOfWork, filling: Filling) -> FillingView:
    """A request for those who follow it: the requester and the legal team."""
    loaded = load_filling(work, filling)
    errors = unfit_answers(loaded)
    fields = {part.part: fields_of_part(loaded.request_type, part.part) for part in loaded.parts}
    by_part = {name: [error.message for error in own.errors_in(errors)] for name, own in fields.items()}
    placed = {message for messages in by_part.values() for message in messages}
    return FillingView(
        id=filling.id,
        title=filling.title or loaded.request_type.title_in(work.language),
        request=loaded.request_type.title_in(work.language),
        state=filling.state,
        requester=filling.requester.name,
        begun_at=filling.opened_at,
        ended_at=filling.ended_at,
        reference=filling.reference,
        parts=[_part_view(loaded, part, by_part[part.part]) for part in loaded.parts],
        events=[_event(work, event) for event in filling.log],
        errors=[error.message for error in errors if error.message not in placed],
        unfit=bool(errors),
        may_manage=filling.state == FILLING and can(work, "filling.manage", filling),
    )


def unfit_answers(loaded: LoadedFilling) -> list[FieldError]:
    """What does not fit together, once all parts are in."""
    is_in = loaded.filling.state == FILLING and not any(part.state == "open" for part in loaded.parts)
    return whole_answers(loaded.form, loaded.answers).errors if is_in else []


def _part_view(loaded: LoadedFilling, part: FilledPart, errors: list[str]) -> PartView:
    work = loaded.work
    sources = [row.source for row in part.sources]
    own = fields_of_part(loaded.request_type, part.part).of(part.answers)
    html = loaded.form.summary(loaded.answers, only=tuple(own), zone=work.zone, link=_link(loaded)) if own else ""
    is_open = part.state == "open" and loaded.filling.state == FILLING
    return PartView(
        id=part.part,
        title=part_title(loaded.request_type, part.part, work.language),
        state=part.state,
        asked=[title_of_source(work, source, part) for source in sources],
        address=next((source for source in sources if "@" in source), ""),
        outside=takes_outsiders(loaded, part),
        nobody=is_open and not people_of(work, sources),
        mine=is_open and is_permitted("part.fill", current_viewer(work), filling_access(loaded.filling, part)),
        since=part.sent_at if part.state == "sent" else part.opened_at,
        by=_sender(work, part),
        answers=Markup(html),  # the forms engine escapes every value  # nosec B704
        errors=errors,
    )


def _link(loaded: LoadedFilling) -> Callable[[Mapping[str, Any]], str]:
    return lambda file: f"/filling/{loaded.filling.id}/files/{file.get('id')}"


def _sender(work: UnitOfWork, part: FilledPart) -> str:
    if part.sent_by is None:
        return ""
    return part.names.get(part.sent_by) or person_name(work, part.sent_by)


def _event(work: UnitOfWork, event: dict[str, object]) -> EventView:
    at, by = datetime.fromisoformat(str(event["at"])), event["by"]
    return EventView(at, person_name(work, str(by)) if by else "", event_text(work, event))


def waiting_parts(work: UnitOfWork, limit: int = 50) -> list[WaitingPart]:
    """The parts that the actor is asked to fill in now, the oldest first."""
    viewer = current_viewer(work)
    if viewer.role == "auditor" or not viewer.sources:
        return []
    own = select(PartSource.part_id).where(PartSource.source.in_(sorted(viewer.sources)))
    query = (
        select(FilledPart)
        .join(Filling, FilledPart.filling_id == Filling.id)
        .where(Filling.state == FILLING, FilledPart.state == "open", FilledPart.id.in_(own))
        .order_by(FilledPart.opened_at, FilledPart.id)
        .limit(limit)
        .options(joinedload(FilledPart.filling).joinedload(Filling.requester), lazyload(FilledPart.sources))
    )
    return [_waiting(work, part) for part in work.session.scalars(query)]


def _waiting(work: UnitOfWork, part: FilledPart) -> WaitingPart:
    filling = part.filling
    request_type = work.platform.definitions.request_type(work.session, filling.form_hash)
    title = part_title(request_type, part.part, work.language)
    request = request_type.title_in(work.language)
    return WaitingPart(filling.id, part.part, title, request, filling.requester.name, part.opened_at)


def open_fillings(work: UnitOfWork, *, own: bool, limit: int = 100) -> list[FillingRow]:
    """Requests that are being filled in, the newest first: the actor's `own`, or all that they may read."""
    of_actor: ColumnElement[bool] = Filling.requester_id == work.person.id
    parts = joinedload(Filling.parts).joinedload(FilledPart.sources)  # few: one statement for all
    query = select(Filling).where(Filling.state == FILLING).options(joinedload(Filling.requester), parts)
    query = (query.where(of_actor) if own else query).order_by(Filling.id.desc()).limit(limit)
    rows = work.session.scalars(query).unique()
    return [_row(work, filling) for filling in rows if can(work, "filling.read", filling)]


def _row(work: UnitOfWork, filling: Filling) -> FillingRow:
    request_type = work.platform.definitions.request_type(work.session, filling.form_hash)
    states = [part.state for part in filling.parts if part.part != REQUESTER or part.state == "open"]
    asked = [state for state in states if state != "waiting"]
    return FillingRow(
        id=filling.id,
        title=filling.title,
        request=request_type.title_in(work.language),
        requester=filling.requester.name,
        begun_at=filling.opened_at,
        open=asked.count("open"),
        parts=len(asked),
    )


def filling_file(work: UnitOfWork, filling: Filling, file_id: str) -> StoredFile:
    """A file of a part that was sent; raises NotFound."""
    parts = [part.id for part in filling.parts]
    held = select(PartFile.file_id).where(PartFile.part_id.in_(parts), PartFile.file_id == file_id[:32])
    row = work.session.scalar(select(StoredFile).where(StoredFile.id.in_(held)))
    if row is None:
        raise NotFound(f"no file {file_id[:32]}")
    return row


def part_file(loaded: LoadedFilling, part: FilledPart, file_id: str) -> StoredFile:
    """A file that whoever fills in a part may read: of the part itself, or in an answer that is shown with it."""
    seen = seen_fields(loaded, part.part)
    own = fields_of_part(loaded.request_type, part.part)
    shown = {name: value for name, value in loaded.answers.items() if name in seen or name in own}
    if file_id not in {str(reference.get("id")) for _, reference in loaded.form.files(shown)}:
        raise NotFound(f"no file {file_id[:32]}")
    return filling_file(loaded.work, loaded.filling, file_id)
