"""Parts of a form as the API sends them."""

from __future__ import annotations

from typing import Any

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.intake.part_sending import judge_part, load_part, send
from formengine.services.intake.seen_parts import NOTHING_SEEN, SeenPart

__all__ = ["judge_part", "send_part"]


def send_part(
    work: UnitOfWork, filling_id: int, part: str, answers: dict[str, Any], seen: SeenPart = NOTHING_SEEN
) -> None:  # fmt: skip
    """Send a part as JSON data."""
    view = load_part(work, filling_id, part)
    send(view, *judge_part(view, answers), seen)
