"""Throttling of sign-ins: guesses are slowed down, and the owner of an account is never locked out by them (T19).

A browser that signed in to an account before holds a device token for it, and has tries of its own. For everybody else
the tries of an account and of a network address are counted; over the limit, one more is admitted every 30 seconds.
See "Device cookies" in the OWASP community pages on slowing down online guessing attacks.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta
from secrets import token_urlsafe
from typing import Final

from sqlalchemy.orm import Session

from formengine.errors import TooManyTries
from formengine.key_ring import KeyRing
from formengine.services.core import rate_limits
from formengine.services.core.rate_limits import Limit
from formengine.services.core.unit_of_work import UnitOfWork

ACCOUNT: Final = Limit("sign-in:account", 10, timedelta(minutes=15))
ADDRESS: Final = Limit("sign-in:address", 60, timedelta(minutes=15))
DEVICE: Final = Limit("sign-in:device", 10, timedelta(minutes=15))
DELAY: Final = timedelta(seconds=30)
"""The wait before a try over the limit is admitted."""


def new_device_token(keys: KeyRing, email: str) -> str:
    """A token which shows that its holder has signed in to an account before; it gives no access by itself."""
    nonce = token_urlsafe(16)
    signature = urlsafe_b64encode(keys.sign(_device_message(email, nonce))).rstrip(b"=").decode()
    return f"{nonce}.{signature}"


def device_token_of(keys: KeyRing, email: str, tokens: Sequence[str]) -> str | None:
    """The first of the tokens that was made for this account; None without one."""
    for token in tokens:
        nonce, _dot, signature = token.partition(".")
        if keys.is_signed(_device_message(email, nonce), _decoded(signature)):
            return token
    return None


def _device_message(email: str, nonce: str) -> str:
    return f"signed in before:{email}:{nonce}"


def _decoded(signature: str) -> bytes:
    try:
        return urlsafe_b64decode(signature.encode() + b"=")
    except binascii.Error:
        return b""


def admit(work: UnitOfWork, email: str, device: str | None) -> None:
    """Count a try to sign in to an account. Raises TooManyTries, with the seconds to wait, when it comes too early."""
    if device is not None:
        try:
            return rate_limits.consume(work, (DEVICE, f"{email} {device}"))
        except TooManyTries:
            pass  # the device has used up its own tries: now it waits like everybody
    try:
        rate_limits.consume(work, (ADDRESS, work.address), (ACCOUNT, email))
    except TooManyTries as error:
        subject = work.address if error.limit == ADDRESS.name else f"{email} {work.address}"
        rate_limits.wait_for_turn(work, error.limit, subject, DELAY)


def succeeded(work: UnitOfWork, session: Session, email: str, device: str | None) -> None:
    """After the right password: reset the count of the account's wrong tries, and take back this one try of the
    address.
    """
    rate_limits.reset_limit(session, ACCOUNT, email)
    rate_limits.refund(session, ADDRESS, work.address)
    if device is not None:
        rate_limits.reset_limit(session, DEVICE, f"{email} {device}")
