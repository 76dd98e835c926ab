"""Names of people as they are shown (S9, T16)."""

from __future__ import annotations

import pytest

from formengine.services.people.displayed_names import displayed_name, has_visible, is_readable
from formengine.services.people.lookup import contact_name


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Jo\u202enitraM", "JonitraM"),
        ("\u2067Jo\u2069 Martin", "Jo Martin"),
        ("Jo\r\nBcc: x", "Jo Bcc: x"),
        ("\u0646\u200c\u0627", "\u0646\u200c\u0627"),
        ("Jo\u200b Martin\ufeff", "Jo Martin"),
        ("\u200b\u202e\u200d", ""),
        ("\u3164 \u2800", ""),
        ("Zoé\u00a0Dupont", "Zoé Dupont"),
    ],
)
def test_controls_are_left_out(typed: str, shown: str) -> None:
    """S9: those of the direction of writing; joiners stay."""
    assert displayed_name(typed) == shown
    assert is_readable(displayed_name(typed))


def test_joiners_are_readable_and_other_hidden_characters_are_not() -> None:
    """U2, O7: a name in Persian has them within words; what reorders or ends a text is none."""
    assert is_readable("علی\u200cرضا")
    assert [text for text in ("a\x00b", "\u202eevil", "a\u2028b", "\ue000") if is_readable(text)] == []


def test_what_nobody_sees_is_no_name() -> None:
    """S5, S6: in no script; a sign by which somebody signs is one."""
    assert [
        text for text in ("", " \u00a0", "\u200d", "\u202e\u200b", "\u0301", "\u115f\ufeff") if has_visible(text)
    ] == []
    assert all(map(has_visible, ("Ελένη", "علي", "ک\u200c", "✗", "7", "🙂")))


def test_the_name_of_a_contact_is_shown_without_them() -> None:
    """S9, T16: on pages and in mails, where an answer names somebody outside; nothing left is the address."""
    answers = [{"name": "Jo\u202e", "email": "jo@x.test"}, {"name": "\u202e", "email": "a@x.test"}]
    assert contact_name(answers, "jo@x.test") == "Jo"
    assert contact_name(answers, "a@x.test") == "a@x.test"
