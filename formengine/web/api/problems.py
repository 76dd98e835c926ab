"""What is wrong with a call, as `application/problem+json` (RFC 9457); our own errors are told by `web.errors`."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response


class Problem(Exception):
    """A call that cannot be understood: a status, a title and a sentence that says what to send instead."""

    def __init__(self, status: int, title: str, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.facts = status, title, detail, facts


def told(problem: Problem, request: Request) -> Response:
    """The answer to a problem; being no success, it keeps nothing of the call."""
    body: dict[str, Any] = {"type": "about:blank", "title": problem.title, "status": problem.status}
    body |= {"detail": problem.detail, **problem.facts, "id": request.environ.get("formengine.id", "")}
    response = Response(json_body=body, status=problem.status)
    response.content_type = "application/problem+json"
    response.charset = None
    return response
