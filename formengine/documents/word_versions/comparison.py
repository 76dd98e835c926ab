"""Compares two versions of a document: their texts, and what changed (S3).

Word documents are read in the sandboxed process, which bounds time and memory for any file; of a PDF, the text of its
pages is compared, as plain paragraphs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.word_versions.differences import Change, Fold, Paragraph, Piece

if TYPE_CHECKING:
    from formengine.documents.word_versions.word_text import WordText

MAX_SHOWN: Final = 3000
"""How many changed paragraphs are kept to be shown; a document in which more changed is another document."""


@dataclass(frozen=True)
class Comparison:
    """What changed between two versions: changed paragraphs with what is near them, and folds for the rest.

    `counts` is the number of paragraphs of each kind (`Change.kind`); `remarks` are the tracked changes and comments
    that the newer version holds, each a mapping with the attributes of `word_text.Remark`. `is_cut` says that more
    changed than is kept.
    """

    blocks: tuple[Change | Fold, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[Mapping[str, str], ...] = ()
    is_cut: bool = False

    @property
    def changed(self) -> int:
        """How many paragraphs changed, went, came or moved."""
        return sum(count for kind, count in self.counts.items() if kind not in ("same", "moved_away"))

    def to_json(self) -> str:
        """The comparison as JSON text, to be stored."""
        blocks = [
            {"fold": block.count, "paragraphs": [asdict(change) for change in block.paragraphs]}
            if isinstance(block, Fold)
            else asdict(block)
            for block in self.blocks
        ]
        members = {"blocks": blocks, "counts": self.counts, "remarks": self.remarks, "is_cut": self.is_cut}
        return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def comparison_from(text: str) -> Comparison:
    """The comparison that `Comparison.to_json` wrote."""
    stored = json.loads(text)
    blocks = tuple(
        Fold(block["fold"], tuple(map(_change, block["paragraphs"]))) if "fold" in block else _change(block)
        for block in stored["blocks"]
    )
    return Comparison(blocks, stored["counts"], tuple(stored["remarks"]), stored["is_cut"])


def _change(stored: Mapping[str, Any]) -> Change:
    paragraph = dict(stored["paragraph"])
    cell = paragraph.pop("cell")
    pieces = tuple(Piece(**piece) for piece in stored["pieces"])
    return Change(stored["kind"], pieces, Paragraph(**paragraph, cell=tuple(cell) if cell else None))


def compare(old: bytes, new: bytes, *, limits: SandboxLimits | None = None) -> Comparison:
    """Compare two versions, each a Word document or a PDF.

    Raises DocumentRefused for a file that cannot be read, DocumentTooHeavy for two that exceed the limits.
    """
    module = "formengine.documents.word_versions.comparison"
    return comparison_from(run_in_sandbox(module, {"split": len(old)}, old + new, limits).decode())


def sandboxed_task(facts: Mapping[str, Any], documents: bytes) -> bytes:
    """`compare` within the sandboxed process."""
    from formengine.documents.word_versions.differences import differences, folded

    old, new = _read(documents[: facts["split"]]), _read(documents[facts["split"] :])
    changes = differences(old.paragraphs, new.paragraphs)
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.kind] = counts.get(change.kind, 0) + 1
    blocks = list(folded(changes))
    remarks = tuple(asdict(remark) for remark in new.remarks)
    shown = Comparison(tuple(blocks[:MAX_SHOWN]), counts, remarks, len(blocks) > MAX_SHOWN)
    return shown.to_json().encode()


def _read(document: bytes) -> WordText:
    from lxml.etree import XMLSyntaxError  # type: ignore[import-untyped]  # it has no stubs

    from formengine.documents.template import check_template
    from formengine.documents.word_versions.pdf_text import read_pdf_text
    from formengine.documents.word_versions.word_text import WordText, read_word_text

    if document.startswith(b"%PDF-"):
        return WordText(read_pdf_text(document), [])
    check_template(document)
    try:
        return read_word_text(document)
    except XMLSyntaxError as error:
        from formengine.documents.html_blocks import OUT_OF_MEMORY

        raise MemoryError if error.code in OUT_OF_MEMORY else error from None
