"""Signing by a person without an account: the link in the mail, the document, a code, a name."""

from __future__ import annotations

from tests.journeys.office import Office, code_in, link_in
from tests.journeys.visitors import Visitor


def signs_by_link(outside: Visitor, office: Office, address: str, name: str, reference: str) -> None:
    """Open the link, request a code, be refused with a wrong one, sign with the right one."""
    link = link_in(office.mail(address, "signature_asked", reference), "/act/")
    outside.opens(link)
    outside.reads("Your signature is asked for", name)
    assert outside.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the page is wider than the screen"
    )
    outside.opens(link)  # opening a link does not consume it
    outside.presses("Send me the code")
    code = code_in(office.mail(address, "code", reference))
    outside.writes("Six-digit code", "000000" if code != "000000" else "111111")
    outside.writes("Your full name, as your signature", name)
    outside.ticks("I have read the document and agree to sign it electronically")
    outside.presses("Sign")
    outside.reads("This is not the code that we sent you.")
    outside.writes("Six-digit code", code)
    outside.ticks("I have read the document and agree to sign it electronically")
    outside.presses("Sign")
    outside.reads("Thank you, your signature is recorded")
    outside.opens(link)
    outside.reads("This link no longer works")


def cannot_decide(visitor: Visitor, reference: str) -> None:
    """Approving, rejecting, signing and declining fail on the page, by a forged post and through the API (P25, S8)."""
    visitor.opens_dossier(reference, "approvals")
    for word in ("Approve", "Reject", "Sign", "Decline"):
        assert not visitor.may_press(word), word
    before = visitor.office.dossier(reference)
    posts = {
        "decision": {"decision": "approve", "comment": "Fine."},
        "signature": {"text": visitor.name, "consent": "yes"},
        "refusal": {"reason": "No."},
    }
    for path, values in posts.items():
        assert visitor.forges(f"/dossiers/{reference}/{path}", **values).status in (403, 422), path
    calls: list[tuple[str, dict[str, object]]] = [
        ("approvals", {"decision": "approve"}),
        ("approvals", {"decision": "reject", "comment": "No."}),
        ("signatures", {"signature": {"kind": "typed", "text": visitor.name}, "consent": True}),
        ("signatures", {"decline": True, "reason": "No."}),
    ]
    for path, data in calls:
        answer = visitor.calls(f"/dossiers/{reference}/{path}", data)
        assert answer.status in (403, 422), (path, answer.status)
        assert answer.headers["content-type"] == "application/problem+json"
    now = visitor.office.dossier(reference)
    assert (now.state, now.version) == (before.state, before.version)
