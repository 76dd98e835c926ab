"""Telling people: a mail is a row written in the transaction of its cause, and a job that delivers it (N3).

The wording comes from the site (`config/mail/`), in the reader's language; a text that cannot be rendered never loses
the change it tells of: the mail then goes out in plain words of our own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from formengine.errors import FormengineError
from formengine.i18n import say
from formengine.mail import message_id, render
from formengine.services.access.enforcement import filter_readers
from formengine.services.core.unit_of_work import Work
from formengine.services.people.lookup import contact_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person

log = logging.getLogger(__name__)

DELIVER = "deliver_mail"
"""The job that delivers one mail: `{"mail": id}`."""


@dataclass(frozen=True)
class Recipient:
    """Where a mail goes, and how its reader reads."""

    address: str
    name: str
    language: str
    zone: str
    person: str | None = None


def recipients(session: Session, who: Iterable[str], default_language: str, zone: str) -> list[Recipient]:
    """The people behind ids and outside addresses, each once; closed accounts get nothing."""
    wanted = list(dict.fromkeys(who))
    ids = [one for one in wanted if "@" not in one]
    rows = session.scalars(select(Person).where(Person.id.in_(ids), Person.state != "closed")) if ids else ()
    known = {p.id: Recipient(p.email, p.name, p.language, p.zone, p.id) for p in rows}
    outside = {one: Recipient(one, one, default_language, zone) for one in wanted if "@" in one}
    return [found for one in wanted if (found := known.get(one) or outside.get(one))]


def tell(
    work: Work,
    kind: str,
    who: Iterable[str],
    data: Mapping[str, object] | Callable[[Recipient], Mapping[str, object]],
    *,
    dossier: Dossier | None = None,
    entry: int | str = "-",
) -> list[Mail]:
    """Write one mail of `kind` to each of `who` and enqueue its delivery; the actor is told like anybody else.

    `data` holds the variables of the kind beside those that every mail has (`person`, `actor`, `portal`, `dossier`),
    or makes them for a recipient, in that one's language. Whom a restricted dossier is hidden from is not told of it;
    `entry` is the number of the history entry that caused it: with kind, dossier and recipient it makes the
    Message-ID, so the same cause never writes a second mail to the same address.
    """
    portal = work.platform.definitions.site(work.session).portal
    found = recipients(work.session, who, portal.languages[0], portal.zone)
    if dossier is not None:
        known = dossier.submission.answers.values()
        found = [one if one.person else replace(one, name=contact_name(known, one.address)) for one in found]
        seen = filter_readers(work, dossier, [one.person for one in found if one.person])
        found = [one for one in found if one.person is None or one.person in seen]
    reference = dossier.reference if dossier else "-"
    host = work.platform.settings.host_name
    idents = {message_id(kind, reference, entry, to.address, host): to for to in found}
    if dossier is None or not inspect(dossier).pending:
        for known_ident in work.session.scalars(select(Mail.message_id).where(Mail.message_id.in_(idents))):
            del idents[known_ident]
    return [
        _write(work, kind, ident, to, data(to) if callable(data) else data, dossier) for ident, to in idents.items()
    ]


def _write(
    work: Work, kind: str, ident: str, to: Recipient, data: Mapping[str, object], dossier: Dossier | None
) -> Mail:
    subject, text = _words(work, kind, to, data, dossier)
    mail = Mail(
        kind=kind,
        message_id=ident,
        dossier_id=dossier.id if dossier else None,
        person_id=to.person,
        to=to.address,
        language=to.language,
        subject=subject,
        text=text,
        created_at=work.now,
    )
    work.session.add(mail)
    work.enqueue(DELIVER, lambda: {"mail": mail.id}, lane="mail", key=lambda: f"mail-{mail.id}-{mail.attempts}")
    return mail


def _words(
    work: Work, kind: str, to: Recipient, data: Mapping[str, object], dossier: Dossier | None
) -> tuple[str, str]:
    site = work.platform.definitions.site(work.session)
    variables = {**_common(work, to, dossier), **data}
    try:
        return render(site.mail_text(kind, to.language), variables)
    except (FormengineError, KeyError, ValueError):
        log.exception("the mail text %r in %s cannot be rendered; a plain one goes out", kind, to.language)
        return _plain_words(to, dossier, variables)


def _common(work: Work, to: Recipient, dossier: Dossier | None) -> dict[str, object]:
    site = work.platform.definitions.site(work.session)
    base = work.platform.settings.base_url.rstrip("/")
    common: dict[str, object] = {
        "person": {"name": to.name, "email": to.address},
        "actor": {"name": actor_name(work)},
        "portal": {"name": site.portal.title(to.language), "url": base, "help": site.portal.help},
    }
    if dossier is not None:
        common["dossier"] = {
            "reference": dossier.reference,
            "title": dossier.title,
            "url": f"{base}/dossiers/{dossier.reference}",
        }
    return common


def actor_name(work: Work) -> str:
    """The actor as people read it; the engine acts in the portal's own name."""
    if isinstance(work.actor, Person):
        return work.actor.name
    return work.actor_id or work.platform.definitions.site(work.session).portal.title(work.language)


def _plain_words(to: Recipient, dossier: Dossier | None, variables: Mapping[str, object]) -> tuple[str, str]:
    subject = say(to.language, "News about {what}", what=dossier.reference if dossier else to.name)
    link = variables.get("link") or (variables.get("dossier") or {}).get("url", "")  # type: ignore[attr-defined]
    return subject, say(to.language, "Something happened that concerns you. Read more: {link}", link=f"<{link}>")


def resend(work: Work, mails: Sequence[Mail]) -> None:
    """Send failed mails again, under the same Message-ID (N3)."""
    for mail in mails:
        mail.state, mail.error = "waiting", None
        work.enqueue(DELIVER, {"mail": mail.id}, lane="mail", key=f"mail-{mail.id}-{mail.attempts}")
