"""The recorder of SQL statements."""

from __future__ import annotations

from sqlalchemy import select, text

from formengine.storage import Database
from formengine.storage.models.people import Organisation
from tests.support.statements import recorded_statements


def test_counts_statements_and_names_those_that_ran_twice(database: Database) -> None:
    with recorded_statements(database) as recorder, database.sessions() as session:
        session.execute(select(Organisation.id).where(Organisation.name == "first"))
        session.execute(select(Organisation.id).where(Organisation.name == "second"))
        session.execute(select(Organisation.id).where(Organisation.name == "second"))
        session.execute(text("INSERT INTO fe_organisations (short, name) VALUES (:short, :short)"), [{"short": "a"}])
        session.rollback()
    assert len(recorder.statements) == 4
    assert len(recorder.writes) == 1
    assert [("second" in parameters) for _sql, parameters in recorder.repeats] == [True]
    assert "REPEAT" in recorder.report()
