"""Deterministic Message-IDs."""

import re

from formengine.mail import message_id


def test_same_cause_and_recipient_have_the_same_id():
    """N3: a repeat has the same Message-ID."""
    first = message_id("asked", "CTR-2026-0042", 7, "Maya@Example.com", "portal.example.com")
    assert first == message_id("asked", "CTR-2026-0042", 7, "maya@example.com ", "portal.example.com")
    assert re.fullmatch(r"<asked\.CTR-2026-0042\.7\.[0-9a-f]{16}@portal\.example\.com>", first)


def test_another_entry_or_recipient_has_another_id():
    ids = {message_id("asked", "CTR-1", entry, to, "h") for entry in (1, 2) for to in ("a@x", "b@x")}
    assert len(ids) == 4


def test_id_without_a_dossier_has_a_dash():
    assert message_id("invitation", None, "-", "a@x", "h").startswith("<invitation.-.-.")


def test_special_characters_are_removed_from_the_id():
    assert re.fullmatch(r"<[\w.-]+@[\w.-]+>", message_id("a>\r\nB: ", "é.1", "1 2", "a\n@x", "bücher.example"))


def test_id_fits_its_column():
    assert len(message_id("k" * 300, "r" * 300, "9" * 300, "a@x", "h" * 300)) <= 255
