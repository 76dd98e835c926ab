"""The API's description: whole, valid, and true to the table of routes."""

from __future__ import annotations

from typing import Any

from openapi_spec_validator import validate
from webtest import TestApp

from formengine.web.api import ROUTES
from formengine.web.api.openapi import OPERATIONS, openapi_description


def test_is_valid_openapi() -> None:
    """X5: OpenAPI 3.1."""
    validate(openapi_description())


def test_every_call_is_described() -> None:
    """X5: no call without a word, and no word without a call."""
    assert {route.name for route in ROUTES} == set(OPERATIONS)


def test_is_served_to_everybody(app: Any) -> None:
    answer = TestApp(app).get("/api/v1/openapi.json")
    assert answer.json["openapi"] == "3.1.0"
    assert "/api/v1/submissions" in answer.json["paths"]
