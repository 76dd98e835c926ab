"""Seal of an audit checkpoint: HMAC-SHA256 over its canonical JSON, by a secret of the site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from formengine.key_ring import KeyRing


def seal(checkpoint: Mapping[str, Any], keys: KeyRing) -> dict[str, Any]:
    """The checkpoint with its seal."""
    return {**checkpoint, "seal": keys.sign(_message(checkpoint)).hex()}


def is_seal_valid(checkpoint: Mapping[str, Any], keys: KeyRing) -> bool:
    """Whether the checkpoint is as it was sealed, under any of the site's secrets."""
    content = {key: value for key, value in checkpoint.items() if key != "seal"}
    try:
        signature = bytes.fromhex(str(checkpoint.get("seal", "")))
    except ValueError:
        return False
    return keys.is_signed(_message(content), signature)


def _message(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"checkpoint:{text}"
