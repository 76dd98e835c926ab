"""`config/portal.yaml`: the portal's name, languages, zone, calendar, numbering, categories and practice areas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from zoneinfo import available_timezones

from babel.numbers import list_currencies

from formengine.i18n import Text, pick
from formengine.source.yaml_cursor import EMAIL, LANGUAGE, YamlCursor
from formengine.workflow.definition.durations import parse_duration

KINDS: Final = ("matter", "litigation", "contract")
NUMBERING: Final = {
    "matter": "MAT-{year}-{n:04}",
    "litigation": "LIT-{year}-{n:04}",
    "contract": "CTR-{year}-{n:04}",
}
SIGN_UP_MODES: Final = ("off", "open", "approval")
_PATTERN = re.compile(r"(?:[A-Za-z0-9/_.-]|\{year\}|\{n(?::0\d)?\})+\Z")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?\Z")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\Z")
_SPANS: Final = {"minutes": "minutes", "hours": "hours", "days": "days", "weeks": "weeks"}


@dataclass(frozen=True)
class SignUp:
    """Who may ask for an account: `mode` is off, open or approval; `approver` is `team:ID` or `position:ID`."""

    mode: str = "off"
    approver: str | None = None
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Portal:
    """The portal as its people meet it; `languages` begins with the default one."""

    name: Text = "Legal portal"
    languages: tuple[str, ...] = ("en",)
    zone: str = "UTC"
    currency: str = "EUR"
    calendar: str | None = None
    help: str = ""
    sign_up: SignUp = SignUp()
    invitations_expire_after: timedelta = timedelta(days=7)
    numbering: Mapping[str, str] = field(default_factory=lambda: dict(NUMBERING))
    categories: Mapping[str, Text] = field(default_factory=dict)
    practice_areas: Mapping[str, Text] = field(default_factory=dict)
    embed_origins: tuple[str, ...] = ()

    def title(self, language: str) -> str:
        """The portal's name in a language."""
        return pick(self.name, language, self.languages)


def read_portal(cursor: YamlCursor, calendars: Mapping[str, object], teams: Mapping[str, object]) -> Portal:
    """The portal; what is wrong becomes findings and its default stands in."""
    cursor.only(
        "name", "languages", "zone", "currency", "calendar", "help", "sign_up", "invitations",
        "numbering", "categories", "practice_areas", "embed",
    )  # fmt: skip
    languages = _languages(cursor)
    name = cursor.need("name", "Legal portal")
    return Portal(
        name=(name.text(languages) if name else None) or "Legal portal",
        languages=languages,
        zone=_known(cursor, "zone", available_timezones(), "time zone", "UTC"),
        currency=_known(cursor, "currency", list_currencies(), "currency", "EUR"),
        calendar=_word(cursor, "calendar", calendars, "calendar"),
        help=_help(cursor),
        sign_up=_sign_up(cursor, teams),
        invitations_expire_after=_expiry(cursor),
        numbering=_numbering(cursor),
        categories=_texts(cursor, "categories", languages),
        practice_areas=_texts(cursor, "practice_areas", languages),
        embed_origins=_origins(cursor),
    )


def _languages(cursor: YamlCursor) -> tuple[str, ...]:
    given = cursor.need("languages", "[en, fr]")
    if given is None:
        return ("en",)
    found = []
    for code in given.strings():
        if LANGUAGE.match(code):
            found.append(code)
        else:
            given.error("language", f"{code} is not a language code; write for example en or fr")
    return tuple(dict.fromkeys(found)) or ("en",)


def _known(cursor: YamlCursor, key: str, among: set[str], what: str, default: str) -> str:
    given = cursor.get(key)
    return (given.word(among, what) if given else None) or default


def _word(cursor: YamlCursor, key: str, among: Mapping[str, object], what: str) -> str | None:
    given = cursor.get(key)
    return given.word(among, what) if given else None


def _help(cursor: YamlCursor) -> str:
    given = cursor.get("help")
    text = (given.string() if given else None) or ""
    if given and text and not EMAIL.match(text) and not text.startswith(("https://", "http://")):
        given.error(
            "help", f"{text} is neither an e-mail address nor a web address; write for example legal@example.com"
        )
    return text


def _sign_up(cursor: YamlCursor, teams: Mapping[str, object]) -> SignUp:
    given = cursor.get("sign_up")
    if given is None:
        return SignUp()
    given.only("mode", "approver", "domains")
    mode = _word(given, "mode", dict.fromkeys(SIGN_UP_MODES), "way to sign up") or "off"
    approver = given.get("approver")
    team = _word(approver, "team", teams, "team") if approver else None
    if mode == "approval" and approver is None:
        given.error("missing", "approver is missing; write who lets people in: approver: {team: intake}")
    domains = given.get("domains")
    for one in domains.strings() if domains else ():
        if domains and not _DOMAIN.match(one):
            domains.error("domain", f"{one} is not a domain; write for example example.com")
    return SignUp(mode, f"team:{team}" if team else None, domains.strings() if domains else ())


def _expiry(cursor: YamlCursor) -> timedelta:
    given = cursor.get("invitations")
    after = given.get("expire_after") if given else None
    if given:
        given.only("expire_after")
    if after is None:
        return timedelta(days=7)
    try:
        duration = parse_duration(after.value)
        return timedelta(**{_SPANS[duration.unit]: duration.amount})
    except (ValueError, KeyError, OverflowError):
        after.error("duration", "expire_after takes a number of hours, days or weeks; write for example 7 days")
        return timedelta(days=7)


def _numbering(cursor: YamlCursor) -> dict[str, str]:
    given = cursor.get("numbering")
    found = dict(NUMBERING)
    for one in given.entries() if given else ():
        pattern = one.string()
        if one.name not in KINDS:
            one.error("unknown", f"{one.name} is not a kind of dossier; known are {', '.join(KINDS)}", at_key=True)
        elif pattern is not None and _PATTERN.match(pattern) and "{n" in pattern and "{year}" in pattern:
            found[one.name] = pattern
        elif pattern is not None:
            example = NUMBERING[one.name]
            one.error("numbering", f'a number pattern needs {{year}} and {{n}}, letters and dashes: "{example}"')
    if len(set(found.values())) < len(found) and given:
        given.error("numbering", "two kinds have the same pattern; give each its own letters, so that numbers differ")
    return found


def _texts(cursor: YamlCursor, key: str, languages: tuple[str, ...]) -> dict[str, Text]:
    given = cursor.get(key)
    found: dict[str, Text] = {}
    for one in given.identifiers() if given else ():
        value = one.value
        if isinstance(value, dict) and "iri" in value:  # where the area stands in a public vocabulary; not a text
            texts = {code: said for code, said in value.items() if code != "iri" and isinstance(said, str)}
            found[one.name] = texts or one.name
        else:
            found[one.name] = one.text(languages) or one.name
    return found


def _origins(cursor: YamlCursor) -> tuple[str, ...]:
    given = cursor.get("embed")
    origins = given.get("origins") if given else None
    if given:
        given.only("origins")
    found = origins.strings() if origins else ()
    for one in found:
        if origins and not _ORIGIN.match(one):
            origins.error("origin", f"{one} is not an origin; write for example https://intranet.example.com")
    return tuple(one for one in found if _ORIGIN.match(one))
