"""A Word document without what is nobody else's business: tracked changes, comments, hidden text, metadata (S3, S4).

Tracked changes are accepted. What is left reads as the document did, and says nothing of who wrote it, and when.
"""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox

LIMITS: Final = SandboxLimits(seconds=60, megabytes=1024)
_COMMENTS: Final = ("comments", "commentsExtended", "commentsIds", "commentsExtensible", "people")
_PROPERTIES: Final = ("extended-properties", "custom-properties", "thumbnail")
_SETTINGS: Final = ("docVars", "attachedTemplate", "trackRevisions", "rsids", "mailMerge")
_HIDDEN_PARTS: Final = ("customXml", "glossaryDocument")
"""What else a file carries that no page shows: data that filled its controls, and building blocks of its author's."""
_TEXTS: Final = ("author", "last_modified_by", "comments", "keywords", "subject", "category", "content_status", "title")
_RSID: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}rsid"


@dataclass(frozen=True)
class TakenOut:
    """What was taken out of a document: how many tracked changes (accepted), comments, hidden or faint passages, and
    properties that say who wrote it; and how many texts that change by themselves were frozen.
    """

    tracked: int = 0
    comments: int = 0
    hidden: int = 0
    metadata: int = 0
    frozen: int = 0


def clean_copy(docx: bytes) -> tuple[bytes, TakenOut]:
    """The document without all this, and what that was. Raises DocumentRefused for a file that cannot be read."""
    facts, _line, content = run_in_sandbox(__name__, {}, docx, LIMITS).partition(b"\n")
    return content, TakenOut(**json.loads(facts))


def sandboxed_task(_facts: Mapping[str, Any], docx: bytes) -> bytes:
    """`clean_copy` within the sandboxed process: what was taken out as a line of JSON, then the document."""
    from docx import Document

    from formengine.documents.template import check_template
    from formengine.documents.word_fields import freeze_changing
    from formengine.documents.word_versions.tracked_changes import accept_changes
    from formengine.documents.word_versions.word_text import text_roots

    check_template(docx)
    document = Document(io.BytesIO(docx))
    roots = [document.element, *(root for kind, root in text_roots(document) if kind != "body")]
    tracked = sum(accept_changes(root) for root in roots)
    frozen = sum(freeze_changing(root) for root in roots)
    hidden = sum(_take_hidden_out(root, document) for root in roots) + _take_faint_numbers_out(document)
    comments = take_comments_out(document, roots)
    metadata = take_metadata_out(document, roots)
    result = io.BytesIO()
    document.save(result)
    return (
        json.dumps(asdict(TakenOut(tracked, comments, hidden, metadata, frozen))).encode() + b"\n" + result.getvalue()
    )


def _take_hidden_out(root: Any, document: Any) -> int:
    """Take runs out that are hidden or that nobody sees on paper, by their own formatting or by their style; how many
    held text.

    A paragraph of which only the end is hidden counts too: for that alone a document is not sent for signature.
    """
    from docx.oxml.ns import qn

    from formengine.documents.faint_text import Visibility
    from formengine.documents.paragraph_text import run_text
    from formengine.documents.word_parts import hidden_styles, is_hidden, is_on

    styles, count = hidden_styles(document.styles.element), 0
    counted: set[Any] = set()
    faint = Visibility(document.styles.element).faint_runs(root)
    for run in dict.fromkeys([*(run for run in root.iter(qn("w:r")) if is_hidden(run, styles)), *faint]):
        if run_text(run).strip():
            count += 1
            counted.update(run.iterancestors(qn("w:p")))
        run.getparent().remove(run)
    for mark in [mark for mark in root.iter(qn("w:vanish")) if is_on(mark)]:
        # of the end of a paragraph; the others show what a style hides
        count += counted.isdisjoint(mark.iterancestors(qn("w:p")))
        mark.getparent().remove(mark)
    return count


def _take_faint_numbers_out(document: Any) -> int:
    """Take the words out that lists write where nobody sees them; how many there were."""
    from formengine.documents.faint_text import faint_levels
    from formengine.documents.word_markup import set_value
    from formengine.documents.word_versions.word_text import editable_part

    relations = [relation for relation in document.part.rels.values() if relation.reltype.endswith("/numbering")]
    levels = [level for relation in relations for level in faint_levels(editable_part(relation).element)]
    for level in levels:
        set_value(level, "val", "")
    return len(levels)


def take_comments_out(document: Any, roots: Iterable[Any]) -> int:
    """Take the comments out of a python-docx document, and their marks out of `roots`; how many there were."""
    from docx.oxml.ns import qn

    from formengine.documents.page_parts import root_of

    count = 0
    for id_, relation in list(document.part.rels.items()):
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in _COMMENTS:
            count += len(root_of(relation.target_part)) if kind == "comments" else 0
            del document.part.rels[id_]
    marks = tuple(qn(f"w:comment{name}") for name in ("RangeStart", "RangeEnd", "Reference"))
    for root in roots:
        for mark in list(root.iter(*marks)):
            mark.getparent().remove(mark)
    return count


def take_metadata_out(document: Any, roots: Iterable[Any] = (), *, keep: Collection[str] = ()) -> int:
    """Empty the properties of a python-docx document that name people, firms and times, and the marks of editing
    sessions in `roots`; how many there were. Texts named in `keep`, such as `title`, stay.
    """
    from datetime import UTC, datetime

    from docx.oxml.ns import qn

    properties = document.core_properties
    texts = [name for name in _TEXTS if name not in keep]
    count = sum(bool(getattr(properties, name)) for name in texts)
    for name in texts:
        setattr(properties, name, "")
    properties.revision = 1
    properties.created = properties.modified = properties.last_printed = datetime(2000, 1, 1, tzinfo=UTC)
    package = document.part.package
    for id_, relation in list(package.rels.items()):
        if relation.reltype.rsplit("/", 1)[-1] in _PROPERTIES:
            count += 1
            del package.rels[id_]
    for id_, relation in list(document.part.rels.items()):
        if relation.reltype.rsplit("/", 1)[-1] in _HIDDEN_PARTS:
            del document.part.rels[id_]
    settings = document.settings.element
    marks = [child for name in _SETTINGS for child in settings.findall(qn(f"w:{name}"))]
    for element in [*marks, *(child for child in settings if str(child.tag).endswith("}docId"))]:
        settings.remove(element)
    for root in roots:
        for element in root.iter():
            for name in [name for name in element.attrib if str(name).startswith(_RSID)]:
                del element.attrib[name]
    return count
