"""A part of a request, filled in and sent by those who are asked for it (F20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy import select

from formengine import forms, json_pointer
from formengine.authoring.packs.form_parts import REQUESTER
from formengine.errors import Invalid, NotFound, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import current_viewer
from formengine.services.access.policy import is_permitted
from formengine.services.catalogue.field_choices import invalid_dossier_references
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.submitted_documents import wrong_documents
from formengine.services.drafts.storage import discard_drafts
from formengine.services.files.uploads import FileStore, file_value, resolve_files
from formengine.services.intake.fillings import asked_parts, finish, foreign_answers, open_part, whole_answers
from formengine.services.intake.loaded_fillings import (
    FILLING,
    LoadedFilling,
    filling_access,
    get_filling,
    keep_files,
    load_filling,
    lock_filling,
    log_event,
)
from formengine.services.intake.part_mails import part_title
from formengine.services.intake.part_people import Asked, asked_by, naming_field
from formengine.services.intake.part_timers import set_timers
from formengine.services.intake.seen_parts import NOTHING_SEEN, SeenPart, expect_seen
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.drafts import Draft, DraftFile
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.fillings import FilledPart, Filling, PartFile
from formengine.storage.models.people import Person
from formengine.workflow.engine.readers import asks_for_restriction

if TYPE_CHECKING:
    from formengine.forms import Answers
    from formengine.forms.form_part import FormPart

ASKED_FOR = ("required", "dependentRequired")


@dataclass(frozen=True)
class OpenPart:
    """A part as its reader fills it in: the form with its own fields alone, and what is shown besides.

    `answers` are those that were sent before, where it was opened again; None for none.
    """

    loaded: LoadedFilling
    part: FilledPart
    form: FormPart
    title: str
    request: str
    requester: str
    answers: dict[str, Any] | None

    @property
    def filling(self) -> Filling:
        return self.loaded.filling

    def seen(self, files: str) -> Markup:
        """The answers of others that are shown with the part, as a description list; empty where there are none.
        `files` is the address under which a file of theirs is read.
        """
        names = seen_fields(self.loaded, self.part.part)
        answers = self.loaded.answers
        html = self.loaded.form.summary(
            answers, only=names, link=lambda file: f"{files}/{file.get('id')}", zone=self.loaded.work.zone
        )
        return Markup(html if any(name in answers for name in names) else "")  # escaped by the engine  # nosec B704


def load_part(work: UnitOfWork, filling_id: int, part_id: str) -> OpenPart:
    """A part that the actor is asked to fill in now. Raises NotFound for any other, Refused where it is not open."""
    loaded = load_filling(work, get_filling(work, filling_id))
    part = loaded.part(part_id)
    if not is_permitted("part.fill", current_viewer(work), filling_access(loaded.filling, part)):
        raise NotFound(f"no part {part_id[:100]}")
    if part.state != "open" or loaded.filling.state != FILLING:
        raise Refused([say(work.language, "This part is not open: it was sent, or the request has ended.")])
    return open_view(loaded, part)


def open_view(loaded: LoadedFilling, part: FilledPart) -> OpenPart:
    """An open part with its form, bound to the files that it may use."""
    work = loaded.work
    form = loaded.part_form(part.part).with_files(PartFiles(work, part))
    return OpenPart(
        loaded=loaded,
        part=part,
        form=form,  # type: ignore[arg-type]  # `with_files` copies the part
        title=part_title(loaded.request_type, part.part, work.language),
        request=loaded.request_type.title_in(work.language),
        requester=loaded.filling.requester.name,
        answers=dict(part.answers) or None,
    )


def seen_fields(loaded: LoadedFilling, part_id: str) -> tuple[str, ...]:
    """The fields of others that are shown with a part; with the requester's own, all of them."""
    rule = loaded.rules.get(part_id)
    return rule.sees if rule is not None else tuple(sorted(loaded.request_type.fields_of_others))


class PartFiles(FileStore):
    """The uploads of whoever fills in a part: their own, and the files that the part holds already."""

    def __init__(self, work: UnitOfWork, part: FilledPart) -> None:
        super().__init__(work)
        self._part = part

    def get(self, file_id: str) -> dict[str, Any] | None:
        row = self._work.session.get(StoredFile, str(file_id)) if len(str(file_id)) <= 32 else None
        return file_value(row) if row is not None and self.may_use(row) else None

    def may_use(self, row: StoredFile) -> bool:
        """Whether a file is an upload of the actor's that is part of nothing, or a file of this part."""
        if row.dossier_id is None and row.stored_by == self._work.actor_id:
            return True
        sent = select(PartFile.file_id).where(PartFile.part_id == self._part.id, PartFile.file_id == row.id)
        saved = select(DraftFile.file_id).join(Draft, Draft.id == DraftFile.draft_id)
        saved = saved.where(Draft.owner == self._part.key, DraftFile.file_id == row.id)
        with self._work.session.no_autoflush:
            return self._work.session.scalar(sent.union_all(saved).limit(1)) is not None


