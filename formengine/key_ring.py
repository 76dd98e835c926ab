"""The keys of the setting `secret`: the first signs, every one verifies, so that a secret is rotated without a break.

See "Key rotation" in NIST SP 800-57 part 1 (5.3) and ASVS 5.0, 11.1 (cryptographic inventory).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class KeyRing:
    """Keys for HMAC-SHA256: the one in use first, then those that it replaced. Never empty."""

    keys: tuple[str, ...] = field(repr=False)

    @property
    def current(self) -> str:
        """The key that signs."""
        return self.keys[0]

    @property
    def current_id(self) -> str:
        """The name of the key that signs: it tells keys apart and gives nothing of them away."""
        return _key_id(self.current)

    def key_of(self, key_id: str | None) -> str:
        """The key of that name. Without a name the oldest key; for a key that was removed the current one, under
        which nothing that the removed one made is valid."""
        if key_id is None:
            return self.keys[-1]
        return next((key for key in self.keys if _key_id(key) == key_id), self.current)

    def sign(self, message: str) -> bytes:
        """The signature of a message, 32 bytes."""
        return _mac(self.current, message)

    def is_signed(self, message: str, signature: bytes) -> bool:
        """Whether a signature is one of this message, by any of the keys."""
        return any(hmac.compare_digest(_mac(key, message), signature) for key in self.keys)

    def hash(self, secret: str) -> str:
        """What the database keeps of a random secret, 64 hexadecimal digits. Without the key it is not checked."""
        return _mac(self.current, f"stored:{secret}").hex()

    def hashes(self, secret: str) -> list[str]:
        """What the database may keep of a secret: its hash by each of the keys."""
        return [_mac(key, f"stored:{secret}").hex() for key in self.keys]

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """A key of 32 bytes for one purpose, from each of the keys: the first encrypts, every one decrypts."""
        return tuple(_mac(key, f"derived:{purpose}") for key in self.keys)


def _mac(key: str, message: str) -> bytes:
    return hmac.digest(key.encode(), message.encode("utf-8", "replace"), "sha256")


def _key_id(key: str) -> str:
    return sha256(_mac(key, "key id")).hexdigest()[:16]
