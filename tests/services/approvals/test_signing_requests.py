"""The head of a page to sign: for which company (S5)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.services.approvals.guest_signing import load_guest_page
from formengine.storage.models.dossiers import Dossier
from tests.support.platforms import Acting
from tests.web.dossiers.test_bad_posts import World, world

__all__ = ["world"]


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_the_company_is_the_one_that_was_chosen(world: World, acting: Acting) -> None:
    """S5: a text that happens to be the key of another of our companies names none."""
    with acting(None) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == world.signing)).one()
        answers = {**dossier.submission.answers, "purpose": "acme_ltd"}
        dossier.submission.answers = {"purpose": answers.pop("purpose"), **answers}
    with acting(None) as work:
        request = load_guest_page(work, world.link).request
    assert request is not None
    assert request.company == "Acme SAS"
