"""Why mail does not arrive, in plain words: what the mail server said, and whether it is there at all (N3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.mails import Mail

STALLED_AFTER: Final = timedelta(minutes=5)
"""How long a mail may wait for its first try; the jobs of mails start within seconds."""
_OF_MAIL: Final = (
    (r"\b5\d\d\b.*(mailbox|user|recipient|account).*(full|quota)|\b5\.2\.2\b", "The mailbox is full."),
    (
        r"\b550\b|\b5\.1\.[1-3]\b|no such (user|mailbox)",
        "There is no such mailbox: the address is wrong, or was closed.",
    ),
    (
        r"\b5\.7\.\d|\b554\b|spam|blocked|policy",
        "The server refuses it as unwanted: ask its administrator to let it through.",
    ),
    (r"\b5[35]2\b|too (big|large)", "The mail is too large for the server."),
    (
        r"cannot be written|control character|no mail address",
        "The mail cannot be written: its address or subject is broken.",
    ),
)
_SIGN_IN: Final = (
    r"\b53[045]\b|authentication|credentials",
    "The server refuses the user name or password in mail_url.",
)
_OF_SERVER: Final = (
    (r"refused", "Nothing answers at its address: the mail server is off, or mail_url is wrong."),
    (r"timed? ?out", "The mail server does not answer in time."),
    (r"name or service|nodename|getaddrinfo|name resolution", "There is no server of the name in mail_url."),
    (r"certificate|ssl|tls", "The encryption fails: the server's certificate is not valid, or it offers no TLS."),
    (r"unreachable|no route", "The network does not lead to the mail server."),
)
_TRY_LATER: Final = "The server asks to try again later."
SENTENCES: Final = (*(text for _pattern, text in (_SIGN_IN, *_OF_SERVER, *_OF_MAIL)), _TRY_LATER)


@dataclass(frozen=True)
class MailHealth:
    """How mail is doing. `counts` are mails by state; `waiting` those that somebody waits for, since `since`.

    `trouble` is "server" where none has gone out since the first of those that are tried again, "stalled" where nothing
    tries, "mails" where single ones fail, else "". `said` is what the server said last, `plain` that in plain words.
    """

    counts: dict[str, int]
    trouble: str
    waiting: int
    since: datetime | None
    last_sent: datetime | None
    said: str
    plain: str


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
        plain=plain_error(said, work.language),
    )


def plain_error(error: str, language: str) -> str:
    """What a mail server, or the network, said in plain words; "" for what has none.

    >>> plain_error("localhost:25: [Errno 111] Connection refused", "en")
    'Nothing answers at its address: the mail server is off, or mail_url is wrong.'
    >>> plain_error("550 5.1.1 unknown", "en")
    'There is no such mailbox: the address is wrong, or was closed.'
    """
    is_reply = re.match(r"\s*[245]\d\d\b", error) is not None
    for pattern, text in (_SIGN_IN, *(() if is_reply else _OF_SERVER), *_OF_MAIL):
        if re.search(pattern, error, re.IGNORECASE):
            return say(language, text)
    return say(language, _TRY_LATER) if re.match(r"\s*4\d\d\b", error) else ""
