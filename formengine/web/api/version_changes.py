"""The API's account of what changed between two versions of a document (S3)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.documents.word_versions.differences import Change, Fold
from formengine.services.dossiers.version_changes import document_changes
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import check_known_parameters
from formengine.web.contexts import DossierContext


@view_config(route_name="api.document_changes", renderer="api")
def read_changes(context: DossierContext, request: Request) -> dict[str, Any]:
    check_known_parameters(request, ("since", "until"))
    since, until = _number(request, "since"), _number(request, "until")
    result = document_changes(request.work, context.dossier, request.matchdict["id"], since, until)
    comparison = result.comparison
    if result.state == "pending":
        request.response.headers["Retry-After"] = "2"
    return {
        "name": result.document,
        "since": result.older.number,
        "until": result.newer.number,
        "state": result.state,
        "reason": result.reason or None,
        "changes": [change_json(block) for block in comparison.blocks] if comparison else [],
        "remarks": list(comparison.remarks) if comparison else [],
    }


def _number(request: Request, name: str) -> int | None:
    """The number of a version in the query; None where it is left out."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise ProblemDetail(400, "No version number", "`since` and `until` are numbers of versions.")
    return int(text)


def change_json(block: Change | Fold) -> dict[str, Any]:
    """A paragraph, or a stretch of paragraphs without changes, as an entry of `changes` in the schema `Changes`."""
    if isinstance(block, Fold):
        return {"kind": "unchanged", "count": block.count}
    paragraph = block.paragraph
    table, row, column = paragraph.cell or (None, None, None)
    cell = {"table": table, "row": row, "column": column} if paragraph.cell else None
    pieces = [asdict(piece) for piece in block.pieces]
    return {"kind": block.kind, "number": paragraph.number, "part": paragraph.part, "cell": cell, "pieces": pieces}
