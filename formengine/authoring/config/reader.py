"""Reader of `config/`: portal, teams, calendars, lists, companies, synonyms, mail templates, theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from formengine.authoring.config.calendars import read_calendars
from formengine.authoring.config.companies import read_companies
from formengine.authoring.config.lists import read_list
from formengine.authoring.config.mail_templates import FOLDER as MAIL
from formengine.authoring.config.mail_templates import read_mail_texts
from formengine.authoring.config.portal import Portal, is_language, read_portal
from formengine.authoring.config.synonyms import Synonyms, read_synonyms
from formengine.authoring.config.teams import Team, read_position_titles, read_positions, read_teams
from formengine.i18n import Text
from formengine.source import Document, Finding, Severity, closest, did_you_mean, has_errors
from formengine.source.yaml_cursor import IDENTIFIER, YamlCursor, read_document
from formengine.workflow.definition.tables import Table, is_table, read_table

FOLDER: Final = "config/"
LISTS: Final = "config/lists/"
THEME: Final = "config/theme/"
KNOWN: Final = (
    "portal.yaml", "teams.yaml", "calendars.yaml", "companies.yaml", "synonyms.yaml", "lists/", "mail/", "theme/",
)  # fmt: skip
COMPANIES: Final = "config/companies.yaml"
SYNONYMS: Final = "config/synonyms.yaml"


@dataclass
class Config:
    """The contents of `config/`.

    `raw_teams` and `raw_calendars` are None when their file cannot be read: nothing is then checked against them. In
    `raw_calendars` the portal's calendar stands also under "".
    """

    portal: Portal = field(default_factory=Portal)
    teams: dict[str, Team] = field(default_factory=dict)
    positions: dict[str, list[str]] = field(default_factory=dict)
    position_titles: dict[str, Text] = field(default_factory=dict)
    calendars: dict[str, dict[str, Any]] = field(default_factory=dict)
    lists: dict[str, dict[str, Text]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    companies: dict[str, dict[str, Any]] = field(default_factory=dict)
    synonyms: Synonyms = ()
    mail_texts: dict[tuple[str, str], str] = field(default_factory=dict)
    theme: dict[str, bytes] = field(default_factory=dict)
    raw_teams: Any = None
    raw_calendars: Any = None
    portal_read: bool = False
    findings: list[Finding] = field(default_factory=list)


def read_config(files: Mapping[str, bytes], *, published: bool = False) -> Config:
    """Read all files under `config/`; errors become findings, and defaults are used in their place.

    Of files that were `published`, and so checked before, what is slow to check is not checked again.
    """
    config = Config()
    portal = _document(config, files, "portal.yaml", published)
    teams = _document(config, files, "teams.yaml", published)
    calendars = _document(config, files, "calendars.yaml", published)
    languages = _languages(portal)
    if teams is not None:
        cursor = YamlCursor(teams, findings=config.findings)
        config.teams, config.positions = read_teams(cursor, languages), read_positions(cursor)
        config.position_titles = read_position_titles(cursor, config.positions, languages)
        config.raw_teams = teams.value if isinstance(teams.value, dict) else {}
    if calendars is not None:
        config.calendars = read_calendars(YamlCursor(calendars, findings=config.findings), published=published)
        config.raw_calendars = config.calendars
    if portal is not None:
        cursor = YamlCursor(portal, findings=config.findings)
        declared_teams = config.teams if teams is not None else None
        declared_calendars = config.calendars if calendars is not None else None
        config.portal = read_portal(cursor, declared_calendars, declared_teams, published=published)
        if config.portal.calendar in config.calendars:
            config.raw_calendars = {**config.calendars, "": config.calendars[config.portal.calendar]}
        config.portal_read = not has_errors(finding for finding in config.findings if finding.file == portal.file)
    unread = _lists(config, files, languages, published)
    if (synonyms := _optional(config, files, SYNONYMS, published)) is not None:
        config.synonyms = read_synonyms(synonyms)
    if (companies := _optional(config, files, COMPANIES, published)) is not None:
        keys = None if unread else frozenset(key for entries in config.lists.values() for key in entries)
        config.companies = read_companies(companies, languages, keys)
    config.mail_texts, findings = read_mail_texts(_under(files, MAIL))
    config.findings += findings
    config.theme = _under(files, THEME)
    if not published:
        _check_stray_files(config, files)
    return config


def _document(config: Config, files: Mapping[str, bytes], name: str, published: bool) -> Document | None:
    """A file of `config/`, None where it cannot be read; only `portal.yaml` has to be there."""
    path = f"{FOLDER}{name}"
    if path not in files and name != "portal.yaml":
        return Document(path, {})
    if path not in files:
        others = (other.removeprefix(FOLDER) for other in _under(files, FOLDER))
        if name not in {_misnamed(other) for other in others if other not in KNOWN}:
            message = "config/portal.yaml is missing; write name: and languages: in it"
            config.findings.append(Finding(path, 1, 1, "error", "missing-file", message))
        return None
    document, findings = read_document(files[path], path, published=published)
    config.findings += findings
    if document is not None and document.value is not None and not isinstance(document.value, dict):
        config.findings.append(document.finding((), "kind", f"{name} holds a map: one key: value on each line"))
        return None
    return document


def _optional(config: Config, files: Mapping[str, bytes], path: str, published: bool) -> YamlCursor | None:
    """A file that need not be there; None where it is not, or cannot be read."""
    if path not in files:
        return None
    document, findings = read_document(files[path], path, published=published)
    config.findings += findings
    return YamlCursor(document, findings=config.findings) if document is not None else None


def _languages(portal: Document | None) -> tuple[str, ...]:
    """The portal's languages before the portal is read: teams and lists are checked for them too."""
    codes = portal.value.get("languages") if portal is not None and isinstance(portal.value, dict) else None
    return (
        tuple(code for code in codes if isinstance(code, str) and is_language(code)) if isinstance(codes, list) else ()
    )


