"""Changes of an attachment: another version, who sees it, and withdrawal; each stands in the history (D6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused
from formengine.forms import FieldError, Upload
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, is_client_side, require_permission
from formengine.services.case.repository import get_dossier
from formengine.services.case.search_documents import add_words, replace_note_words
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachments import VISIBILITIES, Visibility, get_attachment, new_attachment
from formengine.services.files.uploads import assign_to_dossier, store_upload
from formengine.services.people.displayed_names import has_visible
from formengine.storage.models.dossiers import Dossier, EarlierSubmission, Fact, Submission
from formengine.storage.models.files_and_notes import Attachment

MAX_REASON: Final = 2000


def add_version(work: UnitOfWork, reference: str, attachment_id: int, upload: Upload) -> Attachment:
    """Add a newer version of an attachment, which keeps its visibility; the earlier one stays, with its own.

    Raises NotFound; Refused without `dossier.attach`, for an attachment that was withdrawn, that has a newer version,
    or is read-only for the actor; DocumentRefused as `store_upload` does.
    """
    dossier, row = _attachment_of(work, reference, attachment_id)
    require_permission(work, "dossier.attach", dossier)
    _require_open(work, row)
    stored = store_upload(work, upload, dossier)  # before the dossier is locked: the storage may be slow
    with work.session.no_autoflush:
        dossier = get_dossier(work, reference, lock=True)
        require_permission(work, "dossier.attach", dossier)
        _require_open(work, row)
        series = row.series or row.id
        newest = _numbers_of(work, dossier, series)[-1]
        if newest != row.number:
            raise Refused([say(work.language, "There is a newer version already: add yours to that one.")])
        assign_to_dossier(dossier, [stored])
        version = new_attachment(work, dossier, stored, internal=row.internal, held=row.held, read_only=row.read_only)
        version.series, version.number = series, newest + 1
        work.session.add(version)
        add_words(work, dossier.id, [stored.name], internal=row.internal)

    def payload() -> dict[str, object]:
        named = {"attachment": version.id, "name": stored.name, "number": version.number}
        return {**named, "sha256": stored.sha256, "replaces": row.id, "internal": row.internal}

    append_entry(work, "attachment_version", payload, dossier, visible_to_client=not row.internal)
    work.session.flush()
    return version


def _require_open(work: UnitOfWork, row: Attachment) -> None:
    reasons = version_reasons(work, row)
    if reasons:
        raise Refused(reasons)


def version_reasons(work: UnitOfWork, row: Attachment) -> list[str]:
    """Why the actor may not add a version to an attachment; [] when they may."""
    if row.withdrawn_at is not None:
        return [say(work.language, "This file was withdrawn.")]
    if row.read_only and is_client_side(work):
        return [say(work.language, "This file is read-only: write a note to the legal team, with yours.")]
    return []


def _numbers_of(work: UnitOfWork, dossier: Dossier, series: int) -> list[int]:
    of_series = (Attachment.id == series) | (Attachment.series == series)
    query = select(Attachment.number).where(Attachment.dossier_id == dossier.id, of_series)
    return list(work.session.scalars(query.order_by(Attachment.number)))


def change_visibility(
    work: UnitOfWork, reference: str, attachment_id: int, visibility: str, read_only: bool
) -> Attachment:
    """Say who sees an attachment (`VISIBILITIES`), and whether the client's side may only read it. To show one that was
    held is to approve it.

    Raises NotFound, Refused without `dossier.share`, and Invalid for a word that is none of VISIBILITIES.
    """
    dossier, row = _attachment_of(work, reference, attachment_id, lock=True)
    require_permission(work, "dossier.share", dossier)
    if visibility not in VISIBILITIES:
        message = say(work.language, "Say who may see it.")
        raise Invalid([FieldError("/visibility", "visibility", "enum", message)])
    if row.withdrawn_at is not None:
        raise Refused([say(work.language, "This file was withdrawn.")])
    before, was_read_only = visibility_of(row), row.read_only
    row.internal, row.held, row.read_only = visibility != "client", visibility == "held", read_only
    named = {"attachment": row.id, "name": row.file.name, "was": before}
    if visibility != before:
        decision = "approved" if (before, visibility) == ("held", "client") else visibility
        append_entry(work, "attachment_shown", {**named, "decision": decision}, dossier)
        _write_names(work, dossier)
    if read_only != was_read_only:
        rights = "read_only" if read_only else "open"
        append_entry(work, "attachment_rights", {**named, "decision": rights}, dossier)
    return row


def visibility_of(row: Attachment) -> Visibility:
    """Who sees an attachment: a word of VISIBILITIES."""
    return "held" if row.held else "internal" if row.internal else "client"


def withdraw(work: UnitOfWork, reference: str, attachment_id: int, reason: str) -> Attachment:
    """Withdraw an attachment: nobody of the client's side can open it any more. That it was there, who withdrew it and
    why stays on the page and in the history; the legal team still reads it, for the law may ask for it.

    Raises NotFound; Invalid without a reason; Refused for somebody else's file (but for the legal team), for one that
    is read-only, and for one of the answers, which are corrected and not withdrawn.
    """
    dossier, row = _attachment_of(work, reference, attachment_id, lock=True)
    require_permission(work, "dossier.attach", dossier)
    reasons = withdrawal_reasons(work, dossier, row)
    if reasons:
        raise Refused(reasons)
    if not has_visible(reason) or len(reason) > MAX_REASON:
        sentence = say(work.language, "Say why the file is withdrawn, in at most {n} characters.", n=MAX_REASON)
        raise Invalid([FieldError("/reason", "reason", "required", sentence)])
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = work.now, work.actor_id, reason.strip()
    payload = {"attachment": row.id, "name": row.file.name, "sha256": row.file.sha256, "comment": reason.strip()}
    append_entry(work, "attachment_withdrawn", payload, dossier, visible_to_client=not row.internal)
    _write_names(work, dossier)
    return row


def _write_names(work: UnitOfWork, dossier: Dossier) -> None:
    """Have the dossier found by the names of its attachments by those who see them now."""
    work.session.flush()
    replace_note_words(work, dossier)


def withdrawal_reasons(work: UnitOfWork, dossier: Dossier, row: Attachment) -> list[str]:
    """Why the actor may not withdraw an attachment; [] when they may."""
    is_counsel = has_permission(work, "dossier.share", dossier)
    if row.withdrawn_at is not None:
        return [say(work.language, "This file was withdrawn.")]
    if not is_counsel and row.added_by != work.actor_id:
        return [say(work.language, "Only the legal team, and whoever added a file, may withdraw it.")]
    if not is_counsel and row.read_only:
        return [say(work.language, "This file is read-only: write a note to the legal team, with yours.")]
    if row.file_id in answered_files(work, dossier):
        return [say(work.language, "This file belongs to the answers of the form: correct the answers instead.")]
    return []


def answered_files(work: UnitOfWork, dossier: Dossier) -> set[str]:
    """The ids of the files in a dossier's answers, present and earlier, and in its facts."""

    def read() -> set[str]:
        earlier = select(EarlierSubmission.submission_id).where(EarlierSubmission.dossier_id == dossier.id)
        answers = work.session.scalars(select(Submission.answers).where(Submission.id.in_(earlier))).all()
        facts = work.session.scalars(select(Fact.value).where(Fact.dossier_id == dossier.id)).all()
        return {file for value in (dossier.submission.answers, *answers, *facts) for file in _files_in(value)}

    return work.remember(("answered files", dossier.id), read)


def _files_in(value: Any) -> set[str]:
    """The ids of the files within a JSON value (`uploads.file_value`)."""
    if isinstance(value, Mapping):
        if "sha256" in value and isinstance(value.get("id"), str):
            return {value["id"]}
        value = list(value.values())
    return {file for part in value for file in _files_in(part)} if isinstance(value, list) else set()


def _attachment_of(
    work: UnitOfWork, reference: str, attachment_id: int, *, lock: bool = False
) -> tuple[Dossier, Attachment]:
    dossier, row = get_dossier(work, reference, lock=lock), get_attachment(work, attachment_id)
    if row.dossier_id != dossier.id:
        raise NotFound(f"no attachment {attachment_id} on {reference}")
    return dossier, row
