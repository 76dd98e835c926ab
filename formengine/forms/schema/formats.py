"""Checks the `format` keyword of JSON Schema.

The standard formats are checked by jsonschema-rs, which agrees with the specification's test suite; `email` is
`idn-email`, international addresses (RFC 6531), as everything here mails to them; `regex` accepts what `pattern`
accepts; `iban`, `color` and `data-url` are checked here. An unknown format asserts nothing (JSON Schema Validation 7).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs

from formengine.forms.kinds.text_input import is_iban
from formengine.forms.schema.ecma_regex import PatternError, translate

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_COLOR: Final = re.compile(r"#([0-9A-Fa-f]{3}){1,2}", re.ASCII)
_DATA_URL: Final = re.compile(r"data:[^,]*,.*", re.DOTALL)
EMAIL_OPTIONS: Final = jsonschema_rs.EmailOptions(allow_display_text=False)
"""An address is a Mailbox (RFC 5321, 4.1.2; JSON Schema Validation 7.3.2), which has no name beside it."""
MAX_PATTERN_LENGTH: Final = 4_000
_STANDARD: Final = (
    "date", "time", "date-time", "duration", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri",
    "uri-reference", "iri", "iri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer",
)  # fmt: skip


def is_date(text: str) -> bool:
    """Whether a text is a full-date of RFC 3339."""
    if not _DATE.fullmatch(text):
        return False
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _standard(name: str) -> Callable[[str], bool]:
    validator = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True, email_options=EMAIL_OPTIONS)

    def check(text: str) -> bool:
        try:
            return validator.is_valid(str.__str__(text))  # of a subclass of str, such as Markup, the plain text
        except UnicodeEncodeError:  # a lone surrogate
            return False

    return check


def _regex(text: str) -> bool:
    if len(text) > MAX_PATTERN_LENGTH:
        return False
    try:
        return bool(translate(text))
    except PatternError:
        return False


SYNONYMS: Final = {"email": "idn-email"}
"""Formats that are checked as another one of the standard."""
CUSTOM_FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "iban": is_iban,
    "regex": _regex,
    "color": lambda text: bool(_COLOR.fullmatch(text)),
    "data-url": lambda text: bool(_DATA_URL.fullmatch(text)),
}
FORMATS: Final[dict[str, Callable[[str], bool]]] = {**{name: _standard(name) for name in _STANDARD}, **CUSTOM_FORMATS}
FORMATS.update({name: FORMATS[standard] for name, standard in SYNONYMS.items()})


@lru_cache(maxsize=8192)
def _cached(name: str, text: str) -> bool:
    return FORMATS[name](text)


def matches_format(name: Any, text: str) -> bool:
    """Whether a text has a format; True for an unknown format."""
    check = FORMATS.get(name) if isinstance(name, str) else None
    if check is None:
        return True
    return _cached(name, text) if len(text) < 300 else check(text)
