"""Every error formengine raises on purpose, in one tree.

    FormengineError
    ├── SettingError         a setting that cannot be read (names key, value and what to write)
    ├── DefinitionError      a definition that was to be used although its findings forbid it
    │   ├── FormError        a JSON Schema the forms engine refuses (JSON Pointer and reason)
    │   └── PublishRefused   a site that may not be published (its findings, or another publication came between)
    ├── NotFound             no such thing, or not for this actor (the same to an outsider: 404)
    ├── Refused              an act that the rules forbid now, with every reason (403 on a page, 422 by API)
    │   └── PluginFailed     ... because a plugin raised, hung or answered what it may not (its name)
    ├── Stale                somebody else moved first (409)
    ├── ConcurrentChange     what a unit of work had read changed before it was written; running it again resolves it
    ├── DatabaseBusy         the database's write lock was not free in time (503, to be tried again soon)
    ├── Invalid              answers that do not fit their form (422)
    ├── KeyReused            an idempotency key sent again with other content (422)
    ├── LinkSpent            a one-time link that is used, expired or foreign (410)
    ├── TooMany              a limit on tries (429, with seconds to wait)
    ├── DeliveryFailed       a mail or webhook the other side did not take (permanent or not)
    ├── DocumentRefused      a file that may not be opened, or a template that cannot be filled
    └── ConversionFailed     a document that could not be converted this time

Each carries its data; `web.errors` maps each to a page and a status, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class FormengineError(Exception):
    """The root: whatever a caller may want to catch as ours."""


class SettingError(FormengineError):
    """A setting cannot be read: `key`, its `value`, and `message` saying what to write."""

    def __init__(self, key: str, value: str, message: str) -> None:
        super().__init__(f"{key} = {value!r}: {message}")
        self.key, self.value, self.message = key, value, message


class DefinitionError(FormengineError):
    """A definition (form, workflow, site) that was to be used although it has errors."""


class FormError(DefinitionError):
    """A schema that the forms engine refuses: `pointer` is a JSON Pointer into the schema, `message` a sentence."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(f"{pointer or '/'}: {message}")
        self.pointer, self.message = pointer, message


class PublishRefused(DefinitionError):
    """A site may not be published: `findings` lists why (empty when another publication came between)."""

    def __init__(self, message: str, findings: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.message, self.findings = message, list(findings)


class NotFound(FormengineError):
    """There is no such thing for this actor; never says whether it exists for somebody else."""


class Refused(FormengineError):
    """The rules forbid an act now; `reasons` are sentences for the one who asked, all of them; nothing changed."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


class PluginFailed(Refused):
    """A plugin could not be relied on: `what` it is, its `name`, and the `problem`; the step failed whole (X4)."""

    def __init__(self, what: str, name: str, problem: str) -> None:
        super().__init__([f"The {what} “{name}” failed: {problem}. Nothing was changed."])
        self.what, self.name, self.problem = what, name, problem

    def __str__(self) -> str:
        return f"{self.what} {self.name}: {self.problem}"


class Stale(FormengineError):
    """The dossier moved since it was read: `expected` and `actual` versions, `changes` what happened between.

    `changes` is a list of (when, who, what) for people to read; it may be empty.
    """

    def __init__(self, reference: str, expected: int, actual: int, changes: Sequence[Any] = ()) -> None:
        super().__init__(f"{reference} was at version {expected} when it was read and is now at {actual}")
        self.reference, self.expected, self.actual, self.changes = reference, expected, actual, list(changes)


class ConcurrentChange(FormengineError):
    """Rows that a unit of work relied on changed before it could be written; nothing was written, so run it again."""


class DatabaseBusy(FormengineError):
    """The database could not be written within the time that a transaction waits; nothing was written."""

    retry_after = 2
    """Seconds after which it is worth trying again, for Retry-After."""


class Invalid(FormengineError):
    """Answers do not fit their form: `errors` are FieldErrors (pointer, control_id, keyword, message)."""

    def __init__(self, errors: Sequence[Any]) -> None:
        super().__init__(f"{len(errors)} answers do not fit the form")
        self.errors = list(errors)


class KeyReused(FormengineError):
    """An idempotency key was sent before with other content."""


class LinkSpent(FormengineError):
    """A one-time link that no longer works: `why` is "used", "expired", "withdrawn", "closed" or "unknown"."""

    def __init__(self, why: str) -> None:
        super().__init__(f"this link is {why}")
        self.why = why


class TooMany(FormengineError):
    """Too many tries: `wait` is the number of seconds until the next one is accepted, `limit` the name of the limit."""

    def __init__(self, wait: int, limit: str = "") -> None:
        super().__init__(f"too many tries; wait {wait} seconds")
        self.wait = wait
        self.limit = limit


class DeliveryFailed(FormengineError):
    """A message was not taken: `permanent` says that trying again is of no use; `reply` is what was answered."""

    def __init__(self, reply: str, *, permanent: bool) -> None:
        super().__init__(reply)
        self.reply, self.permanent = reply, permanent


class DocumentRefused(FormengineError):
    """A file that may not be opened or does not hold what it claims, or a template that cannot be filled."""


class ConversionFailed(FormengineError):
    """A document could not be converted now: the converter is missing, too slow, or fell over."""
