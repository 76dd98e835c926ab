"""Functions of the jobs: each opens a unit of work without an actor and calls one service."""

from formengine.work.job_functions import functions_of, worker_of

__all__ = ["functions_of", "worker_of"]
