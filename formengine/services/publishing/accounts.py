"""Findings about a site that only the database tells: people in teams and look-up tables who have no account."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.source import Document, Finding, Path
from formengine.source.yaml_cursor import read_document
from formengine.storage.models.people import Person
from formengine.workflow.definition.tables import FOLDER as TABLES
from formengine.workflow.definition.tables import is_table

TEAMS = "config/teams.yaml"


def account_findings(work: UnitOfWork, bundle: Bundle) -> list[Finding]:
    """A warning for each address of a team, a position or a look-up table without an account, or whose account is
    closed.

    They are warnings, because an account may be made after the site is published; until then, nobody acts there.
    """
    named = [
        (document, path, address)
        for file in (TEAMS, *(name for name in bundle.files if name.startswith(TABLES)))
        if (document := read_document(bundle.files.get(file, b"{}"), file)[0]) is not None
        for path, address in (_addresses(document) if file == TEAMS else _addresses_of_table(document))
    ]
    rows = select(Person.email, Person.state).where(Person.email.in_({address for _, _, address in named}))
    states: dict[str, str] = dict(iter(work.session.execute(rows)))
    findings = []
    for document, path, address in named:
        problem = {None: "has no account; invite them, or mend the address", "closed": "has a closed account"}.get(
            states.get(address)
        )
        if problem is not None:
            findings.append(document.finding(path, "no-account", f"{address} {problem}", "warning"))
    return findings


def _addresses_of_table(document: Document) -> Iterator[tuple[Path, str]]:
    """Every e-mail address in the rows of a look-up table, with its path."""
    content = document.value
    rows = content.get("rows") if isinstance(content, dict) and is_table(content) else None
    for i, row in enumerate(rows if isinstance(rows, list) else ()):
        for k, cell in enumerate(row if isinstance(row, list) else ()):
            if isinstance(cell, str) and "@" in cell:
                yield ("rows", i, k), cell.lower()


def _addresses(document: Document) -> Iterator[tuple[Path, str]]:
    """Every e-mail address of the file with its path: members and managers of teams, holders of positions."""
    content = document.value if isinstance(document.value, dict) else {}
    teams, positions = content.get("teams"), content.get("positions")
    places: list[tuple[Path, object]] = []
    for name, team in teams.items() if isinstance(teams, dict) else ():
        if isinstance(team, dict):
            places += [(("teams", name, key), team.get(key)) for key in ("members", "manager")]
    places += [(("positions", name), value) for name, value in positions.items()] if isinstance(positions, dict) else []
    for path, value in places:
        if isinstance(value, str):
            yield path, value.lower()
        for index, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, str):
                yield (*path, index), entry.lower()
