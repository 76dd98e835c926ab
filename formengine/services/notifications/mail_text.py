"""The words of a mail: subject and Markdown text, from the templates of the site that is published now (N1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from formengine.authoring.config.mail_templates import DIGEST
from formengine.errors import FormengineError
from formengine.i18n import isolated, say
from formengine.mail import render_mail, render_subject
from formengine.services.access.enforcement import read_involvements
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.notifications.audience import may_be_told
from formengine.services.notifications.mails import WORDINGS
from formengine.services.notifications.secret_text import reveal, without_secrets
from formengine.services.notifications.status_links import status_link
from formengine.services.people.askers import asker_name, asking_company
from formengine.services.people.lookup import known_people
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import GUEST, Person
from formengine.time_zones import reader_zone

log = logging.getLogger(__name__)
STATUS_LINKS: Final = "status_links"
"""The kind of mail with the links of all requests of somebody without an account."""
_TITLE, _REFERENCE = "\ue000", "\ue001"
"""What stands for a dossier's title and reference in a subject from which they are to be taken: no text has these."""
_BETWEEN: Final = " :,–\u00a0\u202f"
"""What stands between the title and the other words of a subject."""


def word_mail(platform: Platform, session: Session, mail: Mail, *, mask: bool = False) -> tuple[str, str]:
    """Subject and Markdown text of a mail, from the templates of the site published now; `mask` hides its secrets.

    A mail that was sent keeps its text. Where the site's template fails, a plain text of the product is used, so that
    the mail is still sent.
    """
    if mail.text is not None:
        return mail.subject or "", mail.text
    dossier = session.get(Dossier, mail.dossier_id) if mail.dossier_id else None
    variables = _variables(platform, session, mail, dossier, mask=mask)
    if dossier is not None:
        asked_by = _asked_by(platform, session, mail, dossier)
        asker = {**asked_by["asker"], **(variables.get("asker") or {})}
        variables = {**asked_by, **variables, "asker": asker}
    if dossier is not None and "answers" in variables and variables["answers"] is None:
        variables["answers"] = _answers(platform, session, mail, dossier)
    if mail.kind == DIGEST and mail.person_id is not None:
        reader = session.get(Person, mail.person_id)
        variables["items"] = digest_items(UnitOfWork(platform, session, None), mail, reader) if reader else []
    site = platform.definitions.site(session)
    try:
        return render_mail(site.mail_text(mail.kind, mail.language), variables)
    except (FormengineError, KeyError, ValueError):
        log.exception("the mail text %r in %s cannot be rendered; a plain one goes out", mail.kind, mail.language)
        return _plain_words(mail, dossier, variables)


def subject_line(platform: Platform, session: Session, mail: Mail, reader_language: str) -> tuple[str, str]:
    """The subject of a mail without its secrets, and its language; it reads no answers.

    It is in the language in which its reader reads now where the mail has words for it, else as the mail was sent.
    """
    language = _language_for(mail, reader_language)
    if mail.subject is not None and language == mail.language:
        return mail.subject, language
    dossier = session.get(Dossier, mail.dossier_id) if mail.dossier_id else None
    variables = _variables(platform, session, mail, dossier, mask=True, language=language)
    site = platform.definitions.site(session)
    try:
        return render_subject(site.mail_text(mail.kind, language), variables), language
    except (FormengineError, KeyError, ValueError):
        return _plain_words(mail, dossier, variables)[0], mail.language


def headline(platform: Platform, session: Session, mail: Mail, dossier: Dossier, reader_language: str) -> str:
    """The subject of a mail without the title and the reference of its dossier, for lists that show them beside it; ""
    where the site's own subject does not end with the reference in brackets, as the built-in ones do.
    """
    if mail.variables is None:
        return ""
    language = _language_for(mail, reader_language)
    variables = _variables(platform, session, mail, dossier, mask=True, language=language)
    variables["dossier"] = {**variables["dossier"], "title": _TITLE, "reference": _REFERENCE}
    try:
        subject = render_subject(platform.definitions.site(session).mail_text(mail.kind, language), variables)
    except (FormengineError, KeyError, ValueError):
        return ""
    return _without_dossier(subject).replace(_TITLE, title_in(dossier, language)).replace(_REFERENCE, dossier.reference)


def _without_dossier(subject: str) -> str:
    """A subject with marks for the title and the reference of its dossier, without these.

    >>> _without_dossier(f"Approved: {_TITLE} – By the board ({_REFERENCE})")
    'Approved: By the board'
    >>> _without_dossier(f"Signed: {_TITLE} ({_REFERENCE})"), _without_dossier(f"{_REFERENCE}: {_TITLE} is signed")
    ('Signed', '')
    """
    subject = subject.replace(isolated(_TITLE), _TITLE).replace(isolated(_REFERENCE), _REFERENCE)
    rest = subject.removesuffix(f" ({_REFERENCE})")
    if rest == subject:
        return ""
    before, _mark, after = rest.rpartition(_TITLE)
    return before + after.lstrip(_BETWEEN) if after else before.rstrip(_BETWEEN)


def _language_for(mail: Mail, reader_language: str) -> str:
    """The language of its reader where a mail has words for it, else the one that it was written in."""
    return reader_language if reader_language in (mail.variables or {}).get(WORDINGS, {}) else mail.language


