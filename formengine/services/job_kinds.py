"""The kinds of jobs that services enqueue, with their retry policies. Their functions are in `formengine.work`."""

from __future__ import annotations

from formengine.jobs import KINDS, Kind, register
from formengine.registry import Registry
from formengine.services.approvals.signature_providers import POLL_JOB, STATUS_JOB
from formengine.services.case.draft_jobs import DRAFT_JOB
from formengine.services.case.effects import OPEN_CHILD_JOB, SIGN_JOB
from formengine.services.case.provider_seats import ASK_JOB, RECALL_JOB
from formengine.services.case.search_index import INDEX_JOB
from formengine.services.case.writer import RATING_JOB
from formengine.services.dossiers.answer_copies import ANSWER_COPY_JOB
from formengine.services.dossiers.timers import SWEEP_JOB, WAKE_JOB
from formengine.services.dossiers.version_changes import COMPARISON_JOB
from formengine.services.dossiers.weekly_overview import OVERVIEW_JOB
from formengine.services.drafts.expiry import EXPIRY_JOB
from formengine.services.exports.exports import EXPORT_JOB
from formengine.services.files.page_pictures import PAGES_JOB
from formengine.services.files.reading_copies import COPY_JOB
from formengine.services.intake.part_timers import FILLING_SWEEP_JOB, WAKE_FILLING_JOB
from formengine.services.notifications.digests import DIGEST_JOB
from formengine.services.notifications.mails import DELIVER_JOB

TIDY_JOB = "tidy"
"""The nightly job that deletes unused uploads, spent links and orphaned files (`retention`)."""


def kinds_with_jobs_of(registry: Registry) -> dict[str, Kind]:
    """Every registered kind of job, and those of plugins, by name."""
    jobs = registry.jobs.values()
    return KINDS | {job.name: Kind(job.name, job.tries, job.first_wait, job.longest_wait) for job in jobs}


def register_jobs() -> None:
    """Register every kind once; the same again is fine."""
    register(DELIVER_JOB, tries=24, first_wait=2, longest_wait=3600)  # about sixteen hours
    register(DRAFT_JOB, tries=6, first_wait=5, longest_wait=600)
    register(SIGN_JOB, tries=16, first_wait=5, longest_wait=3600)  # about six hours: a time stamp server may be down
    register(ANSWER_COPY_JOB, tries=3, first_wait=5, longest_wait=60)
    register(COPY_JOB, tries=3, first_wait=5, longest_wait=60)
    register(PAGES_JOB, tries=3, first_wait=5, longest_wait=60)
    register(COMPARISON_JOB, tries=3, first_wait=5, longest_wait=60)
    register(EXPORT_JOB, tries=3, first_wait=5, longest_wait=60)
    register(OPEN_CHILD_JOB, tries=6, first_wait=5, longest_wait=600)
    register(WAKE_JOB, tries=12, first_wait=1, longest_wait=600)
    register(SWEEP_JOB, tries=1)
    register(RATING_JOB, tries=6, first_wait=5, longest_wait=600)
    register(ASK_JOB, tries=16, first_wait=5, longest_wait=3600)
    register(RECALL_JOB, tries=8, first_wait=5, longest_wait=3600)
    register(STATUS_JOB, tries=4, first_wait=10, longest_wait=600)
    register(POLL_JOB, tries=1)
    register(FILLING_SWEEP_JOB, tries=1)
    register(WAKE_FILLING_JOB, tries=12, first_wait=1, longest_wait=600)
    register(EXPIRY_JOB, tries=1)
    register(DIGEST_JOB, tries=1)
    register(OVERVIEW_JOB, tries=1)
    register(INDEX_JOB, tries=1)
    register(TIDY_JOB, tries=3, first_wait=60, longest_wait=600)
