"""Answers held against the API's own description: its status, its type of content, its shape, to the letter."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from webtest import TestResponse

from formengine.web.api.openapi import openapi_description


def check_answer(method: str, path: str, answer: TestResponse) -> str | None:
    """Raise AssertionError for an answer that is not described; the operation that it is one of."""
    operation = _operation(method, path)
    if operation is None:
        assert answer.status_int in (401, 404, 405), (path, answer.status)
        assert answer.content_type == "application/problem+json"
        return None
    response = operation["responses"].get(str(answer.status_int)) or operation["responses"]["default"]
    assert answer.status_int < 500, (path, answer.status, answer.text)
    if answer.status_int == 304:
        return str(operation["operationId"])
    described = response["content"]
    media_range = f"{answer.content_type.partition('/')[0]}/*"
    assert answer.content_type in described or media_range in described, (path, answer.status, answer.content_type)
    schema = described.get(answer.content_type, {}).get("schema", {})
    if schema and schema.get("format") != "binary":
        errors = [f"{error.json_path}: {error.message}" for error in _validator(str(schema)).iter_errors(answer.json)]
        assert errors == [], (method, path, answer.status, errors)
    return str(operation["operationId"])


@cache
def _described() -> dict[str, Any]:
    return openapi_description()


@cache
def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in _described()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
            operation: dict[str, Any] | None = operations.get(method.lower())
            return operation
    return None


@cache
def _validator(schema: str) -> Draft202012Validator:
    """The judge of a schema, which is taken as whole: what it does not name may not be there."""
    import ast

    whole = {**ast.literal_eval(schema), "components": _described()["components"]}
    return Draft202012Validator(_closed(whole), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _closed(value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: _closed(item) for name, item in value.items()}
    if members.get("type") == "object" and "properties" in members:
        members.setdefault("additionalProperties", False)
    return members
