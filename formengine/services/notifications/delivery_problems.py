"""Why mail does not arrive, and what to do about it, in plain words (N3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.mails import Mail

STALLED_AFTER: Final = timedelta(minutes=5)
"""How long a mail may wait for its first try; the jobs of mails start within seconds."""
ADDRESS: Final = "address"
"""What is wrong is the address: whoever reads of it is led to where it stands."""


@dataclass(frozen=True)
class Problem:
    """What happened, and what to do; `about` is ADDRESS or "". The pattern finds it in what was said; `codes` matches
    the enhanced status codes (RFC 3463) that say nothing else.
    """

    pattern: str
    happened: str
    advice: str
    about: str = ""
    codes: str = ""


_ENHANCED: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
"""An enhanced status code: class, subject, detail. Not a part of an IP address."""
_NO_MAILBOX: Final = Problem(
    r"\bno such (user|mailbox)\b|\b(user|recipient|mailbox|address) (is )?(unknown|not found|unavailable)\b|"
    r"\bunknown (user|recipient)\b|\bdoes not exist\b",
    "There is no such mailbox: the address is wrong, or was closed.",
    "Find out the address that works: a mail sent again to this one will not arrive.",
    ADDRESS,
    codes=r"5\.1\.\d+|5\.2\.1",
)
_OF_MAIL: Final = (
    Problem(
        r"\b(sending|daily|hourly|rate) (limit|quota)\b|\brate exceeded\b|\btoo many (messages|mails|e-?mails)\b",
        "More mails were sent than a mail server takes in that time.",
        "Send it again later. Where it happens often, ask whoever runs your mail server to raise the limit.",
        codes=r"5\.4\.5",
    ),
    Problem(
        r"\b(mailbox|inbox) (is )?full\b|\b(over ?|exceeds (its |the )?|exceeded (its |the )?)quota\b|"
        r"\bquota (is )?(full|exceeded)\b|\b(exceeded|out of) storage\b",
        "The mailbox is full.",
        "Ask its owner to make room in it, then send the mail again.",
        codes=r"[45]\.2\.2",
    ),
    Problem(
        r"\bsender address rejected\b",
        "The receiving server does not take mail from the portal’s address.",
        "See whether mail_from in the settings is an address of a domain of yours that exists.",
        codes=r"[45]\.1\.[78]",
    ),
    Problem(
        r"relay(ing)? (is )?(access )?denied|not permitted to relay|unable to relay",
        "Your mail server does not pass mail on to this address.",
        "Ask whoever runs your mail server to let the portal send mail to other domains.",
    ),
    _NO_MAILBOX,
    Problem(
        r"grey ?list",
        "The receiving server takes mail from an unknown sender only at a second try.",
        "Wait, it is tried again by itself.",
    ),
    Problem(
        r"\b[45]\.7\.\d+\b|\b554\b|\bspam\b|\bblocked\b|\bpolicy\b|\breputation\b",
        "The receiving server refuses it as unwanted.",
        "Ask its administrator to accept mail of this portal, then send it again. Where several servers refuse, see "
        "whether SPF and DKIM of your domain name your mail server.",
    ),
    Problem(
        r"\b552\b|\btoo (big|large)\b|\bsize limit\b",
        "The mail is too large for the receiving server.",
        "Tell its reader to open the files in the portal.",
        codes=r"5\.3\.4|5\.2\.3",
    ),
    Problem(
        r"cannot be written|control character|no mail address",
        "The mail cannot be written: its address or subject has a character that no mail may have.",
        "Correct the address, or the title of the dossier.",
        ADDRESS,
    ),
    replace(_NO_MAILBOX, pattern=r"\b550\b", codes=""),
)
_SIGN_IN: Final = Problem(
    r"^\s*53[045]\b|^(?!\s*[245]\d\d\b).*(\b53[045]\b|authentication|credentials)",  # a reply: of signing in alone
    "The server refuses the user name or password in mail_url.",
    "Correct mail_url in the settings, and start the portal again.",
)
_OF_SERVER: Final = (
    Problem(
        r"refused",
        "Nothing answers at its address: the mail server is off, or mail_url is wrong.",
        "See whether your mail server runs, and whether mail_url in the settings names it.",
    ),
    Problem(
        r"timed? ?out",
        "The mail server does not answer in time.",
        "See whether your mail server is overloaded, or a firewall keeps the portal from it.",
    ),
    Problem(
        r"name or service|nodename|getaddrinfo|name resolution",
        "There is no server of the name in mail_url.",
        "Correct mail_url in the settings, and start the portal again.",
    ),
    Problem(
        r"certificate|ssl|tls",
        "The encryption fails: the server's certificate is not valid, or it offers no TLS.",
        "Ask whoever runs your mail server to renew its certificate and to offer TLS.",
    ),
    Problem(
        r"unreachable|no route",
        "The network does not lead to the mail server.",
        "See whether the portal's machine is connected, and may reach your mail server.",
    ),
)
_TRY_LATER: Final = Problem(r"^\s*4\d\d\b", "The server asks to try again later.", "Wait, it is tried again by itself.")
_REFUSED: Final = Problem(
    r"^\s*5\d\d\b",
    "The receiving server refuses this mail for good.",
    "Show its reply to whoever runs your mail server.",
)
_UNKNOWN: Final = Problem(
    "", "The mail could not be handed over.", "Show the message below to whoever runs your mail server."
)
_SEND_AGAIN: Final = "Send it again; if that fails, show the reply to whoever runs your mail server."
_PROBLEMS: Final = (_SIGN_IN, *_OF_SERVER, *_OF_MAIL, _TRY_LATER, _REFUSED, _UNKNOWN)
SENTENCES: Final = (*(text for problem in _PROBLEMS for text in (problem.happened, problem.advice)), _SEND_AGAIN)


@dataclass(frozen=True)
class MailHealth:
    """How mail is doing. `counts` are mails by state; `waiting` those that somebody waits for, since `since`.

    `trouble` is "server" where none has gone out since the first of those that are tried again, "stalled" where nothing
    tries, "mails" where single ones fail, else "". `said` is what the server said last, or "".
    """

    counts: dict[str, int]
    trouble: str
    waiting: int
    since: datetime | None
    last_sent: datetime | None
    said: str


def mail_health(work: UnitOfWork) -> MailHealth:
    """How mail is doing, for the admin's page; two statements. Raises Refused without `mails.manage`."""
    require_permission(work, "mails.manage")
    query = select(Mail.state, func.count(), func.min(Mail.created_at), func.max(Mail.sent_at)).group_by(Mail.state)
    rows = {state: (count, oldest, sent) for state, count, oldest, sent in work.session.execute(query)}
    newest = select(Mail.error).where(Mail.state.in_(("retrying", "failed")), Mail.error.is_not(None))
    said = work.session.scalar(newest.order_by(Mail.state.desc(), Mail.id.desc()).limit(1)) or ""
    since = min((rows[state][1] for state in ("waiting", "retrying") if state in rows), default=None)
    last_sent = rows["sent"][2] if "sent" in rows else None
    if "retrying" in rows and (last_sent is None or last_sent < rows["retrying"][1]):
        trouble = "server"
    elif "waiting" in rows and work.now - rows["waiting"][1] > STALLED_AFTER:
        trouble = "stalled"
    else:
        trouble = "mails" if {"failed", "retrying"} & rows.keys() else ""
    return MailHealth(
        counts={state: row[0] for state, row in rows.items()},
        trouble=trouble,
        waiting=sum(rows[state][0] for state in ("waiting", "retrying") if state in rows),
        since=since,
        last_sent=last_sent,
        said=said,
    )


