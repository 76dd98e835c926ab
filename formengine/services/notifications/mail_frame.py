"""What stands around the text of a mail: who sent it, the portal's name, why it came and how to get fewer (N2)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from formengine.authoring import Portal
from formengine.authoring.config.mail_templates import DIGEST, OVERVIEW
from formengine.i18n import say
from formengine.mail import Frame, escape_markdown
from formengine.services.core.unit_of_work import Platform
from formengine.services.notifications.fewer_mails import fewer_mails_link
from formengine.services.notifications.kinds import kind_title
from formengine.services.people.displayed_names import displayed_name
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import GUEST, Person

_OF_ONESELF = ("submission", "password", "code", "draft_expiring", OVERVIEW)


def mail_frame(platform: Platform, session: Session, mail: Mail) -> Frame:
    """The frame of a mail, in its reader's language: the person who caused it is the name of the sender."""
    portal = platform.definitions.site(session).portal
    brand = portal.title(mail.language)
    name = _sender(mail)
    is_person = bool(name) and name not in (brand, *(portal.title(language) for language in portal.languages))
    sender = f"{name} – {brand}" if is_person else brand
    return Frame(sender=sender, brand=brand, footer=_footer(platform, session, mail, brand, portal))


def _sender(mail: Mail) -> str:
    """The name of who asks, else of who acted; "" for a mail about oneself, and for somebody whose name is unknown."""
    variables = mail.variables or {}
    asker = variables.get("asker") if mail.kind.endswith("_asked") else None
    name = displayed_name(str((asker or variables.get("actor") or {}).get("name") or ""))
    is_about_oneself = mail.kind in (*_OF_ONESELF, DIGEST) or name == (variables.get("person") or {}).get("name")
    return "" if is_about_oneself or "@" in name else name


def unsubscribe_headers(platform: Platform, session: Session, mail: Mail) -> dict[str, str]:
    """The headers by which mail programs offer fewer mails (RFC 2369), with one click where the portal has TLS
    (RFC 8058); none for a mail that its reader cannot do without, and for people without an account.
    """
    link = _fewer_mails(platform, session, mail)
    if not link:
        return {}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if link.startswith("https:") else {}
    return {"List-Unsubscribe": f"<{link}>", **one_click}


def _footer(platform: Platform, session: Session, mail: Mail, brand: str, portal: Portal) -> str:
    """Why the mail came and how to get fewer, in Markdown."""
    language, base = mail.language, platform.settings.base_url.rstrip("/")
    lines = [str(escape_markdown(brand))]
    link = _fewer_mails(platform, session, mail)
    if mail.kind == DIGEST:
        choices = f"[{say(language, 'choose what is mailed')}]({base}/account/notifications)"
        lines.append(say(language, "You gathered these in a digest: {choices}.", choices=choices))
    elif link:
        why = say(language, "You are mailed about “{kind}”.", kind=escape_markdown(kind_title(mail.kind, language)))
        lines.append(f"{why} [{say(language, 'Fewer mails')}]({link})")
    if portal.help:
        lines[0] += " · " + say(language, "Questions? Write to {address}", address=f"<{portal.help}>")
    if portal.privacy:
        lines.append(f"[{say(language, 'How we use personal data')}](<{portal.privacy}>)")
    return "  \n".join(lines)


def _fewer_mails(platform: Platform, session: Session, mail: Mail) -> str:
    """The link for fewer mails; "" for people without an account, who have no inbox that shows what is not mailed."""
    reader = session.get(Person, mail.person_id) if mail.person_id else None
    return fewer_mails_link(platform.settings, reader.id, mail.kind) if reader and reader.state != GUEST else ""
