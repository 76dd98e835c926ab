"""Delivery of mails: worded and sent without a transaction; the outcome is written to the row in a short one (N3).

A job delivers all mails that one transaction wrote, over one SMTP connection. A mail that it cannot deliver gets a job
of its own, which tries again later, or fails at once when the server refused the mail permanently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from formengine.authoring.config.mail_templates import DIGEST
from formengine.errors import DeliveryFailed
from formengine.jobs import KINDS, Attempt
from formengine.mail import ConnectionFailed, Frame, MailAttachment, Transport, build_message
from formengine.services.access.enforcement import read_involvements
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.uploads import open_content
from formengine.services.notifications.audience import may_be_told
from formengine.services.notifications.mail_frame import mail_frame, unsubscribe_headers
from formengine.services.notifications.mail_text import digest_items, word_mail
from formengine.services.notifications.mails import DELIVER_JOB
from formengine.services.notifications.secret_text import without_secrets
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person


@dataclass(frozen=True)
class _PendingMail:
    """A mail to be sent, read from its row: `sent` are the column values to store once it is delivered."""

    id: int
    to: str
    subject: str
    text: str
    language: str
    message_id: str
    reference: str | None
    written_at: datetime
    attempt: int
    sent: dict[str, Any]
    frame: Frame
    headers: dict[str, str]
    enclosures: tuple[dict[str, str], ...] = ()


def run_delivery(platform: Platform, transport: Transport, args: Mapping[str, Any], attempt: Attempt) -> None:
    """The function of DELIVER_JOB: `{"mail": id}` or `{"mails": [id, ...]}`; raises DeliveryFailed for a single mail.

    With `refused` in the args, the server has already refused the mail permanently: the first attempt fails at once.
    """
    if "mails" in args:
        deliver_batch(platform, transport, args["mails"])
    elif args.get("refused") and attempt.position == 1:
        with platform.database.reading() as session:
            raise DeliveryFailed(session.get_one(Mail, args["mail"]).error or "refused", permanent=True)
    else:
        deliver(platform, transport, int(args["mail"]), last=attempt.last)


def deliver(platform: Platform, transport: Transport, mail_id: int, *, last: bool) -> None:
    """Deliver one mail, unless it was delivered already; a repetition after a crash has the same Message-ID.

    Raises DeliveryFailed when the server did not take it. The row then holds the error, and the state `failed` when
    this was the last attempt or the refusal is permanent.
    """
    for mail in _begin(platform, [mail_id], states=("waiting", "retrying", "failed"), mask=not transport.is_preview):
        try:
            with transport.connection() as connection:
                _send(platform, connection, mail)
        except DeliveryFailed as failure:
            state = "failed" if last or failure.permanent else "retrying"
            with platform.database.transaction() as session:
                _write(session, mail, state=state, error=str(failure))
            raise
        _write_sent(platform, mail)


def deliver_batch(platform: Platform, transport: Transport, mail_ids: Sequence[int]) -> None:
    """Deliver mails over one connection; one that fails gets a job of its own.

    Run again after a crash, it leaves out what was sent or has a job already. When the server cannot be reached, that
    counts as an attempt at each of the mails that are left.
    """
    unreachable: ConnectionFailed | None = None
    with transport.connection() as connection:
        for mail in _begin(platform, mail_ids, states=("waiting",), mask=not transport.is_preview):
            try:
                if unreachable is not None:
                    raise unreachable
                _send(platform, connection, mail)
            except DeliveryFailed as failure:
                unreachable = failure if isinstance(failure, ConnectionFailed) else None
                _hand_over(platform, mail, failure)
            else:
                _write_sent(platform, mail)


def _begin(platform: Platform, ids: Sequence[int], *, states: Sequence[str], mask: bool) -> list[_PendingMail]:
    """Read and word those mails that are in one of `states`, and count an attempt at each.

    A mail about a dossier that its reader may no longer read is withdrawn: what it says was for somebody who could.
    """
    query = select(Mail, Dossier, Person).outerjoin(Dossier, Mail.dossier_id == Dossier.id)
    query = query.outerjoin(Person, Mail.person_id == Person.id)
    with platform.database.reading() as session:
        rows = session.execute(query.where(Mail.id.in_(ids), Mail.state.in_(states)).order_by(Mail.id)).all()
        withdrawn = _withdrawn(
            UnitOfWork(platform, session, None), [(mail, dossier, person) for mail, dossier, person in rows]
        )
        pending = [
            _pending(platform, session, mail, dossier.reference if dossier else None, mask)
            for mail, dossier, _person in rows
            if mail.id not in withdrawn
        ]
    if rows:
        with platform.database.transaction() as session:
            for chosen, values in (
                ([mail.id for mail in pending], {"attempts": Mail.attempts + 1}),
                (withdrawn, {"state": "withdrawn", "error": None, "read_at": datetime.now(UTC)}),
            ):
                if chosen:
                    session.execute(update(Mail).where(Mail.id.in_(chosen)).values(values))
    return pending


def _withdrawn(work: UnitOfWork, rows: Sequence[tuple[Mail, Dossier | None, Person | None]]) -> list[int]:
    """The ids of the mails whose readers lost their account, or their access to the dossier, since it was written; and
    of digests in which nothing is left.
    """
    dossiers = {dossier.id: dossier for _mail, dossier, person in rows if dossier is not None and person is not None}
    if dossiers:
        read_involvements(work, dossiers.values())
    return [
        mail.id
        for mail, dossier, person in rows
        if person is not None
        and (
            person.state == "closed"
            or (dossier is not None and not may_be_told(work, mail, dossier, person))
            or (mail.kind == DIGEST and not digest_items(work, mail, person))
        )
    ]


def _pending(platform: Platform, session: Session, mail: Mail, reference: str | None, mask: bool) -> _PendingMail:
    subject, text = word_mail(platform, session, mail)
    stored = word_mail(platform, session, mail, mask=True) if mask else (subject, text)
    return _PendingMail(
        id=mail.id,
        to=mail.to,
        subject=subject,
        text=text,
        language=mail.language,
        message_id=mail.message_id,
        reference=reference,
        written_at=mail.created_at,
        attempt=mail.attempts + 1,
        frame=mail_frame(platform, session, mail),
        headers=unsubscribe_headers(platform, session, mail),
        enclosures=_enclosures(mail.variables or {}),
        sent={
            "subject": stored[0],
            "text": stored[1],
            "variables": without_secrets(mail.variables) if mail.variables is not None else None,
        },
    )


def _enclosures(variables: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    """The files that go with a mail: one, or several."""
    single = variables.get("enclosure")
    others = (*(variables.get("more_enclosures") or ()), *(variables.get("enclosures") or ()))
    return (*([single] if single else []), *others)


def _send(platform: Platform, connection: Transport, mail: _PendingMail) -> None:
    enclosures = []
    for enclosure in mail.enclosures:
        with open_content(platform, enclosure["sha256"]) as content:
            enclosures.append(MailAttachment(enclosure["name"], enclosure["type"], content.read()))
    message = build_message(
        platform.settings.mail_from,
        mail.to,
        mail.subject,
        mail.text,
        mail.language,
        mail.message_id,
        headers={**({"X-Formengine-Dossier": mail.reference} if mail.reference else {}), **mail.headers},
        enclosures=enclosures,
        date=mail.written_at,
        frame=mail.frame,
    )
    connection.deliver(message)


def _hand_over(platform: Platform, mail: _PendingMail, failure: DeliveryFailed) -> None:
    """Write why a mail of a batch failed, and enqueue the job that tries it again, or shows it as dead."""
    args: dict[str, object] = {"mail": mail.id, "refused": True} if failure.permanent else {"mail": mail.id}
    state = "failed" if failure.permanent else "retrying"
    wait = timedelta(seconds=0 if failure.permanent else KINDS[DELIVER_JOB].wait(1))
    with platform.database.transaction() as session:
        _write(session, mail, state=state, error=str(failure))
        platform.queue.enqueue(
            session,
            DELIVER_JOB,
            args,
            lane="mail",
            key=f"mail-{mail.id}-{mail.attempt}",
            at=datetime.now(UTC) + wait,
            attempt=1 if failure.permanent else 2,
            error=None if failure.permanent else str(failure),
        )


def _write_sent(platform: Platform, mail: _PendingMail) -> None:
    with platform.database.transaction() as session:
        _write(session, mail, state="sent", error=None, sent_at=datetime.now(UTC), **mail.sent)


def _write(session: Session, mail: _PendingMail, **values: object) -> None:
    session.execute(update(Mail).where(Mail.id == mail.id).values(**values))
