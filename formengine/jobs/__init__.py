"""Background jobs: enqueued in the transaction of their cause, run at least once, on SQLite and on PostgreSQL.

`register` names a kind of job, `Queue` enqueues, `Worker` runs; `status_of`, `list_jobs`, `retry_job`, `retry_dead` and
`drain` serve the commands and the admin page. No module outside this package imports the job engine (dbos).
"""

from formengine.jobs.attempts import Attempt, DeadJob, JobFunction, Retry, current_attempt
from formengine.jobs.dbos_engine import LANES, prepare
from formengine.jobs.drain import drain
from formengine.jobs.heartbeat import SeenWorker
from formengine.jobs.job_list import Job, list_jobs, retry_dead, retry_job
from formengine.jobs.kinds import KINDS, Kind, register
from formengine.jobs.queue import Queue
from formengine.jobs.retention import prune_jobs
from formengine.jobs.schedules import PeriodicJob
from formengine.jobs.stats import Status, status_of
from formengine.jobs.transaction_guard import guard_transactions
from formengine.jobs.worker import Worker

__all__ = [
    "KINDS",
    "LANES",
    "Attempt",
    "DeadJob",
    "Job",
    "JobFunction",
    "Kind",
    "PeriodicJob",
    "Queue",
    "Retry",
    "SeenWorker",
    "Status",
    "Worker",
    "current_attempt",
    "drain",
    "guard_transactions",
    "list_jobs",
    "prepare",
    "prune_jobs",
    "register",
    "retry_dead",
    "retry_job",
    "status_of",
]
