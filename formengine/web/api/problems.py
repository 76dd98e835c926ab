"""Errors of API calls as `application/problem+json` (RFC 9457); `web/error_views.py` maps our own exceptions to
them.
"""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from formengine.i18n import say


class ProblemDetail(Exception):
    """A call that cannot be processed: a status, a title, and a sentence that says what to send instead."""

    def __init__(self, status: int, title: str, detail: str, **values: object) -> None:
        """`title` and `detail` are sentences of the catalogue, `values` what stands in the braces of `detail`."""
        super().__init__(detail)
        self.status, self.title, self.detail, self.values = status, title, detail, values


def problem_response(problem: ProblemDetail, request: Request) -> Response:
    """The response to a problem; the call's transaction is rolled back."""
    language = request.language
    body: dict[str, Any] = {"type": "about:blank", "title": say(language, problem.title), "status": problem.status}
    body["detail"] = say(language, problem.detail, **problem.values)
    body["id"] = request.environ.get("formengine.id", "")
    response = Response(json_body=body, status=problem.status)
    response.content_type = "application/problem+json"
    response.charset = None
    return response
