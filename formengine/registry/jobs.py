"""Jobs of plugins: functions that a worker runs after the step that asked for them, to post to another system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class JobDossier:
    """The dossier whose step asked for a job, as it stands when the attempt begins.

    `facts` are its answers and fields by name, JSON values.
    """

    reference: str
    kind: str
    state: str
    version: int
    title: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class JobContext:
    """What a job's function is given.

    `payload` is the JSON object that the action returned. `key` is the same on every attempt and differs from that of
    any other job: send it as the Idempotency-Key, because an attempt that was cut off is made again. `attempt` counts
    from 1; `last` says that none follows. `settings` are those that the plugin declared, None if it declared none.
    """

    payload: Mapping[str, Any]
    key: str
    attempt: int
    last: bool
    settings: Any
    dossier: JobDossier


@dataclass(frozen=True)
class PluginJob:
    """`function(job)` is called by a worker for each `(name, payload)` that an action returns; `job` is a `JobContext`.

    When it raises, it is called again after `first_wait` seconds, then after twice as long each time up to
    `longest_wait`, `tries` times in all. `settings` are those of the plugin that registered it.
    """

    name: str
    function: Callable[[JobContext], object]
    tries: int = 16
    first_wait: float = 5.0
    longest_wait: float = 3600.0
    settings: Any = None
