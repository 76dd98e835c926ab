"""The formats of JSON Schema, asserted: one function each, after the specification each format names.

An unknown format is no assertion (JSON Schema Validation 7). Each function takes the text and answers whether it fits.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, Final

import idna
from jsonpointer import JsonPointer, JsonPointerException
from rfc3986_validator import validate_rfc3986  # type: ignore[import-untyped]
from rfc3987_syntax import is_valid_syntax  # type: ignore[import-untyped]

from formengine.forms.patterns import PatternError, translate

_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME: Final = re.compile(r"(\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|([+-])(\d\d):(\d\d))", re.ASCII)
_DURATION: Final = re.compile(
    r"P(?!$)(\d+W|(\d+Y(\d+M(\d+D)?)?|\d+M(\d+D)?|\d+D)?(T(?=\d)(\d+H(\d+M(\d+S)?)?|\d+M(\d+S)?|\d+S))?)", re.ASCII
)
_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_QUOTED: Final = re.compile(r'"([ !#-\[\]-~]|\\[ -~])*"', re.ASCII)
_POINTER: Final = re.compile(r"(0|[1-9]\d*)(#|(/([^~/]|~[01])*)*)", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_VARIABLE: Final = r"(?:\w|%[0-9A-Fa-f]{2})(?:\.?(?:\w|%[0-9A-Fa-f]{2}))*(?::[1-9]\d{0,3}|\*)?"
_TEMPLATE: Final = re.compile(
    rf"(?:[^\x00-\x20\x7f-\x9f\"%<>\\^`{{|}}]|%[0-9A-Fa-f]{{2}}|\{{[+#./;?&=,!@|]?{_VARIABLE}(?:,{_VARIABLE})*\}})*",
    re.ASCII,
)
_LITERAL: Final = re.compile(r"//(?:[^@/?#]*@)?\[([0-9A-Fa-f:.]+)\]")
_COLOR: Final = re.compile(r"#([0-9A-Fa-f]{3}){1,2}", re.ASCII)
_DATA_URL: Final = re.compile(r"data:[^,]*,.*", re.DOTALL)


def is_date(text: str) -> bool:
    """RFC 3339 full-date."""
    found = _DATE.fullmatch(text)
    try:
        return bool(found) and bool(date(*map(int, found.groups())) if found else None)
    except ValueError:
        return False


def is_time(text: str) -> bool:
    """RFC 3339 full-time, with its zone; a leap second only where it falls on 23:59:60 UTC."""
    found = _TIME.fullmatch(text)
    if not found:
        return False
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    offset = 0
    if found[6]:
        hours, minutes = int(found[7]), int(found[8])
        if hours > 23 or minutes > 59:
            return False
        offset = (hours * 60 + minutes) * (-1 if found[6] == "+" else 1)
    if hour > 23 or minute > 59 or second > 60:
        return False
    return second < 60 or (hour * 60 + minute + offset) % 1440 == 1439


def is_date_time(text: str) -> bool:
    """RFC 3339 date-time."""
    return len(text) > 11 and text[10] in "Tt" and is_date(text[:10]) and is_time(text[11:])


def is_hostname(text: str) -> bool:
    """RFC 1123, with the A-labels of RFC 5891."""
    if not text or len(text) > 253:
        return False
    return all(_LABEL.fullmatch(label) and _a_label(label) for label in text.split("."))


def _a_label(label: str) -> bool:
    if label[2:4] != "--":
        return True
    try:
        idna.decode(label.encode(), strict=True)
    except (idna.IDNAError, UnicodeError):
        return False
    return True


def is_idn_hostname(text: str) -> bool:
    """RFC 5890."""
    if not text:
        return False
    try:
        idna.encode(re.sub("[\u3002\uff0e\uff61]", ".", text))
    except (idna.IDNAError, UnicodeError):
        return False
    return True


def is_email(text: str) -> bool:
    """RFC 5321 mailbox."""
    local, at, domain = text.rpartition("@")
    if not at or len(local) > 64 or not (_LOCAL.fullmatch(local) or _QUOTED.fullmatch(local)):
        return False
    if domain.startswith("[") and domain.endswith("]"):
        inside = domain[1:-1]
        return is_ipv6(inside[5:]) if inside.lower().startswith("ipv6:") else is_ipv4(inside)
    return is_hostname(domain)


def is_idn_email(text: str) -> bool:
    """RFC 6531."""
    local, at, domain = text.rpartition("@")
    return bool(at) and bool(local) and not re.search(r"[\s@<>(),;:]", local) and is_idn_hostname(domain)


def is_ipv4(text: str) -> bool:
    """RFC 2673 dotted quad."""
    try:
        return bool(ipaddress.IPv4Address(text)) or True
    except ValueError:
        return False


def is_ipv6(text: str) -> bool:
    """RFC 4291, without a zone."""
    try:
        return "%" not in text and text.isascii() and (bool(ipaddress.IPv6Address(text)) or True)
    except ValueError:
        return False


def is_uuid(text: str) -> bool:
    """RFC 4122."""
    return bool(_UUID.fullmatch(text))


def _uri(text: str) -> bool:
    if not validate_rfc3986(text, rule="URI") or not _literal_fits(text):
        return False
    host = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)", text)
    return not host or bool(re.fullmatch(r"([^@\[\]]*@)?(\[[^\[\]]+\]|[^@:\[\]]*)(:\d*)?", host[1], re.ASCII))


def _uri_reference(text: str) -> bool:
    return bool(validate_rfc3986(text, rule="URI_reference")) and _literal_fits(text)


def _pointer(text: str) -> bool:
    try:
        JsonPointer(text)
    except JsonPointerException:
        return False
    return True


def _regex(text: str) -> bool:
    try:
        translate(text)
    except PatternError:
        return False
    return True


def _literal_fits(text: str) -> bool:
    """Whether an IPv6 address in the authority is one."""
    found = _LITERAL.search(text)
    return not found or is_ipv6(found[1])


FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "date": is_date,
    "time": is_time,
    "date-time": is_date_time,
    "duration": lambda text: bool(_DURATION.fullmatch(text)),
    "email": is_email,
    "idn-email": is_idn_email,
    "hostname": is_hostname,
    "idn-hostname": is_idn_hostname,
    "ipv4": is_ipv4,
    "ipv6": is_ipv6,
    "uri": _uri,
    "uri-reference": _uri_reference,
    "iri": lambda text: bool(is_valid_syntax("iri", text)),
    "iri-reference": lambda text: bool(is_valid_syntax("iri_reference", text)),
    "uri-template": lambda text: bool(_TEMPLATE.fullmatch(text)),
    "uuid": is_uuid,
    "json-pointer": _pointer,
    "relative-json-pointer": lambda text: bool(_POINTER.fullmatch(text)),
    "regex": _regex,
    "color": lambda text: bool(_COLOR.fullmatch(text)),
    "data-url": lambda text: bool(_DATA_URL.fullmatch(text)),
}


@lru_cache(maxsize=8192)
def _cached(name: str, text: str) -> bool:
    return FORMATS[name](text)


def fits(name: Any, text: str) -> bool:
    """Whether a text has a format; a format that is not known asserts nothing, a text of over 10,000 never fits."""
    check = FORMATS.get(name) if isinstance(name, str) else None
    if check is None:
        return True
    if len(text) > 10_000 and name not in ("data-url", "regex"):
        return False
    return _cached(name, text) if len(text) < 300 else check(text)
