"""Modules that are slow to import, so that a start leaves them out, and that requests and jobs import where they need
them: a process imports them all once it serves, so that none is imported under SQLite's write lock.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

MODULES: Final = (
    "babel.numbers",
    "babel.units",
    "cryptography.fernet",
    "dbos",
    "dbos._sys_db_sqlite",  # imported by the first client of the job engine
    "formengine.forms.corrected_answers",
    "formengine.forms.draft_migration",
    "formengine.forms.form",
    "formengine.forms.form_part",
    "formengine.forms.html.deform_field",
    "formengine.forms.rules.computed_answers",
    "formengine.forms.schema.exclusions",
    "formengine.forms.typed_answers",
    "formengine.forms.validation.validator",
    "formengine.workflow.engine.roles",
    "formengine.workflow.engine.transitions",
    "formengine.workflow.loader",
    "holidays",
    "jsonschema",
    "markdown_it",
    "segno",
)


def import_lazy_modules() -> None:
    """Import MODULES: some tenths of a second of CPU in a fresh process."""
    for name in MODULES:
        import_module(name)
