"""Callers of the API: each with a token of one person and its scopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from webtest import TestApp

from formengine.services.tokens import create_token
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web_dossiers.visiting import app, opened

__all__ = ["app", "opened"]

ALL = ("read", "submit", "work")


class Caller(TestApp):  # type: ignore[misc]
    """A client of the API with one bearer token."""

    __test__ = False

    def __init__(self, app: Any, token: str) -> None:
        super().__init__(app)
        self.authorization = ("Bearer", token)

    def submit(self, request_type: str, answers: dict[str, Any], key: str = "key-1", status: int = 201) -> Any:
        body = {"request_type": request_type, "answers": answers, "accept_notice": True}
        return self.post_json("/api/v1/submissions", body, headers={"Idempotency-Key": key}, status=status)


Calling = Callable[..., Caller]


@pytest.fixture
def calling(app: Any, people: People, acting: Acting) -> Calling:
    """`calling("maya")` calls as Maya with every scope; `calling("maya", "read")` with that one."""

    def make(name: str, *scopes: str) -> Caller:
        person = people(name)
        with acting(person) as work:
            token = create_token(work, person, list(scopes or ALL))
        return Caller(app, token)

    return make
