"""All errors of formengine, in one tree.

    FormengineError
    ├── SettingError         a setting that cannot be read (names key, value and what to write)
    ├── DefinitionError      a definition with errors
    │   ├── FormError        a JSON Schema that is not supported or not valid (JSON Pointer and reason)
    │   └── PublishRefused   a site that may not be published (its findings, or another publication came between)
    ├── NotFound             it does not exist, or not for this actor (404 both times)
    ├── Refused              an operation that is not allowed now, with all reasons (page 403, API 422)
    │   └── PluginFailed     ... because a plugin raised, timed out or returned a wrong value
    ├── Stale                somebody else changed the dossier first (409)
    ├── ConcurrentChange     what a unit of work had read changed before it was written; running it again resolves it
    ├── DatabaseBusy         the database's write lock was not free in time (503, to be tried again soon)
    ├── TooBusy              as much of it as a process does at a time is being done (503, to be tried again soon)
    ├── StorageUnavailable   the folder or bucket of files cannot be reached (503), an OSError as well
    ├── ContentLost          a file whose content the store does not have any more (500)
    ├── Invalid              answers that do not fit their form (422)
    ├── KeyReused            an idempotency key sent again with other content (422)
    ├── LinkSpent            a one-time link that is used, expired or foreign (410)
    ├── TooManyTries         a limit on tries (429, with seconds to wait)
    ├── DeliveryFailed       a mail or webhook the other side did not take (permanent or not)
    ├── DocumentRefused      a file that may not be opened, or a template that cannot be filled
    │   ├── QuotaExceeded    ... because its sender or dossier stores too much (413)
    │   ├── DocumentTooHeavy ... because it needs more time or memory than it may
    │   └── TimeStampFailed  ... because its signature got no time stamp
    └── ConversionFailed     a document that could not be converted this time

Each carries its data as attributes. `web/error_views.py` alone maps them to pages and status codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any


class FormengineError(Exception):
    """Base class of all errors that formengine raises on purpose."""


class SettingError(FormengineError):
    """A setting cannot be read: `key`, its `value`, and `message` saying what to write.

    `origin` says where it stands, as `development.ini:12` or the name of an environment variable; empty if not known.
    """

    def __init__(self, key: str, value: str, message: str, origin: str = "") -> None:
        super().__init__(f"{origin}: {key} = {value!r}: {message}" if origin else f"{key} = {value!r}: {message}")
        self.key, self.value, self.message, self.origin = key, value, message, origin


class DefinitionError(FormengineError):
    """A definition (form, workflow, site) with errors cannot be used."""


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
    """The object does not exist, or this actor may not see it; the two are not distinguished."""


class Refused(FormengineError):
    """An operation is not allowed now; `reasons` are all sentences why, for the actor; nothing changed.

    `about` names the input that they blame ("code", "comment", "person", "email", "files"), where one is to blame;
    `inputs` has it for each reason, in their order ("" for none).
    """

    def __init__(self, reasons: Sequence[str], about: str = "") -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)
        self.inputs = [about] * len(self.reasons)

    @classmethod
    def by_input(cls, reasons: Mapping[str, str]) -> Refused:
        """An operation that is refused for what several inputs say: a reason for each.

        >>> Refused.by_input({"code": "This is not the code.", "comment": "Say why."}).inputs
        ['code', 'comment']
        """
        refused = cls(list(reasons.values()))
        refused.inputs = list(reasons)
        return refused


class PluginFailed(Refused):
    """A plugin failed: `what` kind it is, its `name`, and the `problem`; nothing was changed (X4)."""

    def __init__(self, what: str, name: str, problem: str) -> None:
        super().__init__([f"The {what} “{name}” failed: {problem}. Nothing was changed."])
        self.what, self.name, self.problem = what, name, problem

    def __str__(self) -> str:
        return f"{self.what} {self.name}: {self.problem}"


class PluginTimedOut(PluginFailed):
    """A plugin did not answer in time. What it does goes on: Python cannot stop a thread. `ends_within` waits for its
    end for at most so many seconds, and says whether it has ended.
    """

    def __init__(
        self, what: str, name: str, problem: str, ends_within: Callable[[float], bool] = lambda _seconds: True
    ) -> None:
        super().__init__(what, name, problem)
        self.ends_within = ends_within


class Stale(FormengineError):
    """The dossier changed since it was read: `expected` and `actual` version, and the `changes` between them.

    `changes` is a list of (when, who, what) for people to read; it may be empty.
    """

    def __init__(self, reference: str, expected: int, actual: int, changes: Sequence[Any] = ()) -> None:
        super().__init__(f"{reference} was at version {expected} when it was read and is now at {actual}")
        self.reference, self.expected, self.actual, self.changes = reference, expected, actual, list(changes)


class ConcurrentChange(FormengineError):
    """Rows that a unit of work had read changed before it was written; nothing was written, and it can be run again."""


class DatabaseBusy(FormengineError):
    """The database could not be written within the time that a transaction waits; nothing was written."""

    retry_after = 2
    """Seconds after which it is worth trying again, for Retry-After."""


class TooBusy(FormengineError):
    """As much of something as a process does at a time is being done; `wait` is the number of seconds until the next
    try.
    """

    def __init__(self, wait: int, what: str) -> None:
        super().__init__(f"too much is being done at a time: {what}")
        self.wait = wait


class StorageUnavailable(FormengineError, OSError):
    """The folder or bucket of files is not there, or cannot be reached; nothing was stored."""


class ContentLost(FormengineError):
    """The store, which can be reached, does not have the content of a file that a row names."""


class Invalid(FormengineError):
    """Answers do not fit their form: `errors` are FieldErrors (pointer, control_id, keyword, message)."""

    def __init__(self, errors: Sequence[Any]) -> None:
        super().__init__(f"{len(errors)} answers do not fit the form")
        self.errors = list(errors)


class KeyReused(FormengineError):
    """An idempotency key was sent before with other content."""


class LinkSpent(FormengineError):
    """A one-time link that no longer works: `why` is "used", "expired", "withdrawn", "closed" or "unknown"; of a link
    to decide or sign, also "not_needed" (others have decided), "replaced" (a document has changed), "too_late" (the
    time for it ended, `at` that moment), "declined" (somebody declined to sign), "forwarded" (as its holder asked),
    "passed_on" (to another person or address) or "not_asked" (nobody is asked in their place).
    """

    def __init__(self, why: str, at: datetime | None = None) -> None:
        super().__init__(f"this link is {why}")
        self.why = why
        self.at = at


class TooManyTries(FormengineError):
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


class QuotaExceeded(DocumentRefused):
    """A file is more than its sender, or its dossier, may store."""


class DocumentTooHeavy(DocumentRefused):
    """A document whose processing needs more time or memory than the sandbox allows."""


class DocumentWithoutText(DocumentRefused):
    """A document that holds no text to be read, such as a PDF of scanned pages."""


class TimeStampFailed(DocumentRefused):
    """A PDF that is not signed, because the time stamp server did not give the time stamp that the site wants."""


class ConversionFailed(FormengineError):
    """A document could not be converted or read now: the program for it is missing, too slow, or fell over."""
