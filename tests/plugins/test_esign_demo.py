"""Every provider that ships, the built-in one among them, keeps to what providers have to keep to."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.app import build_registry
from formengine.builtin.signing import InApp
from formengine.testing.providers import SEAT, asked_round, check_provider
from tests.support.platforms import settings_of

OUTCOMES = {"demo_accepts": "signed", "demo_declines": "declined", "demo_times_out": "expired"}


@pytest.fixture(scope="module")
def providers() -> Any:
    return build_registry(settings_of(plugins="./esign_demo")).vocabulary.providers


@pytest.mark.parametrize("name", sorted(OUTCOMES))
@pytest.mark.parametrize("after", [0, 3])
def test_a_demo_keeps_to_it(providers: Any, name: str, after: int) -> None:
    """S7: the same suite against each."""
    check_provider(providers[name].provider, {"after": after}, OUTCOMES[name])


def test_the_built_in_one_comes_through_the_same_door(providers: Any) -> None:
    """S7, X1: it asks nobody outside, and is the one whose seats are signed on our own pages."""
    here = providers["in_app"].provider
    assert {name for name, one in providers.items() if one.provider.signs_here} == {"in_app"}
    here.start(asked_round(), SEAT)
    assert here.status(SEAT) == "asked"
    here.recall(SEAT)


def test_what_does_not_keep_to_it_is_told_what() -> None:
    """S7: the suite fails for a provider that never answers, that lies, or that changes its mind."""

    class Fickle(InApp):
        def __init__(self, answers: list[str]) -> None:
            self.answers = answers

        def status(self, seat: Any) -> Any:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    for answers, why in ((["asked"], "never answered"), (["perhaps"], "may answer"), (["signed", "declined"], "once")):
        with pytest.raises(AssertionError, match=why):
            check_provider(Fickle(answers), {}, "signed")
