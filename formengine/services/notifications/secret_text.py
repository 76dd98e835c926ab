"""One-time links and codes that a mail contains and no row stores: a secret derived from a key (HMAC-SHA256), and its
recipe.

The row of the mail keeps a random nonce and the name of the key; from these and `formengine.secret` the same secret is
derived when the mail is delivered. The database alone reveals nothing. After the delivery the nonce is deleted too.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any, Final

from formengine.key_ring import KeyRing

_MARK: Final = "$secret"
MASK: Final = "…"


class SecretText(str):
    """A text that ends in a secret of 256 bits, or of some number of decimal digits: `prefix` followed by `secret`."""

    prefix: str
    secret: str
    nonce: str
    digits: int
    key_id: str

    def __new__(cls, keys: KeyRing, prefix: str = "", digits: int = 0) -> SecretText:
        return cls._derive(keys.current, keys.current_id, prefix, digits, token_urlsafe(32))

    @classmethod
    def from_json(cls, recipe: Mapping[str, Any], keys: KeyRing) -> SecretText:
        """The text of a recipe, derived from the key that the recipe names; an older recipe names none."""
        key_id = recipe.get("key")
        return cls._derive(keys.key_of(key_id), key_id or "", recipe["prefix"], recipe["digits"], recipe[_MARK])

    @classmethod
    def _derive(cls, key: str, key_id: str, prefix: str, digits: int, nonce: str) -> SecretText:
        mac = hmac.digest(key.encode(), b"one-time secret:" + nonce.encode(), "sha256")
        if digits:
            secret = f"{int.from_bytes(mac[:16], 'big') % 10**digits:0{digits}}"
        else:
            secret = urlsafe_b64encode(mac).rstrip(b"=").decode()
        text = str.__new__(cls, prefix + secret)
        text.prefix, text.secret, text.nonce, text.digits, text.key_id = prefix, secret, nonce, digits, key_id
        return text

    def to_json(self) -> dict[str, object]:
        """The recipe, to be stored among a mail's variables."""
        return {_MARK: self.nonce, "prefix": self.prefix, "digits": self.digits, "key": self.key_id}


def reveal(variables: Mapping[str, Any], keys: KeyRing) -> dict[str, Any]:
    """The variables with their secrets in clear."""
    return {
        name: str(SecretText.from_json(value, keys)) if _is_recipe(value) else value
        for name, value in variables.items()
    }


def without_secrets(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with each secret masked and its recipe removed."""
    return {name: value["prefix"] + MASK if _is_recipe(value) else value for name, value in variables.items()}


def _is_recipe(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() - {"key"} == {_MARK, "prefix", "digits"}
