"""People by id and by e-mail address, read in batches."""

from __future__ import annotations

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.services.people.lookup import known_people
from tests.support.people import People
from tests.support.platforms import acting_on


def test_an_empty_id_is_nobodys(platform: Platform) -> None:
    """A post without the person whom it is about is refused, and breaks nothing."""
    with acting_on(platform, None) as work:
        assert known_people(work).get("") is None


@pytest.mark.parametrize("stored", ["joe@xn--bcher-kva.example", "joe@bücher.example", "ｊoe@bücher.example"])
def test_an_account_is_found_however_its_address_is_written(platform: Platform, people: People, stored: str) -> None:
    """S9, T15: by its own address, even after another way to write it, and by its domain in letters and in ASCII."""
    joe = people.add(stored)
    is_plain = "ｊ" not in stored
    for first in ("joe@bücher.example", "Joe@XN--Bcher-kva.example", stored):
        with acting_on(platform, None) as work:
            ids = [[person.id for person in known_people(work).by_email([email])] for email in (first, stored)]
        assert ids == [[joe.id] if is_plain or first == stored else [], [joe.id]]


def test_an_address_with_half_a_character_in_punycode_is_nobodys(platform: Platform) -> None:
    """T15: a signer may forward to it, and no database can store what it stands for."""
    with acting_on(platform, None) as work:
        assert known_people(work).by_email(["joe@xn--ib9b.example"]) == []


def test_addresses_that_differ_in_compatible_letters_are_looked_up_in_turn(platform: Platform) -> None:
    """T15: also where they are alike in lower case, and no account has either."""
    with acting_on(platform, None) as work:
        for address in ("aς㏂@example.com", "aΣ㏂@example.com"):
            assert known_people(work).by_email([address]) == []
