"""Notifying people by mail: a row with the mail's variables, and a job that words and delivers it (N3).

Row and job are written in the transaction of their cause. The wording comes from the site (`config/mail/`), in the
reader's language, when the mail is delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import inspect, select

from formengine.authoring.config.mail_templates import DIGEST, OVERVIEW, SECURITY
from formengine.authoring.config.notifications import AT_ONCE, NONE
from formengine.mail import message_id, plain_value
from formengine.services.access.enforcement import filter_readers
from formengine.services.core.audit_log import is_new_entry
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.services.notifications.choices import OF_ACTS, choice_for, due_at, is_told_of_own
from formengine.services.notifications.outside_readers import outside_language
from formengine.services.notifications.secret_text import SecretText
from formengine.services.people.lookup import contact_names, known_people
from formengine.storage.database import at_commit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import GUEST, Person
from formengine.storage.row_writer import LateValue
from formengine.time_zones import reader_zone

DELIVER_JOB = "deliver_mail"
"""The job that delivers one mail (`{"mail": id}`) or several (`{"mails": [id, ...]}`)."""
MAX_BATCH: Final = 50
NOT_IN_INBOX: Final = (*SECURITY, DIGEST, OVERVIEW)
"""Kinds that no inbox shows: one-time links and codes, and digests and overviews of what the pages show already."""
ANSWERS_AT_DELIVERY: Final = {"answers": None}
"""The variable of a mail about a new dossier that is looked up at delivery: `answers`, as `[{title, value}]`."""
WORDINGS: Final = "wordings"
"""The variable of a mail that its reader's inbox shows: by each other language of the portal, the variables that are
worded otherwise in it, for readers who change their language later.
"""
_NOTIFIED: Final = "formengine_notified_mails"
"""Key of `Session.info`: the mails that this transaction has written."""


@dataclass(frozen=True)
class Recipient:
    """An address, with the name, language and time zone of its reader."""

    address: str
    name: str
    language: str
    zone: str
    person: str | None = None


def recipients(work: UnitOfWork, who: Iterable[str | Recipient], dossier: Dossier | None = None) -> list[Recipient]:
    """The recipients for account ids and addresses without an account, each once; closed accounts are left out.

    Whoever is a recipient already stays as they are. `dossier` is what the mail is about: it says in which language
    somebody without an account reads.
    """
    portal = work.platform.definitions.site(work.session).portal
    people_ids = list(dict.fromkeys(who))
    people = known_people(work)
    people.expect_ids(person_id for person_id in people_ids if isinstance(person_id, str))
    to = []
    for person_id in people_ids:
        if isinstance(person_id, Recipient):
            to.append(person_id)
            continue
        person = people.get(person_id)
        if "@" in person_id:
            language = portal.languages[0] if dossier is None else outside_language(work, dossier, person_id)
            to.append(Recipient(person_id, person_id, language, portal.zone))
        elif person is not None and person.state != "closed":
            zone = reader_zone(person.zone, portal.zone)
            to.append(Recipient(person.email, person.name, person.language, zone, person.id))
    return to


def notify(
    work: UnitOfWork,
    kind: str,
    who: Iterable[str | Recipient],
    data: Mapping[str, object] | Callable[[Recipient], Mapping[str, object]],
    *,
    dossier: Dossier | None = None,
    entry: int | str = "-",
    readers: Collection[str] = (),
    names: Mapping[str, str] | None = None,
) -> list[Mail]:
    """Write a mail of a kind to each recipient and enqueue the delivery. What tells of the
    actor's own act stands in their inbox, as read, and is mailed only where they chose so (`OF_ACTS`).

    `data` holds the kind's variables, beside those that every mail has (`person`, `actor`, `portal`, `dossier`), or is
    a function that makes them for a recipient. A variable that holds the id of a new row is given as a function, which
    is called when the rows are flushed. People who may not see a restricted dossier are left out, but for the
    `readers`, who have a page of their own. `names` are those of addresses without an account, where they are called
    otherwise than in the answers. `entry` is the number of the history entry that caused the mail: with kind,
    dossier and recipient it determines the Message-ID, so that the same cause never writes a second mail to the same
    address.
    """
    to = recipients(work, who, dossier)
    called = dict(names or {})
    if dossier is not None:
        called = contact_names(dossier.submission.answers.values()) | called
        to = [
            recipient if recipient.person else replace(recipient, name=called.get(recipient.address, recipient.address))
            for recipient in to
        ]
        allowed = filter_readers(work, dossier, [recipient.person for recipient in to if recipient.person])
        allowed += readers
        to = [recipient for recipient in to if recipient.person is None or recipient.person in allowed]
    reference, host = dossier.reference if dossier else "-", work.platform.settings.host_name
    by_id = {message_id(kind, reference, entry, recipient.address, host): recipient for recipient in to}
    written: set[str] = set()
    if by_id and not is_new_entry(work.session, reference, entry):
        written.update(work.session.scalars(select(Mail.message_id).where(Mail.message_id.in_(by_id))))
    mails = [
        Mail(
            kind=kind,
            message_id=ident,
            dossier_id=dossier.id if dossier else None,
            person_id=recipient.person,
            to=recipient.address,
            language=recipient.language,
            variables=_variables(work, recipient, _data_for(work, kind, recipient, data), called),
            created_at=work.now,
            **_schedule(work, kind, recipient),
        )
        for ident, recipient in by_id.items()
        if ident not in written
    ]
    if mails:
        work.platform.queue.check(DELIVER_JOB, lane="mail")
        work.session.add_all(mails)
        work.session.info.setdefault(_NOTIFIED, []).extend(mail for mail in mails if mail.state == "waiting")
        at_commit(work.session, lambda: _enqueue_deliveries(work))
    return mails


def _schedule(work: UnitOfWork, kind: str, to: Recipient) -> dict[str, Any]:
    """When a mail goes, by its reader's choice (N2), as columns of its row; what no inbox shows counts as read.

    Somebody without an account gets no digests: each mail has the link to one request.
    """
    read = {"read_at": work.now} if to.person is None or kind in NOT_IN_INBOX else {}
    person = known_people(work).get(to.person) if to.person else None
    if person is None:
        return {"state": "waiting", **read}
    site = work.platform.definitions.site(work.session).portal.notifications
    choice = choice_for(person, kind, site)
    if kind in OF_ACTS and person.id == work.actor_id and not is_told_of_own(person):
        return {"state": "kept", "read_at": work.now}
    if (
        kind == DIGEST
        or choice == AT_ONCE
        or (kind == OVERVIEW and choice != NONE)
        or (person.state == GUEST and choice != NONE)
    ):
        return {"state": "waiting", **read}
    if choice == NONE:
        return {"state": "kept"}
    return {"state": "held", "due_at": due_at(person, choice, site, to.zone, work.now)}


def _data_for(
    work: UnitOfWork,
    kind: str,
    to: Recipient,
    data: Mapping[str, object] | Callable[[Recipient], Mapping[str, object]],
) -> Mapping[str, object]:
    """The kind's variables for a recipient, with their wordings in the other languages of the portal."""
    own = data(to) if callable(data) else data
    if to.person is None or kind in NOT_IN_INBOX:
        return own
    wordings: dict[str, dict[str, object]] = {}
    for language in work.platform.definitions.site(work.session).portal.languages:
        if language != to.language:
            other = data(replace(to, language=language)) if callable(data) else own
            wordings[language] = {
                name: value
                for name, value in other.items()
                if value != own.get(name) and not callable(value) and not isinstance(value, SecretText)
            }
    return {**own, WORDINGS: wordings} if wordings else own