def _lists(config: Config, files: Mapping[str, bytes], languages: tuple[str, ...], published: bool) -> bool:
    """Read the lists and tables; whether one of them cannot be read."""
    unread = False
    for path, content in _under(files, LISTS).items():
        inside = PurePosixPath(path.removeprefix(LISTS))
        if inside.suffix != ".yaml" or len(inside.parts) != 1 or not IDENTIFIER.match(inside.stem):
            message = "a list is called <id>.yaml, in small letters, digits and _; rename it"
            config.findings.append(Finding(path, 1, 1, "error", "identifier", message))
            continue
        document, findings = read_document(content, path, published=published)
        config.findings += findings
        unread = unread or document is None
        cursor = YamlCursor(document, findings=config.findings) if document is not None else None
        if cursor is not None and is_table(cursor.value):
            config.tables[inside.stem] = read_table(inside.stem, cursor)
            continue
        config.lists[inside.stem] = read_list(cursor, languages) if cursor is not None else {}
    return unread


def _check_stray_files(config: Config, files: Mapping[str, bytes]) -> None:
    for path in _under(files, FOLDER):
        name = path.removeprefix(FOLDER)
        if name not in KNOWN and not name.startswith(("lists/", "mail/", "theme/")):
            meant = _misnamed(name)
            if f"{FOLDER}{meant}" in files:
                meant = None
            hint = f"; rename it to {FOLDER}{meant}" if meant else did_you_mean(name, KNOWN)
            severity: Severity = "error" if meant else "warning"
            config.findings.append(Finding(path, 1, 1, severity, "not-read", f"this file is not read{hint}"))


def _misnamed(name: str) -> str | None:
    """The file that one of YAML, under a name that nobody reads, was meant to be."""
    stem, suffix = PurePosixPath(name.removesuffix(".txt")).stem, PurePosixPath(name).suffix
    stems = [PurePosixPath(known).stem for known in KNOWN if known.endswith(".yaml")]
    meant = closest(stem, stems) if suffix in (".yaml", ".yml", ".txt") and "/" not in name else None
    return f"{meant}.yaml" if meant else None


def _under(files: Mapping[str, bytes], prefix: str) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.startswith(prefix)}
