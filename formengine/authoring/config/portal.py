"""`config/portal.yaml`: the portal's name, languages, zone, calendar, numbering, categories and practice areas."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies

from formengine.authoring.config.notifications import Notifications, read_notifications
from formengine.conditions.durations import parse_duration
from formengine.content_type import DEFAULT_GROUPS, GROUPS
from formengine.i18n import Text, pick
from formengine.source.yaml_cursor import EMAIL, LANGUAGE, YamlCursor
from formengine.time_zones import zone_names
from formengine.workflow.definition.model import KINDS

NUMBERING: Final = {
    "matter": "MAT-{year}-{n:04}",
    "litigation": "LIT-{year}-{n:04}",
    "contract": "CTR-{year}-{n:04}",
}
SIGN_UP_MODES: Final = ("off", "open", "approval")
_PATTERN = re.compile(r"(?:[A-Za-z0-9/_.-]|\{year\}|\{n(?::0\d)?\})+\Z")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?\Z")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\Z")
_FIXED_UNITS: Final = ("minutes", "hours", "days", "weeks")
"""Units of durations whose length depends on no calendar."""


@dataclass(frozen=True)
class SignUp:
    """Who may ask for an account (P5): `mode` is off, open or approval.

    `approver` is `team:ID` or `person:ADDRESS`, None without the mode approval; `domains` are those of the addresses
    that may ask, in small letters, all where there are none.
    """

    mode: str = "off"
    approver: str | None = None
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drafts:
    """How long a draft is kept after it was saved last, and how long before its end its owner is reminded."""

    expire_after: timedelta = timedelta(days=30)
    remind: timedelta = timedelta(days=5)


@dataclass(frozen=True)
class Portal:
    """The portal as its people meet it.

    `languages` are codes, the default first; `zone` is an IANA name, `currency` ISO 4217, `calendar` an id in
    `calendars.yaml`; `help` an e-mail or web address, `privacy` the web address of the notice on
    personal data; `numbering` a pattern by kind of dossier; `accepted_files` names
    groups of content types (`content_type.GROUPS`).
    """

    name: Text = "Legal portal"
    languages: tuple[str, ...] = ("en",)
    zone: str = "UTC"
    currency: str = "EUR"
    calendar: str | None = None
    help: str = ""
    privacy: str = ""
    sign_up: SignUp = SignUp()
    invitations_expire_after: timedelta = timedelta(days=7)
    drafts: Drafts = Drafts()
    notifications: Notifications = field(default_factory=Notifications)
    numbering: Mapping[str, str] = field(default_factory=lambda: dict(NUMBERING))
    categories: Mapping[str, Text] = field(default_factory=dict)
    practice_areas: Mapping[str, Text] = field(default_factory=dict)
    embed_origins: tuple[str, ...] = ()
    accepted_files: tuple[str, ...] = DEFAULT_GROUPS
    clients_change_milestones: bool = False
    """Whether clients may change the milestones that they added themselves."""

    def title(self, language: str) -> str:
        """The portal's name in a language."""
        return pick(self.name, language, self.languages)


def read_portal(
    cursor: YamlCursor,
    calendars: Mapping[str, object] | None,
    teams: Mapping[str, object] | None,
    *,
    published: bool = False,
) -> Portal:
    """The portal; a value with an error is a finding, and its default is used.

    A zone and a currency that were `published` are not checked again: their lists are slow to load.
    """
    cursor.mapping(
        "name", "languages", "zone", "currency", "calendar", "help", "privacy", "sign_up", "invitations",
        "drafts", "notifications", "numbering", "categories", "practice_areas", "embed", "files", "milestones",
    )  # fmt: skip
    languages = _languages(cursor)
    name = cursor.require("name", "Legal portal")
    return Portal(
        name=(name.localized_text(languages) if name else None) or "Legal portal",
        languages=languages,
        zone=_name_of(cursor, "zone", "time zone called", None if published else zone_names()) or "UTC",
        currency=_name_of(cursor, "currency", "currency", None if published else list_currencies()) or "EUR",
        calendar=_name_of(cursor, "calendar", "calendar", calendars),
        help=_help(cursor),
        privacy=_privacy(cursor),
        sign_up=_sign_up(cursor, teams),
        invitations_expire_after=_length(cursor.at("invitations").mapping("expire_after"), "expire_after", 7),
        drafts=_drafts(cursor.at("drafts").mapping("expire_after", "remind")),
        notifications=read_notifications(cursor),
        numbering=_numbering(cursor),
        categories=_titles(cursor.at("categories"), languages),
        practice_areas=_titles(cursor.at("practice_areas"), languages),
        embed_origins=_origins(cursor),
        accepted_files=_accepted_files(cursor),
        clients_change_milestones=_own_milestones(cursor),
    )


