"""The button of a list, the page of a long export and its file."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import NotFound
from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork, run_in_transaction
from formengine.services.dossiers.list_filter import PARAMETERS
from formengine.services.exports import exports as service
from formengine.services.exports.table import FORMATS, Format, Parameters, write_table
from formengine.storage.models.exports import Export
from formengine.web.dossiers.downloads import chunks, content_disposition, file_response
from formengine.web.post_data import posted_text

TITLES: Final = {"matter": "Matters", "litigation": "Litigation", "contract": "Contracts"}
NAMES: Final = tuple(PARAMETERS)
"""The controls of the form that name a list."""


@view_config(route_name="exports", renderer="formengine:web/templates/exports/list.jinja2")
def export_list(request: Request) -> dict[str, Any]:
    rows = service.own_exports(request.work)
    return {"exports": [(export, service.state_of(export, request.work.now)) for export in rows]}


@view_config(route_name="exports.new")
def export(request: Request) -> Any:
    format_ = format_of(posted_text(request, "format"))
    parameters = [(name, value) for name, value in request.POST.items() if name in NAMES and isinstance(value, str)]
    long = begin(request, parameters, format_)
    if long is not None:
        return HTTPSeeOther(request.route_path("export", id=long.id))
    return table_response(request, parameters, format_)


@view_config(route_name="export", renderer="formengine:web/templates/exports/export.jinja2")
def export_page(context: Export, request: Request) -> dict[str, Any]:
    state = service.state_of(context, request.work.now)
    done = context.written * 100 // max(context.rows, 1)
    expires = service.expires_at(context)
    return {"export": context, "state": state, "percent": min(done, 100), "expires": expires}


@view_config(route_name="export.file")
def download(context: Export, request: Request) -> Any:
    if service.state_of(context, request.work.now) == "done":
        return file_response(request, service.export_file(request.work, context))
    return HTTPSeeOther(request.route_path("export", id=context.id))


def format_of(name: str) -> Format:
    """The format that an address or a button names; raises NotFound for any other."""
    for known in FORMATS:
        if name == known:
            return known
    raise NotFound(f"no format {name}")


def list_title(work: UnitOfWork, parameters: Parameters) -> str:
    """The title of the list that is exported."""
    named = dict(parameters)
    if "tab" in named:
        return say(work.language, "Desk")
    return say(work.language, TITLES.get(named.get("kind", ""), "Dossiers"))


def begin(request: Request, parameters: Parameters, format_: Format) -> Export | None:
    """Begin an export in a transaction of its own, so that no table is written under a lock; None for a short one."""
    work: UnitOfWork = request.work
    title = list_title(work, parameters)
    return run_in_transaction(
        work.platform,
        lambda own: service.begin_export(own, parameters, format_, title),
        work.person.id,
        language=work.language,
        address=work.address,
        via=work.via,
    )


def table_response(request: Request, parameters: Parameters, format_: Format) -> Response:
    """A short export as a download."""
    work: UnitOfWork = request.work
    title = list_title(work, parameters)
    file = TemporaryFile()  # noqa: SIM115  # closed when the response was sent
    write_table(work, service.named_parameters(work, parameters), format_, title, file)
    response = Response(content_type="application/octet-stream")
    response.headers["Content-Type"] = service.TYPES[format_]
    name = service.file_name(title, format_, work.now, work.portal_zone)
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.content_length = file.tell()
    file.seek(0)
    response.app_iter = chunks(file)
    return response
