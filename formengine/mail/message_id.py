"""The Message-ID of a mail (RFC 5322, 3.6.4), derived from cause and recipient, so that a repeat has the same one."""

from __future__ import annotations

import re
from hashlib import sha256


def message_id(kind: str, dossier_reference: str | None, history_entry: int | str, recipient: str, host: str) -> str:
    """`<kind.dossier.history-entry.recipient-hash@host>`; `-` stands where there is no dossier or no entry.

    >>> message_id("new_request", "CTR-2026-0042", 1, "Maya@example.com", "portal.example.com")
    '<new_request.CTR-2026-0042.1.a813d5642c0c2fea@portal.example.com>'
    """
    hashed = sha256(recipient.strip().lower().encode()).hexdigest()[:16]
    parts = [_part(kind, 40), _part(dossier_reference or "-", 60), _part(str(history_entry), 40), hashed]
    return f"<{'.'.join(parts)}@{_host(host)}>"


def _part(text: str, length: int) -> str:
    """Other characters than letters, digits, `-` and `_` replaced: a dot separates the parts."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)[:length] or "-"


def _host(host: str) -> str:
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = "localhost"
    return re.sub(r"[^A-Za-z0-9.-]", "-", host)[:100] or "localhost"