def is_language(code: str) -> bool:
    """Whether a code names a language of CLDR, by which dates, numbers and countries are written."""
    try:
        return bool(LANGUAGE.match(code) and Locale.parse(code, sep="-"))
    except (UnknownLocaleError, ValueError):
        return False


def _languages(cursor: YamlCursor) -> tuple[str, ...]:
    languages = cursor.require("languages", "[en, fr]")
    if languages is None:
        return ("en",)
    codes = languages.texts()
    for code in codes:
        if not is_language(code):
            languages.error("language", f"{code} is not a language code; write for example en or fr")
    return tuple(dict.fromkeys(filter(is_language, codes))) or ("en",)


def _name_of(cursor: YamlCursor, key: str, noun: str, declared: Collection[str] | None) -> str | None:
    name = cursor.get(key)
    return name.name_of(noun, declared) if name else None


def _help(cursor: YamlCursor) -> str:
    address = cursor.get("help")
    text = (address.text() if address else None) or ""
    if address and text and not EMAIL.match(text) and not text.startswith(("https://", "http://")):
        message = f"{text} is neither an e-mail address nor a web address; write for example legal@example.com"
        address.error("help", message)
    return text


def _privacy(cursor: YamlCursor) -> str:
    address = cursor.get("privacy")
    text = (address.text() if address else None) or ""
    if address and text and not text.startswith(("https://", "http://")):
        address.error("privacy", f"{text} is no web address; write for example https://example.com/privacy")
        return ""
    return text


def _sign_up(cursor: YamlCursor, teams: Mapping[str, object] | None) -> SignUp:
    sign_up = cursor.get("sign_up")
    if sign_up is None:
        return SignUp()
    sign_up.mapping("mode", "approver", "domains")
    domains = sign_up.at("domains")
    mode = choice.choice(SIGN_UP_MODES, "off") if (choice := sign_up.get("mode")) else "off"
    if mode == "off":
        sign_up.at("mode").withdraw("yes-no")  # here off is a word like the others, and no answer to a question
    names = domains.texts()
    approver = _approver(sign_up, teams)
    if mode == "approval" and sign_up.get("approver") is None:
        sign_up.missing("approver", "approver is missing; write who lets people in: approver: {team: intake}")
    for domain in names:
        if not _DOMAIN.match(domain):
            domains.error("domain", f"{domain} is not a domain; write for example example.com")
    return SignUp(mode, approver if mode == "approval" else None, tuple(dict.fromkeys(name.lower() for name in names)))


def _approver(sign_up: YamlCursor, teams: Mapping[str, object] | None) -> str | None:
    """`approver: {team: intake}`, or `approver: {person: maya@example.com}`."""
    approver = sign_up.get("approver")
    if approver is None:
        return None
    approver.mapping("team", "person")
    named, person = approver.get("team"), approver.get("person")
    if (named is None) == (person is None):
        message = "name one who lets people in: approver: {team: intake}, or approver: {person: maya@example.com}"
        approver.error("approver", message)
    elif named is not None:
        team = named.name_of("team", teams)
        return f"team:{team}" if team else None
    address = person.email() if person is not None else None
    return f"person:{address.lower()}" if address else None


