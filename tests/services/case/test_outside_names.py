"""What people without an account are called on a dossier (S9)."""

from __future__ import annotations

from formengine.services.case.outside_names import names_by_address

JOE, LOU, ADA = "joe@globex.test", "lou@firm.test", "ada@globex.test"
FACTS = [{"name": "Joe Martin", "email": JOE}, [{"name": "\u202e", "email": ADA}, {"name": "Ada Roe", "email": ADA}]]


def test_the_newest_round_that_names_somebody_counts() -> None:
    """S9: and in it a seat before a copy; the facts call those whom no round names."""
    rounds = [
        ({LOU: "Lou Berg", JOE: "J. Martin"}, [(JOE, "Jo Martin"), ("id-of-paul", None)]),
        ({}, [(LOU, "L. Berg")]),
    ]
    assert names_by_address(FACTS, rounds) == {JOE: "Jo Martin", LOU: "L. Berg", ADA: "Ada Roe"}


def test_a_seat_without_a_name_takes_none_away() -> None:
    """S9: neither that of an earlier round, nor that of the facts; nothing that is seen is no name."""
    rounds = [({LOU: "Lou Berg"}, [(JOE, "Jo Martin")]), ({LOU: "\u202e"}, [(JOE, None), (LOU, None), (ADA, "")])]
    assert names_by_address(FACTS, rounds) == {JOE: "Jo Martin", LOU: "Lou Berg", ADA: "Ada Roe"}
