"""The ratings of the dossiers that the legal team may see (D10)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.dossiers.ratings import rating_summary
from formengine.value_format import format_number


@view_config(route_name="desk.ratings", renderer="formengine:web/templates/desk/ratings.jinja2")
def ratings(request: Request) -> dict[str, Any]:
    summary = rating_summary(request.work)
    average = format_number(round(summary.average, 1), request.work.language)
    return {"summary": summary, "average": average}
