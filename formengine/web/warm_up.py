"""Reads in advance what the first pages after a start would read while people wait: definitions, calendars, templates.

Without it a team that signs in just after a restart waits for the YAML of each workflow, one after the other (T49).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from formengine.app.lazy_imports import import_lazy_modules
from formengine.errors import DefinitionError
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from formengine.web.page_renderer import page_template
from formengine.workflow.engine.calendar import calendars_of

WORKFLOWS_READ: Final = 50
"""The versions of workflows that are read: those that most of the newest dossiers have."""
_NEWEST_DOSSIERS: Final = 5000
_TEMPLATES: Final = Path(__file__).with_name("templates")


def warm_up(registry: Any) -> None:
    """Fill the caches of this process, in a transaction that only reads; `registry` is that of the Pyramid application.

    While nothing is published, modules alone are imported. What a page has read in the meantime is not read again.
    """
    import_lazy_modules()
    platform: Platform = registry.platform
    with platform.database.reading() as session:
        try:
            site = platform.definitions.site(session)
        except DefinitionError:
            return
        calendars_of(site.calendars, platform.registry.vocabulary)
        newest = select(Dossier.pack_hash).order_by(Dossier.id.desc()).limit(_NEWEST_DOSSIERS).subquery()
        frequent = select(newest.c.pack_hash).group_by(newest.c.pack_hash).order_by(func.count().desc())
        hashes = session.scalars(frequent.limit(WORKFLOWS_READ)).all()
        for pack_hash in hashes:
            platform.definitions.pack(session, pack_hash)
    for language in site.portal.languages:
        for template in sorted(_TEMPLATES.rglob("*.jinja2")):
            page_template(registry, language, f"formengine:web/templates/{template.relative_to(_TEMPLATES).as_posix()}")
