"""Transports, chosen by the address in the settings: they deliver messages or raise DeliveryFailed.

`smtp://` and `smtps://` use a server, `memory:` keeps mails for tests, `dev:` delivers nowhere (see `/dev/mail`). The
mail library's own SMTP sends bare line feeds and hangs on silent servers; here every line ends in CRLF, every step and
each mail have a time limit, and every connection is closed.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cached_property
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


class ConnectionFailed(DeliveryFailed):
    """The server could not be reached, or the connection broke; that says nothing about the mail."""


class Transport(Protocol):
    """Delivers mails, from any thread."""

    is_preview: bool
    """Whether the stored mail is all that anybody will see of it, so that links have to stay in it."""

    def deliver(self, message: Message) -> None:
        """Hand over a mail, or raise DeliveryFailed: permanent when trying again is of no use."""

    def connection(self) -> AbstractContextManager[Transport]:
        """A context manager for a transport that sends several mails over one connection; for one thread."""


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
    """Keeps delivered mails, for tests."""

    is_preview = False

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def connection(self) -> AbstractContextManager[Transport]:
        return nullcontext(self)

    def deliver(self, message: Message) -> None:
        message.to_message()  # raises for what could not be sent
        self.sent.append(message)


class DevTransport:
    """Delivers nowhere: the row of the mail is what `/dev/mail` shows."""

    is_preview = True

    def connection(self) -> AbstractContextManager[Transport]:
        return nullcontext(self)

    def deliver(self, message: Message) -> None:
        message.to_message()


class ServerTransport:
    """SMTP: TLS from the start with `smtps`, else STARTTLS where the server offers it.

    A password is sent only over TLS with a valid certificate, or to a loopback address.
    """

    def __init__(self, url: str, step: float, total: float) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._ssl = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._ssl else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._limits = (step, total)

        self._contexts = _TlsContexts()

    is_preview = False

    def deliver(self, message: Message) -> None:
        with self.connection() as connection:
            connection.deliver(message)

    @contextmanager
    def connection(self) -> Iterator[Transport]:
        mailer = _Mailer(
            *self._limits,
            self._contexts,
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            force_tls=bool(self._user) and not self._ssl and self._host not in LOOPBACK,
            ssl=self._ssl,
        )
        try:
            yield _ServerConnection(mailer, f"{self._host}:{self._port}")
        finally:
            mailer.hang_up()


class _ServerConnection:
    """A transport over one connection, which is opened by the first mail and again after a failure."""

    is_preview = False

    def __init__(self, mailer: _Mailer, address: str) -> None:
        self._mailer, self._address = mailer, address

    def connection(self) -> AbstractContextManager[Transport]:
        return nullcontext(self)

    def deliver(self, message: Message) -> None:
        try:
            Mailer(smtp_mailer=self._mailer).send_immediately(message)
        except (BadHeaders, InvalidMessage, UnicodeError) as error:
            raise DeliveryFailed(
                f"the mail cannot be written: {error or type(error).__name__}", permanent=True
            ) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise _delivery_failure(code, reply) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _delivery_failure(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException, EHLO_Error, TLS_NotAvailable, ESMTP_NotSupported) as error:
            raise ConnectionFailed(f"{self._address}: {error or type(error).__name__}", permanent=False) from error


def _delivery_failure(code: int, reply: bytes | str) -> DeliveryFailed:
    """The failure for a reply to sender, recipient or text; 5xx is permanent (RFC 5321, 4.2.1)."""
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return DeliveryFailed(f"{code} {words}", permanent=500 <= code < 600)


class _TlsContexts:
    """TLS settings, made once per transport: reading the certificates of the system takes some 40 ms."""

    @cached_property
    def verified(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    @cached_property
    def unverified(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


class _TimeLimited:
    """Mixed into smtplib's classes: CRLF, a time limit on each mail, and a connection that stays for the next mail."""

    def __init__(self, *args: Any, total: float, later: ssl.SSLContext | None = None, **kwargs: Any) -> None:
        self._later = later
        self._total = total
        self._timer = self._start_timer()
        self._logged_in = False
        try:
            super().__init__(*args, **kwargs)
        except BaseException:
            self._timer.cancel()
            raise

    def _start_timer(self) -> threading.Timer:
        timer = threading.Timer(self._total, self._cut)
        timer.daemon = True
        timer.start()
        return timer

    def sendmail(self, sender: str, recipients: object, message: bytes, *args: Any) -> Any:
        message = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
        return super().sendmail(sender, recipients, message, *args)  # type: ignore[misc]

    def starttls(self, *_args: Any, **_kwargs: Any) -> Any:
        return super().starttls(context=self._later)  # type: ignore[misc]

    def login(self, *args: Any, **kwargs: Any) -> Any:
        """Log in, once in a connection: a second AUTH is an error (RFC 4954, 4)."""
        if not self._logged_in:
            super().login(*args, **kwargs)  # type: ignore[misc]
            self._logged_in = True

    def quit(self) -> None:
        """Called after each mail: keep the connection for the next one."""
        self._timer.cancel()

    def begin_next(self) -> None:
        """Start the time limit of another mail."""
        self._timer = self._start_timer()

    def hang_up(self) -> None:
        """Say QUIT and close; a server that hangs up first has taken the mails all the same."""
        self._timer.cancel()
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


class _Smtp(_TimeLimited, smtplib.SMTP):  # type: ignore[misc]
    pass


class _SmtpSsl(_TimeLimited, smtplib.SMTP_SSL):  # type: ignore[misc]
    pass


class _Mailer(SMTPMailer):  # type: ignore[misc]
    """Sends mails over one connection, which an error closes and the next mail opens again."""

    def __init__(self, step: float, total: float, contexts: _TlsContexts, **options: Any) -> None:
        super().__init__(**options)
        self._step, self._total, self._contexts = step, total, contexts
        self._connection: _Smtp | _SmtpSsl | None = None

    def smtp_factory(self) -> _Smtp | _SmtpSsl:
        if self._connection is not None:
            self._connection.begin_next()
            return self._connection
        where = (self.hostname, self.port)
        limits: dict[str, Any] = {"timeout": self._step, "total": self._total}
        if self.ssl:
            self._connection = _SmtpSsl(*where, context=self._contexts.verified, **limits)
        else:
            # Without a password, TLS with any certificate is better than none.
            later = self._contexts.verified if self.force_tls else self._contexts.unverified
            self._connection = _Smtp(*where, later=later, **limits)
        return self._connection

    def send(self, *args: Any) -> None:
        try:
            super().send(*args)
        except BaseException:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            raise

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.hang_up()
            self._connection = None
