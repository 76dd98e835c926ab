"""People by id, read in batches."""

from __future__ import annotations

from formengine.services.core.unit_of_work import Platform
from formengine.services.people.lookup import known_people
from tests.support.platforms import acting_on


def test_an_empty_id_is_nobodys(platform: Platform) -> None:
    """A post without the person whom it is about is refused, and breaks nothing."""
    with acting_on(platform, None) as work:
        assert known_people(work).get("") is None
