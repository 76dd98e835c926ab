"""The words of texts for search: linear in their length, whatever they are made of."""

from __future__ import annotations

import pytest

from formengine.services.case.search_documents import MAX_LENGTH, MAX_WORD, search_words


@pytest.mark.parametrize("unit", ["x", "1", "a-", "1.", "é", "漢", "-", " "])
def test_words_of_a_text_of_one_long_run(unit: str) -> None:
    """D2, T29: two million characters without a space are words at once; a quadratic pattern took hours."""
    assert len(search_words([unit * 2_000_000])) <= MAX_WORD + len("1 ")


def test_no_more_is_read_than_a_column_holds() -> None:
    """D2: of texts without end, the words that the column holds are made."""
    words = search_words(f"word{number}" for number in range(10**9))
    assert words.startswith("word0 word1 word2 ")
    assert MAX_LENGTH <= len(words) < 2 * MAX_LENGTH
