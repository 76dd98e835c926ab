"""Who may be added to a dossier by its client."""

from __future__ import annotations

import pytest

from formengine.errors import Refused
from formengine.services.core.unit_of_work import Platform, run_in_transaction
from formengine.services.dossiers.assignment import watch
from formengine.services.intake.submissions import submit
from tests.support.people import People

pytestmark = pytest.mark.site("casework")


def test_clients_without_an_organisation_have_none_in_common(platform: Platform, people: People) -> None:
    """T43, U9: no client shows a dossier to another only because neither belongs to an organisation."""
    asker, stranger = people.add("asker@example.net"), people.add("stranger@example.net")
    assert (asker.organisation_id, stranger.organisation_id) == (None, None)
    made = run_in_transaction(platform, lambda work: submit(work, "deal", {"subject": "Chairs"}), asker.id)
    reference = made.reply["reference"]
    with pytest.raises(Refused, match="your own organisation"):
        run_in_transaction(platform, lambda work: watch(work, reference, stranger.id), asker.id)
    run_in_transaction(platform, lambda work: watch(work, reference, stranger.id), people("sam").id)
