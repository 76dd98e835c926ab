"""Seal of an audit checkpoint: HMAC-SHA256 over its canonical JSON, with the site's secret as key."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def seal(checkpoint: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """The checkpoint with its seal."""
    return {**checkpoint, "seal": _mac(checkpoint, secret)}


def is_seal_valid(checkpoint: Mapping[str, Any], secret: str) -> bool:
    """Whether the checkpoint is as it was sealed under this secret."""
    content = {key: value for key, value in checkpoint.items() if key != "seal"}
    return hmac.compare_digest(str(checkpoint.get("seal", "")), _mac(content, secret))


def _mac(content: Mapping[str, Any], secret: str) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(secret.encode(), b"checkpoint:" + text.encode(), hashlib.sha256).hexdigest()
