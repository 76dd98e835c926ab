"""The gallery shows everything there is: keywords, widgets, field kinds, formats, states."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from formengine.forms import KINDS
from formengine.forms.ui.options import _KINDS_BY_WIDGET
from formengine.web.ops.gallery_forms import specimens
from tests.forms.browser import Page, posted

KEYWORDS = """type properties required enum const title description default examples readOnly writeOnly deprecated items
prefixItems minItems maxItems uniqueItems oneOf anyOf allOf if then else dependentRequired dependentSchemas $ref $defs
$anchor additionalProperties patternProperties propertyNames minProperties maxProperties contentMediaType
contentEncoding minLength maxLength pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf contains
minContains maxContains not unevaluatedProperties unevaluatedItems format"""
FORMATS = "date time date-time email uri uri-reference uuid ipv4 ipv6 hostname regex duration color"
INNER = {"amount", "currency", "lines", "id", "party-name"}
"""Kinds that are parts of others."""


def _all(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _all(item)
    elif isinstance(value, list):
        for item in value:
            yield from _all(item)


def test_the_gallery_is_complete() -> None:
    """F2, F12: every keyword of tiers 1 and 2, every format, widget and field kind is in some form of the gallery."""
    maps = [item for specimen in specimens().values() for item in _all(specimen.schema)]
    used = {key for item in maps for key in item}
    assert set(KEYWORDS.split()) - used == set()
    formats = {item["format"] for item in maps if isinstance(item.get("format"), str)}
    assert set(FORMATS.split()) - formats == set()
    refs = {str(item.get("$ref")) for item in maps}
    assert {uri for uri in KINDS if uri.partition(":")[2] not in INNER} - refs == set()
    assert "formengine:list/entities" in refs
    options = [item for specimen in specimens().values() for item in specimen.ui.get("fields", {}).values()]
    assert set(_KINDS_BY_WIDGET) - {item.get("widget") for item in options} == set()
    assert {"help", "placeholder", "rows", "columns", "widget"} <= {key for item in options for key in item}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", specimens())
def test_each_form_is_valid_filled_and_shows_its_errors(name: str, language: str) -> None:
    """F2, F6: filled in it is valid and reads back the same; each error has its control and its message."""
    specimen = specimens()[name]
    form = specimen.form(language)
    assert form.findings == []
    if specimen.filled is not None:
        assert form.validate(dict(specimen.filled)) == []
        back = form.read(posted(form.render(dict(specimen.filled))), dict(specimen.filled))
        assert back.data == specimen.filled
        assert json.dumps(back.data)
    wrong = form.validate(dict(specimen.wrong))
    assert wrong
    ids = Page(form.render(dict(specimen.wrong), wrong)).ids
    assert all(error.control_id in ids for error in wrong)
