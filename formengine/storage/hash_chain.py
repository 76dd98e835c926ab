"""The hash of a history entry and the rules of a chain: pure functions, shared by the writer and the verifier.

An entry's hash covers its chain and number, time, author and kind, the hash of its payload, and the hash of the entry
before. Hashed is canonical JSON (RFC 8785 for the plain values used here: sorted keys, no spaces), with SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from formengine.storage.models.history import HistoryEntry

_CANONICAL: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
FIRST_PREVIOUS_HASH = "0" * 64
"""The `previous` of the first entry of a chain."""


def hash_json(value: object) -> str:
    """SHA-256, in hexadecimal, of a JSON value in canonical form."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def canonical_json(value: object) -> str:
    """A JSON value in canonical form."""
    return _CANONICAL.encode(value)


def hash_payload(payload: Mapping[str, object]) -> str:
    """The hash of a payload, which stays when the payload is erased."""
    return hash_json(payload)


def as_map(value: object) -> Mapping[str, Any]:
    """A JSON object of a row; an empty one where the row was edited into something else, which its hash tells."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[Any]:
    """A JSON array of a row; an empty one for anything else."""
    return value if isinstance(value, list) else []


def hash_entry(entry: HistoryEntry) -> str:
    """The hash of an entry, from its columns; `payload_hash` and `previous` must be set."""
    return hash_columns(
        entry.chain,
        entry.number,
        format_moment(entry.at),
        entry.by,
        entry.on_behalf_of,
        entry.kind,
        entry.visible_to_client,
        entry.payload_hash,
        entry.previous,
    )


def hash_columns(
    chain: str,
    number: int,
    at: str,
    by: str | None,
    on_behalf_of: str | None,
    kind: str,
    visible_to_client: bool,
    payload_hash: str,
    previous: str,
) -> str:
    """The hash of an entry that is no row yet; `at` is what `format_moment` gives."""
    return hash_json([chain, number, at, by, on_behalf_of, kind, visible_to_client, payload_hash, previous])


def format_moment(at: datetime) -> str:
    """A moment as the hashes cover it: UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
