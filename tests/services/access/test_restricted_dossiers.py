"""Restricted dossiers: who is told of one, who sees it, and how it comes to somebody."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.errors import NotFound
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment as handling
from formengine.services.dossiers import notes
from formengine.services.dossiers import transitions as moving
from formengine.storage.models.mails import Mail
from tests.services.conftest import Case, MakeCase

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    return make_case("deal", by="maya", with_paper=False, confidentiality="restricted")


def told(platform: Platform) -> dict[str, set[str]]:
    """The addresses to which a mail of each kind went."""
    with platform.database.reading() as session:
        recipients: dict[str, set[str]] = {}
        for mail in session.scalars(select(Mail)):
            recipients.setdefault(mail.kind, set()).add(mail.to)
        return recipients


def test_mails_about_a_restricted_dossier_go_to_its_readers(case: Case, platform: Platform) -> None:
    """D2: the team cannot open a restricted dossier and gets no mail about it; the legal admins get one, so that they
    can assign it.
    """
    assert told(platform)["new_dossier"] == {"sam@example.com"}
    assert told(platform)["submission"] == {"maya@example.com"}
    with pytest.raises(NotFound):
        case("paul", handling.claim)
    case("sam", handling.assign, case.people("paul").id)
    case("paul", notes.add_note, "I look after it.")
    assert "ana@example.com" not in told(platform).get("note", set())
    assert "maya@example.com" in told(platform)["note"]
    with pytest.raises(NotFound):
        case("ana", moving.perform, "finish", case.version)
