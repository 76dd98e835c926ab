"""What strains a page, added to the demo from `tour_site.yaml`: for the tour of all pages and the pictures of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from sqlalchemy import select

from formengine.cli.demo.dossiers import DemoDossier, play
from formengine.documents import DOCX
from formengine.forms import Upload
from formengine.services.accounts.accounts import close_account, get_person
from formengine.services.accounts.invitations import invite
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.dossiers.attachment_changes import add_version, withdraw
from formengine.services.dossiers.attachments import attach_files
from formengine.services.dossiers.document_holders import COUNTERPARTY
from formengine.services.dossiers.documents import new_document_version
from formengine.services.dossiers.edit_locks import hold_for_editing
from formengine.services.dossiers.notes import add_note
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier, IdempotencyKey, Submission
from formengine.storage.models.files_and_notes import Attachment, DocumentVersion
from formengine.storage.models.fillings import Filling
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person, SignUpRequest
from tests.documents.word_versions.builders import negotiated

T = TypeVar("T")
KEY: Final = "strained-{}"
"""The idempotency key of a request."""
REFUSALS: Final = {
    "failed": "550 5.1.1 <joe.martin@globex.example.net>: Recipient address rejected: User unknown in table",
    "retrying": "451 4.7.1 Greylisted, try again in 300 seconds",
}
PHOTOGRAPH: Final = "photograph-of-the-press-hall-in-lyon-with-the-damaged-hydraulic-line-2026-03-14.png"


def strain(platform: Platform, people: Mapping[str, Person]) -> None:
    """Add dossiers, people, sign-ups, files, a request with parts and refused mails to the demo."""
    data = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    for name, fields in data["dossiers"].items():
        play(DemoDossier(**fields).varied(0), platform, people, KEY.format(name))
    late = strained_places(platform)["late"]
    crowd = _Crowd(platform, people)
    crowd.run("sam", lambda work: _add_people(work, data["people"], data["closed"]))
    crowd.run(None, lambda work: _add_sign_ups(work, data["sign_ups"]))
    crowd.run("maya", lambda work: _add_files_of_client(work, late))
    crowd.run("ana", lambda work: _add_files_of_counsel(work, late))
    crowd.run("ana", lambda work: _negotiate(work, late))
    supplier = data["supplier"]
    crowd.run("maya", lambda work: submit(work, "supplier", supplier, key=KEY.format("supplier"), accept_notice=True))
    crowd.run(None, _refuse_mails)


def strained_places(platform: Platform) -> dict[str, str]:
    """References and ids of what was added, as they stand in addresses."""
    with platform.database.reading() as session:
        dossiers = session.execute(
            select(IdempotencyKey.key, Dossier)
            .join(Submission, Submission.id == IdempotencyKey.submission_id)
            .join(Dossier, Dossier.submission_id == Submission.id)
            .where(IdempotencyKey.key.like(KEY.format("%")))
        )
        places = {key.removeprefix(KEY.format("")): dossier.reference for key, dossier in dossiers}
        ids = {
            "filling": select(Filling.id),
            "sign_up": select(SignUpRequest.id),
            "attachment": select(Attachment.id).order_by(Attachment.id),
            "version": select(DocumentVersion.id).order_by(DocumentVersion.id),
        }
        return {**places, **{name: str(session.scalars(query.limit(1)).first()) for name, query in ids.items()}}


@dataclass(frozen=True)
class _Crowd:
    platform: Platform
    people: Mapping[str, Person]

    def run(self, who: str | None, operation: Callable[[UnitOfWork], T]) -> T:
        """Run an operation on a unit of work as somebody (None: the engine itself), in a transaction."""
        return run_in_transaction(self.platform, operation, self.people[who].id if who else None)


def _add_people(work: UnitOfWork, people: list[dict[str, Any]], closed: list[str]) -> None:
    for fields in people:
        invite(work, **fields)
    for email in closed:
        close_account(work, get_person(work, email).id)


def _add_sign_ups(work: UnitOfWork, requests: list[dict[str, Any]]) -> None:
    for number, fields in enumerate(requests):
        times = {"created_at": work.now, "verified_at": work.now, "expires_at": work.now + timedelta(days=1)}
        work.session.add(SignUpRequest(**fields, **times, state="waiting", secret_hash=KEY.format(number)))


def _add_files_of_client(work: UnitOfWork, reference: str) -> None:
    files = [_upload(PHOTOGRAPH, "image/png", picture()), _upload("their answer.txt", "text/plain", b"No.\n")]
    add_note(work, reference, "Here is what they sent, and the hall.", files=files)
    wrong = attach_files(work, reference, [_upload("wrong-file.txt", "text/plain", b"Not this one.\n")])
    withdraw(work, reference, wrong[0].id, "It belongs to another dossier.")


def _add_files_of_counsel(work: UnitOfWork, reference: str) -> None:
    plan = attach_files(work, reference, [_upload("annex-3.txt", "text/plain", b"Parts.\n")], read_only=True)
    add_version(work, reference, plan[0].id, _upload("annex-3-bis.txt", "text/plain", b"More parts.\n"))
    attach_files(work, reference, [_upload("draft-letter.txt", "text/plain", b"Dear\n")], held=True)
    attach_files(work, reference, [_upload("insurer.txt", "text/plain", b"Cap\n")], internal=True)


def _negotiate(work: UnitOfWork, reference: str) -> None:
    """A version with tracked changes, which has to be cleaned; it is the counterparty's turn, and Ana edits it."""
    new_document_version(
        work, reference, "contract", _upload("framework-agreement.docx", DOCX, negotiated()), COUNTERPARTY
    )
    hold_for_editing(work, reference, "contract")


def _refuse_mails(work: UnitOfWork) -> None:
    mails = work.session.scalars(select(Mail).order_by(Mail.id.desc()).limit(5))
    for number, mail in enumerate(mails):
        mail.state = "retrying" if number == 1 else "failed"
        mail.error, mail.attempts = "[Errno 111] Connection refused" if number == 3 else REFUSALS[mail.state], 3


def _upload(name: str, kind: str, content: bytes) -> Upload:
    return Upload(name, kind, BytesIO(content))


def picture(width: int = 480, height: int = 300) -> bytes:
    """A PNG of one colour: a photograph, as far as pages are concerned."""
    rows = b"".join(b"\0" + bytes((140, 170, 190)) * width for _ in range(height))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
