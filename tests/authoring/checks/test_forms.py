"""Widgets that cannot stand where they are asked for are told, at their place."""

from __future__ import annotations

import pytest

from formengine.authoring.checks.forms import form_findings
from tests.authoring.sites import FORM, REQUEST, read_document, request_type


@pytest.mark.parametrize("name", ["question", "/question"])
def test_a_widget_that_does_not_fit_is_a_warning(name: str) -> None:
    """F2: `checkboxes` for a text field: the form shows the field's usual control, and a warning names the widget."""
    text = FORM + f"ui: {{fields: {{{name}: {{widget: checkboxes}}}}}}\n"
    parsed, wrong = request_type(text)
    document, _ = read_document(text.encode(), REQUEST)
    assert parsed is not None, wrong
    assert document is not None
    findings = form_findings(document, parsed, ("en", "fr"), {}, {})
    assert [(finding.severity, finding.code) for finding in findings] == [("warning", "widget")]
    assert "checkboxes" in findings[0].message
    assert findings[0].line == len(FORM.splitlines()) + 1
