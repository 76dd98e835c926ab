"""The export that an address names."""

from __future__ import annotations

from typing import Any

from formengine.services.exports.exports import get_export
from formengine.storage.models.exports import Export


def export_context(request: Any) -> Export:
    """The reader's own export of `{id}`; raises NotFound for any other."""
    return get_export(request.work, request.matchdict["id"])
