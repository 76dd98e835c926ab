"""Secrets in links, cookies and tokens: 256 random bits for the bearer, and a hash of them for the database (T17)."""

from __future__ import annotations

import hashlib
from secrets import token_urlsafe


def new_secret() -> str:
    """A secret of 256 bits, fit for an address or a header."""
    return token_urlsafe(32)


def hash_secret_token(secret: str) -> str:
    """The hash that the database stores; a secret of 256 bits needs neither a salt nor a slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
