"""The secret link of a status page, which ends when another one is sent."""

from __future__ import annotations

import pytest

from tests.web.dossiers.visitors import SignedIn, Visitor, form_to
from tests.web.public.test_public_requests import Mails, link_of, mails, quick, sent, stranger

__all__ = ["mails", "quick", "stranger"]
pytestmark = pytest.mark.site("public")


def test_a_link_ends_alone(stranger: Visitor, mails: Mails, signed_in: SignedIn) -> None:
    """F13, T17: who handles the request sends a new link, the one before ends at once; other requests keep theirs."""
    links = [sent(stranger, mails), sent(stranger, mails)]
    reference = links[0].split("/")[2]
    nora = signed_in("nora")
    address = f"/dossiers/{reference}/status-link"
    form = form_to(nora.get(f"/dossiers/{reference}?tab=people"), address)
    assert "the one before has ended" in form.submit(status=303).follow().text
    stranger.get(links[0], status=404)
    stranger.get(links[1], status=200)
    new = link_of(mails("status_links")[-1], "status")
    assert new.split("/")[2] == reference
    stranger.get(new, status=200)
    history = nora.get(f"/dossiers/{reference}?tab=history").text
    assert "A new link of the status page was sent to Dana Doe; the one before has ended" in history
