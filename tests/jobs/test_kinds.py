"""Registered kinds of jobs with their retry policies."""

import pytest

from formengine.jobs.kinds import KINDS, Kind, kind_named, register


def test_delay_doubles_up_to_the_maximum():
    kind = Kind("mail", first_wait=2, longest_wait=10)
    assert [kind.wait(n) for n in (1, 2, 3, 4)] == [2, 4, 8, 10]


def test_equal_registration_is_accepted_twice():
    assert register("tell") is register("tell") is KINDS["tell"]


def test_different_registration_of_a_kind_is_refused():
    register("tell")
    with pytest.raises(ValueError, match="registered already"):
        register("tell", tries=2)


def test_unknown_kind_suggests_a_similar_name():
    with pytest.raises(ValueError, match='did you mean "deliver_mail"'):
        kind_named("deliver_mial", {"deliver_mail": Kind("deliver_mail")})
