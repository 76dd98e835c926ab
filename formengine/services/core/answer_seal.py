"""Seals what people typed into write-only fields (`writeOnly`), for the hidden controls of pages that do not have these
fields: encrypted by the site's secret, for one actor and one control.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from formengine.key_ring import KeyRing

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

PURPOSE: Final = "write-only answers on the pages of a form"


@dataclass(frozen=True)
class AnswerSeal:
    """The seal of one actor (`UnitOfWork.actor_id`; "" for somebody who is not known): what is sealed for one cannot be
    opened in the forms of another."""

    keys: KeyRing
    actor: str

    def seal(self, name: str, text: str) -> str:
        """The text as hidden control `name` carries it."""
        return self._cipher().encrypt(json.dumps([self.actor, name, text]).encode()).decode()

    def open(self, name: str, sealed: str) -> str | None:
        """The text that was sealed for that control; None for anything else, also under a key that is gone."""
        from cryptography.fernet import InvalidToken

        try:
            content: Any = json.loads(self._cipher().decrypt(sealed.encode()))
        except (InvalidToken, UnicodeEncodeError):
            return None
        actor, control, text = content
        return str(text) if (actor, control) == (self.actor, name) else None

    def _cipher(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in self.keys.derive(PURPOSE)])
