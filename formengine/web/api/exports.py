"""Lists of dossiers as Excel and CSV files; long ones by a job that is asked until its file is there (P14)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.services.exports import exports as service
from formengine.services.exports.table import Format
from formengine.storage.models.exports import Export
from formengine.web.api.dossiers import chosen_filter
from formengine.web.api.problems import ProblemDetail
from formengine.web.dossiers.downloads import file_response
from formengine.web.exports.page import begin, table_response


@view_config(route_name="api.dossiers_xlsx", renderer="api")
def dossiers_xlsx(request: Request) -> Any:
    return dossier_file(request, "xlsx")


@view_config(route_name="api.dossiers_csv", renderer="api")
def dossiers_csv(request: Request) -> Any:
    return dossier_file(request, "csv")


def dossier_file(request: Request, format_: Format) -> Response | dict[str, Any]:
    """The list as a file; 202 with the job that writes it where it is long."""
    chosen_filter(request)
    parameters = list(request.GET.items())
    export = begin(request, parameters, format_)
    if export is None:
        return table_response(request, parameters, format_)
    return _accepted(request, export)


@view_config(route_name="api.export", renderer="api")
def export_result(context: Export, request: Request) -> Response | dict[str, Any]:
    state = service.state_of(context, request.work.now)
    if state == "done":
        return file_response(request, service.export_file(request.work, context))
    if state == "expired":
        raise ProblemDetail(410, "The file is no longer kept", "Files are kept for a day: ask for the list again.")
    if state == "failed":
        raise ProblemDetail(409, "The file could not be written", "Ask for the list again.")
    return _accepted(request, context)


def _accepted(request: Request, export: Export) -> dict[str, Any]:
    request.response.status_int = 202
    request.response.headers["Location"] = request.route_path("api.export", id=export.id)
    request.response.headers["Retry-After"] = "2"
    return {"job": export.id, "state": export.state, "written": export.written, "rows": export.rows}