def judge_part(view: OpenPart, answers: Answers | Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    """The data of a part, as read from its form or as JSON data, with the errors of its own fields.

    A required field of another part is not missing here, and a rule across parts is judged when all are in.
    """
    work, form = view.loaded.work, view.form
    data = dict(answers.data if isinstance(answers, forms.Answers) else form.complete(answers))
    if isinstance(answers, forms.Answers):
        errors = answers.errors
    else:
        errors = [*foreign_answers(work, form, data), *form.validate(data, before=view.answers)]
    with work.session.no_autoflush:
        if not errors and isinstance(work.actor, Person):
            errors = invalid_dossier_references(work, form, data)
        errors = errors or wrong_documents(work, view.loaded.request_type, data)
    return data, errors


def send(
    view: OpenPart, data: dict[str, Any], errors: list[FieldError], seen: SeenPart = NOTHING_SEEN
) -> Filling:  # fmt: skip
    """Store a judged part. When no part is open any more the request becomes a dossier, or its requester is told what
    does not fit together.

    Raises Invalid with the errors of the part's fields, and PartChanged where somebody has saved or sent other answers
    than the sender has seen.
    """
    if errors:
        raise Invalid(errors)
    loaded, part, work, judged = view.loaded, view.part, view.loaded.work, data
    files = PartFiles(work, part)
    with work.session.no_autoflush:  # judging takes long: it is done before the request is locked
        data, rows = resolve_files(work, view.form.files(data), data, may_use=files.may_use)
        own = {name: value for name, value in loaded.answers.items() if name not in view.form.part_fields}
        answers = {**own, **data}
        asked = asked_parts(loaded.form, loaded.request_type, answers)
        called_up = [name for name in asked if name != part.part and _is_called_up(loaded, name, answers)]
        whole = whole_answers(loaded.form, answers)
        lock_filling(loaded)
        expect_seen(work, part, judged, seen)
    loaded.filling.version += 1
    before = dict(part.answers)
    part.state, part.answers, part.sent_at, part.sent_by = "sent", data, work.now, work.actor_id
    part.remind_at = None
    log_event(loaded, "sent", part.part)
    work.session.flush()
    keep_files(work, part, rows)
    discard_drafts(work, [part.key])
    named_anew = _follow_requester(loaded, before) if part.part == REQUESTER else []
    _follow_answers(loaded, asked, called_up, named_anew)
    finish(loaded, whole)
    set_timers(loaded)
    return loaded.filling


def was_sent(loaded: LoadedFilling, part: FilledPart, data: Mapping[str, Any]) -> bool:
    """Whether the actor has sent a part with just these answers: what asks for that again came twice. What somebody
    else has sent is not compared, so that nobody finds out by trying what that is (T13).
    """
    if part.state != "sent" or part.sent_by != loaded.work.actor_id:
        return False
    dossier = loaded.work.session.get(Dossier, loaded.filling.id)
    sent = part.answers if dossier is None else dossier.submission.answers
    return all(name in sent and sent[name] == value for name, value in data.items())


def _is_called_up(loaded: LoadedFilling, part_id: str, answers: Mapping[str, Any]) -> bool:
    """Whether a part that was sent lacks an answer which the answer of another one has called up since."""
    if loaded.part(part_id).state != "sent":
        return False
    form = loaded.part_form(part_id, answers)
    own = form.part_fields.of(answers)
    errors = [error for error in form.validate(own) if error.keyword in ASKED_FOR]
    return any(json_pointer.first(error.pointer) not in own for error in errors)


def _follow_answers(
    loaded: LoadedFilling, asked: Collection[str], called_up: Collection[str], named_anew: Collection[str]
) -> None:  # fmt: skip
    """Ask for parts that the new answers call up, or for which they name somebody else, and no longer for parts that
    they leave out.
    """
    for part in loaded.filling.parts:
        if part.state == "sent" and part.part in named_anew and part.part in asked and _names_others(loaded, part):
            _set_aside(loaded, part)
            open_part(loaded, part, _asked_now(loaded, part, named_anew))
        elif part.part in called_up:
            open_part(loaded, part, _asked_now(loaded, part, named_anew), again=True)
        elif part.part != REQUESTER and part.state == "waiting" and part.part in asked:
            open_part(loaded, part, _asked_now(loaded, part, named_anew))
        elif part.part != REQUESTER and part.state == "open" and part.part not in asked:
            part.state, part.opened_at = "waiting", None
        elif part.state == "open" and part.part in named_anew:
            open_part(loaded, part, _asked_now(loaded, part, named_anew))


def _names_others(loaded: LoadedFilling, part: FilledPart) -> bool:
    """Whether the answers name somebody to fill in a part, and not those who did: a name that was corrected is none."""
    asked = _asked_now(loaded, part, [part.part]).sources
    return bool(asked) and set(asked) != {row.source for row in part.sources}


def _set_aside(loaded: LoadedFilling, part: FilledPart) -> None:
    """Take away what somebody sent in whose part is now another's, who begins anew and reads none of it."""
    log_event(loaded, "set_aside", part.part)
    part.answers = {}
    keep_files(loaded.work, part, [])
    discard_drafts(loaded.work, [part.key])


def _follow_requester(loaded: LoadedFilling, before: Mapping[str, Any]) -> list[str]:
    """After the requester has sent their part again: the title follows. Returns the parts for which the answers name
    somebody else than before.
    """
    work, filling, answers = loaded.work, loaded.filling, loaded.part(REQUESTER).answers
    title = loaded.request_type.title_for(answers, filling.language, filling.requester.name, work.portal_zone)
    filling.title, filling.restricted = title[:300], filling.restricted or asks_for_restriction(answers)
    fields = {name: naming_field(rule.fill, loaded.pack.workflow) for name, rule in loaded.rules.items()}
    return [name for name, field in fields.items() if field and before.get(field) != answers.get(field)]


def _asked_now(loaded: LoadedFilling, part: FilledPart, named_anew: Collection[str]) -> Asked:
    """Who is asked for a part by now: whoever was asked before or put there by hand, unless the answers name somebody
    else; else as its `fill:` says.
    """
    if part.sources and part.part not in named_anew:
        return Asked([row.source for row in part.sources], part.names)
    fill, requester = loaded.rules[part.part].fill, loaded.filling.requester_id
    return asked_by(loaded.work, fill, loaded.pack.workflow, loaded.answers, requester)
