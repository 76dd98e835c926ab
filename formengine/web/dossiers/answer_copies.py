"""The answers of a dossier as PDF: asked for by a post, made by a job, downloaded when it is there (D3)."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.file_names import name_of_made_file
from formengine.i18n import say
from formengine.services.dossiers import answer_copies
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.downloads import with_headers


@view_config(route_name="dossier.answers_pdf", request_method="POST")
def request_copy(context: DossierContext, request: Request) -> HTTPSeeOther:
    answer_copies.request_answer_copy(request.work, context.dossier)
    return HTTPSeeOther(request.route_path("dossier.answers", reference=context.dossier.reference, _anchor="pdf"))


@view_config(route_name="dossier.answers_pdf", request_method="GET")
def download(context: DossierContext, request: Request) -> Response:
    content = answer_copies.answer_pdf(request.work, context.dossier)
    name = name_of_made_file(context.dossier.reference, "", say(request.work.language, "answers"), "pdf")
    return with_headers(Response(content, content_type="application/pdf"), name)
