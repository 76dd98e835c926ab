import pytest

from formengine.jobs.kinds import KINDS, Kind, kind_named, register


def test_waits_double_up_to_the_longest():
    kind = Kind("mail", first_wait=2, longest_wait=10)
    assert [kind.wait(n) for n in (1, 2, 3, 4)] == [2, 4, 8, 10]


def test_the_same_kind_may_be_registered_twice():
    assert register("tell") is register("tell") is KINDS["tell"]


def test_a_kind_registered_otherwise_is_refused():
    register("tell")
    with pytest.raises(ValueError, match="registered already"):
        register("tell", tries=2)


def test_an_unknown_name_is_answered_with_what_was_meant():
    with pytest.raises(ValueError, match="did you mean 'deliver_mail'"):
        kind_named("deliver_mial", {"deliver_mail": Kind("deliver_mail")})
