"""Secrets in links, cookies and tokens: 256 random bits for the bearer, and a hash of them for the database (T17)."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from secrets import token_urlsafe

from formengine.key_ring import KeyRing


def new_secret() -> str:
    """A secret of 256 bits, fit for an address or a header."""
    return token_urlsafe(32)


def secret_of_post(keys: KeyRing, post: str) -> str:
    """The secret of 256 bits that a post makes, the same when it arrives again: derived from the hash it is known by,
    and from the key of the site, without which nobody can compute it (HMAC-SHA256).
    """
    return urlsafe_b64encode(keys.sign(f"secret of a post:{post}")).rstrip(b"=").decode()


def hash_secret_token(secret: str) -> str:
    """The hash that the database stores; a secret of 256 bits needs neither a salt nor a slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
