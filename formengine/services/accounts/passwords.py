"""Password hashing with argon2id at the library's default cost (RFC 9106), and the rules for passwords.

Hashing is slow on purpose: do it before a transaction writes. A semaphore limits the hashes at a time in one process.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from formengine.i18n import say
from formengine.services.accounts.field_errors import FormFieldError
from formengine.services.core.unit_of_work import UnitOfWork

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256
CONCURRENT_HASHES: Final = threading.BoundedSemaphore(2)
"""One hash takes 64 MiB and a core: a burst of sign-ins waits here instead of taking the machine."""
_COMMON: Final = ("password", "motdepasse", "azerty", "qwerty", "123456", "formengine")


@cache
def hasher(cost: str) -> PasswordHasher:
    """The hasher of a `password_cost`: standard, or cheap for tests."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if cost == "cheap" else PasswordHasher()


@cache
def _dummy_hash(cost: str) -> str:
    return hasher(cost).hash("the password of nobody")


def hash_password(cost: str, password: str) -> str:
    """The hash to store."""
    with CONCURRENT_HASHES:
        return hasher(cost).hash(password)


def verify_password(cost: str, stored: str | None, password: str) -> bool:
    """Whether a password matches; without a stored hash it takes as long and returns False (T18)."""
    with CONCURRENT_HASHES:
        try:
            hasher(cost).verify(stored or _dummy_hash(cost), password[: MAX_LENGTH * 4])
        except (Argon2Error, InvalidHashError):
            return False
    return stored is not None


def needs_rehash(cost: str, stored: str) -> bool:
    """Whether a hash was made at another cost and should be made anew."""
    return hasher(cost).check_needs_rehash(stored)


def password_problems(
    work: UnitOfWork, password: str, about: str = "", pointer: str = "/password"
) -> list[FormFieldError]:
    """Errors in a new password; `about` has words that it may not consist of (the name, the address)."""
    folded = "".join(password.lower().split())
    language = work.language
    if len(password) < MIN_LENGTH:
        return [FormFieldError(pointer, say(language, "Choose at least {n} characters.", n=MIN_LENGTH), "minLength")]
    if len(password) > MAX_LENGTH:
        return [FormFieldError(pointer, say(language, "Choose at most {n} characters.", n=MAX_LENGTH), "maxLength")]
    words = [word for word in (*_COMMON, *about.lower().replace("@", " ").split()) if len(word) > 2]
    rest = folded
    for word in words:
        rest = rest.replace(word, "")
    if len(set(rest)) < 4:
        sentence = "This password is too easy to guess: choose a few words that have nothing to do with you."
        return [FormFieldError(pointer, say(language, sentence))]
    return []
