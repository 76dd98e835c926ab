"""Storage of drafts: what somebody has filled in of a form and not sent yet (F8).

A draft has an `owner`, who alone reads it, and is `about` one form. Both are texts that the caller chooses: a person's
id and `request:nda`, or the key of whoever fills in a part of a form, and that part. A page says which version of the
draft it began with; what another page has saved since is never overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, select

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import expect_unchanged
from formengine.storage.models.base import new_id
from formengine.storage.models.drafts import Draft, DraftFile
from formengine.storage.models.files_and_notes import StoredFile

MAX_DRAFTS: Final = 50
"""The number of drafts that one owner may have."""
MAX_BYTES: Final = 1_000_000
"""The size of one draft: answers and controls as JSON text, in bytes of UTF-8."""
ID_LENGTH: Final = 32


class DraftChanged(Refused):
    """Another page saved the draft since this one began with it; nothing was written. `draft` is as it is now."""

    def __init__(self, reasons: Sequence[str], draft: Draft) -> None:
        super().__init__(reasons)
        self.draft = draft


@dataclass(frozen=True)
class FilledForm:
    """What a page holds of a form.

    `data` is JSON, None where nobody has read the controls; `controls` are the texts of each control, `files` the ids
    of uploads; `page` is the number of the form's page; `saved_by` the nonce of the page that saves.
    """

    about: str
    title: str
    language: str
    controls: Mapping[str, Sequence[str]]
    data: Mapping[str, Any] | None = None
    files: Sequence[str] = field(default=())
    form_hash: str = ""
    page: int = 0
    saved_by: str = ""


@dataclass(frozen=True)
class SavedDraft:
    """A draft that was saved; `lost` says that the one which the page began with is no longer there."""

    draft: Draft
    lost: bool = False


def save_draft(
    work: UnitOfWork, owner: str, filled: FilledForm, draft_id: str = "", version: int = 0
) -> SavedDraft:  # fmt: skip
    """Save a draft, or a new one without a `draft_id`; `version` is the one that the page began with.

    Raises DraftChanged when another page saved something else since, and Refused for a draft that is too large, and
    for an owner with too many. A draft that was sent or discarded meanwhile is saved as a new one.
    """
    _require_size(work, filled)
    draft = find_draft(work, owner, draft_id, lock=True) if draft_id else _saved_meanwhile(work, owner, filled)
    if draft is None:
        return SavedDraft(_add(work, owner, filled), lost=bool(draft_id))
    if not draft_id:
        version = draft.version
    same = (draft.data, draft.controls, draft.page) == (filled.data, _lists(filled.controls), filled.page)
    if draft.version != version and not same:
        sentence = "This draft was changed on another page or device since you opened it. Nothing was overwritten."
        raise DraftChanged([say(work.language, sentence)], draft)
    expect_unchanged(work.session, select(Draft.version).where(Draft.id == draft.id), draft.version)
    draft.version += 1
    _fill(work, draft, filled)
    held = set(work.session.scalars(select(DraftFile.file_id).where(DraftFile.draft_id == draft.id)))
    _hold_files(work, draft, filled, held)
    return SavedDraft(draft)


def get_draft(work: UnitOfWork, owner: str, draft_id: str) -> Draft:
    """The owner's draft with an id; raises NotFound for any other, and for one that has expired."""
    draft = find_draft(work, owner, draft_id)
    if draft is None:
        raise NotFound(f"no draft {draft_id[:ID_LENGTH]}")
    return draft


def drafts_of(work: UnitOfWork, owner: str, about: str | None = None) -> list[Draft]:
    """The owner's drafts, the one saved last first; with `about` those of one form."""
    query = select(Draft).where(_readable(work, owner))
    if about is not None:
        query = query.where(Draft.about == about)
    return list(work.session.scalars(query.order_by(Draft.saved_at.desc(), Draft.id).limit(2 * MAX_DRAFTS)))


def expect_draft_unchanged(work: UnitOfWork, owner: str, version: int | None) -> None:
    """Make the transaction fail with ConcurrentChange where the only draft of an owner has another version when it is
    written; `version` is None where there was none.
    """
    expect_unchanged(work.session, select(Draft.version).where(_readable(work, owner)), version)


def discard_draft(work: UnitOfWork, owner: str, draft_id: str) -> None:
    """Delete a draft; its files are deleted with the other unused uploads. No error where it is gone already."""
    work.session.execute(delete(Draft).where(_readable(work, owner), Draft.id == draft_id[:ID_LENGTH]))


def discard_drafts(work: UnitOfWork, owners: Collection[str]) -> None:
    """Delete all drafts of these owners."""
    work.session.execute(delete(Draft).where(Draft.owner.in_(sorted(owners))))


