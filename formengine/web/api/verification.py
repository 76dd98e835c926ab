"""The API's verification of signed PDFs, which needs no token (S6)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import DocumentTooHeavy
from formengine.services.core.pdf_verification import VERIFY_ADDRESS, verify_pdf
from formengine.services.core.rate_limits import consume
from formengine.web.api.attributes import attributes
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import read_file


@view_config(route_name="api.verify.post", renderer="api")
def verify(request: Request) -> dict[str, Any]:
    consume(request.work, (VERIFY_ADDRESS, request.work.address or "-"))
    try:
        verification = verify_pdf(request.work, read_file(request, "file").file)
    except DocumentTooHeavy:
        raise ProblemDetail(422, "Too heavy", "This file takes too long to examine.") from None
    members = ("name", "signed_at", "at", "intact")
    return {
        **attributes(verification, ("ours", "unchanged", "complete", "expected", "fuller_copy", "appended")),
        "signatures": [attributes(signature, members) for signature in verification.signatures],
    }
