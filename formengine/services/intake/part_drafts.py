"""The draft of a part of a form: what its people have saved there and not sent; they share it (F20, F8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import update

from formengine import forms
from formengine.errors import ConcurrentChange
from formengine.services.catalogue.request_types import request_form
from formengine.services.drafts.storage import DraftChanged, FilledForm, save_draft
from formengine.services.intake.part_sending import OpenPart, PartFiles
from formengine.services.intake.seen_parts import PartChanged, SeenPart, draft_of, expect_answers_seen, mark_of
from formengine.storage.models.drafts import Draft
from formengine.storage.models.fillings import Filling
from formengine.storage.models.people import Person

if TYPE_CHECKING:
    from formengine.forms import Answers


def controls_of(view: OpenPart, draft: Draft) -> Mapping[str, Sequence[str]]:
    """What the draft of a part holds, as its reader types it: what somebody saved in another language is read in that
    one, so that 1,250 stays the number that it was.
    """
    loaded, work = view.loaded, view.loaded.work
    if draft.language == work.language:
        return forms.restore(draft.controls, draft.data, view.form).controls
    suggesting = isinstance(work.actor, Person)
    form = request_form(work, loaded.request_type, draft.language, suggesting=suggesting)
    typed_on = replace(loaded, form=form).part_form(view.part.part).with_files(PartFiles(work, view.part))
    return forms.carry(draft.controls, typed_on, view.form).draft


def save_part_draft(view: OpenPart, answers: Answers, seen: SeenPart) -> Draft:
    """Save what was typed in a part; `seen` is what its page began with.

    The request is kept as long as a draft from now on. Raises PartChanged where somebody else has saved or sent
    something since, and Refused for what is too large.
    """
    work, part = view.loaded.work, view.part
    filled = FilledForm(
        about=part.key,
        title=f"{view.request}: {view.title}",
        language=work.language,
        controls=answers.draft,
        data=answers.data,
        files=[str(reference.get("id")) for _, reference in view.form.files(answers.data)],
        form_hash=view.filling.form_hash,
    )
    _keep_filling(view)
    expect_answers_seen(work, part, answers.data, seen)
    present = draft_of(work, part)
    try:
        return save_draft(work, part.key, filled, present.id if present else "", seen.draft_version).draft
    except DraftChanged as error:
        raise PartChanged(error.reasons, SeenPart(error.draft.version, mark_of(part))) from None


def _keep_filling(view: OpenPart) -> None:
    """Note that somebody goes on with the request, which locks it: of two first drafts the second finds the other.

    Raises ConcurrentChange where the request has changed since it was read: the part may not be open any more.
    """
    filling, work = view.filling, view.loaded.work
    as_read = update(Filling).where(Filling.id == filling.id, Filling.version == filling.version)
    if work.session.scalar(as_read.values(touched_at=work.now).returning(Filling.id)) is None:
        raise ConcurrentChange(f"the request {filling.id} was changed meanwhile")
