"""What somebody has seen of a part of a form before they save or send it: they replace nothing unseen (F20, F8).

The people of a part share its draft, and a part that was sent can be opened again: a page that was opened before knows
neither what a colleague has saved since nor what they have sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.storage import drafts_of, expect_draft_unchanged
from formengine.storage.hash_chain import hash_json
from formengine.storage.models.drafts import Draft
from formengine.storage.models.fillings import FilledPart


@dataclass(frozen=True)
class SeenPart:
    """The version of a part's draft, 0 for none, and the mark of the answers that were sent before (`mark_of`); None
    where the sender does not say which they have seen.
    """

    draft_version: int = 0
    mark: str | None = None


NOTHING_SEEN: Final = SeenPart()


class PartChanged(Refused):
    """Others have saved or sent answers of a part that the sender has not seen; nothing was written. `now` is what
    whoever is told so has seen.
    """

    def __init__(self, reasons: Sequence[str], now: SeenPart) -> None:
        super().__init__(reasons)
        self.now = now


def draft_of(work: UnitOfWork, part: FilledPart) -> Draft | None:
    """The draft of a part, None where nothing was saved."""
    return next(iter(drafts_of(work, part.key)), None)


def mark_of(part: FilledPart) -> str:
    """What tells the answers that were sent of a part before from others; empty for none."""
    return hash_json(part.answers)[:16] if part.answers else ""


def expect_seen(work: UnitOfWork, part: FilledPart, data: Mapping[str, Any], seen: SeenPart) -> None:
    """Raise PartChanged where these data would replace a draft, or answers, that their sender has not seen and that say
    something else. The request is locked.
    """
    draft = draft_of(work, part)
    version = draft.version if draft is not None else None
    if draft is not None and version != seen.draft_version and draft.data != data:
        sentence = "Somebody has saved a draft of this part since you opened it. Nothing was overwritten."
        raise PartChanged([say(work.language, sentence)], SeenPart(draft.version, mark_of(part)))
    expect_answers_seen(work, part, data, SeenPart(version or 0, seen.mark))
    expect_draft_unchanged(work, part.key, version)


def expect_answers_seen(work: UnitOfWork, part: FilledPart, data: Mapping[str, Any], seen: SeenPart) -> None:
    """Raise PartChanged where a part was sent and opened again since, with answers that say something else."""
    if seen.mark is not None and seen.mark != mark_of(part) and part.answers and part.answers != data:
        sentence = "This part was sent, and opened again, since you opened it. Nothing was overwritten."
        raise PartChanged([say(work.language, sentence)], SeenPart(seen.draft_version, mark_of(part)))
