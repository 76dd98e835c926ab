"""Choices that are posted to the pages of people: what is not on offer is refused with a sentence."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from webtest import Upload

from formengine.services.accounts import accounts, invitations
from formengine.services.core.unit_of_work import Platform
from formengine.services.people import organisations
from formengine.storage.models.people import Person
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.web.conftest import Visiting, form_of

ROLES = "Choose one of these roles: client"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


WRONG_CHOICES = (
    ("role", "king", ROLES),
    ("role", "", ROLES),
    ("role", "CLIENT", ROLES),
    ("language", "tlh", "Choose a language of the list."),
    ("organisation", "evil-corp", "There is no organisation evil-corp."),
)


@pytest.mark.parametrize("state", ["nobody", "invited", "closed", "active"])
def test_invitation_with_a_choice_that_is_not_on_offer(
    visiting: Visiting, platform: Platform, admin: Person, state: str
) -> None:
    """T12: 422 with the sentence, whether the address is new, invited before, or of a closed account."""
    with acting_on(platform, admin) as work:
        if state != "nobody":
            person = invitations.invite(work, "joe@example.com", "Joe", "client")
        if state == "closed":
            invitations.withdraw_invitation(work, person.id)
        elif state == "active":
            person.state = "active"
    client = visiting(admin)
    page = client.get("/admin/people/new")
    token = page.forms[form_of("/admin/people", page)]["csrf_token"].value
    for field, value, sentence in WRONG_CHOICES:
        fields = {"csrf_token": token, "email": "joe@example.com", "name": "Joe", "role": "client", field: value}
        refused = client.post("/admin/people", fields, status=422)
        assert sentence in refused or state == "active", (field, value)
        with platform.database.reading() as session:
            row = session.scalar(select(Person).where(Person.email == "joe@example.com"))
            assert (row.state if row else "nobody") == state, (field, value)
            assert row is None or row.role == "client", (field, value)


@pytest.mark.parametrize("role", ["king", "", "legal_admin ", "Client"])
def test_role_that_is_not_on_offer(
    visiting: Visiting, platform: Platform, admin: Person, maya: Person, role: str
) -> None:
    """T12: 422 on the person's page, at the field; the role stays, and so do the person's sessions."""
    hers, client = visiting(maya), visiting(admin)
    token = client.get("/admin").forms[0]["csrf_token"].value
    address = f"/admin/people/{maya.id}/role"
    refused = client.post(address, {"csrf_token": token, "role": role}, status=422)
    assert ROLES in refused
    assert refused.html.find(id="role")["aria-invalid"] == "true"
    hers.get("/account", status=200)


def test_details_of_which_some_were_not_sent(
    visiting: Visiting, platform: Platform, admin: Person, maya: Person
) -> None:
    """U8, F6: 422 that names each field; nothing is changed, and the page has what was typed beside what is known."""
    client = visiting(admin)
    before = client.get(f"/admin/people/{maya.id}")
    chosen, token = before.html.select_one("#details-organisation [selected]"), before.forms[0]["csrf_token"].value
    known = (maya.name, maya.organisation_id, maya.language)
    address, upload = f"/admin/people/{maya.id}/details", Upload("a.txt", b"x", "text/plain")
    for sent, missing in (
        ({"name": "Maya Berg"}, ["organisation", "manager", "language"]),
        ({"name": "Maya Berg", "organisation": upload, "manager": "", "language": "fr"}, ["organisation"]),
        ({}, ["name", "organisation", "manager", "language"]),
    ):
        page = client.post(address, {"csrf_token": token, **sent}, status=422, content_type="multipart/form-data").html
        wrong = page.select("#details-title ~ form [aria-invalid]")
        assert [control["name"] for control in wrong] == missing
        assert page.find(id="details-name")["value"] == sent.get("name", maya.name)
        assert page.select_one("#details-organisation [selected]") == chosen
        with platform.database.reading() as session:
            row = session.get_one(Person, maya.id)
            assert (row.name, row.organisation_id, row.language) == known


def test_person_invited_again_is_the_person_of_the_new_invitation(
    platform: Platform, people: People, admin: Person
) -> None:
    """T12: after a closed account nothing of the old stay shows another organisation's dossiers."""
    maya = people("maya")
    with acting_on(platform, admin) as work:
        organisations.create_organisation(work, "umbrella", "Umbrella")
        accounts.close_account(work, maya.id)
    for short in ("umbrella", None):
        with acting_on(platform, admin) as work:
            person = invitations.invite(
                work, maya.email, "Maya Lind", "collaborator", organisation=short, language="fr"
            )
            assert (person.id, person.state, person.role, person.language) == (
                maya.id, "invited", "collaborator", "fr"
            )  # fmt: skip
            work.session.refresh(person)
            assert (person.organisation.short if person.organisation else None) == short
            assert (person.department_id, person.manager_id, person.closed_at) == (None, None, None)
