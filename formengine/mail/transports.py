"""Transports: how a built mail leaves, by the address in the settings, and what came of it.

`smtp://` and `smtps://` speak to a server, `memory:` keeps mails for tests, `dev:` lets them lie where `/dev/mail`
shows them. The mail library's own SMTP sends bare line feeds, hangs on silent servers and forgets its connections;
here every line ends in CRLF, every step and the whole have a time limit, and every connection is closed.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any, Final, Protocol
from urllib.parse import unquote, urlsplit

from pyramid_mailer.exceptions import BadHeaders, InvalidMessage
from pyramid_mailer.mailer import Mailer
from pyramid_mailer.message import Message
from repoze.sendmail.mailer import EHLO_Error, ESMTP_NotSupported, SMTPMailer, TLS_NotAvailable

from formengine.errors import DeliveryFailed, SettingError

STEP_SECONDS: Final = 15.0
TOTAL_SECONDS: Final = 60.0
LOOPBACK: Final = frozenset(("localhost", "127.0.0.1", "::1"))


class Transport(Protocol):
    """What delivers: one mail at a time, from any thread."""

    def deliver(self, message: Message) -> None:
        """Hand over a mail, or raise DeliveryFailed: permanent when trying again is of no use."""


def open_transport(url: str, *, step: float = STEP_SECONDS, total: float = TOTAL_SECONDS) -> Transport:
    """The transport of a mail address: `smtp://[user:password@]host[:port]`, `smtps://...`, `memory:` or `dev:`.

    `step` and `total` are seconds. Raises SettingError for any other address.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryTransport()
    if parts.scheme == "dev":
        return DevTransport()
    if parts.scheme in ("smtp", "smtps") and parts.hostname:
        return ServerTransport(url, step, total)
    raise SettingError("formengine.mail_url", url, "write smtp://host:port, smtps://host:port, dev: or memory:")


class MemoryTransport:
    """Keeps what is delivered, for tests to look at."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def deliver(self, message: Message) -> None:
        message.to_message()  # what could not be written could not be sent
        self.sent.append(message)


class DevTransport:
    """Delivers nowhere: the row of the mail is what `/dev/mail` shows."""

    def deliver(self, message: Message) -> None:
        message.to_message()


class ServerTransport:
    """Speaks SMTP: TLS from the start with `smtps`, else as soon as the server offers it.

    A password is only ever sent over TLS with a certificate that holds, except to this very machine.
    """

    def __init__(self, url: str, step: float, total: float) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._ssl = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._ssl else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._limits = (step, total)

    def deliver(self, message: Message) -> None:
        mailer = _Mailer(
            *self._limits,
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            force_tls=bool(self._user) and not self._ssl and self._host not in LOOPBACK,
            ssl=self._ssl,
        )
        try:
            Mailer(smtp_mailer=mailer).send_immediately(message)
        except (BadHeaders, InvalidMessage, UnicodeError) as error:
            raise DeliveryFailed(
                f"the mail cannot be written: {error or type(error).__name__}", permanent=True
            ) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise _refused(code, reply) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException, EHLO_Error, TLS_NotAvailable, ESMTP_NotSupported) as error:
            where = f"{self._host}:{self._port}"
            raise DeliveryFailed(f"{where}: {error or type(error).__name__}", permanent=False) from error


def _refused(code: int, reply: bytes | str) -> DeliveryFailed:
    """What a server answered to sender, recipient or text; 5xx is its last word (RFC 5321, 4.2.1)."""
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return DeliveryFailed(f"{code} {words}", permanent=500 <= code < 600)


class _Limited:
    """Mixed into smtplib's classes: CRLF, a limit on the whole conversation, and a quiet goodbye."""

    def __init__(self, *args: Any, total: float, later: ssl.SSLContext | None = None, **kwargs: Any) -> None:
        self._later = later
        self._timer = threading.Timer(total, self._cut)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(*args, **kwargs)
        except BaseException:
            self._timer.cancel()
            raise

    def sendmail(self, sender: str, recipients: object, message: bytes, *args: Any) -> Any:
        message = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
        return super().sendmail(sender, recipients, message, *args)  # type: ignore[misc]

    def starttls(self, *_args: Any, **_kwargs: Any) -> Any:
        return super().starttls(context=self._later)  # type: ignore[misc]

    def quit(self) -> None:
        """The mail is taken; a server that hangs up before it says goodbye has it all the same."""
        with suppress(OSError, smtplib.SMTPException):
            super().quit()  # type: ignore[misc]
        self.close()

    def close(self) -> None:
        self._timer.cancel()
        super().close()  # type: ignore[misc]

    def _cut(self) -> None:
        open_socket = getattr(self, "sock", None)
        if open_socket is not None:
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)


class _Smtp(_Limited, smtplib.SMTP):  # type: ignore[misc]
    pass


class _SmtpSsl(_Limited, smtplib.SMTP_SSL):  # type: ignore[misc]
    pass


class _Mailer(SMTPMailer):  # type: ignore[misc]
    """One conversation, closed whatever happens in it."""

    def __init__(self, step: float, total: float, **options: Any) -> None:
        super().__init__(**options)
        self._step, self._total = step, total
        self._connection: _Smtp | _SmtpSsl | None = None

    def smtp_factory(self) -> _Smtp | _SmtpSsl:
        where = (self.hostname, self.port)
        limits: dict[str, Any] = {"timeout": self._step, "total": self._total}
        verified = ssl.create_default_context()
        if self.ssl:
            self._connection = _SmtpSsl(*where, context=verified, **limits)
        else:
            # Without a password TLS is a courtesy: better with any certificate than in the clear.
            self._connection = _Smtp(*where, later=verified if self.force_tls else None, **limits)
        return self._connection

    def send(self, *args: Any) -> None:
        try:
            super().send(*args)
        finally:
            if self._connection is not None:
                self._connection.close()
