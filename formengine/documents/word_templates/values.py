"""Values of a template within the sandboxed process: each is written in the language of the document.

`{{ effective_date }}` is *9 March 2026*, while `effective_date == "2026-03-09"` and `paper == "ours"` compare what the
form stores. What people typed stays text: everything is escaped when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from jinja2 import Undefined
from markupsafe import Markup, escape

from formengine.documents.word_templates.country_names import country_listed, country_name
from formengine.i18n import say
from formengine.value_format import format_date, format_money, format_number

_GROUPED_FROM: Final = 10_000
"""Smaller whole numbers are written without a mark for thousands: they may be years."""


class Written(str):
    """A text as it is stored, with the text that is written for it."""

    written: str
    kind: str

    def __new__(cls, stored: str, written: str, kind: str = "choice") -> Written:
        value = super().__new__(cls, stored)
        value.written, value.kind = written, kind
        return value

    def __str__(self) -> str:
        return self.written

    def __html__(self) -> str:
        return str(escape(self.written))


class Company(Written):
    """A choice among our companies: its title, and its particulars as members."""

    particulars: Mapping[str, Any]

    def __getitem__(self, key: Any) -> Any:
        return self.particulars[key] if isinstance(key, str) else super().__getitem__(key)


class Record:
    """An object of the form: its members, and the text that is written for it as a whole."""

    __slots__ = ("_language", "_members", "kind")

    def __init__(self, kind: str, members: Mapping[str, Any], language: str) -> None:
        self.kind, self._members, self._language = kind, members, language

    def __getitem__(self, name: str) -> Any:
        return self._members[name]

    def __bool__(self) -> bool:
        return bool(self._members)

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __str__(self) -> str:
        return str(_TEXTS.get(self.kind, _object_text)(self, self._language))

    def __html__(self) -> str:
        return str(escape(str(self)))


def decoded(value: Any, language: str) -> Any:
    """A value of `field_types.values_of` as a template sees it."""
    if isinstance(value, list):
        return [decoded(item, language) for item in value]
    if not isinstance(value, Mapping):
        return value
    kind, stored = value["$"], str(value.get("value", ""))
    members = {name: decoded(member, language) for name, member in value.get("members", {}).items()}
    if kind == "choice" and members:
        company = Company(stored, str(members.get("name") or value["text"]))
        company.particulars = members
        return company
    if kind == "choice":
        return Written(stored, str(value["text"]))
    if kind in ("date", "date_time"):
        return Written(stored, format_date(stored[:10], language), "date")
    if kind == "country":
        return Written(stored, country_name(stored, language), "country")
    if kind == "decimal":
        return _decimal(stored)
    return Record(kind, members, language)


def member(value: Any, name: str) -> Any:
    """A part of a value; None where it has none of that name."""
    try:
        return value[name]
    except (KeyError, TypeError, IndexError):
        return None


def money_text(value: Any, language: str) -> str:
    """An amount as everywhere else: *€12,500.00* in English, *12 500,00 €* in French.

    >>> money_text({"amount": Decimal("12500"), "currency": "EUR"}, "en")
    '€12,500.00'
    """
    return format_money(member(value, "amount"), str(member(value, "currency") or ""), language)


def address_lines(value: Any, language: str) -> list[str]:
    """The lines of an address, as on an envelope."""
    lines = [str(line) for line in member(value, "lines") or ()]
    town = " ".join(str(part) for part in (member(value, "postcode"), member(value, "city")) if part)
    country = member(value, "country")
    return [line for line in (*lines, town, str(country or "")) if line]


def list_text(values: Any, language: str, joint: str = "and") -> str:
    """Values in a sentence: *a, b and c*.

    >>> list_text(["a", "b", "c"], "en"), list_text(["a", "b"], "fr", "or"), list_text([], "en")
    ('a, b and c', 'a ou b', '')
    """
    texts = [text for text in (_listed(value, language) for value in values) if text]
    if len(texts) < 2:
        return "".join(texts)
    sentence = "{others} and {last}" if joint == "and" else "{others} or {last}"
    return say(language, sentence, others=", ".join(texts[:-1]), last=texts[-1])


def _listed(value: Any, language: str) -> str:
    if isinstance(value, Written) and value.kind == "country":
        return country_listed(str.__str__(value), language)
    return str(written(value, language))


def written(value: Any, language: str) -> Any:
    """What is written for a value: of yes and no, numbers and lists; others know their text themselves.

    >>> written(True, "fr"), written(12500, "en"), written(2026, "en"), written(["a", "b"], "en"), written(None, "en")
    ('oui', '12,500', '2026', 'a and b', '')
    """
    if value is None:
        return ""
    if isinstance(value, Undefined | Markup):
        return value
    if isinstance(value, bool):
        return say(language, "yes") if value else say(language, "no")
    if isinstance(value, int) and abs(value) < _GROUPED_FROM:
        return str(value)
    if isinstance(value, int | float | Decimal):
        return format_number(value, language)
    return list_text(value, language) if isinstance(value, list | tuple) else value


def _decimal(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _party_text(value: Record, _language: str) -> str:
    return str(member(value, "name") or "")


def _contact_text(value: Record, _language: str) -> str:
    return str(member(value, "name") or "")


def _address_text(value: Record, language: str) -> str:
    return ", ".join(address_lines(value, language))


def _object_text(value: Record, language: str) -> str:
    return ", ".join(text for name in value if (text := str(written(value[name], language))))


_TEXTS: Final[dict[str, Any]] = {
    "money": money_text,
    "party": _party_text,
    "contact": _contact_text,
    "address": _address_text,
    "file": _party_text,
}
