"""Organisations that are closed or merged, and departments that are removed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused
from formengine.services.access.enforcement import readable_dossiers
from formengine.services.accounts import organisation_closure as closure
from formengine.services.accounts import organisation_details as details
from formengine.services.accounts.account_history import account_events, organisation_events
from formengine.services.accounts.accounts import close_account
from formengine.services.case.timeline import visible_history
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.unit_of_work import Platform, run_in_transaction
from formengine.services.dossiers.assignment import share
from formengine.services.intake.submissions import submit
from formengine.services.people.organisations import belonging_text, find_belonging, list_organisations
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Department, Organisation, Person
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.statements import recorded_statements

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def globex(platform: Platform, people: People) -> Organisation:
    """A second organisation, with the department `affairs` and one person without a department."""
    people("sam")
    with platform.database.transaction() as session:
        row = Organisation(short="globex", name="Globex SA")
        session.add(row)
        session.flush()
        department = Department(organisation_id=row.id, short="affairs", name="Legal")
        session.add(department)
        session.flush()
        values = {"organisation_id": row.id, "department_id": department.id}
    people.add("greta@globex.example", **values)
    people.add("gus@globex.example", organisation_id=row.id)
    return row


def person(platform: Platform, email: str) -> Person:
    with platform.database.reading() as session:
        return session.scalars(select(Person).where(Person.email == email)).one()


def asked(platform: Platform, asker: Person, people: People, *, shared: bool = False) -> str:
    made = run_in_transaction(platform, lambda work: submit(work, "deal", {"subject": "Chairs"}), asker.id)
    reference: str = made.reply["reference"]
    if shared:
        run_in_transaction(platform, lambda work: share(work, reference, True), people("sam").id)
    return reference


def test_an_organisation_with_something_in_it_is_not_closed(
    acting: Acting, people: People, platform: Platform, globex: Organisation
) -> None:
    """U8: every reason is told; once nothing is left it is closed, offered nowhere, and can be opened again."""
    gus, greta, sam = person(platform, "gus@globex.example"), person(platform, "greta@globex.example"), people("sam")
    reference = asked(platform, gus, people)
    with acting(sam) as work, pytest.raises(Refused) as refused:
        closure.close_organisation(work, globex.id)
    assert refused.value.reasons == ["2 people belong to it.", "1 of its dossiers has not ended."]
    with acting(sam) as work:
        for row in (gus, greta):
            close_account(work, row.id)
        work.session.scalars(select(Dossier).where(Dossier.reference == reference)).one().ended_at = datetime.now(UTC)
    with acting(sam) as work:
        assert closure.reasons_to_keep(work, closure.content_of(work, globex)) == []
        closure.close_organisation(work, globex.id)
    with acting(sam) as work:
        assert [row.short for row in list_organisations(work)] == ["acme"]
        assert find_belonging(work, "globex") is None
        with pytest.raises(Refused, match="closed already"):
            closure.close_organisation(work, globex.id)
        with pytest.raises(Invalid):  # its short name stays taken
            details.add_organisation(work, "Globex again", "globex")
        closure.open_organisation(work, globex.id)
        assert find_belonging(work, "globex") is not None
        kinds = [event.kind for event in organisation_events(work, globex).items]
        assert kinds == ["organisation_opened", "organisation_closed"]
        assert list(verify_chains(work.session)) == []


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_the_shared_dossiers_of_a_merger_are_locked_together(
    acting: Acting, people: People, platform: Platform, globex: Organisation
) -> None:
    """U8, T7: in one statement, in the order of their ids."""
    sam, gus = people("sam"), person(platform, "gus@globex.example")
    for _ in range(3):
        asked(platform, gus, people, shared=True)
    with acting(sam) as work:
        with recorded_statements(platform.database) as recorder:
            closure.merge_organisation(work, globex.id, "acme", keep_sharing=True)
        locks = [sql for sql, _ in recorder.statements if "FOR NO KEY UPDATE" in sql and "FROM fe_dossiers" in sql]
    assert len(locks) == 1
    assert "ORDER BY fe_dossiers.id" in locks[0]


@pytest.mark.parametrize("keep_sharing", [False, True])
def test_an_organisation_is_merged(
    acting: Acting, people: People, platform: Platform, globex: Organisation, keep_sharing: bool
) -> None:
    """U8, P28: people, departments and dossiers go to the other; what was shared with the one is shown to the people of
    the other only where the admin says so; everybody's history has it.
    """
    sam, maya = people("sam"), people("maya")
    gus, greta = person(platform, "gus@globex.example"), person(platform, "greta@globex.example")
    shared, private = asked(platform, gus, people, shared=True), asked(platform, gus, people)
    with acting(sam) as work:
        assert closure.merge_organisation(work, globex.id, "acme", keep_sharing=keep_sharing).short == "acme"
    with acting(sam) as work:
        moved = {row.email: belonging_text(row) for row in work.session.scalars(select(Person))}
        assert (moved[gus.email], moved[greta.email]) == ("acme", "acme/affairs")
        row = details.get_organisation(work, globex.id)
        assert (row.merged_into_id, row.closed_at is not None) == (maya.organisation_id, True)
        assert closure.content_of(work, row) == closure.OrganisationContent(0, 0, 0, 0, 0, [])
        events = account_events(work, work.session.get_one(Person, gus.id)).items
        assert [(event.text, event.by, event.changes) for event in events] == [
            ("Changed: organisation", sam.name, (("organisation", "Globex SA", "Acme Group"),))
        ]
        texts = [event.text for event in organisation_events(work, row).items]
        assert texts == ["Merged into Acme Group (people: 2, dossiers: 2)"]
        other = details.get_organisation(work, maya.organisation_id or 0)
        assert organisation_events(work, other).items[0].text.startswith("Globex SA was merged into this organisation")
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == shared)).one()
        last = visible_history(work, dossier)[-1].text
        assert last == (
            "The client’s organisation was merged into Acme Group, whose people see this now"
            if keep_sharing
            else "Sharing with the organisation changed"
        )
        with pytest.raises(Refused, match="stays closed"):
            closure.open_organisation(work, globex.id)
        assert list(verify_chains(work.session)) == []
    for reader, sees in ((maya, [shared] if keep_sharing else []), (gus, [shared, private])):
        with acting(reader) as work:
            read = select(Dossier.reference).where(readable_dossiers(work)).order_by(Dossier.id)
            assert list(work.session.scalars(read)) == sees


def test_departments_of_one_short_name_become_one(
    acting: Acting, people: People, platform: Platform, globex: Organisation
) -> None:
    """U8: their people are together under the head of the one that stays; the other is gone."""
    sam, greta = people("sam"), person(platform, "greta@globex.example")
    with acting(sam) as work:
        department = details.add_department(work, 1, "Legal affairs", "affairs")
        department.head_id = sam.id
    with acting(sam) as work:
        closure.merge_organisation(work, globex.id, "acme")
    with acting(sam) as work:
        rows = list(work.session.scalars(select(Department).where(Department.short == "affairs")))
        assert [(row.name, row.head_id) for row in rows] == [("Legal affairs", sam.id)]
        assert work.session.get_one(Person, greta.id).department_id == rows[0].id


@pytest.mark.parametrize("into", ["", "globex", "nowhere", "x" * 2000, "acme\x00"])
def test_merged_into_nothing_that_there_is(acting: Acting, people: People, globex: Organisation, into: str) -> None:
    """U8: not into itself, nor into what there is not; nothing has changed."""
    with acting(people("sam")) as work, pytest.raises(Invalid) as refused:
        closure.merge_organisation(work, globex.id, into)
    assert [error.pointer for error in refused.value.errors] == ["/into"]
    with acting(people("sam")) as work:
        assert details.get_organisation(work, globex.id).closed_at is None


@pytest.mark.site("audience")
def test_request_types_that_are_limited_to_it_keep_it(acting: Acting, people: People, globex: Organisation) -> None:
    """U8: an organisation, or the last department of its name, to which a request type is limited stays, and the reason
    names the request type.
    """
    with acting(people("sam")) as work:
        treasury = details.add_department(work, 1, "Treasury", "treasury")
        for refused_by in (
            lambda: closure.merge_organisation(work, globex.id, "acme"),
            lambda: closure.close_organisation(work, globex.id),
        ):
            with pytest.raises(Refused, match="limited to it: Zeppelin of Globex"):
                refused_by()
        with pytest.raises(Refused, match="limited to it: Zeppelin of the treasury"):
            closure.remove_department(work, 1, treasury.id)
        details.add_department(work, globex.id, "Treasury", "treasury")
        assert closure.remove_department(work, 1, treasury.id) == "Treasury"


def test_a_department_is_removed(acting: Acting, people: People, platform: Platform, globex: Organisation) -> None:
    """U8: its people go to another of the organisation, or to none; its name stays in the history."""
    sam, greta = people("sam"), person(platform, "greta@globex.example")
    with acting(sam) as work:
        legal = work.session.scalars(select(Department).where(Department.short == "affairs")).one()
        other = details.add_department(work, globex.id, "Contracts", "contracts")
        with pytest.raises(Invalid):
            closure.remove_department(work, globex.id, legal.id, "affairs")
        assert closure.remove_department(work, globex.id, legal.id, "contracts") == "Legal"
    with acting(sam) as work:
        assert work.session.get_one(Person, greta.id).department_id == other.id
        closure.remove_department(work, globex.id, other.id)
    with acting(sam) as work:
        assert belonging_text(work.session.get_one(Person, greta.id)) == "globex"
        texts = [event.text for event in organisation_events(work, globex).items]
        assert texts == ["Department removed: Contracts", "Department removed: Legal", "Department added: contracts"]
        with pytest.raises(NotFound):
            closure.remove_department(work, globex.id, other.id)
        with pytest.raises(NotFound):  # of another organisation
            closure.remove_department(work, globex.id, 1)


def test_only_who_manages_people_closes_organisations(acting: Acting, people: People, globex: Organisation) -> None:
    """U7, U8: and who reads what happened to them."""
    with acting(people("paul")) as work:
        for act in (
            lambda: closure.close_organisation(work, globex.id),
            lambda: closure.open_organisation(work, globex.id),
            lambda: closure.merge_organisation(work, globex.id, "acme"),
            lambda: closure.remove_department(work, globex.id, 1),
            lambda: closure.content_of(work, globex),
            lambda: organisation_events(work, globex),
            lambda: account_events(work, work.person),
        ):
            with pytest.raises(Refused):
                act()
