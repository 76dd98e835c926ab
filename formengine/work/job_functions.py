"""The function of each kind of job, and the worker that runs them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from formengine.jobs import Attempt, JobFunction, PeriodicJob, Worker, current_attempt, guard_transactions
from formengine.mail import open_transport
from formengine.services.access.enforcement import current_site
from formengine.services.approvals import signature_providers
from formengine.services.approvals.signature_providers import POLL_JOB, STATUS_JOB
from formengine.services.approvals.signed_copy_delivery import make_signed_copy
from formengine.services.case.draft_jobs import DRAFT_JOB
from formengine.services.case.effects import OPEN_CHILD_JOB, SIGN_JOB
from formengine.services.case.provider_seats import ASK_JOB, RECALL_JOB
from formengine.services.case.search_index import INDEX_JOB, index_stale_dossiers, is_index_due
from formengine.services.case.writer import RATING_JOB
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.dossiers import ratings, timers
from formengine.services.dossiers.answer_copies import ANSWER_COPY_JOB, make_answer_copy
from formengine.services.dossiers.document_drafts import make_draft
from formengine.services.dossiers.plugin_jobs import run_plugin_job
from formengine.services.dossiers.timers import SWEEP_JOB, WAKE_JOB
from formengine.services.dossiers.version_changes import COMPARISON_JOB, compare_versions
from formengine.services.dossiers.weekly_overview import OVERVIEW_JOB, write_overviews
from formengine.services.drafts.expiry import EXPIRY_JOB, expire_drafts, is_draft_due
from formengine.services.exports.exports import EXPORT_JOB, write_export
from formengine.services.files.page_pictures import PAGES_JOB, make_pages
from formengine.services.files.reading_copies import COPY_JOB, make_reading_copy
from formengine.services.intake import child_requests, part_timers
from formengine.services.intake.part_timers import FILLING_SWEEP_JOB, WAKE_FILLING_JOB
from formengine.services.job_kinds import TIDY_JOB, kinds_with_jobs_of
from formengine.services.notifications.delivery import run_delivery
from formengine.services.notifications.digests import DIGEST_JOB, is_digest_due, write_digests
from formengine.services.notifications.mails import DELIVER_JOB
from formengine.services.retention import tidy

log = logging.getLogger(__name__)

TIMER_POLL_SECONDS = 5
"""Seconds between polls for due timers: a deadline fires at most this much late."""


FILLING_POLL_SECONDS = 30
"""Seconds between polls for reminders of parts of forms, and for requests that nobody finished."""


SIGNATURE_POLL_SECONDS = 30
"""Seconds between polls for signatures whose status is to be asked."""

OVERVIEW_POLL_SECONDS = 900
"""Seconds between polls for weekly overviews that are due."""
DIGEST_POLL_SECONDS = 60
"""Seconds between polls for digests that are due."""

INDEX_POLL_SECONDS = 10
"""Seconds between polls for dossiers to be indexed anew: by a new name, people are found this much later."""

DRAFT_POLL_SECONDS = 60
"""Seconds between polls for drafts that end, or end soon."""


def functions_of(platform: Platform) -> Mapping[str, JobFunction]:
    """The function of every job by its name, for a worker or for draining."""
    transport = open_transport(platform.settings.mail_url)

    def deliver_mail(args: dict[str, Any]) -> None:
        run_delivery(platform, transport, args, current_attempt() or Attempt("", 1, last=False))

    def in_unit(do: Callable[[UnitOfWork, dict[str, Any]], object]) -> JobFunction:
        def run(args: dict[str, Any]) -> None:
            def operation(work: UnitOfWork) -> object:
                work.language = current_site(work).portal.languages[0]
                return do(work, args)

            run_in_transaction(platform, operation)

        return run

    return {
        DELIVER_JOB: deliver_mail,
        DRAFT_JOB: lambda args: make_draft(platform, args, last_attempt=is_last_attempt()),
        SIGN_JOB: lambda args: make_signed_copy(platform, args, last_attempt=is_last_attempt()),
        **functions_of_contents(platform),
        COMPARISON_JOB: lambda args: compare_versions(platform, args, last_attempt=is_last_attempt()),
        EXPORT_JOB: lambda args: write_export(platform, str(args["export"]), last_attempt=is_last_attempt()),
        OPEN_CHILD_JOB: in_unit(lambda work, args: child_requests.open_child(work, *open_child_args(args))),
        WAKE_JOB: in_unit(lambda work, args: timers.fire_timers(work, str(args["reference"]), args.get("due"))),
        RATING_JOB: in_unit(lambda work, args: ratings.ask_for_rating(work, int(args["dossier"]))),
        SWEEP_JOB: in_unit(lambda work, args: timers.enqueue_due_dossiers(work)),
        ASK_JOB: lambda args: signature_providers.request_signature(platform, int(args["seat"])),
        RECALL_JOB: lambda args: signature_providers.recall_signature(platform, int(args["seat"])),
        STATUS_JOB: lambda args: signature_providers.check_signature(platform, int(args["seat"])),
        FILLING_SWEEP_JOB: in_unit(lambda work, args: part_timers.enqueue_due_fillings(work)),
        WAKE_FILLING_JOB: in_unit(lambda work, args: part_timers.wake_filling(work, args["filling"], args.get("due"))),
        POLL_JOB: in_unit(lambda work, args: signature_providers.enqueue_status_checks(work)),
        EXPIRY_JOB: in_unit(lambda work, args: expire_drafts(work)),
        DIGEST_JOB: in_unit(lambda work, args: write_digests(work)),
        OVERVIEW_JOB: lambda args: write_all_overviews(platform),
        ANSWER_COPY_JOB: lambda args: copy_answers(platform, args),
        INDEX_JOB: lambda args: index_dossiers(platform),
        TIDY_JOB: lambda args: tidy_up(platform),
        **{name: plugin_job(platform, name) for name in platform.registry.jobs},
    }


def functions_of_contents(platform: Platform) -> Mapping[str, JobFunction]:
    """The functions of jobs that make something of a stored content, by its hash."""
    return {
        COPY_JOB: lambda args: make_reading_copy(platform, str(args["sha256"]), last_attempt=is_last_attempt()),
        PAGES_JOB: lambda args: make_pages(platform, str(args["sha256"]), last_attempt=is_last_attempt()),
    }


def is_last_attempt() -> bool:
    """Whether the job that runs is not tried again."""
    attempt = current_attempt()
    return attempt is not None and attempt.last


def tidy_up(platform: Platform) -> None:
    """Delete what nobody needs any more, and log how much it was."""
    log.info("tidied: %d rows and contents", tidy(platform, datetime.now(UTC)))


def index_dossiers(platform: Platform) -> None:
    """Index the dossiers whose documents are stale, and log how many they were."""
    log.info("indexed: %d dossiers", index_stale_dossiers(platform))


def write_all_overviews(platform: Platform) -> None:
    """Write the weekly overviews that are due, in one transaction for each batch of readers."""
    after: str | None = ""
    while after is not None:
        after = run_in_transaction(platform, partial(write_overviews, after=after))


def plugin_job(platform: Platform, name: str) -> JobFunction:
    """The function of a job that a plugin registered."""
    return lambda args: run_plugin_job(platform, name, args, current_attempt() or Attempt("", 1, last=False))


def copy_answers(platform: Platform, args: Mapping[str, Any]) -> None:
    """Make a copy of the answers of a dossier as PDF."""
    attempt = current_attempt()
    make_answer_copy(platform, args, last_attempt=attempt is not None and attempt.last)


def open_child_args(args: Mapping[str, Any]) -> tuple[int, str, str, Mapping[str, Any], Mapping[str, Any]]:
    """Arguments of OPEN_CHILD_JOB: id of the dossier, request type, the step that caused it, the answers that it gives,
    and those that it calculated.
    """
    given, calculated = args.get("values", {}), args.get("calculated", {})
    return int(args["dossier"]), str(args["request_type"]), str(args["cause"]), given, calculated


def worker_of(platform: Platform, executor_id: str | None = None) -> Worker:
    """The worker of a process: all jobs, the slots of each lane from the settings, and the periodic jobs."""
    settings = platform.settings
    guard_transactions(platform.database.sessions, settings.job_lease)

    def due(query: Callable[[Session, datetime], bool]) -> Callable[[], bool]:
        def answer() -> bool:
            with platform.database.reading() as session:
                return query(session, datetime.now(UTC))

        return answer

    return Worker(
        settings.database_url,
        functions_of(platform),
        executor_id=executor_id,
        kinds=kinds_with_jobs_of(platform.registry),
        slots={
            "mail": settings.mail_slots,
            "documents": settings.document_slots,
            "copies": settings.copy_slots,
        },
        schedules=[
            PeriodicJob(SWEEP_JOB, TIMER_POLL_SECONDS, due=due(timers.is_dossier_due)),
            PeriodicJob(POLL_JOB, SIGNATURE_POLL_SECONDS, due=due(signature_providers.is_check_due)),
            PeriodicJob(
                EXPIRY_JOB, DRAFT_POLL_SECONDS, due=due(partial(is_draft_due, definitions=platform.definitions))
            ),
            PeriodicJob(FILLING_SWEEP_JOB, FILLING_POLL_SECONDS, due=due(part_timers.is_filling_due)),
            PeriodicJob(DIGEST_JOB, DIGEST_POLL_SECONDS, due=due(is_digest_due)),
            PeriodicJob(OVERVIEW_JOB, OVERVIEW_POLL_SECONDS),
            PeriodicJob(INDEX_JOB, INDEX_POLL_SECONDS, due=due(is_index_due)),
            PeriodicJob(TIDY_JOB, 86400),
        ],
        lease=settings.job_lease,
    )
