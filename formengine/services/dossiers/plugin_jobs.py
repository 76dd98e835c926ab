"""Jobs of plugins: called between two short transactions, tried again as other jobs are, told of when they fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from formengine.errors import DeliveryFailed
from formengine.jobs import Attempt
from formengine.registry import JobContext, JobDossier
from formengine.services.case.repository import load, lock_dossier
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry

FAILED: Final = "job_failed"
"""Kind of the history entry for a job that failed for good: `{"name": job, "job": id}`."""


def run_plugin_job(platform: Platform, name: str, args: Mapping[str, Any], attempt: Attempt) -> None:
    """One attempt at a job `{"dossier": reference, "payload": object}`; nothing is locked while its function runs.

    Raises what the function raises, after a failure for good is in the dossier's history. Its text is for the log.
    """
    job, reference = platform.registry.jobs[name], str(args["dossier"])
    with platform.database.reading() as session:
        dossier = _dossier(UnitOfWork(platform, session, None), reference)
    payload: Mapping[str, Any] = args["payload"]
    context = JobContext(payload, attempt.job, attempt.number, attempt.last, job.settings, dossier)
    try:
        job.function(context)
    except Exception as error:
        if attempt.last or (isinstance(error, DeliveryFailed) and error.permanent):
            run_in_transaction(platform, lambda work: _record_failure(work, reference, name, attempt.job))
        raise


def _dossier(work: UnitOfWork, reference: str) -> JobDossier:
    row = work.session.scalars(select(Dossier).where(Dossier.reference == reference)).one()
    case = load(work, row).case
    return JobDossier(row.reference, row.kind, case.state, case.version, row.title, case.values())


def _record_failure(work: UnitOfWork, reference: str, name: str, job: str) -> None:
    """Add the entry, once per job, however often its end is come to."""
    row = lock_dossier(work, select(Dossier).where(Dossier.reference == reference))
    assert row is not None
    entries = select(HistoryEntry.payload).where(HistoryEntry.dossier_id == row.id, HistoryEntry.kind == FAILED)
    if all(payload.get("job") != job for payload in work.session.scalars(entries)):
        append_entry(work, FAILED, {"name": name, "job": job}, row, nobody=True)
