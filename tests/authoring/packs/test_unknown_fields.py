"""Names of fields that a form does not have, and fields that stand on no page."""

from __future__ import annotations

import pytest

from tests.authoring.misleading import CHECK, FORM, changed, site_findings

PAGES = "\nui: {steps: [{title: X, fields: [mark, already_used, used_since, expiry_date, grantor_name, highest_amount, "
PAGES += "markets, agent]}], fields: {already_used: {help: H}}}\n"


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("already_used: {", "in_use: {",
         '15:18: error: already_used is not a field beside this one; did you mean "in_use"? (also on line 29)'),
        ("mark: {", "sign: {",
         '7:14: error: mark is required but is not a field here; did you mean "sign"? (also on line 29)'),
        ("agent: {", "agents: {", '29:118: error: agent is not a field of this form; did you mean "agents"?'),
    ],
)  # fmt: skip
def test_a_renamed_field_is_told_once(written: str, instead: str, told: str) -> None:
    """W13: the field that stands on no page any more is what its old name meant."""
    assert FORM.count(f"    {written}") == 1
    findings = site_findings({CHECK: FORM.replace(f"    {written}", f"    {instead}") + PAGES})
    told_here = [finding for finding in findings if finding.file == CHECK]
    assert [f"{f.line}:{f.column}: {f.severity}: {f.message}" for f in told_here] == [told]


def test_fields_on_no_page_are_told_together() -> None:
    """F7, W13: not the one whose name is misspelt on its page."""
    pages = "ui: {steps: [{title: {en: X, fr: X}, fields: [mark, alredy_used, used_since, markets, agent]}]}\nform:\n"
    assert sorted(finding.message for finding in site_findings({CHECK: changed(CHECK, "form:\n", pages)})) == [
        'alredy_used is not a field of this form; did you mean "already_used"?',
        "expiry_date, grantor_name, highest_amount stand on no page, so nobody would be asked; add them to the fields "
        "of one",
    ]
