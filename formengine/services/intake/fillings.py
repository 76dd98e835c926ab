"""Requests that several people fill in: begun by the requester, sent part by part, a dossier when all are in (F20).

Until then there is no dossier: no reference, no workflow. A part is asked for when the form shows one of its fields
beside the answers that are there, so a part that conditions leave out waits, and is asked for when an answer calls it
up. When no part is open any more, the whole form judges all answers; they become a submission of the requester's, as
if sent on the day, on the form and the workflow of the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from formengine.authoring import Pack, RequestType
from formengine.authoring.packs.form_parts import REQUESTER
from formengine.errors import Invalid, KeyReused
from formengine.forms import FieldError
from formengine.i18n import pick, say
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import Guest, UnitOfWork, Via
from formengine.services.drafts.storage import discard_drafts
from formengine.services.files.uploads import file_value
from formengine.services.intake.dossier_opening import FILE, REPLY, Submitted, open_dossier
from formengine.services.intake.loaded_fillings import (
    FILLING,
    LoadedFilling,
    fields_of_part,
    keep_files,
    log_event,
)
from formengine.services.intake.part_mails import tell_asked, tell_unfit
from formengine.services.intake.part_people import Asked, asked_by, naming_field, people_of
from formengine.services.intake.part_timers import set_timers
from formengine.services.intake.reference_numbers import reserve_dossier_id
from formengine.storage.database import expect_unchanged
from formengine.storage.models.dossiers import Dossier, IdempotencyKey
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.fillings import FilledPart, Filling, PartFile, PartSource
from formengine.storage.models.people import Person
from formengine.workflow.engine.readers import asks_for_restriction
from formengine.workflow.engine.roles import is_guest

if TYPE_CHECKING:
    from formengine.forms import Answers, Form, Upload
    from formengine.forms.form_part import FormPart, PartFields

ENTRY: Final = "part"
"""The kind of the entries in a dossier's history that tell how its parts were filled in."""


def requester_form(form: Form, request_type: RequestType, others: Mapping[str, Any] | None = None) -> FormPart:
    """The form as the requester fills it in: without the fields of other parts."""
    from formengine.forms.form_part import FormPart

    return FormPart(form, fields_of_part(request_type, REQUESTER), others or {})


def foreign_answers(work: UnitOfWork, form: Form, data: Mapping[str, Any]) -> list[FieldError]:
    """The errors of JSON data that answer fields of another part than the form's; none for a whole form."""
    fields: PartFields | None = getattr(form, "part_fields", None)  # of a FormPart, which is imported late
    if fields is None:
        return []
    sentence = say(work.language, "This field belongs to another part of the form.")
    return [FieldError(f"/{name}", None, "part", sentence) for name in data if name not in fields]


@dataclass(frozen=True)
class Begun:
    """What the requester sends: the validated data of their part, with its files; `accepted` is the legal notice, `key`
    and `content` are those of an idempotent submission.
    """

    data: dict[str, Any]
    files: list[StoredFile]
    accepted: bool
    restricted: bool
    key: str | None
    content: str


def start_filling(work: UnitOfWork, request_type: RequestType, pack: Pack, begun: Begun) -> Submitted:
    """Begin a request with the requester's part, validated before; the others' parts are asked for.

    Where nothing is asked of others, the dossier is opened at once. Raises Invalid where an answer should name who
    fills in a part and does not.
    """
    data, files = begun.data, begun.files
    with work.session.no_autoflush:
        form = request_form(work, request_type)
        asked = asked_parts(form, request_type, data)
        sources = {name: _sources(work, request_type, pack, name, data) for name in asked}
        if not asked:
            whole = whole_answers(form, data)
            if whole.errors:
                raise Invalid(whole.errors)
            accepted, restricted = begun.accepted, begun.restricted
            return open_dossier(work, request_type, pack, data, files, accepted=accepted, restricted=restricted)
        filling = _new_filling(work, request_type, pack, begun)
        loaded = LoadedFilling(work, filling, request_type, pack, form)
        log_event(loaded, "begun")
        for name, by in sources.items():
            open_part(loaded, loaded.part(name), by)
        work.session.add(filling)
    work.session.flush()
    keep_files(work, loaded.part(REQUESTER), files)
    set_timers(loaded)
    filling.reply = _reply(filling, files)
    return Submitted(None, None, filling.reply, fresh=True, filling=filling)


