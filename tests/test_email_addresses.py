"""Which e-mail addresses are the same, whatever somebody has typed or a program has sent."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from formengine.email_addresses import MAX_LENGTH, address_forms, address_key
from tests.support.cpu_time import cpu_limit
from tests.support.thorough import examples

_PUNYCODE = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", max_size=12).map("xn--".__add__)
_LETTERS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@settings(max_examples=examples(300, 5000), deadline=None, derandomize=True, database=None)
@given(local=_LETTERS, label=_PUNYCODE | _LETTERS)
@example(local="joe", label="xn--ib9b")
@example(local="J\u030coe", label="xn--abc-")
def test_every_text_has_a_key_that_can_be_stored(local: str, label: str) -> None:
    """S9, T15: no label breaks the comparison, no key holds half a character, and a key is its own; each way to write
    an address is one of the same."""
    key = address_key(f"{local}@{label}.example")
    assert key.encode()
    assert address_key(key) == key
    assert {address_key(form) for form in address_forms(key)} == {key}


@pytest.mark.parametrize(
    ("label", "letters"),
    [
        ("xn--bcher-kva", "bücher"),
        ("XN--BCHER-KVA", "bücher"),
        ("xn--strae-oqa", "straße"),
        ("xn--dca", "xn--dca"),  # É, whose small letter is xn--9ca
        ("xn--abc-", "xn--abc-"),  # abc, which needs no Punycode
        ("xn--ib9b", "xn--ib9b"),  # half a character
        ("xn--a", "xn--a"),  # a control character
    ],
)
def test_a_domain_in_ascii_is_that_in_its_letters(label: str, letters: str) -> None:
    """S9: of a label that IDNA refuses there are no letters; it stays as it is."""
    assert address_key(f"joe@{label}.example") == f"joe@{letters}.example"


def test_what_is_too_long_for_an_address_is_not_read() -> None:
    """T15: Punycode takes the square of its length."""
    for length in (MAX_LENGTH, 100_000):
        with cpu_limit(0.01):
            assert address_key("joe@xn--" + "a" * length).endswith("aaa")
