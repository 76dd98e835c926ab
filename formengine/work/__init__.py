"""Job bodies: each opens a unit of work of the engine's own and calls one service."""

from formengine.work.job_functions import functions_of, worker_of

__all__ = ["functions_of", "worker_of"]