def _new_filling(work: UnitOfWork, request_type: RequestType, pack: Pack, begun: Begun) -> Filling:
    person = work.person
    own = FilledPart(part=REQUESTER, state="sent", answers=begun.data, sent_at=work.now, sent_by=person.id)
    own.sources.append(PartSource(source=f"person:{person.id}"))
    return Filling(
        id=reserve_dossier_id(work),
        request_type=request_type.id,
        form_hash=request_type.hash,
        pack_hash=pack.hash,
        title=request_type.title_for(begun.data, work.language, person.name, work.zone)[:300],
        state=FILLING,
        version=1,
        requester_id=person.id,
        requester=person,
        organisation_id=person.organisation_id,
        language=work.language,
        notice_accepted=begun.accepted,
        restricted=begun.restricted or asks_for_restriction(begun.data),
        opened_at=work.now,
        touched_at=work.now,
        log=[],
        key=begun.key,
        content_hash=begun.content,
        parts=[own, *(FilledPart(part=name, state="waiting") for name in request_type.parts)],
    )


def _reply(filling: Filling, files: Iterable[StoredFile]) -> dict[str, Any]:
    return {
        "submission": None,
        "dossier": filling.id,
        "reference": None,
        "state": FILLING,
        "version": filling.version,
        "files": [{name: file_value(row)[name] for name in FILE} for row in files],
    }


def _sources(
    work: UnitOfWork, request_type: RequestType, pack: Pack, part_id: str, answers: Mapping[str, Any]
) -> Asked:  # fmt: skip
    """Who is asked to fill in a part. Raises Invalid where an answer should name them and does not."""
    rule = request_type.parts[part_id]
    asked = asked_by(work, rule.fill, pack.workflow, answers, work.person.id)
    field = naming_field(rule.fill, pack.workflow)
    if field and not asked.sources:
        title = pick(rule.title, work.language)
        sentence = say(work.language, "Say who fills in “{part}”: somebody who can be reached.", part=title)
        raise Invalid([FieldError(f"/{field}", None, "part", sentence)])
    return asked


def asked_parts(form: Form, request_type: RequestType, answers: Mapping[str, Any]) -> list[str]:
    """The parts of others of which the form shows a field to be filled in beside these answers."""
    from formengine.forms.form_part import FormPart

    parts = {name: FormPart(form, fields_of_part(request_type, name), answers) for name in request_type.parts}
    return [name for name, part in parts.items() if part.asked(part.part_fields.of(answers))]


def open_part(loaded: LoadedFilling, part: FilledPart, asked: Asked, *, again: bool = False) -> None:
    """Ask for a part: its people are told, and the legal admins where there is nobody."""
    work = loaded.work
    part.state, part.opened_at, part.sent_at, part.sent_by = "open", work.now, None, None
    ask(loaded, part, asked.sources, asked.names)
    if not tell_asked(work, loaded.filling, loaded.request_type, part, again=again):
        log_event(loaded, "nobody", part.part)


def ask(loaded: LoadedFilling, part: FilledPart, sources: Iterable[str], names: Mapping[str, str]) -> None:
    """Put people in the place of those who are asked to fill in a part."""
    present = {row.source: row for row in part.sources}
    _hand_over(loaded, part, set(present), set(sources))
    part.sources[:] = [present.get(source) or PartSource(source=source) for source in dict.fromkeys(sources)]
    part.names = dict(names)
    log_event(loaded, "asked", part.part, people=people_of(loaded.work, sources))


def _hand_over(loaded: LoadedFilling, part: FilledPart, before: Set[str], after: Set[str]) -> None:
    """Keep what people outside have filled in from others, and what others have from them: whoever comes from outside
    begins anew, and whoever comes after somebody outside does not read their draft.
    """
    if not before or not after - before:
        return
    if any(map(is_guest, (after - before) | (before - after))):
        discard_drafts(loaded.work, [part.key])
    if any(map(is_guest, after - before)):
        part.answers = {}
        keep_files(loaded.work, part, [])


