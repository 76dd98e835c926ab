"""Exports: short ones are written at once, long ones by a job, whose file its owner fetches within a day (P14, T19).

Who exported which list, and how many dossiers, stands in the site's audit log.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from formengine.documents.tables import CSV, XLSX
from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.core.audit_log import append_entry
from formengine.services.core.rate_limits import Limit, consume
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.dossiers.list_filter import filter_query
from formengine.services.exports.exported_rows import may_still_read, packed, rights_of
from formengine.services.exports.table import Format, Parameters, Progress, count_rows, exported_filter, write_table
from formengine.services.files.uploads import UNUSED_UPLOAD_LIFETIME
from formengine.services.notifications.mails import Recipient, notify
from formengine.storage.blobs.store import StoredBlob
from formengine.storage.models.exports import Export
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.people import Person
from formengine.value_format import format_due

EXPORT_JOB: Final = "write_export"
"""The job that writes one long export: `{"export": id}`."""
LONG: Final = 5000
"""More rows than this are written by a job."""
EXPORTS: Final = Limit("export:account", 60, timedelta(hours=1))
MOST_UNFINISHED: Final = 3
"""Long exports that one person may have waiting or running."""
TYPES: Final[dict[str, str]] = {"xlsx": XLSX, "csv": CSV}
ExportState = Literal["waiting", "running", "done", "failed", "expired"]


def begin_export(work: UnitOfWork, parameters: Parameters, format_: Format, title: str) -> Export | None:
    """Record that the actor exports a list. Returns the export that a job will write where the list is long; None where
    the caller is to write it at once (`write_table`). One of the same list that still waits is returned instead.

    Raises Refused without access to the list, or with too many unfinished exports; TooManyTries.
    """
    require_permission(work, "account.own")
    wanted = named_parameters(work, parameters)
    rows = count_rows(work, wanted)
    consume(work, (EXPORTS, work.person.id))
    if rows <= LONG:
        _record(work, wanted, format_, rows)
        return None
    if (begun := _waiting_export(work, wanted, format_)) is not None:
        return begun
    _require_room(work)
    export = Export(
        person_id=work.person.id,
        format=format_,
        parameters=[list(pair) for pair in wanted],
        title=title[:100],
        language=work.language,
        rows=rows,
        created_at=work.now,
    )
    work.session.add(export)
    work.session.flush()
    work.enqueue(EXPORT_JOB, {"export": export.id}, lane="copies", key=f"export-{export.id}")
    return export


def named_parameters(work: UnitOfWork, parameters: Parameters) -> list[tuple[str, str]]:
    """The parameters that name a list, without what cannot be read and what is no part of it; raises Refused."""
    return filter_query(exported_filter(work, parameters))


def _waiting_export(work: UnitOfWork, parameters: Sequence[tuple[str, str]], format_: str) -> Export | None:
    """An export of the same list in the same format, in the actor's language, that is not written yet."""
    rows = work.session.scalars(
        select(Export).where(
            Export.person_id == work.person.id,
            Export.state == "waiting",
            Export.format == format_,
            Export.language == work.language,
        )
    )
    named = [list(pair) for pair in parameters]
    return next((row for row in rows if row.parameters == named), None)


def _require_room(work: UnitOfWork) -> None:
    unfinished = (Export.person_id == work.person.id) & Export.state.in_(("waiting", "running"))
    if (work.session.scalar(select(func.count()).where(unfinished)) or 0) >= MOST_UNFINISHED:
        sentence = "{n} of your exports are not finished yet; wait until one of them is."
        raise Refused([say(work.language, sentence, n=MOST_UNFINISHED)])


def _record(work: UnitOfWork, parameters: Parameters, format_: str, rows: int) -> None:
    payload = {"format": format_, "parameters": [list(pair) for pair in parameters], "rows": rows}
    append_entry(work, "exported", payload)


def get_export(work: UnitOfWork, export_id: str) -> Export:
    """An export of the actor; raises NotFound for any other."""
    require_permission(work, "account.own")
    export = work.session.get(Export, export_id)
    if export is None or export.person_id != work.person.id:
        raise NotFound(f"no export {export_id}")
    return export


def own_exports(work: UnitOfWork, limit: int = 20) -> Sequence[Export]:
    """The long exports of the actor, the newest first."""
    require_permission(work, "account.own")
    query = select(Export).where(Export.person_id == work.person.id)
    return work.session.scalars(query.order_by(Export.created_at.desc(), Export.id).limit(limit)).all()


def state_of(export: Export, now: datetime) -> ExportState:
    """The state of an export: also `expired`, when its file has gone or is about to."""
    state: ExportState = export.state  # type: ignore[assignment]  # written by this module alone
    expires = expires_at(export)
    gone = export.file_id is None or (expires is not None and expires <= now)
    return "expired" if state == "done" and gone else state


