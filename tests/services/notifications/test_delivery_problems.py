"""What mail servers and the network say, in plain words."""

from __future__ import annotations

import pytest

from formengine.services.notifications.delivery_problems import explain_error


@pytest.mark.parametrize(
    ("error", "happened", "advice"),
    [
        ("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", "no such mailbox", "address that works"),
        ("550 5.7.1 Message blocked, see https://b.example/spam", "refuses it as unwanted", "SPF and DKIM"),
        ("554 5.7.1 <a@b.example>: Relay access denied", "does not pass mail on", "other domains"),
        ("552 5.2.2 Mailbox full", "mailbox is full", "make room"),
        ("550 5.4.5 Daily user sending limit exceeded", "More mails were sent", "later"),
        ("421 4.7.0 Try again later, closing connection. (account rate exceeded)", "More mails were sent", "later"),
        ("550 5.1.1 User unknown. See https://help.example/full-list", "no such mailbox", "address that works"),
        (
            "554 5.7.1 Recipient address rejected. For full details see our site",
            "refuses it as unwanted",
            "SPF and DKIM",
        ),
        ("550 5.7.26 Unsigned. Authentication results: DKIM = did not pass", "refuses it as unwanted", "SPF and DKIM"),
        ("552 Requested mail action aborted: exceeded storage allocation", "mailbox is full", "make room"),
        ("550 5.1.8 <p@c.example>: Access denied, bad outbound sender", "from the portal’s address", "mail_from"),
        ("450 4.1.8 <p@c.example>: Sender address rejected: Domain not found", "portal’s address", "mail_from"),
        ("571 Refused by 10.5.1.1", "refuses this mail for good", "Show its reply"),
        ("mail.example:25: (535, b'5.7.8 Bad credentials')", "user name or password in mail_url", "Correct mail_url"),
        ("452 4.2.2 Over quota", "mailbox is full", "make room"),
        ("552 5.3.4 Message too big", "too large", "in the portal"),
        ("451 4.7.1 Greylisted,\ntry again in 300 seconds", "only at a second try", "by itself"),
        ("421 Service not available", "try again later", "by itself"),
        ("571 Delivery not authorized", "refuses this mail for good", "Show its reply"),
        ("mail.example:25: [Errno 111] Connection refused", "Nothing answers at its address", "mail_url"),
        ("mail.example:25: Server not connected", "could not be handed over", "the message below"),
    ],
)
def test_each_failure_says_what_happened_and_what_to_do(error: str, happened: str, advice: str) -> None:
    """N3: an administrator of a legal team does not read SMTP; enhanced codes (RFC 3463) tell more than 550 alone."""
    explanation = explain_error(error, "en")
    assert happened in explanation.happened
    assert advice in explanation.advice


def test_what_was_given_up_is_not_tried_again_by_itself() -> None:
    """N3: after the last try, the page must not tell people to wait."""
    assert "Send it again" in explain_error("421 Service not available", "en", given_up=True).advice
