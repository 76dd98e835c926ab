"""What changed between two versions of a document: the page (S3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.content_type import DOCX
from formengine.documents.word_versions.comparison import Comparison
from formengine.errors import NotFound
from formengine.i18n import say, say_n
from formengine.services.access.enforcement import is_client_side
from formengine.services.dossiers.version_changes import redline_file, version_changes
from formengine.web.contexts import FileContext, int_from_path
from formengine.web.dossiers.downloads import with_headers

LABELS: Final = {
    "added": "Added",
    "removed": "Removed",
    "changed": "Changed",
    "moved_here": "Moved to here",
    "moved_away": "Moved away from here",
}
PARTS: Final = {"box": "Text box", "header": "Header", "footer": "Footer", "footnote": "Footnote", "endnote": "Endnote"}
REMARKS: Final = {
    "inserted": "Tracked insertion",
    "deleted": "Tracked deletion",
    "moved_here": "Tracked move to here",
    "moved_away": "Tracked move away",
    "formatted": "Tracked change of layout",
    "comment": "Comment",
    "hidden": "Hidden text",
    "faint": "Text in the colour of the page, or too small to read",
    "changing": "Field that changes by itself, with the text it shows",
}


@view_config(route_name="version.changes", renderer="formengine:web/templates/dossiers/changes.jinja2")
def changes(context: FileContext, request: Request) -> dict[str, Any]:
    work, language = request.work, request.work.language
    since, until = (_number(request, name) for name in ("since", "until"))
    result = version_changes(work, context.dossier, int_from_path(request, "id"), since, until)
    query = {"since": result.older.number, "until": result.newer.number}
    comparison = result.comparison or Comparison(())
    return {
        "dossier": context.dossier,
        "changes": result,
        "reload": request.route_path("version.changes", id=result.newer.id, _query=query),
        "summary": summary(comparison.counts, language),
        "remarks": [remark_view(remark, language, is_client=is_client_side(work)) for remark in comparison.remarks],
        "labels": {kind: say(language, label) for kind, label in LABELS.items()},
        "parts": {part: say(language, label) for part, label in PARTS.items()},
    }


@view_config(route_name="version.redline")
def redline(context: FileContext, request: Request) -> Response:
    since = _number(request, "since")
    name, content = redline_file(request.work, int_from_path(request, "id"), since)
    return with_headers(Response(content, content_type=DOCX), name)


def _number(request: Request, name: str) -> int | None:
    """The number of a version in the query; None where it is left out. Raises NotFound for anything else."""
    text = request.GET.get(name, "")
    if text and not (text.isdecimal() and len(text) < 10):
        raise NotFound(f"no version {text[:20]}")
    return int(text) if text else None


def summary(counts: Mapping[str, int], language: str) -> str:
    """How many paragraphs changed, came, went and moved, as one sentence.

    >>> summary({"changed": 2, "added": 1, "same": 9}, "en")
    '2 paragraphs changed, 1 added.'
    """
    texts = [
        ("changed", "{n} paragraph changed", "{n} paragraphs changed"),
        ("added", "{n} added", "{n} added"),
        ("removed", "{n} removed", "{n} removed"),
        ("moved_here", "{n} moved", "{n} moved"),
    ]
    parts = [say_n(language, singular, plural, counts[kind]) for kind, singular, plural in texts if counts.get(kind)]
    return f"{', '.join(parts)}." if parts else ""


def remark_view(remark: Mapping[str, str], language: str, *, is_client: bool) -> dict[str, Any]:
    """A tracked change or comment as it is shown, its time as a date-time where the file says one; to clients without
    words for an author who is not named to them.
    """
    has_author = remark["kind"] not in ("hidden", "faint", "changing")
    by = remark["by"] or (say(language, "somebody without a name") if has_author and not is_client else "")
    return {**remark, "title": say(language, REMARKS[remark["kind"]]), "by": by, "at": _moment(remark["at"])}


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