def expires_at(export: Export) -> datetime | None:
    """Until when the file can be fetched; None while there is none."""
    return None if export.finished_at is None else export.finished_at + UNUSED_UPLOAD_LIFETIME


def export_file(work: UnitOfWork, export: Export) -> StoredFile:
    """The file of an export; raises NotFound when it is not written yet, or has gone, and Refused where the actor may
    no longer read all that it holds (T19).
    """
    if state_of(export, work.now) != "done" or export.file is None:
        raise NotFound(f"the file of export {export.id} is not there")
    if not may_still_read(work, export):
        sentence = "What you may read has changed since this export was made. Export the list again."
        raise Refused([say(work.language, sentence)])
    return export.file


def file_name(title: str, format_: str, now: datetime, zone: str) -> str:
    """The name of an exported file: the title of the list and the day."""
    return f"{title} {now.astimezone(ZoneInfo(zone)):%Y-%m-%d}.{format_}"


def write_export(platform: Platform, export_id: str, *, last_attempt: bool = False) -> None:
    """Write the file of a long export, with what its owner may see now; the job of EXPORT_JOB. Safe to repeat.

    The rows are read from a snapshot, outside of any transaction that writes.
    """
    export = run_in_transaction(platform, lambda work: _start(work, export_id))
    if export is None:
        return
    try:
        rights, dossiers, blob = _write(platform, export)
        run_in_transaction(platform, lambda work: _finish(work, export_id, rights, dossiers, blob), export.person_id)
    except Exception:
        if last_attempt:
            run_in_transaction(platform, lambda work: _set(work, export_id, state="failed", finished_at=work.now))
        raise


def _start(work: UnitOfWork, export_id: str) -> Export | None:
    """Mark an export as running; None where there is nothing to write: it is done, or its owner's account is closed."""
    export = work.session.get(Export, export_id)
    if export is None or export.state in ("done", "failed"):
        return None
    if work.session.get_one(Person, export.person_id).state != "active":
        export.state, export.finished_at = "failed", work.now
        return None
    export.state, export.written = "running", 0
    return export


class _StoredProgress(Progress):
    """Tells the page of an export how far it is."""

    def __init__(self, platform: Platform, export_id: str) -> None:
        super().__init__()
        self._platform, self._export_id = platform, export_id

    def report(self, count: int) -> None:
        run_in_transaction(self._platform, lambda work: _set(work, self._export_id, written=count))


def _set(work: UnitOfWork, export_id: str, **values: object) -> None:
    work.session.execute(update(Export).where(Export.id == export_id).values(**values))


def _write(platform: Platform, export: Export) -> tuple[str, Sequence[int], StoredBlob]:
    """Write the file to the store; returns with whose rights, the ids of the dossiers in it, and the file."""
    progress = _StoredProgress(platform, export.id)
    with TemporaryFile() as file, platform.database.reading() as session:
        owner = session.get_one(Person, export.person_id)
        work = UnitOfWork(platform, session, owner, language=export.language)
        parameters = [(name, value) for name, value in export.parameters]
        write_table(work, parameters, export.format, export.title, file, progress)  # type: ignore[arg-type]
        rights = rights_of(work)
        session.close()
        file.seek(0)
        return rights, progress.dossiers, platform.blobs.put(file)


def _finish(work: UnitOfWork, export_id: str, rights: str, dossiers: Sequence[int], blob: StoredBlob) -> None:
    """Store the file of an export, and tell its owner."""
    rows = len(dossiers)
    export = work.session.get_one(Export, export_id)
    if export.state == "done":
        return
    name = file_name(export.title, export.format, work.now, work.portal_zone)
    export.file = StoredFile(
        sha256=blob.sha256, name=name, type=TYPES[export.format], size=blob.size, stored_at=work.now, stored_by=None
    )
    work.session.add(export.file)
    export.rights, export.dossiers = rights, packed(dossiers)
    export.state, export.finished_at, export.rows, export.written = "done", work.now, rows, rows
    _record(work, [(name, value) for name, value in export.parameters], export.format, rows)
    base, until = work.platform.settings.base_url.rstrip("/"), work.now + UNUSED_UPLOAD_LIFETIME

    def variables(reader: Recipient) -> dict[str, object]:
        due = format_due(until, None, reader.language, reader.zone)
        return {"list": export.title, "rows": rows, "deadline": {"due": due}, "link": f"{base}/exports/{export_id}"}

    notify(work, "export_ready", [export.person_id], variables, entry=f"export-{export_id}")
