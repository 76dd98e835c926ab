"""What in the `ui` of a form reaches nobody is found, where it is written."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form, FormError

SCHEMA = {"type": "object", "properties": {"street": {"type": "string"}}}


@pytest.mark.parametrize(
    ("ui", "pointer", "message"),
    [
        ({"fields": {"stret": {"help": "x"}}}, "/fields/stret", 'There is no field stret; did you mean "street"?'),
        ({"fields": {"street": {"hlep": "x"}}}, "/fields/street/hlep", 'There is no option hlep; did you mean "help"?'),
        ({"fields": {"street": 3}}, "/fields/street", 'The options of a field are a map, such as {"help": "..."}.'),
        ({"fields": {"street": {"rows": "x"}}}, "/fields/street/rows", "rows takes a whole number from 1, not 'x'."),
        ({"fields": {"street": {"help": 5}}}, "/fields/street/help", "help takes a text, not 5."),
        ({"feilds": 1}, "/feilds", 'There is no option feilds; did you mean "fields"?'),
    ],
)
def test_what_reaches_nobody_is_found(ui: dict[str, Any], pointer: str, message: str) -> None:
    """F15: options of fields that do not exist, options that do not exist, and values that no option takes."""
    assert [(finding.pointer, finding.message) for finding in Form(SCHEMA, ui=ui).findings] == [(pointer, message)]


def test_fields_that_are_no_map_are_refused() -> None:
    """F15: wrong Python is answered at once, with what to write instead."""
    with pytest.raises(TypeError, match=r"fields is \['street'\], and takes a map"):
        Form(SCHEMA, ui={"fields": ["street"]})


def test_a_number_that_python_cannot_write_is_a_form_error() -> None:
    """F15: as every schema that the metaschema refuses."""
    with pytest.raises(FormError, match="not what JSON Schema allows"):
        Form({"properties": {"a": {"minimum": 10**5000}}})
