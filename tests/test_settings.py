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


def test_number_is_parsed() -> None:
    assert read_settings(DEVELOPMENT, {"FORMENGINE_PORT": "8080"}).port == 8080
