"""Pictures of the pages of documents, beside what is approved or signed: each is drawn when it is looked at (S5)."""

from __future__ import annotations

from collections.abc import Iterable

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.documents.page_pictures import PICTURE_TYPE
from formengine.services.approvals.round_views import RoundView
from formengine.services.dossiers.documents import DocumentView
from formengine.services.files.page_pictures import (
    PagesView,
    page_picture,
    pages_of_files,
    request_missing_pages,
    wanted_page,
)
from formengine.storage.models.files_and_notes import StoredFile
from formengine.web.contexts import FileContext, int_from_path
from formengine.web.dossiers.downloads import with_headers


@view_config(route_name="version.page")
def show(context: FileContext, request: Request) -> Response:
    return picture_response(request, context.file)


def picture_response(request: Request, file: StoredFile) -> Response:
    """The picture of the page `{page}` of a file; NotFound for one that there is not.

    A browser keeps it, and asks each time whether it may show it: access is checked, but nothing is drawn or sent
    again. The address of a guest's page names a document, of which there may be a newer version.
    """
    page = int_from_path(request, "page")
    wanted = wanted_page(request.work, file, page)
    response = with_headers(Response(content_type=PICTURE_TYPE), f"{page}.webp", inline=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.etag = f"{file.sha256}-{page}"
    if request.headers.get("If-None-Match") and response.etag in request.if_none_match:
        response.status_int = 304
        del response.content_type
        return response
    request.database_session.rollback()  # no transaction stays open while a page is drawn
    response.body = page_picture(request.registry.platform, wanted)
    return response


def pages_to_decide(
    request: Request, rounds: Iterable[RoundView], documents: Iterable[DocumentView]
) -> dict[str, PagesView]:
    """The pages of the documents about which the reader is asked now, by sha256; those missing are asked for."""
    open_rounds = [round_ for round_ in rounds if round_.status == "open"]
    asked = {
        document
        for round_ in open_rounds
        for document in round_.document_ids
        if any(seat.mine and seat.status == "open" for seat in round_.seats)
    }
    files = [document.versions[0].file for document in documents if document.id in asked and document.versions]
    pages = pages_of_files(request.work, files)
    for file in files:
        if request.method == "GET":  # a post that failed still holds the write lock
            request_missing_pages(request.work, file)
    return pages
