"""Formats values for people: numbers, money, dates and date-times, in a language and a time zone.

Every surface (pages, forms, mails, documents, titles) uses these functions, so that one value has one text. Numbers are
never rounded. Money is the amount with at least its currency's decimals (ISO 4217) and the currency's sign where that
tells it alone, else its code: €12,500.00 and USD 900.00 in English, 12 500,00 € and 900,00 USD in French.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import dates, numbers

from formengine.i18n import Text, locale_of, pick, say
from formengine.time_zones import NamedZone

PERCENTAGE: Final = "formengine:percentage"
"""The kind of fields whose numbers are percentages."""
COUNTRY: Final = "formengine:country"
"""The kind of fields whose values are codes of countries (ISO 3166-1 alpha-2)."""
_BETWEEN_DATE_AND_TIME: Final = {"en": " at ", "fr": " à "}
_CLOCK: Final = re.compile(r"[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_FOUR_DIGITS: Final = 1000
_EARLY_DATE: Final = re.compile(r"0\d{3}-\d\d-\d\d", re.ASCII)
_MINOR_UNITS: Final = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3,
    "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4,
}  # fmt: skip


def title_of_id(name: str) -> str:
    """The title of something that has only an id.

    >>> title_of_id("send_to_review")
    'Send to review'
    """
    return name.replace("_", " ").capitalize()


_LENGTHS: Final = {
    "minutes": ("{n} minute", "{n} minutes"),
    "hours": ("{n} hour", "{n} hours"),
    "days": ("{n} day", "{n} days"),
    "weeks": ("{n} week", "{n} weeks"),
    "months": ("{n} month", "{n} months"),
    "years": ("{n} year", "{n} years"),
    "working hours": ("{n} working hour", "{n} working hours"),
    "working days": ("{n} working day", "{n} working days"),
}


def currency_decimals(currency: str) -> int:
    """How many decimals the amounts of a currency have: its minor unit in ISO 4217, table A.1.

    Babel has the decimals in daily use instead (none for LBP or IQD), which contracts do not keep to.

    >>> currency_decimals("EUR"), currency_decimals("JPY"), currency_decimals("TND")
    (2, 0, 3)
    """
    return _MINOR_UNITS.get(currency, 2)


def format_number(value: Decimal | float, language: str) -> str:
    """A number with all its digits.

    >>> format_number(0.00012, "en"), format_number(12500.5, "fr")
    ('0.00012', '12\\u202f500,5')
    """
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return _with_decimals(number, language, 0) if number.is_finite() else str(value)


def format_money(amount: object, currency: object, language: str) -> str:
    """An amount (Decimal, or decimal text as answers hold it) and its currency, as contracts write it in a language.

    The currency is its sign where that has no letters, for then no other currency of the language has it; else its code
    (ISO 4217). An unreadable amount stays as it is, before the code.

    >>> format_money("12500", "EUR", "en"), format_money("1250", "JPY", "en"), format_money("-5", "EUR", "en")
    ('€12,500.00', 'JPY\\xa01,250', '-€5.00')
    >>> format_money("1.005", "EUR", "fr"), format_money("900", "USD", "fr"), format_money("few", "EUR", "fr")
    ('1,005\\xa0€', '900,00\\xa0USD', 'few\\xa0EUR')
    """
    text = _amount_text(amount, currency, language)
    if text is None:
        return f"{amount}\u00a0{currency}"
    before, after = _currency_marks(str(currency), language)
    minus = "-" if before and text.startswith("-") else ""
    return f"{minus}{before}{text.removeprefix(minus)}{after}"


def format_amount(amount: object, currency: object, language: str) -> str:
    """The same without its currency.

    >>> format_amount("12500", "EUR", "en")
    '12,500.00'
    """
    return _amount_text(amount, currency, language) or str(amount)


def _amount_text(amount: object, currency: object, language: str) -> str | None:
    """An amount with the decimals of its currency; None for one that is no number."""
    try:
        number = Decimal(str(amount))
        return _with_decimals(number, language, max(currency_decimals(str(currency)), -int(number.as_tuple().exponent)))
    except (InvalidOperation, ValueError):
        return None


@lru_cache(maxsize=512)
def _currency_marks(currency: str, language: str) -> tuple[str, str]:
    """What stands before an amount and after it (CLDR): the currency, and a no-break space unless it is a mere sign."""
    if not currency:
        return "", ""
    locale = locale_of(language)
    pattern = str(locale.currency_formats["standard"].pattern)
    symbol = numbers.get_currency_symbol(currency, locale=locale)
    is_sign = not any(character.isalpha() for character in symbol)
    gap = "" if is_sign and "\u00a0" not in pattern else "\u00a0"
    mark = symbol if is_sign else currency
    is_first = pattern.lstrip("\u200e\u200f").startswith("¤")
    return (f"{mark}{gap}", "") if is_first else ("", f"{gap}{mark}")


def format_date(value: date | str, language: str) -> str:
    """A date, or RFC 3339 full-date text; other text stays as it is.

    >>> format_date("2026-11-24", "en"), format_date("2026-11-24", "fr"), format_date("tomorrow", "en")
    ('24 November 2026', '24 novembre 2026', 'tomorrow')
    >>> format_date("0026-01-01", "fr"), format_date("0000-02-29", "en")
    ('1er janvier 0026', '29 February 0000')
    >>> format_date("2026-12-01", "fr")
    '1er décembre 2026'
    """
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return _early_date(str(value), language)
    return _long_date(day.toordinal(), language) if day.year >= _FOUR_DIGITS else _early_date(f"{day}", language)


def format_month(day: date, language: str) -> str:
    """The month of a date, short, with its year.

    >>> format_month(date(2026, 12, 1), "en"), format_month(date(2026, 12, 1), "fr")
    ('Dec 2026', 'déc. 2026')
    """
    return str(dates.format_skeleton("yMMM", day, locale=locale_of(language)))


def _early_date(text: str, language: str) -> str:
    """A date before the year 1000 with all digits of its year, also of the year 0 (RFC 3339), which Python has not; any
    other text as it is. The days of a year are those of the year 2000 years later.
    """
    if not _EARLY_DATE.fullmatch(text):
        return text
    try:
        later = date.fromisoformat(f"2{text[1:]}")
    except ValueError:
        return text
    return _long_date(later.toordinal(), language).replace(f"{later.year}", text[:4])


def _early_date_time(text: str, language: str) -> str:
    """A date-time of the year 0 by its own offset; any other text as it is.

    >>> _early_date_time("0000-01-01T10:00:00Z", "en")
    '1 January 0000 at 10:00'
    """
    day = format_date(text[:10], language)
    is_early = text.startswith("0000-") and day != text[:10] and _CLOCK.fullmatch(text, 10)
    return f"{day}{_BETWEEN_DATE_AND_TIME.get(language, ', ')}{text[11:16]}" if is_early else text


@lru_cache(maxsize=4096)
def _long_date(ordinal: int, language: str) -> str:
    day = date.fromordinal(ordinal)
    text = dates.format_date(day, "long", locale=locale_of(language))
    is_first = day.day == 1 and locale_of(language).language == "fr" and text.startswith("1 ")
    return f"1er{text[1:]}" if is_first else text  # CLDR has no word for the first of a month


def weekday_name(day: int, language: str) -> str:
    """The name of a day of the week, from 0 for Monday.

    >>> weekday_name(0, "en"), weekday_name(6, "fr")
    ('Monday', 'dimanche')
    """
    return str(dates.get_day_names("wide", "stand-alone", locale_of(language))[day])


def format_date_time(value: datetime | str, language: str, zone: str) -> str:
    """A date-time in a time zone (an IANA name), or ISO 8601 text of one; other text stays as it is.

    A value without an offset is taken to be in that zone already; a date alone is formatted as one. A `NamedZone`
    stands behind the time.

    >>> format_date_time("2026-03-02T09:00:00+00:00", "en", "Europe/Paris")
    '2 March 2026 at 10:00'
    """
    if isinstance(value, str) and len(value) == len("2026-11-24"):
        return format_date(value, language)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        local = moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment
    except (ValueError, OverflowError):  # the years 1 and 9999 have neighbours that datetime does not
        return _early_date_time(str(value), language)
    text = f"{format_date(local.date(), language)}{_BETWEEN_DATE_AND_TIME.get(language, ', ')}{local:%H:%M}"
    return f"{text} ({zone})" if isinstance(zone, NamedZone) else text


def format_due(due: datetime | str | None, last_day: str | None, language: str, zone: str) -> str:
    """When a deadline is due: its last day, to the end of it, or a moment; "" for none.

    Readers in another zone than the portal's are told the moment by their own clock.

    >>> format_due("2026-02-28T23:00:00+00:00", "2026-02-28", "en", "Europe/Paris")
    '28 February 2026, end of day'
    """
    if last_day is not None and not isinstance(zone, NamedZone):
        return say(language, "{day}, end of day", day=format_date(last_day, language))
    return format_date_time(due, language, zone) if due else ""


def format_duration(amount: int, unit: str, language: str) -> str:
    """An amount of minutes, hours, days, weeks, months or years.

    >>> format_duration(12, "months", "en"), format_duration(1, "years", "fr")
    ('12 months', '1\\xa0an')
    """
    from babel.units import format_unit

    return format_unit(amount, f"duration-{unit[:-1]}", locale=locale_of(language))


def format_length(amount: int, unit: str, language: str) -> str:
    """A length of time, in a unit of the workflow language.

    >>> format_length(2, "working days", "en"), format_length(1, "months", "fr")
    ('2 working days', '1 mois')
    """
    texts = _LENGTHS[unit]
    return say(language, texts[0] if amount == 1 else texts[1], n=format_number(amount, language))


def format_value(value: Any, language: str, zone: str, schema: Mapping[str, Any] | None = None) -> str:
    """The text of a JSON value, "" for nothing.

    `schema` is the JSON Schema that asked for it: the titles of its choices (`oneOf`, `anyOf`), of the columns of a
    list and of the parts of a group, its `format`, and whether it is a country count.

    >>> columns = {"properties": {"name": {"title": "Name"}, "role": {"title": "Role"}}}
    >>> format_value([{"name": "Ann", "role": "CEO"}, {"name": "Bo"}], "en", "UTC", {"items": columns})
    'Name: Ann, Role: CEO; Name: Bo'
    """
    schema = schema or {}
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list):
        texts = (format_value(item, language, zone, schema.get("items")) for item in value)
        rows = isinstance(items := schema.get("items"), Mapping) and "properties" in items
        return (say(language, "{first}; {second}", first="", second="") if rows else ", ").join(filter(None, texts))
    if isinstance(value, Mapping):
        return _format_map(value, language, zone, schema.get("properties") or {})
    title = choice_title(value, schema)
    if title is not None:
        return pick(title, language)
    if isinstance(value, bool):
        return say(language, "Yes") if value else say(language, "No")
    if isinstance(value, int | float | Decimal):
        number = format_number(value, language)
        return say(language, "{n}%", n=number) if schema.get("$ref") == PERCENTAGE else number
    if isinstance(value, datetime) or schema.get("format") == "date-time":
        return format_date_time(value, language, zone)
    if isinstance(value, date) or schema.get("format") == "date":
        return format_date(value, language)
    if schema.get("$ref") == COUNTRY:
        return str(locale_of(language).territories.get(str(value), value))
    return str(value)


def choice_title(value: Any, schema: Mapping[str, Any]) -> Text | None:
    """The title of a choice, where `oneOf` or `anyOf` of a schema gives it one."""
    for keyword in ("oneOf", "anyOf"):
        for option in schema.get(keyword, ()):
            const = option.get("const") if isinstance(option, Mapping) else None
            if const == value and isinstance(const, bool) == isinstance(value, bool) and option.get("title"):
                return option["title"]  # type: ignore[no-any-return]
    return None


def _format_map(value: Mapping[str, Any], language: str, zone: str, parts: Mapping[str, Any]) -> str:
    """The members of a group, each behind its title; of a field kind its text, and what is declared beside it."""
    kind_text, members = _kind_text(value, language, parts)
    others = [name for name in value if name not in members and (not members or name in parts)]
    texts = ((parts.get(name) or {}, format_value(value[name], language, zone, parts.get(name))) for name in others)
    return ", ".join(filter(None, [kind_text, *(_titled(part, text, language) for part, text in texts if text)]))


def _kind_text(value: Mapping[str, Any], language: str, parts: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """What an amount, an address or somebody with a name is called, and the members that say it; "" and none for
    another group, and one whose own members have titles."""
    if "amount" in value and "currency" in value:
        return format_money(value["amount"], value["currency"], language), ("amount", "currency")
    members = ("lines", "postcode", "city") if "lines" in value else ("name", "email")
    if members[0] not in value or any((parts.get(name) or {}).get("title") for name in members):
        return "", ()
    if "lines" in value:
        town = (str(value.get("postcode", "")), str(value.get("city", "")))
        return ", ".join([*map(str, value["lines"]), *town]), members
    return f"{value['name']} ({value['email']})" if value.get("email") else str(value["name"]), members


def _titled(part: Mapping[str, Any], text: str, language: str) -> str:
    """The text of a part of a group or row behind its title, if it has one; a question needs no colon."""
    title = pick(part.get("title", ""), language)
    titled = say(language, "{first}: {second}", first=title, second=text) if title else text
    return f"{title} {text}" if title.endswith("?") else titled


def _with_decimals(number: Decimal, language: str, least: int) -> str:
    """The number with its own digits, and zeros up to `least` decimals."""
    locale = locale_of(language)
    pattern = str(locale.decimal_formats[None].pattern).partition(".")[0] + "." + ("0" * least or "#")
    _, digits, exponent = number.as_tuple()
    with localcontext(prec=len(digits) + abs(int(exponent)) + 10):
        return numbers.format_decimal(number, pattern, locale=locale, decimal_quantization=False)
