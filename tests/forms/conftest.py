"""Forms served on a page of their own, for the tests in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forms.served_form import Forms, serving_forms


@pytest.fixture(scope="module")
def served_forms() -> Iterator[Forms]:
    """One server for a module."""
    with serving_forms() as running:
        yield running