def _variables(
    work: UnitOfWork, to: Recipient, data: Mapping[str, object], names: Mapping[str, str]
) -> dict[str, object] | LateValue:
    """The variables as the row stores them: JSON, with the recipe of each secret in place of the secret."""
    actor = {"name": actor_name(work), "automatic": work.actor is None}
    if isinstance(work.actor, Guest):
        actor["name"] = names.get(work.actor.email, work.actor.email)
    person = {"name": to.name, "email": to.address, "outside": to.person is None}
    values: dict[str, Any] = {"person": person, "actor": actor, **data}
    late = {name: value for name, value in values.items() if callable(value)}
    stored = {
        name: value.to_json() if isinstance(value, SecretText) else value if name in late else plain_value(value)
        for name, value in values.items()
    }
    if not late:
        return stored
    return LateValue(lambda: stored | {name: plain_value(value()) for name, value in late.items()})


def _enqueue_deliveries(work: UnitOfWork) -> None:
    """Enqueue one job for all mails of the transaction; mails of a savepoint that was rolled back are left out."""
    notified: list[Mail] = work.session.info.pop(_NOTIFIED, [])
    ids = [mail.id for mail in notified if inspect(mail).persistent]
    for start in range(0, len(ids), MAX_BATCH):
        batch = ids[start : start + MAX_BATCH]
        args: dict[str, object] = {"mails": batch} if len(batch) > 1 else {"mail": batch[0]}
        work.platform.queue.enqueue(work.session, DELIVER_JOB, args, lane="mail", key=f"mail-{batch[0]}-0")


def actor_name(work: UnitOfWork) -> str:
    """The name of the actor; the engine acts in the name of the portal."""
    if isinstance(work.actor, Person):
        return work.actor.name
    return work.actor_id or work.platform.definitions.site(work.session).portal.title(work.language)


def resend(work: UnitOfWork, mails: Sequence[Mail]) -> None:
    """Send failed mails again, under the same Message-ID (N3); of two jobs for one mail, the second finds it sent."""
    for mail in mails:
        again = f"mail-{mail.id}-{mail.attempts}" + (
            f"-{int(work.now.timestamp())}" if mail.state == "retrying" else ""
        )
        mail.state, mail.error = "waiting", None
        work.enqueue(DELIVER_JOB, {"mail": mail.id}, lane="mail", key=again)
