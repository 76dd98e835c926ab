"""A signature at a provider on the page of a dossier: how it stands, *Try again*, the files, and the webhook (S7)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.errors import DeliveryFailed
from formengine.extend.plugin_guard import limited
from tests.services.approvals.test_provider_status import LOG, REPORT
from tests.services.approvals.test_signature_providers import ask_all, case, look, platform, plugin, seats
from tests.services.conftest import Case, make_case
from tests.web.conftest import Visiting, form_of

__all__ = ["case", "make_case", "platform", "plugin"]
pytestmark = pytest.mark.site("casework")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def tab(browser: Any, case: Case) -> Any:
    return browser.get(f"/dossiers/{case.reference}?tab=approvals")


def test_the_page_tells_how_it_stands(visiting: Visiting, case: Case, plugin: Any, people: Any) -> None:
    """S7: the failure with *Try again* for the legal side, then where it was sent; then the files."""
    plugin.mood["start"] = DeliveryFailed("HTTP 503", permanent=False)
    with pytest.raises(DeliveryFailed):
        ask_all(case)
    paul, bo = visiting(people("paul")), visiting(people("bo"))
    page = tab(paul, case)
    assert "It could not be sent to demo_sign: its service does not work at the moment." in page
    assert "Send a new link" not in page
    assert "Type your full name" not in tab(bo, case)  # it is not signed here
    address = f"/dossiers/{case.reference}/signer/request"
    plugin.mood["start"] = None
    assert "The provider is asked again." in page.forms[form_of(address, page)].submit().maybe_follow()
    ask_all(case)
    assert "It was sent to demo_sign, which asks the signer by mail." in tab(paul, case)
    plugin.mood["status"] = REPORT
    look(case)
    links = tab(paul, case).html.select('a[href$="/audit_log.pdf"]')
    assert len(links) == 2
    answer = paul.get(links[0]["href"])
    assert (answer.content_type, answer.body) == ("application/pdf", LOG)
    assert "attachment" in answer.headers["Content-Disposition"]
    paul.get(f"/dossiers/{case.reference}/seats/999/signed.pdf", status=404)


def test_events_are_taken_with_the_secret_alone(visiting: Visiting, case: Case, plugin: Any, app: Any) -> None:
    """S7, T10: without a cookie or token of a form; forged ones and providers without a webhook get an error."""
    stranger = visiting()
    stranger.post("/signature-events/demo_sign", "{}", status=404)
    stranger.post("/signature-events/nobody", "{}", status=404)
    stranger.post("/signature-events/in_app", "{}", status=404)
    ask_all(case)
    provider = case.platform.registry.vocabulary.providers["demo_sign"].provider
    seat = seats(case)[0].seat_id
    provider.webhook = lambda headers, body: [seat] if headers.get("x-secret") == "s" else None
    try:
        stranger.post("/signature-events/demo_sign", "{}", {"X-Secret": "t"}, status=403)
        stranger.post("/signature-events/demo_sign", "{}", {"X-Secret": "s"}, status=204)
    finally:
        provider.webhook = None


def test_an_event_that_the_plugin_cannot_read_is_not_called_forged(
    visiting: Visiting, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    """S7, X4: the provider is asked to send it again, and the log says why; no transaction waits for the plugin."""
    provider, waiting = case.platform.registry.vocabulary.providers["demo_sign"].provider, []

    def fail(_headers: Any, _body: bytes) -> None:
        waiting.append(case.platform.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # a QueuePool
        raise KeyError("status")

    provider.webhook = limited("signature provider", "demo_sign", fail, bool)
    try:
        answer = visiting().post("/signature-events/demo_sign", "{}", status=503)
    finally:
        provider.webhook = None
    assert "could not be read: the log of the portal says why" in answer.text
    assert answer.headers["Retry-After"] == "600"
    assert waiting == [0]
    assert "the signature provider demo_sign failed" in caplog.text
