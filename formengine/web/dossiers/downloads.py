"""Downloads and previews: a browser never shows a file as a page of the portal, whatever its content (T23, T34).

A page links to the stable address of a file, which only redirects: to a link that holds for minutes and for this reader
alone (T51).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final
from urllib.parse import quote, urlencode

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.content_type import PDF
from formengine.i18n import say
from formengine.services.approvals.document_readings import own_signing_seats, parse_reading, record_own_reading
from formengine.services.dossiers.documents import get_version
from formengine.services.dossiers.file_series import files_to_archive
from formengine.services.files.download_links import is_link, link_query
from formengine.services.files.page_pictures import NO_PAGES, pages_of, request_missing_pages
from formengine.services.files.previews import PICTURES, preview
from formengine.services.files.reading_copies import reading_copy, request_missing_copy
from formengine.services.files.uploads import open_file
from formengine.services.files.zip_archive import zip_stream
from formengine.storage.models.files_and_notes import StoredFile
from formengine.web.actions import redirect_to_tab
from formengine.web.contexts import DossierContext, FileContext, int_from_path
from formengine.web.post_data import posted_text
from formengine.web.security_headers import change_csp

CHUNK_BYTES = 64 * 1024
SANDBOX: Final = "default-src 'none'; sandbox"
FOR_PDF: Final = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""Of a PDF that a page of ours shows: browsers open none in a sandbox, and run its scripts in their viewer's."""


@view_config(route_name="attachment")
@view_config(route_name="version")
def redirect_to_content(context: FileContext, request: Request) -> HTTPSeeOther:
    return HTTPSeeOther(content_link(request, request.matched_route.name))


@view_config(route_name="attachment.content")
@view_config(route_name="version.content")
def download(context: FileContext, request: Request) -> Response:
    name, file = request.matched_route.name, context.file
    path = request.route_path(name, id=request.matchdict["id"])
    if not is_link(request.work, path, request.GET.get("until", ""), request.GET.get("key", "")):
        return HTTPSeeOther(request.route_path(name.removesuffix(".content"), id=request.matchdict["id"]))
    is_shown = request.GET.get("show") == "yes" and (file.type in PICTURES or file.type == PDF)
    return file_response(request, file, inline=is_shown)


@view_config(route_name="version.reading_events")
def tell_reading(context: FileContext, request: Request) -> Response:
    """What the pages of a signer tell: that the document was opened, read to the end, or is downloaded now."""
    what, version = parse_reading(posted_text(request, "what")), get_version(request.work, int_from_path(request, "id"))
    if what is None:
        return Response(status=422)
    record_own_reading(request.work, version, what)
    return HTTPSeeOther(content_link(request, "version")) if what == "downloaded" else Response(status=204)


def content_link(request: Request, name: str, **query: str) -> str:
    """The short-lived link to the content of the file of this page; `name` is the route of its stable address."""
    path = request.route_path(f"{name}.content", id=request.matchdict["id"])
    return f"{path}?{urlencode({**link_query(request.work, path), **query})}"


@view_config(route_name="attachment.reading", renderer="formengine:web/templates/dossiers/reading.jinja2")
@view_config(route_name="version.reading", renderer="formengine:web/templates/dossiers/reading.jinja2")
def read(context: FileContext, request: Request) -> dict[str, Any]:
    name, file = request.matched_route.name.removesuffix(".reading"), context.file
    reading = reading_copy(request.work, file)
    request_missing_copy(request.work, file)
    pages = NO_PAGES
    if name == "version":
        pages = pages_of(request.work, file)
        request_missing_pages(request.work, file)
    change_csp(request, frame_src="'self'")
    return {
        "dossier": context.dossier,
        "file": file,
        "reading": reading,
        "pages": pages,
        "tells_reading": name == "version" and is_asked_to_sign(request),
        "preview": preview(request.work, file),
        "download": request.route_path(name, id=request.matchdict["id"]),
        "content": content_link(request, name, show="yes"),
    }


def is_asked_to_sign(request: Request) -> bool:
    """Whether the reader is asked to sign the version of this page."""
    return bool(own_signing_seats(request.work, get_version(request.work, int_from_path(request, "id"))))


@view_config(route_name="dossier.archive")
def archive(context: DossierContext, request: Request) -> Response:
    work, reference = request.work, context.dossier.reference
    files = files_to_archive(work, context.dossier)
    if not files:
        return redirect_to_tab(
            request, reference, "attachments", flash=say(work.language, "There are no files to download yet.")
        )
    lost = say(work.language, "This file could not be read. Tell whoever runs the portal.")
    response = Response(content_type="application/zip", app_iter=zip_stream(work.platform, files, work.zone, lost))
    return with_headers(response, f"{reference}.zip")


def file_response(request: Request, file: StoredFile, *, inline: bool = False) -> Response:
    """A file as an answer: its own name (RFC 6266), ETag of its sha256, kept in no cache, in a sandbox.

    `inline` shows it, which is for pictures and PDF alone.
    """
    response = Response(content_type="application/octet-stream")
    response.headers["Content-Type"] = file.type
    with_headers(response, file.name, inline=inline)
    if inline and file.type == PDF:
        response.headers["Content-Security-Policy"] = FOR_PDF
    response.etag = file.sha256
    response.conditional_response = True
    if file.sha256 in request.if_none_match and request.headers.get("If-None-Match"):
        response.status_int = 304
        return response
    response.app_iter = chunks(open_file(request.work, file))
    response.content_length = file.size
    return response


def with_headers(response: Response, name: str, *, inline: bool = False) -> Response:
    """The answer with the headers of every download."""
    response.headers["Content-Disposition"] = content_disposition(name, inline=inline)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "no-store"
    return response


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(CHUNK_BYTES):
            yield piece


def content_disposition(name: str, *, inline: bool = False) -> str:
    """`attachment` (or `inline`) with a name that every browser reads: plain ASCII for the old, UTF-8 for the others.

    >>> content_disposition('contrat "é".pdf')
    'attachment; filename="contrat ___.pdf"; filename*=UTF-8\\'\\'contrat%20%22%C3%A9%22.pdf'
    """
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\\\%' else "_" for char in name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
