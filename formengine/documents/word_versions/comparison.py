"""Compares two versions of a document: their texts, and what changed (S3).

Word documents are read in the sandboxed process, which bounds time and memory for any file; of a PDF, the text of its
pages is compared, as plain paragraphs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from formengine.documents.reader_words import authors_own, in_words
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
    changed than is kept, `is_marked` that there is a document with the changes as tracked ones.
    """

    blocks: tuple[Change | Fold, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[Mapping[str, str], ...] = ()
    is_cut: bool = False
    is_marked: bool = False

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
        rest = {"remarks": self.remarks, "is_cut": self.is_cut, "is_marked": self.is_marked}
        members = {"blocks": blocks, "counts": self.counts, **rest}
        return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def comparison_in_words(comparison: Comparison, language: str) -> Comparison:
    """A comparison with the words of a language for what is not text itself (`reader_words`)."""

    def worded(change: Change) -> Change:
        pieces = tuple(replace(piece, text=in_words(piece.text, language)) for piece in change.pieces)
        text = in_words(change.paragraph.text, language)
        return replace(change, pieces=pieces, paragraph=replace(change.paragraph, text=text))

    blocks = tuple(
        replace(block, paragraphs=tuple(map(worded, block.paragraphs))) if isinstance(block, Fold) else worded(block)
        for block in comparison.blocks
    )
    remarks = tuple({name: in_words(text, language) for name, text in remark.items()} for remark in comparison.remarks)
    return replace(comparison, blocks=blocks, remarks=remarks)


def comparison_from(text: str) -> Comparison:
    """The comparison that `Comparison.to_json` wrote."""
    stored = json.loads(text)
    blocks = tuple(
        Fold(block["fold"], tuple(map(_change, block["paragraphs"]))) if "fold" in block else _change(block)
        for block in stored["blocks"]
    )
    return Comparison(blocks, stored["counts"], tuple(stored["remarks"]), stored["is_cut"], stored["is_marked"])


def _change(stored: Mapping[str, Any]) -> Change:
    paragraph = dict(stored["paragraph"])
    cell = paragraph.pop("cell")
    pieces = tuple(Piece(**piece) for piece in stored["pieces"])
    return Change(stored["kind"], pieces, Paragraph(**paragraph, cell=tuple(cell) if cell else None))


def compare(
    old: bytes,
    new: bytes,
    author: str = "",
    at: str = "",
    *,
    limits: SandboxLimits | None = None,
) -> tuple[Comparison, bytes | None]:
    """Compare two versions, each a Word document or a PDF; of two Word documents also the newer one with the changes as
    tracked ones, under a name and a time (ISO 8601), without comments and the names of those who wrote it.

    Raises DocumentRefused for a file that cannot be read, DocumentWithoutText for a scan, DocumentTooHeavy for two that
    exceed the limits.
    """
    facts = {"split": len(old), "author": author, "at": at}
    module = "formengine.documents.word_versions.comparison"
    text, _line, marked = run_in_sandbox(module, facts, old + new, limits).partition(b"\n")
    return comparison_from(text.decode()), marked or None


def sandboxed_task(facts: Mapping[str, Any], documents: bytes) -> bytes:
    """`compare` within the sandboxed process: the comparison as a line of JSON, then the marked document."""
    old, new = documents[: facts["split"]], documents[facts["split"] :]
    copies = [_printed(version) for version in (old, new)]
    comparison = _compared(_read(old, copies[0]), _read(new, copies[1]))
    marked = _marked(copies[0], copies[1], facts["author"], facts["at"]) if facts["author"] else b""
    return replace(comparison, is_marked=bool(marked)).to_json().encode() + b"\n" + marked


def _compared(old: WordText, new: WordText) -> Comparison:
    from formengine.documents.word_versions.differences import differences, folded

    changes = differences(old.paragraphs, new.paragraphs)
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.kind] = counts.get(change.kind, 0) + 1
    blocks = list(folded(changes))
    remarks = tuple(asdict(remark) for remark in new.remarks)
    return Comparison(tuple(blocks[:MAX_SHOWN]), counts, remarks, len(blocks) > MAX_SHOWN)


def _marked(old: bytes, new: bytes, author: str, at: str) -> bytes:
    """The newer of two printed copies with tracked changes; empty where one is a PDF, or is built in a way that cannot
    be marked: what changed can be read all the same.
    """
    from formengine.documents.word_versions.redline import redline

    if b"%PDF-" in (old[:5], new[:5]):
        return b""
    try:
        return redline(old, new, author, at)
    except (AttributeError, LookupError, TypeError, ValueError):  # what python-docx raises for odd files
        return b""


def _printed(document: bytes) -> bytes:
    """The copy of a Word document that is read and marked (`print_copy`); a PDF as it is."""
    from formengine.documents.print_copy import as_printed
    from formengine.documents.template import check_template

    if document.startswith(b"%PDF-"):
        return document
    check_template(document)
    with _memory_reported():
        return as_printed(document)


@contextmanager
def _memory_reported() -> Iterator[None]:
    """Raise MemoryError where the parser of XML got no memory, and reports that as an error of the file."""
    from lxml.etree import XMLSyntaxError  # type: ignore[import-untyped]  # it has no stubs

    try:
        yield
    except XMLSyntaxError as error:
        from formengine.documents.html_blocks import OUT_OF_MEMORY

        raise MemoryError if error.code in OUT_OF_MEMORY else error from None


def _read(document: bytes, copy: bytes) -> WordText:
    from formengine.documents.word_parts import WordParts
    from formengine.documents.word_versions.pdf_text import read_pdf_text
    from formengine.documents.word_versions.word_text import MAX_REMARKS, Remark, WordText, read_word_text

    if document.startswith(b"%PDF-"):
        return WordText(read_pdf_text(document), [])
    with _memory_reported():
        text = read_word_text(copy)
        unseen = [Remark(kind, "", "", authors_own(words), "") for kind, words in WordParts(document).unseen()]
        return replace(text, remarks=[*text.remarks, *unseen[:MAX_REMARKS]])
