"""Who is asked to fill in a part of a form (F20)."""

from __future__ import annotations

import pytest

from formengine.errors import Invalid
from formengine.services.core.unit_of_work import Platform
from formengine.services.intake.part_changes import reassign_part
from formengine.services.intake.part_people import people_of
from tests.services.intake.test_fillings import Request
from tests.support.people import People

pytestmark = pytest.mark.site("parts")


@pytest.fixture
def purchase(platform: Platform, people: People) -> Request:
    return Request(platform, people).begin()


def test_an_auditor_is_not_asked(purchase: Request) -> None:
    """F20, U7: neither chosen nor counted among those of a team who could."""
    auditor = purchase.people("theo").id
    with pytest.raises(Invalid) as refused:
        purchase("paul", reassign_part, purchase.id, "finance", auditor)
    assert "auditor" in refused.value.errors[0].message
    assert purchase("paul", lambda work: people_of(work, [f"person:{auditor}"])) == []
