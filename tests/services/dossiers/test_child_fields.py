"""The names of the fields of built-in children, in databases of earlier versions (O3, D8, D9)."""

from __future__ import annotations

from importlib import import_module

import pytest
from sqlalchemy import select

from formengine.storage.models.rounds import Child
from tests.services.conftest import MakeCase
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")


def test_built_in_fields_have_their_new_names_after_the_migration(make_case: MakeCase) -> None:
    """O3: `date` of a hearing, `money_status` of a milestone; a kind that a site declares with other fields stays."""
    case = make_case("note")
    fields: list[tuple[str, dict[str, str]]] = [
        ("hearing", {"date": "2026-12-15T14:30:00+01:00", "court": "Lyon"}),
        ("hearing", {"date": "2026-12-15", "panel": "three"}),
        ("milestone", {"title": "Delivery", "money_status": "paid"}),
        ("milestone", {"title": "Later"}),
        ("visit", {"date": "2026-12-15"}),
    ]
    migration = import_module("formengine.storage.migrations.versions.0023_calendars")
    with acting_on(case.platform, None) as work:
        dossier = case.row(work).id
        for number, (kind, values) in enumerate(fields, 1):
            work.session.add(Child(dossier_id=dossier, kind=kind, number=number, state="open", fields=values))
        work.session.flush()
        migration.rename_fields(work.session.connection())
        migration.rename_fields(work.session.connection())
        work.session.expire_all()
        renamed = list(work.session.scalars(select(Child.fields).order_by(Child.number)))
    assert renamed == [
        {"at": "2026-12-15T14:30:00+01:00", "court": "Lyon"},
        fields[1][1],
        {"title": "Delivery", "money": "paid"},
        *(values for _kind, values in fields[3:]),
    ]