def _length(cursor: YamlCursor, key: str, days: int) -> timedelta:
    """A length of time that depends on no calendar; `days` without a value, or with one that cannot be read."""
    length = cursor.get(key)
    if length is None:
        return timedelta(days=days)
    try:
        duration = parse_duration(length.value)
        if duration.unit not in _FIXED_UNITS:
            raise ValueError(duration.unit)
        return timedelta(**{duration.unit: duration.amount})
    except (ValueError, OverflowError):
        length.error(
            "duration", f"{key} takes a number of minutes, hours, days or weeks; write for example {days} days"
        )
        return timedelta(days=days)


def _drafts(cursor: YamlCursor) -> Drafts:
    """`drafts: {expire_after: 30 days, remind: 5 days}` (F8)."""
    drafts = Drafts(_length(cursor, "expire_after", 30), _length(cursor, "remind", 5))
    if drafts.expire_after <= timedelta(0):
        cursor.error("duration", "expire_after is nothing: no draft could be kept; write for example 30 days")
        return Drafts()
    reminder = cursor.get("remind")
    if drafts.remind >= drafts.expire_after:
        message = "remind is the time before a draft is deleted: write less than expire_after, for example 5 days"
        (reminder or cursor).error("duration", message)
        return Drafts(drafts.expire_after, drafts.expire_after / 6)
    return drafts


def _numbering(cursor: YamlCursor) -> dict[str, str]:
    numbering = cursor.at("numbering")
    patterns = dict(NUMBERING)
    for entry in numbering.entries():
        pattern = entry.text()
        if entry.name not in KINDS:
            message = f"{entry.name} is not a kind of dossier; known are {', '.join(KINDS)}"
            entry.error("unknown", message, at_key=True)
        elif pattern is not None and _PATTERN.match(pattern) and "{n" in pattern and "{year}" in pattern:
            patterns[entry.name] = pattern
        elif pattern is not None:
            example = NUMBERING[entry.name]
            entry.error("numbering", f'a number pattern needs {{year}} and {{n}}, letters and dashes: "{example}"')
    if len(set(patterns.values())) < len(patterns):
        message = "two kinds have the same pattern; give each its own letters, so that numbers differ"
        numbering.error("numbering", message)
    return patterns


def _titles(cursor: YamlCursor, languages: tuple[str, ...]) -> dict[str, Text]:
    """The titles of categories or practice areas by id; `iri`, the area in a public vocabulary, is no text."""
    titles: dict[str, Text] = {}
    for entry in cursor.entries_by_id():
        value = entry.value
        if isinstance(value, dict) and "iri" in value:
            texts = {code: text for code, text in value.items() if code != "iri" and isinstance(text, str)}
            titles[entry.name] = texts or entry.name
        else:
            titles[entry.name] = entry.localized_text(languages) or entry.name
    return titles


def _origins(cursor: YamlCursor) -> tuple[str, ...]:
    origins = cursor.at("embed").mapping("origins").at("origins")
    texts = origins.texts()
    for origin in texts:
        if not _ORIGIN.match(origin):
            origins.error("origin", f"{origin} is not an origin; write for example https://intranet.example.com")
    return tuple(origin for origin in texts if _ORIGIN.match(origin))


def _accepted_files(cursor: YamlCursor) -> tuple[str, ...]:
    """The groups of content types that people may upload: `files: {accepted: [pdf, word]}`."""
    accepted = cursor.at("files").mapping("accepted").get("accepted")
    if accepted is None:
        return DEFAULT_GROUPS
    groups = tuple(dict.fromkeys(item.choice(tuple(GROUPS), code="files") for item in accepted.items()))
    if not groups:
        accepted.error("files", "accepted names no type of file; write for example [pdf, word, images]")
    return tuple(group for group in groups if group) or DEFAULT_GROUPS


def _own_milestones(cursor: YamlCursor) -> bool:
    """`milestones: {clients_change_own: true}` (D9)."""
    return cursor.at("milestones").mapping("clients_change_own").at("clients_change_own").boolean()
