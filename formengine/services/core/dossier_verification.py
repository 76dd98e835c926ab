"""Verification of dossiers: state, requester, submissions and versions of documents agree with the history (T41).

A step's entry names the state that it led to, that of a submission its number and the hash of its answers, that of a
document its version and the hash of the file. Entries from before these were recorded, and those whose content was
erased, are compared by what they have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from formengine.services.core.audit_log import ERASED_PAYLOAD, ChainError
from formengine.storage.hash_chain import as_map, hash_json
from formengine.storage.models.dossiers import Dossier, EarlierSubmission, Submission
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile
from formengine.storage.models.history import HistoryEntry

SUBMITTED: Final = "submitted"
ANSWERS: Final = "answers"
"""The kind of an entry that records corrected answers: a submission beside the earlier one."""
_KINDS: Final = (SUBMITTED, ANSWERS, "step", "document")
_BATCH: Final = 200
"""Dossiers that are read together."""


def submission_record(submission: Submission) -> dict[str, object]:
    """The part of a submission that the history stores with its entry."""
    return {"submission": submission.id, "answers_hash": hash_json(whole_numbers(submission.answers))}


def whole_numbers(value: object) -> object:
    """A JSON value in which 1e22 is the integer that PostgreSQL gives back for it."""
    if isinstance(value, Mapping):
        return {name: whole_numbers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [whole_numbers(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Entry(NamedTuple):
    """A history entry, as far as it is compared."""

    dossier_id: int
    number: int
    kind: str
    by: str | None
    payload: Mapping[str, Any]


@dataclass
class _Rows:
    """The rows of one dossier: itself, its submissions by id, and its documents' versions by name and number."""

    dossier: Row[int, str, str, str, int]
    entries: list[_Entry] = field(default_factory=list)
    submissions: dict[int, Submission] = field(default_factory=dict)
    versions: dict[tuple[str, int], str] = field(default_factory=dict)

    def error(self, number: int, what: str) -> ChainError:
        return ChainError(self.dossier.reference, number, what)


def verify_dossiers(session: Session) -> Iterator[ChainError]:
    """Every dossier whose rows differ from the history, in sentences.

    PostgreSQL reads rows and entries at two moments, between which somebody may act. Where they differ, both are read
    again, and only what differs both times is reported.
    """
    last = 0
    while True:
        query = select(Dossier.id).where(Dossier.id > last).order_by(Dossier.id).limit(_BATCH)
        ids = session.scalars(query).all()
        if not ids:
            return
        errors = differences_of(session, ids)
        if errors:
            again = set(differences_of(session, ids))
            yield from (error for error in errors if error in again)
        last = ids[-1]
        session.expunge_all()


def differences_of(session: Session, ids: Sequence[int]) -> list[ChainError]:
    errors: list[ChainError] = []
    for rows in _read(session, ids):
        errors += [*_verify_dossier(rows), *_verify_submissions(rows), *_verify_documents(rows)]
    return errors


def _read(session: Session, ids: Sequence[int]) -> list[_Rows]:
    columns = Dossier.id, Dossier.reference, Dossier.state, Dossier.requester_id, Dossier.submission_id
    by_id = {row.id: _Rows(row) for row in session.execute(select(*columns).where(Dossier.id.in_(ids)))}
    entry = (HistoryEntry.dossier_id, HistoryEntry.number, HistoryEntry.kind, HistoryEntry.by, HistoryEntry.payload)
    of_kind: ColumnElement[bool] = HistoryEntry.dossier_id.in_(ids) & HistoryEntry.kind.in_(_KINDS)
    for row in session.execute(select(*entry).where(of_kind).order_by(HistoryEntry.number)):
        if row[0] in by_id:
            by_id[row[0]].entries.append(_Entry(row[0], row[1], row[2], row[3], as_map(row[4])))
    current = select(Dossier.id, Submission).join(Submission, Submission.id == Dossier.submission_id)
    earlier = (
        select(Dossier.id, Submission)
        .join(EarlierSubmission, EarlierSubmission.dossier_id == Dossier.id)
        .join(Submission, Submission.id == EarlierSubmission.submission_id)
    )
    for owned in (current, earlier):
        fresh = owned.where(Dossier.id.in_(ids)).execution_options(populate_existing=True)
        for dossier_id, submission in session.execute(fresh):
            by_id[dossier_id].submissions[submission.id] = submission
    versions = (
        select(Document.dossier_id, Document.name, DocumentVersion.number, StoredFile.sha256)
        .join(DocumentVersion, DocumentVersion.document_id == Document.id)
        .join(StoredFile, StoredFile.id == DocumentVersion.file_id)
        .where(Document.dossier_id.in_(ids))
    )
    for dossier_id, name, number, sha256 in session.execute(versions):
        if dossier_id in by_id:
            by_id[dossier_id].versions[name, number] = sha256
    return list(by_id.values())


