"""Titles of dossiers in the language of their readers (O7, P16)."""

from __future__ import annotations

import pytest

from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, Opened, SignedIn, app, opened, signed_in

__all__ = ["app", "opened", "signed_in"]


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_a_title_is_in_the_language_of_its_reader(
    signed_in: SignedIn, opened: Opened, acting: Acting, people: People
) -> None:
    """O7, P16: the words of the request type, whoever asked."""
    reference = opened("legal_advice", ADVICE)
    maya = signed_in("maya")
    assert maya.get(f"/dossiers/{reference}?lang=en").html.h1.get_text() == "Advice: Ending the Lyon lease"
    french = maya.get(f"/dossiers/{reference}?lang=fr").html.h1.get_text().replace("\u00a0", " ")
    assert french == "Avis : Ending the Lyon lease"
    assert "Avis : Ending" in maya.get("/?lang=fr").text.replace("\u00a0", " ")
    with acting(people("maya")) as work:
        row = work.session.query(Dossier).filter_by(reference=reference).one()
        assert row.titles is not None
