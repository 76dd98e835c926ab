"""Callers of the API: each with a token of one person and its scopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from webtest import TestApp

from formengine.services.accounts.api_tokens import create_token
from formengine.storage.models.people import Person
from tests.support.databases import database_kind
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.api.openapi_contract import check_answer
from tests.web.dossiers.visitors import app, opened, signed_in

__all__ = ["app", "database_kind", "opened", "signed_in"]

ALL = ("read", "submit", "work")


class Caller(TestApp):  # type: ignore[misc]
    """A client of the API with one bearer token; every answer is held against the description of the API."""

    __test__ = False

    def __init__(self, app: Any, token: str) -> None:
        super().__init__(app)
        self.authorization = ("Bearer", token)
        self.seen: set[str | None] = set()

    def do_request(self, req: Any, status: Any = None, expect_errors: Any = None) -> Any:
        answer = super().do_request(req, status, expect_errors)
        self.seen.add(check_answer(req.method, req.path, answer))
        return answer

    def submit(self, request_type: str, answers: dict[str, Any], key: str = "key-1", status: int = 201) -> Any:
        body = {"request_type": request_type, "answers": answers, "accept_notice": True}
        return self.post_json("/api/v1/submissions", body, headers={"Idempotency-Key": key}, status=status)


Calling = Callable[..., Caller]


@pytest.fixture
def calling(app: Any, people: People, acting: Acting) -> Calling:
    """`calling("maya")` calls as Maya with every scope; `calling("maya", "read")` with that one."""

    def make(caller: str | Person, *scopes: str) -> Caller:
        person = people(caller) if isinstance(caller, str) else caller
        with acting(person) as work:
            token = create_token(work, person, list(scopes or ALL))
        return Caller(app, token)

    return make