def _verify_dossier(rows: _Rows) -> Iterator[ChainError]:
    """The requester and the state."""
    submitted = next((entry for entry in rows.entries if entry.kind == SUBMITTED), None)
    if submitted is None:
        yield rows.error(1, "no entry of the history says that it was submitted")
        return
    if submitted.by != rows.dossier.requester_id:
        yield rows.error(
            submitted.number,
            f"the requester is {rows.dossier.requester_id}, but the history says that {submitted.by} submitted it",
        )
    steps = [entry for entry in rows.entries if entry.kind == "step"]
    last = steps[-1] if steps else submitted
    state = last.payload.get("after" if steps else "state")
    if isinstance(state, str) and state != rows.dossier.state:
        yield rows.error(last.number, f"the state is {rows.dossier.state}, but the history says {state}")


def _verify_submissions(rows: _Rows) -> Iterator[ChainError]:
    recorded = [entry for entry in rows.entries if isinstance(entry.payload.get("submission"), int)]
    for entry in recorded:
        number = entry.payload["submission"]
        submission = rows.submissions.get(number)
        if submission is None:
            yield rows.error(entry.number, f"submission {number} is missing, or belongs to another dossier")
            continue
        if submission_record(submission)["answers_hash"] != entry.payload.get("answers_hash"):
            yield rows.error(entry.number, f"the answers of submission {number} were changed after they were sent")
        if submission.submitted_by != entry.by:
            yield rows.error(
                entry.number,
                f"submission {number} names {submission.submitted_by}, but the history says that {entry.by} sent it",
            )
    erased = [e.number for e in rows.entries if e.payload == ERASED_PAYLOAD and e.kind in (SUBMITTED, ANSWERS, "step")]
    if not recorded or max(erased, default=0) > recorded[-1].number:  # it may have recorded later answers
        return
    if recorded[-1].payload["submission"] != rows.dossier.submission_id:
        last = recorded[-1].payload["submission"]
        yield rows.error(
            recorded[-1].number,
            f"the answers that stand are submission {rows.dossier.submission_id}, but the history says {last}",
        )


def _verify_documents(rows: _Rows) -> Iterator[ChainError]:
    recorded: dict[tuple[str, int], list[_Entry]] = defaultdict(list)
    for entry in rows.entries:
        data = as_map(entry.payload.get("data"))
        if entry.kind == "document" and isinstance(data.get("version"), int):
            recorded[str(data.get("document")), data["version"]].append(entry)
    erased = any(entry.kind == "document" and not entry.payload.get("data") for entry in rows.entries)
    for (name, number), entries in recorded.items():
        sha256, entry = rows.versions.get((name, number)), entries[-1]
        expected = as_map(entry.payload.get("data")).get("sha256")
        if sha256 is None:
            yield rows.error(entry.number, f"version {number} of the document {name} is missing")
        elif expected is not None and sha256 != expected:
            yield rows.error(entry.number, f"version {number} of the document {name} is another file than was recorded")
    for name, number in sorted(rows.versions.keys() - recorded.keys()):
        if not erased:
            yield rows.error(1, f"no entry of the history says that version {number} of the document {name} was added")
