"""`config/companies.yaml`: particulars of our own companies, read and judged (S1)."""

from __future__ import annotations

import pytest

from formengine.authoring.config.companies import companies_in
from formengine.authoring.config.reader import read_config
from tests.authoring.sites import PORTAL, TEAMS

ACME = """\
acme:
  name: Acme SAS
  form: {en: a French company, fr: société française}
  registration: 552 100 554 RCS Paris
  address: {lines: [8 rue de Londres], postcode: "75009", city: Paris, country: FR}
  represented_by: {name: Inès Carrel, title: {en: Director, fr: directrice}}
"""


def read(companies: str) -> tuple[dict[str, object], list[str]]:
    files = {
        "config/portal.yaml": PORTAL,
        "config/teams.yaml": TEAMS,
        "config/lists/entities.yaml": "acme: {en: Acme, fr: Acme}\n",
        "config/companies.yaml": companies,
    }
    config = read_config({path: text.encode() for path, text in files.items()})
    return config.companies, [f"{finding.line}: {finding.message}" for finding in config.findings]  # type: ignore[return-value]


def test_particulars_are_read_in_each_language() -> None:
    """S1: texts by language become those of the document's."""
    companies, findings = read(ACME)
    assert findings == []
    french = companies_in(companies, "fr")["acme"]  # type: ignore[arg-type]
    assert french["form"] == "société française"
    assert french["name"] == "Acme SAS"
    assert french["address"] == {"lines": ["8 rue de Londres"], "postcode": "75009", "city": "Paris", "country": "FR"}
    assert french["represented_by"] == {"name": "Inès Carrel", "title": "directrice"}


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("acme:", "acmee:", "1: no list has the key acmee"),
        ("  registration: 552 100 554 RCS Paris\n", "", "registration"),
        ("registration:", "registraton:", "registration"),
        ("fr: société française", "de: Firma", "fr"),
        (", country: FR}", "}", "country"),
        ("name: Inès Carrel, ", "", "name"),
    ],
)
def test_what_is_missing_or_misspelt_is_told(wrong: str, right: str, told: str) -> None:
    """A1: with its line."""
    _, findings = read(ACME.replace(wrong, right))
    assert any(told in finding for finding in findings), findings


def test_a_company_that_is_no_map_is_told() -> None:
    _, findings = read("acme: Acme SAS\n")
    assert findings == ["1: a company takes a map: {name: Acme SAS, registration: ...}"]
