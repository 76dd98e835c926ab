"""Downloads: a browser never shows a file as a page of the portal, whatever its content (T23, T34)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.services.files.reading_copies import reading_copy, request_missing_copy
from formengine.services.files.uploads import open_file
from formengine.storage.models.files_and_notes import StoredFile
from formengine.web.contexts import FileContext

CHUNK_BYTES = 64 * 1024


@view_config(route_name="attachment")
@view_config(route_name="version")
def download(context: FileContext, request: Request) -> Response:
    return file_response(request, context.file)


@view_config(route_name="version.reading", renderer="formengine:web/templates/dossiers/reading.jinja2")
def read(context: FileContext, request: Request) -> dict[str, Any]:
    download = request.route_path("version", id=request.matchdict["id"])
    reading = reading_copy(request.work, context.file)
    request_missing_copy(request.work, context.file)
    return {"dossier": context.dossier, "file": context.file, "reading": reading, "download": download}


def file_response(request: Request, file: StoredFile) -> Response:
    """A file as an answer: its own name (RFC 6266), ETag of its sha256, kept in no cache, in a sandbox."""
    response = Response(content_type="application/octet-stream")
    response.headers["Content-Type"] = file.type
    response.headers["Content-Disposition"] = content_disposition(file.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    response.etag = file.sha256
    response.conditional_response = True
    if file.sha256 in request.if_none_match and request.headers.get("If-None-Match"):
        response.status_int = 304
        return response
    response.app_iter = chunks(open_file(request.work, file))
    response.content_length = file.size
    return response


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(CHUNK_BYTES):
            yield piece


def content_disposition(name: str) -> str:
    """`attachment` with a name that every browser reads: plain ASCII for the old, UTF-8 for the others.

    >>> content_disposition('contrat "é".pdf')
    'attachment; filename="contrat ___.pdf"; filename*=UTF-8\\'\\'contrat%20%22%C3%A9%22.pdf'
    """
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\\\%' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