@dataclass(frozen=True)
class Explanation:
    """A problem in the reader's language: what happened, and what to do. `about` is ADDRESS or ""."""

    happened: str
    advice: str
    about: str


def explain_error(error: str, language: str, *, given_up: bool = False) -> Explanation:
    """What a mail server or the network said, in plain words. The status codes are those of RFC 3463 and RFC 5321.

    An enhanced code that says one thing goes before all words. `given_up`: it is not tried again by itself.

    >>> explain_error("localhost:25: [Errno 111] Connection refused", "en").happened
    'Nothing answers at its address: the mail server is off, or mail_url is wrong.'
    >>> explain_error("550 5.7.1 blocked", "en").happened
    'The receiving server refuses it as unwanted.'
    """
    is_reply = re.match(r"\s*[245]\d\d\b", error) is not None
    known = (_SIGN_IN, *(() if is_reply else _OF_SERVER), *_OF_MAIL, _TRY_LATER, _REFUSED, _UNKNOWN)
    code = match[0] if (match := _ENHANCED.search(error)) else ""
    by_code = next((problem for problem in known if problem.codes and re.fullmatch(problem.codes, code)), None)
    flags = re.IGNORECASE | re.DOTALL
    problem = by_code or next(problem for problem in known if re.search(problem.pattern, error, flags))
    advice = _SEND_AGAIN if given_up and problem.advice == _TRY_LATER.advice else problem.advice
    return Explanation(say(language, problem.happened), say(language, advice), problem.about)
