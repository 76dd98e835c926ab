"""Rules for new passwords: how many guesses they take, not which characters they have."""

from __future__ import annotations

import pytest

from formengine.services.accounts import passwords
from tests.support.cpu_time import cpu_limit
from tests.support.platforms import Acting

ABOUT = "joe.miller@umbrella.example Joé Miller"
EASY = [
    "passwordpassword",
    "Passw0rd2026!",
    "P@ssw0rd1234",
    "motdepasse2026",
    "M0tDeP@sse2026!",
    "Bienvenue2026!",
    "Welcome2Paris",
    "letmein123456",
    "iloveyou12345",
    "jetaime12345",
    "qwertyuiop123",
    "azertyuiop123",
    "1234567890ab",
    "trustno1trustno1",
    "correct horse",
    "Juillet2026!",
    "été été été été",
    "summer2026summer",
    "Chocolat1234",
    "19841984 1984",
    "aaaaaaaaaaaaaaaa",
    "abcdefghijklmnop",
    "LegalPortal2026",
    "formengine1234",
    "Joe Miller 1984",
    "j o e m i l l e r",
    "joe.miller@umbrella.example",
    "Umbrella2026!",
    "AdminAdmin123",
    "drowssapdrowssap",
]
GOOD = [
    "four calm green trees",
    "a portal for lawyers",
    "la maison bleue de Nadia",
    "7Kx!pQ2m#vLz",
    "my dog is called Rex",
    "新しい青い家と古い猫が歩く",
    "four calm green trees " * 11,
]


@pytest.fixture
def database_kind() -> str:
    """Nothing is stored."""
    return "sqlite"


@pytest.mark.parametrize("password", EASY)
def test_password_of_the_common_patterns_is_refused(acting: Acting, password: str) -> None:
    """T19, ASVS 6.2.4: lists of breached passwords and what is built from them, in English and French, and the owner's
    own words; whatever capitals, figures and signs are added."""
    with acting() as work:
        errors = passwords.password_problems(work, password, ABOUT, "/new")
    assert [(error.pointer, "too easy to guess" in error.message) for error in errors] == [("/new", True)]


@pytest.mark.parametrize("password", GOOD)
def test_password_of_few_words_or_of_random_characters_is_taken(acting: Acting, password: str) -> None:
    """ASVS 6.2.5: no kinds of characters are asked for, and every character is allowed."""
    with acting() as work:
        assert passwords.password_problems(work, password, ABOUT) == []


@pytest.mark.parametrize("password", ["4@8({[<369!1|70$5+%2" * 12, "aA4@" * 60, "password" * 30, "é" * 250])
def test_judging_a_long_password_takes_a_bounded_time(acting: Acting, password: str) -> None:
    """T35: a text made to be slow takes seconds when it is judged whole."""
    with acting() as work, cpu_limit(4):
        passwords.password_problems(work, password, ABOUT)
