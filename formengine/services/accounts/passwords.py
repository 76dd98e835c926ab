"""Password hashing with argon2id at the cost of OWASP's cheat sheet on password storage, and the rules for passwords.

A new password is judged by how many guesses it takes (zxcvbn: lists of 30,000 common passwords, words, names, dates,
keyboard rows, repeats and l33t), not by the kinds of its characters: NIST SP 800-63B 3.1.1.2, ASVS 5.0 6.2.
Hashing is slow on purpose, and judging takes a while: do both before a transaction writes. As many threads as there are
cores, four at most, hash for all others.
"""

from __future__ import annotations

import os
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from formengine.i18n import say
from formengine.services.accounts.common_words import COMMON_WORDS
from formengine.services.accounts.field_errors import FormFieldError
from formengine.services.core.unit_of_work import UnitOfWork

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256
HASHING_THREADS: Final = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
"""The number of passwords that a process hashes at a time."""
_HASHING: Final = ThreadPoolExecutor(HASHING_THREADS, thread_name_prefix="formengine-hash")
"""One hash takes 12 MiB of memory and a core: in a burst, sign-ins wait here rather than exhaust the machine.

The C library keeps the memory for the thread that had it; in every thread of the server it would add up.
"""
COST: Final = (12 * 1024, 3)
"""KiB of memory and passes: of the cheat sheet's profiles, which withstand guessing equally well, one of the two that
take the least time of the processor (26 ms, where 19 MiB and 2 passes take 36 ms, and 46 MiB and 1 pass 68 ms).
"""
MIN_GUESSES: Final = 10**10
"""The number of guesses that a password has to withstand: score 4 of zxcvbn."""
JUDGED_LENGTH: Final = 32
"""The number of characters that are judged: zxcvbn takes seconds for a long text that was made for it."""


@cache
def hasher(cost: str) -> PasswordHasher:
    """The hasher for a `password_cost`: `standard`, or `cheap` for tests."""
    memory, passes = (8, 1) if cost == "cheap" else COST
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1)


@cache
def _dummy_hash(cost: str) -> str:
    return hasher(cost).hash("the password of nobody")


def hash_password(cost: str, password: str) -> str:
    """The argon2id hash of a password, to be stored."""
    return _HASHING.submit(hasher(cost).hash, password).result()


def verify_password(cost: str, stored: str | None, password: str) -> bool:
    """Whether a password matches the stored hash; without a hash it takes as long and returns False (T18)."""
    expected = stored or _dummy_hash(cost)
    try:
        _HASHING.submit(hasher(cost).verify, expected, password[: MAX_LENGTH * 4]).result()
    except (Argon2Error, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(cost: str, stored: str) -> bool:
    """Whether a hash was made at another cost and should be made anew."""
    return hasher(cost).check_needs_rehash(stored)


def password_problems(
    work: UnitOfWork, password: str, about: str = "", pointer: str = "/password"
) -> list[FormFieldError]:
    """The errors in a new password; `about` holds words that a guesser would know of its owner (name, address)."""
    language = work.language
    if len(password) < MIN_LENGTH:
        return [FormFieldError(pointer, say(language, "Choose at least {n} characters.", n=MIN_LENGTH), "minLength")]
    if len(password) > MAX_LENGTH:
        return [FormFieldError(pointer, say(language, "Choose at most {n} characters.", n=MAX_LENGTH), "maxLength")]
    if _guesses(password, about) < MIN_GUESSES:
        sentence = "This password is too easy to guess: choose a few words that have nothing to do with you."
        return [FormFieldError(pointer, say(language, sentence))]
    return []


def _guesses(password: str, about: str) -> int:
    """The number of guesses that find a password, for somebody who knows its owner.

    The least of three: for the password as it is, in lower case without accents, and without the owner's words, each of
    which counts as a hundred guesses.
    """
    from zxcvbn import zxcvbn  # its lists take a while to read: only where a password is chosen

    folded = _folded(password)
    own_words = sorted({*re.split(r"\W+", _folded(about)), *_folded(about).split()}, key=len, reverse=True)
    rest, for_own = "".join(folded.split()), 1
    for word in own_words:
        if len(word) > 2 and word in rest:
            rest, for_own = rest.replace(word, ""), for_own * 100
    texts = [(password, 1), (folded, 1) if for_own == 1 else (rest, for_own)]
    known_words = [*own_words, *COMMON_WORDS]
    return min(
        times * (int(zxcvbn(text[:JUDGED_LENGTH], user_inputs=known_words)["guesses"]) if text else 1)
        for text, times in texts
    )


def _folded(text: str) -> str:
    """A text in lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