class _KnownFiles:
    """The files in answers that were judged before, as the `files` of the form that judges the whole."""

    def __init__(self, references: Iterable[tuple[str, dict[str, Any]]]) -> None:
        self._known = {str(reference.get("id")): reference for _, reference in references}

    def save(self, upload: Upload) -> dict[str, Any]:
        raise LookupError("nothing is uploaded here")

    def get(self, identifier: str) -> dict[str, Any] | None:
        return self._known.get(identifier)


def whole_answers(form: Form, answers: Mapping[str, Any]) -> Answers:
    """All answers as the whole form reads them: those of fields that it does not show are dropped."""
    reading = form.with_files(_KnownFiles(form.files(answers)))
    pairs = [(name, value) for name, values in reading.draft(answers).items() for value in values]
    return reading.read(pairs, answers)


def finish(loaded: LoadedFilling, whole: Answers) -> None:
    """When no part is open any more: open the dossier, or tell the requester what does not fit together.

    `whole` is made before the request is locked, because judging takes long.
    """
    work, filling = loaded.work, loaded.filling
    if any(part.state == "open" for part in filling.parts):
        return
    if whole.errors:
        log_event(loaded, "unfit")
        tell_unfit(work, filling, loaded.request_type, [error.message for error in whole.errors])
        return
    ids = {str(reference.get("id")) for _, reference in loaded.form.files(whole.data)}
    kept = select(PartFile.file_id).where(PartFile.part_id.in_([part.id for part in filling.parts]))
    files = list(work.session.scalars(select(StoredFile).where(StoredFile.id.in_(kept), StoredFile.id.in_(ids))))
    person = work.session.get_one(Person, filling.requester_id)
    via: Via = "link" if isinstance(work.actor, Guest) else work.via  # as whoever sent the last part
    requester = replace(work, actor=person, language=filling.language, via=via)
    with work.session.no_autoflush:
        submitted = open_dossier(
            requester,
            loaded.request_type,
            loaded.pack,
            whole.data,
            files,
            accepted=filling.notice_accepted,
            restricted=filling.restricted,
            dossier_id=filling.id,
            history=partial(_write_history, requester, loaded),
        )
    _close(loaded, submitted)


def _write_history(requester: UnitOfWork, loaded: LoadedFilling, dossier: Dossier) -> None:
    """What happened before, as entries of the dossier's history; each says when it was, and how its author came in."""
    as_noted = replace(requester, via="page")  # each event has its own `via`; add none here
    for event in loaded.filling.log:
        payload = {**event, "round_kind": event["what"]}
        by = event["by"]
        append_entry(as_noted, ENTRY, payload, dossier, by=by, nobody=by is None, visible_to_client=True)


def _close(loaded: LoadedFilling, submitted: Submitted) -> None:
    """The request is a dossier: what it held is there now, and only there."""
    work, filling = loaded.work, loaded.filling
    filling.state, filling.reference, filling.ended_at = "submitted", submitted.dossier.reference, work.now
    filling.title, filling.log, filling.wake_at = "", [], None
    for part in filling.parts:
        part.answers, part.names = {}, {}
        keep_files(work, part, [])
    discard_drafts(work, [part.key for part in filling.parts])
    if filling.key is not None:
        work.session.add(
            IdempotencyKey(
                person_id=filling.requester_id,
                key=filling.key,
                content_hash=filling.content_hash,
                submission=submitted.submission,
                reply=filling.reply,
                created_at=work.now,
            )
        )


def earlier_filling(work: UnitOfWork, key: str, content: str) -> Submitted | None:
    """The request that was begun with this key, while it has no dossier; raises KeyReused for other content."""
    query = select(Filling).where(Filling.requester_id == work.person.id, Filling.key == key)
    filling = work.session.scalar(query)
    if filling is None:
        expect_unchanged(work.session, query.with_only_columns(Filling.id), None)
        return None
    if filling.content_hash != content:
        raise KeyReused(say(work.language, "This Idempotency-Key was sent before with other content; use a new one."))
    files = [{name: file[name] for name in FILE} for file in filling.reply["files"]]
    reply = {name: filling.reply[name] for name in REPLY} | {"files": files}  # in order, as it was answered before
    return Submitted(None, None, reply, fresh=False, filling=filling)
