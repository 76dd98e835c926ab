"""`config/companies.yaml`: particulars of our own companies, by the keys of a list, for the documents they sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.i18n import pick
from formengine.source.yaml_cursor import LANGUAGE, YamlCursor

KEYS: Final = ("name", "form", "capital", "registration", "address", "represented_by")
_EXAMPLES: Final = {
    "name": "Acme SAS",
    "form": "{en: a simplified joint-stock company, fr: société par actions simplifiée}",
    "registration": "RCS Paris 552 100 554",
    "address": "{lines: [8 rue de Londres], postcode: 75009, city: Paris, country: FR}",
    "represented_by": "{name: Inès Carrel, title: {en: General Counsel, fr: directrice juridique}}",
}
Companies = Mapping[str, Mapping[str, Any]]
"""The particulars of companies by key, their texts still by language."""


def read_companies(
    cursor: YamlCursor, languages: tuple[str, ...], keys: frozenset[str] | None
) -> dict[str, dict[str, Any]]:
    """The companies of the file; particulars that are missing, and a key that is none of `keys`, are findings.

    `keys` are those of the lists; None where a list cannot be read.
    """
    companies: dict[str, dict[str, Any]] = {}
    for company in cursor.entries():
        if keys is not None and company.name not in keys:
            message = f"no list has the key {company.name}; write that of the company's entry in lists/"
            company.error("unknown", message, at_key=True)
        if not isinstance(company.value, dict):
            company.error("kind", f"a company takes a map: {{name: {_EXAMPLES['name']}, registration: ...}}")
            continue
        _check(company.mapping(*KEYS), languages)
        companies[company.name] = {name: value for name, value in company.value.items() if name in KEYS}
    return companies


def companies_in(companies: Companies, language: str) -> dict[str, Any]:
    """The particulars of the companies in one language."""
    return {key: _in_language(company, language) for key, company in companies.items()}


def _check(company: YamlCursor, languages: tuple[str, ...]) -> None:
    for key, example in _EXAMPLES.items():
        company.require(key, example)
    for key in ("name", "form", "capital", "registration"):
        if (text := company.get(key)) is not None:
            text.localized_text(languages)
    if (address := company.get("address")) is not None:
        address.mapping("lines", "postcode", "city", "country")
        for key in ("lines", "city", "country"):
            address.require(key, "[8 rue de Londres]" if key == "lines" else "Paris" if key == "city" else "FR")
    if (speaker := company.get("represented_by")) is not None:
        speaker.mapping("name", "title")
        for key, example in (("name", "Inès Carrel"), ("title", "{en: General Counsel, fr: directrice juridique}")):
            if (text := speaker.require(key, example)) is not None:
                text.localized_text(languages)


def _in_language(value: Any, language: str) -> Any:
    if isinstance(value, Mapping) and value and all(LANGUAGE.match(str(key)) for key in value):
        return pick({str(code): str(text) for code, text in value.items()}, language)
    if isinstance(value, Mapping):
        return {name: _in_language(member, language) for name, member in value.items()}
    if isinstance(value, list):
        return [_in_language(item, language) for item in value]
    return value if value is None else str(value)
