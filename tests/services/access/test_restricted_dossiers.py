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
    """D2, U11: its team, which acts on it, is told and sees it; other counsel are not told of it and do not."""
    assert told(platform)["new_dossier"] == {"paul@example.com", "ana@example.com"}
    assert told(platform)["submission"] == {"maya@example.com"}
    with pytest.raises(NotFound):
        case("lena", handling.claim)
    case("sam", handling.assign, case.people("paul").id)
    case("paul", notes.add_note, "I look after it.")
    assert "lena@example.com" not in told(platform).get("note", set())
    assert "maya@example.com" in told(platform)["note"]
    with pytest.raises(NotFound):
        case("lena", moving.perform, "finish", case.version)
