"""One-time links and codes that a mail shows and no row stores: a key-derived secret (HMAC-SHA256) and its recipe.

The mail's row keeps a random nonce; together with `formengine.secret` it gives the same secret again when the mail is
delivered. Who reads the database alone learns nothing. After delivery the nonce is dropped as well.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any, Final

_MARK: Final = "$secret"
MASK: Final = "…"


class SecretText(str):
    """A text that ends in a secret of 256 bits, or of so many decimal digits: `prefix` followed by `secret`."""

    prefix: str
    secret: str
    nonce: str
    digits: int

    def __new__(cls, key: str, prefix: str = "", digits: int = 0, nonce: str | None = None) -> SecretText:
        nonce = nonce or token_urlsafe(32)
        mac = hmac.digest(key.encode(), b"one-time secret:" + nonce.encode(), "sha256")
        if digits:
            secret = f"{int.from_bytes(mac[:16], 'big') % 10**digits:0{digits}}"
        else:
            secret = urlsafe_b64encode(mac).rstrip(b"=").decode()
        text = super().__new__(cls, prefix + secret)
        text.prefix, text.secret, text.nonce, text.digits = prefix, secret, nonce, digits
        return text

    def to_json(self) -> dict[str, object]:
        """The recipe, as a mail's variables store it."""
        return {_MARK: self.nonce, "prefix": self.prefix, "digits": self.digits}


def reveal(variables: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The variables with their secrets in clear."""
    return {name: _reveal(value, key) if _is_recipe(value) else value for name, value in variables.items()}


def without_secrets(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with masks in place of secrets, and no recipe left."""
    return {name: value["prefix"] + MASK if _is_recipe(value) else value for name, value in variables.items()}


def _is_recipe(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {_MARK, "prefix", "digits"}


def _reveal(recipe: Mapping[str, Any], key: str) -> str:
    return str(SecretText(key, recipe["prefix"], recipe["digits"], recipe[_MARK]))