def remove_sent_draft(work: UnitOfWork, owner: str, draft_id: str, version: int, saved_by: str = "") -> bool:
    """Delete the draft of a form that was sent, unless another page has changed it since (False): it is kept then."""
    if not draft_id and saved_by:  # the first save of the page, which it had not heard of yet
        work.session.execute(delete(Draft).where(_readable(work, owner), Draft.saved_by == saved_by))
    draft = find_draft(work, owner, draft_id) if draft_id else None
    if draft is None:
        return True
    if draft.version != version and (not saved_by or draft.saved_by != saved_by):
        return False
    discard_draft(work, owner, draft_id)
    return True


def find_draft(work: UnitOfWork, owner: str, draft_id: str, *, lock: bool = False) -> Draft | None:
    """The owner's draft with an id, or None; with `lock` nobody else changes it before this transaction ends."""
    if len(draft_id) != ID_LENGTH:
        return None
    query = select(Draft).where(_readable(work, owner), Draft.id == draft_id)
    if lock and not work.platform.database.is_sqlite:
        query = query.with_for_update().execution_options(populate_existing=True)
    with work.session.no_autoflush:
        return work.session.scalar(query)


def _saved_meanwhile(work: UnitOfWork, owner: str, filled: FilledForm) -> Draft | None:
    """The draft that the same page has saved a moment ago, before it knew the draft's id."""
    if not filled.saved_by:
        return None
    same = _readable(work, owner) & (Draft.about == filled.about) & (Draft.saved_by == filled.saved_by)
    with work.session.no_autoflush:
        draft = work.session.scalar(select(Draft).where(same).limit(1))
    if draft is None:
        expect_unchanged(work.session, select(Draft.id).where(same).limit(1), None)
    return draft


def _readable(work: UnitOfWork, owner: str) -> ColumnElement[bool]:
    return (Draft.owner == owner) & (Draft.expires_at > work.now) & Draft.secret_hash.is_(None)


def _require_size(work: UnitOfWork, filled: FilledForm) -> None:
    text = json.dumps([filled.data, _lists(filled.controls)], ensure_ascii=False)
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        sentence = "This is too much for a draft. Send the form, or write long texts into a document and attach it."
        raise Refused([say(work.language, sentence)])


def new_draft(work: UnitOfWork, owner: str, filled: FilledForm) -> Draft:
    """A new row with what was filled in and its files, added to the session; raises Refused where it is too large."""
    _require_size(work, filled)
    draft = Draft(id=new_id(), owner=owner, about=filled.about, version=1, created_at=work.now)
    _fill(work, draft, filled)
    work.session.add(draft)
    _hold_files(work, draft, filled, set())
    return draft


def _add(work: UnitOfWork, owner: str, filled: FilledForm) -> Draft:
    with work.session.no_autoflush:
        count = work.session.scalar(select(func.count()).select_from(Draft).where(_readable(work, owner))) or 0
    if count >= MAX_DRAFTS:
        sentence = "You have {n} drafts, and there is no room for another. Send or discard one of them first."
        raise Refused([say(work.language, sentence, n=count)])
    return new_draft(work, owner, filled)


def _fill(work: UnitOfWork, draft: Draft, filled: FilledForm) -> None:
    draft.title, draft.language = filled.title[:300], filled.language
    draft.form_hash, draft.page, draft.saved_by = filled.form_hash, filled.page, filled.saved_by[:64]
    draft.data = None if filled.data is None else dict(filled.data)
    draft.controls = _lists(filled.controls)
    draft.saved_at, draft.reminded_at = work.now, None
    draft.expires_at = work.now + current_site(work).portal.drafts.expire_after


def _lists(controls: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in controls.items()}


def _hold_files(work: UnitOfWork, draft: Draft, filled: FilledForm, held: set[str]) -> None:
    """Keep the files of the draft as long as it, and no others: only unused uploads of the actor or the owner."""
    wanted = set(filled.files) - held
    dropped = held - set(filled.files)
    if dropped:
        of_draft = DraftFile.draft_id == draft.id
        work.session.execute(delete(DraftFile).where(of_draft, DraftFile.file_id.in_(sorted(dropped))))
    for file_id in sorted(_own_uploads(work, wanted, draft.owner)):
        work.session.add(DraftFile(draft_id=draft.id, file_id=file_id))


def _own_uploads(work: UnitOfWork, ids: Collection[str], owner: str) -> set[str]:
    """Those of the files that the actor or the owner uploaded, in this transaction or before, and nothing holds yet."""
    pending = {row.id: row for row in work.session.new if isinstance(row, StoredFile)}
    rows = [pending[file_id] for file_id in ids if file_id in pending]
    if earlier := sorted(set(ids) - set(pending)):
        with work.session.no_autoflush:
            rows += work.session.scalars(select(StoredFile).where(StoredFile.id.in_(earlier)))
    return {row.id for row in rows if row.dossier_id is None and row.stored_by in (owner, work.actor_id or owner)}
