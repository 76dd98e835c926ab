"""The index of docs/explanation/map.md against the modules, and item numbers of docstrings against the reference."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.docs.pages import ROOT

MAP = (ROOT / "docs" / "explanation" / "map.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "docs" / "reference"


def test_every_module_of_the_map_exists() -> None:
    """O9: each path of a module on the map is a file."""
    paths = re.findall(r"`([\w/]+\.py)`", MAP)
    assert len(paths) > 50
    assert [path for path in paths if not (ROOT / "formengine" / path).exists()] == []


def test_every_module_is_on_the_map() -> None:
    """O9: each module of formengine is in the index, but for migrations of the database."""
    named = set(re.findall(r"`([\w/]+\.py)`", MAP))
    modules = {path.relative_to(ROOT / "formengine") for path in (ROOT / "formengine").rglob("*.py")}
    indexed = {path for path in modules if path.name != "__init__.py" and "versions" not in path.parts}
    assert sorted(str(path) for path in indexed if path.as_posix() not in named) == []


def test_every_package_is_on_the_map() -> None:
    """O9: each package of formengine has at least one module in the index, or is in the table of layers."""
    names = set(re.findall(r"`([\w/]+(?:\.py)?)`", MAP))
    packages = {path.parent.relative_to(ROOT / "formengine") for path in (ROOT / "formengine").rglob("*.py")}
    generated = {Path("."), Path("storage/migrations/versions")}
    missing = [str(p) for p in packages - generated if not any(name.startswith(p.as_posix()) for name in names)]
    assert sorted(missing) == []


CONCEPTS = (
    "access control", "access log", "API tokens", "argon2", "assignment", "attachments", "audit log",
    "authentication", "autoreload", "background jobs", "calendars", "case", "checkpoint", "children", "claim",
    "conditions", "content sniffing", "cookies", "CSP", "CSRF", "database", "deadlines", "delegation",
    "demo data", "desk", "did you mean", "documents", "draft migration", "effects", "error pages", "escalation",
    "field kinds", "file storage", "flash messages", "focus management", "form rendering", "four eyes",
    "graceful shutdown", "guest links", "hash chain", "health checks", "idempotency", "invitations",
    "JSON Pointer", "JSON Schema", "locale", "Markdown", "Message-ID", "migrations", "notes", "oneOf",
    "OpenAPI", "optimistic locking", "orphans", "out of office", "paging", "password", "PDF", "periodic jobs",
    "plugins", "problem+json", "publishing", "rate limit", "reachability", "ReDoS", "redirects",
    "reference numbers", "reminders", "retries", "roles", "routes", "sandbox", "sessions", "settings",
    "signature providers", "simulation", "SMTP", "state machine", "static files", "stories", "submission",
    "transaction", "translation", "unit of work", "uploads", "validation", "write lock", "XSS", "zip bombs",
    "acknowledgements", "casting vote", "condition suggestions", "corrections", "counting votes", "durations",
    "legal periods",
)  # fmt: skip


def test_the_map_has_a_line_for_each_concept() -> None:
    """O9: a search for the usual word finds a row of the index that names a module."""
    rows = [line for line in MAP.split("## Where is")[1].splitlines() if line.startswith("|") and ".py`" in line]
    assert [concept for concept in CONCEPTS if not any(concept in row for row in rows)] == []


def test_a_concept_has_one_line() -> None:
    """O9: whoever finds the row of a concept has found all its modules."""
    concepts = re.findall(r"^\| ([^|]+) \|", MAP.split("## Where is")[1], re.MULTILINE)
    assert [concept for concept, times in Counter(concepts).items() if times > 1] == []


def test_numbers_of_items_and_threats_can_be_looked_up() -> None:
    """O9: every number at the start of a test's docstring is on the page of items or the page of threats."""
    listed = set(re.findall(r"^\| ([A-Z]\d{1,2}) \|", (REFERENCE / "items.md").read_text("utf-8"), re.MULTILINE))
    listed |= set(re.findall(r"^\| (T\d{1,2}) \|", (REFERENCE / "threats.md").read_text("utf-8"), re.MULTILINE))
    docstring = re.compile(r"^ +\"\"\"([A-Z]\d{1,2}(?:, [A-Z]\d{1,2})*)(?::|\"\"\")", re.MULTILINE)
    heads = [
        head for path in (ROOT / "tests").rglob("test_*.py") for head in docstring.findall(path.read_text("utf-8"))
    ]
    assert len(heads) > 2000
    assert {number for head in heads for number in head.split(", ")} - listed == set()
    assert len(listed) > 150
