"""Every signature provider that ships passes the contract tests for providers."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.app import build_registry
from formengine.builtin.signing import InApp
from formengine.testing.providers import SEAT, asked_round, check_provider, check_several_documents
from tests.support.platforms import settings_of

OUTCOMES = {"demo_accepts": "signed", "demo_declines": "declined", "demo_times_out": "expired"}


@pytest.fixture(scope="module")
def providers() -> Any:
    return build_registry(settings_of(plugins="./esign_demo")).vocabulary.providers


@pytest.mark.parametrize("name", sorted(OUTCOMES))
@pytest.mark.parametrize("after", [0, 3])
def test_demo_providers_pass_the_contract_tests(providers: Any, name: str, after: int) -> None:
    """S7."""
    check_provider(providers[name].provider, {"after": after}, OUTCOMES[name])


def test_a_demo_provider_takes_several_documents(providers: Any) -> None:
    """S7, S11; one that does not say so is refused by the suite."""
    check_several_documents(providers["demo_accepts"].provider, {"after": 2})

    class OfOne(InApp):
        several_documents = False

    with pytest.raises(AssertionError, match="takes several"):
        check_several_documents(OfOne(), {})


def test_the_built_in_provider_is_registered_like_a_plugin(providers: Any) -> None:
    """S7, X1: it calls no service, and its seats are signed on the portal's own pages."""
    in_app = providers["in_app"].provider
    assert {name for name, entry in providers.items() if entry.provider.signs_here} == {"in_app"}
    in_app.start(asked_round(), SEAT)
    assert in_app.status(SEAT) == "asked"
    in_app.recall(SEAT)


def test_the_contract_tests_say_what_is_wrong() -> None:
    """S7: they fail for a provider that never answers, gives an unknown status, or changes its outcome."""

    class Fickle(InApp):
        def __init__(self, answers: list[str]) -> None:
            self.answers = answers

        def status(self, seat: Any) -> Any:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    for answers, why in ((["asked"], "never answered"), (["perhaps"], "may be"), (["signed", "declined"], "once")):
        with pytest.raises(AssertionError, match=why):
            check_provider(Fickle(answers), {}, "signed")
