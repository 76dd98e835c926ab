"""`/verify`: whether a PDF was signed here and is unchanged, for anybody, without an account (S6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.documents.pdf_signing import Verification
from formengine.errors import DocumentTooHeavy
from formengine.i18n import say
from formengine.services.core.pdf_verification import VERIFY_ADDRESS, verify_pdf
from formengine.web.page_errors import PageError, missing
from formengine.web.post_data import file_errors, uploaded_files
from formengine.web.try_limits import over_limit

TEMPLATE: Final = "formengine:web/templates/public/verification.jinja2"
CONTROL: Final = "file"


@view_config(route_name="verify", request_method="GET", renderer=TEMPLATE)
def show(request: Request) -> dict[str, Any]:
    return page()


@view_config(route_name="verify", request_method="POST", renderer=TEMPLATE)
def check(request: Request) -> dict[str, Any]:
    language, files = request.work.language, uploaded_files(request, CONTROL)
    problems = over_limit(request, (VERIFY_ADDRESS, request.work.address or "-"))
    problems = problems or [*file_errors(request, CONTROL, CONTROL, 1)]
    problems = problems or missing(say(language, "Choose a PDF first."), CONTROL, when=not files)
    if problems:
        return refused(request, problems)
    head = files[0].file.read(1024)
    files[0].file.seek(0)
    if b"%PDF-" not in head:
        return refused(request, [PageError(say(language, "This is not a PDF. Choose the signed PDF itself."), CONTROL)])
    try:
        return page(verify_pdf(request.work, files[0].file), files[0].name)
    except DocumentTooHeavy:
        return refused(request, [PageError(say(language, "This file takes too long to examine."), CONTROL)])


def page(verification: Verification | None = None, name: str = "") -> dict[str, Any]:
    signed = [
        (signature.name, _moment(signature.signed_at), _moment(signature.at), signature.intact)
        for signature in (verification.signatures if verification is not None else ())
    ]
    return {"verification": verification, "signed": signed, "file_name": name, "problems": []}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def refused(request: Request, problems: list[PageError]) -> dict[str, Any]:
    if request.response.status_int == 200:
        request.response.status_int = 422
    return {**page(), "problems": problems}