def digest_items(work: UnitOfWork, digest: Mail, reader: Person) -> list[dict[str, str]]:
    """The lines of a digest, `[{text, url}]`: what it gathers and its reader may still be told, dossier by dossier."""
    ids = (digest.variables or {}).get("mails") or []
    query = select(Mail).where(Mail.id.in_(ids), Mail.person_id == reader.id).options(joinedload(Mail.dossier))
    mails = list(work.session.scalars(query.order_by(Mail.dossier_id, Mail.id)))
    read_involvements(work, {mail.dossier.id: mail.dossier for mail in mails if mail.dossier is not None}.values())
    base = work.platform.settings.base_url.rstrip("/")
    return [
        {
            "text": subject_line(work.platform, work.session, mail, digest.language)[0],
            "url": str((mail.variables or {}).get("link") or "")
            or (f"{base}/dossiers/{mail.dossier.reference}" if mail.dossier is not None else ""),
        }
        for mail in mails
        if mail.dossier is None or may_be_told(work, mail, mail.dossier, reader)
    ]


def _variables(
    platform: Platform, session: Session, mail: Mail, dossier: Dossier | None, *, mask: bool, language: str = ""
) -> dict[str, Any]:
    """The variables of a mail's template: those stored with it, the portal and the dossier; in the language of the
    mail, unless another is given.
    """
    language = language or mail.language
    stored = dict(mail.variables or {})
    stored |= stored.pop(WORDINGS, {}).get(language, {})
    portal = platform.definitions.site(session).portal
    base = platform.settings.base_url.rstrip("/")
    variables: dict[str, Any] = {
        "portal": {"name": portal.title(language), "url": base, "help": portal.help},
        **(without_secrets(stored) if mask else reveal(stored, platform.settings.secret)),
    }
    if dossier is not None:
        url = f"{base}/dossiers/{dossier.reference}"
        if _is_guest(session, mail):
            variables["link"] = url = status_link(platform, dossier, mask=mask)
        variables.setdefault(
            "dossier", {"reference": dossier.reference, "title": title_in(dossier, language), "url": url}
        )
    if mail.kind == STATUS_LINKS:
        variables["requests"] = _status_links(platform, session, stored.get("requests", []), language, mask=mask)
    return variables


def _is_guest(session: Session, mail: Mail) -> bool:
    """Whether the reader of a mail has no account, and follows the dossier by its secret link (F13)."""
    reader = session.get(Person, mail.person_id) if mail.person_id else None
    return reader is not None and reader.state == GUEST


def _status_links(
    platform: Platform, session: Session, requests: Sequence[Mapping[str, str]], language: str, *, mask: bool
) -> list[dict[str, str]]:
    """The requests of a mail with their secret links, which no row holds."""
    references = [sent["reference"] for sent in requests]
    rows = session.scalars(select(Dossier).where(Dossier.reference.in_(references)))
    words = {
        row.reference: {"title": title_in(row, language), "link": status_link(platform, row, mask=mask)} for row in rows
    }
    return [{**sent, **words[sent["reference"]]} for sent in requests if sent["reference"] in words]


def _asked_by(platform: Platform, session: Session, mail: Mail, dossier: Dossier) -> dict[str, dict[str, str]]:
    """What was asked for, by whom and for which company: people outside know neither the portal nor its references."""
    work, requester = UnitOfWork(platform, session, None, language=mail.language), dossier.requester
    organisation = requester.organisation.name if requester.organisation else ""
    request_type = platform.definitions.request_type(session, dossier.submission.form_hash)
    return {
        "request": {"title": request_type.title_in(mail.language)},
        "requester": {"name": requester.name, "organisation": organisation},
        "asker": {"name": asker_name(work, dossier, None), "company": asking_company(work, dossier)},
    }


def _answers(platform: Platform, session: Session, mail: Mail, dossier: Dossier) -> list[dict[str, str]]:
    """A dossier's answers as text, in the language and zone of the mail's reader. Of a form that several people fill
    in, the requester is sent back what they answered themselves: no answer of others leaves the portal as theirs.
    """
    work = UnitOfWork(platform, session, None, language=mail.language)
    reader = known_people(work).get(mail.person_id) if mail.person_id else None
    zone = reader_zone(reader.zone, work.portal_zone) if reader else work.zone
    is_own = mail.kind == "submission"

    def read() -> list[dict[str, str]]:
        request_type = platform.definitions.request_type(session, dossier.submission.form_hash)
        others = request_type.fields_of_others if is_own else frozenset()
        answers = {name: value for name, value in dossier.submission.answers.items() if name not in others}
        entries = request_form(work, request_type).entries(answers, zone=zone)
        return [{"title": title, "value": text} for title, text in entries]

    return work.remember(("answers as text", dossier.id, mail.language, zone, is_own), read)


def _plain_words(mail: Mail, dossier: Dossier | None, variables: Mapping[str, Any]) -> tuple[str, str]:
    name = (variables.get("person") or {}).get("name", mail.to)
    subject = say(mail.language, "News about {what}", what=dossier.reference if dossier else name)
    link = variables.get("link") or (variables.get("dossier") or {}).get("url", "")
    return subject, say(mail.language, "Something happened that concerns you. Read more: {link}", link=f"<{link}>")
