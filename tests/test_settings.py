"""Settings: parsed values, and messages for invalid ones."""

from __future__ import annotations

import pytest

from formengine.errors import SettingError
from formengine.settings import read_settings

DEVELOPMENT = {"formengine.environment": "development", "formengine.secret": "development-only"}


@pytest.mark.parametrize("text", ["²", "٣", "-1", "1.5", "", "x", "9" * 5000])
def test_invalid_number_is_refused_with_a_message(text: str) -> None:
    """O1: never a traceback; `²` is a digit for Python, but not a number."""
    with pytest.raises(SettingError, match="write a whole number"):
        read_settings({**DEVELOPMENT, "formengine.port": text}, {})


@pytest.mark.parametrize("secret", ["", " ", "x" * 31, f"{'x' * 32} short", f"{'x' * 32} development-only"])
def test_weak_secret_stops_the_start(secret: str) -> None:
    """T44: each of several has 32 characters; the message shows none of them."""
    with pytest.raises(SettingError, match="32 or more random characters") as raised:
        read_settings({}, {"FORMENGINE_SECRET": secret})
    assert "xxx" not in str(raised.value)


def test_several_secrets_are_read_and_not_shown() -> None:
    """T44: the first signs; no secret is in the text of the settings, which may stand in a traceback."""
    settings = read_settings({}, {"FORMENGINE_SECRET": f"{'n' * 32}  {'o' * 32}\n"})
    assert settings.secret.keys == ("n" * 32, "o" * 32)
    assert "nnn" not in repr(settings)


def test_number_is_parsed() -> None:
    assert read_settings(DEVELOPMENT, {"FORMENGINE_PORT": "8080"}).port == 8080


def test_a_comma_between_plugins_is_told_with_what_to_write() -> None:
    """X1: the comma was part of the name of a plugin that nobody has."""
    with pytest.raises(SettingError, match=r"without commas: write \./invoices \./matters"):
        read_settings({**DEVELOPMENT, "formengine.plugins": "./invoices, ./matters"}, {})
