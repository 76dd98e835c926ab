"""The `format` keyword: what counts as an e-mail address, and by whom it is judged."""

from __future__ import annotations

import pytest

from formengine.email_addresses import is_email_address
from formengine.forms import Validator
from formengine.forms.schema.checks import check_schema, registry_of
from formengine.forms.validation.fast_check import _Document
from formengine.forms.validation.schema_node import compile_schema

ADDRESSES = ("maya@example.com", "josé@example.fr", "joe@bücher.example", "почта@пример.рф", "o'neil+nda@law.example")
NO_ADDRESSES = ("maya", "maya@", "@example.com", "a b@example.com", "a..b@example.com", "Maya <maya@example.com>")


@pytest.mark.parametrize("name", ["email", "idn-email"])
def test_addresses(name: str) -> None:
    """F3: a form takes international addresses (RFC 6531), as the accounts of the portal do."""
    validator = Validator({"format": name})
    for is_valid in (validator.is_valid, is_email_address):
        assert [address for address in ADDRESSES if not is_valid(address)] == []
        assert [text for text in NO_ADDRESSES if is_valid(text)] == []


@pytest.mark.parametrize("where", ["properties", "oneOf", "not"])
def test_addresses_need_no_function_of_ours(where: str) -> None:
    """F3: addresses are judged by jsonschema-rs alone, which takes twice as long with a function of ours."""
    address = {"format": "email"}
    schema = {where: {"properties": {"a": address}, "oneOf": [address, {"type": "null"}], "not": address}[where]}
    registry = registry_of({})
    root = compile_schema(check_schema(schema, "2020-12", registry).schema, registry)
    assert _Document(root, translates=True).options == {}
