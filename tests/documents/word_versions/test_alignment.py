"""Which paragraphs of two versions belong together, for any input in bounded work."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from formengine.documents.word_versions.alignment import align

TEXTS = st.lists(st.sampled_from(("a b c", "a b d", "x y", "x z", "", "same same", "other words here")), max_size=14)


def aligned(old: list[str], new: list[str]) -> list[tuple[int | None, int | None]]:
    return align(old, new, old, new)


@given(TEXTS, TEXTS)
def test_every_paragraph_stands_once_and_in_its_order(old: list[str], new: list[str]) -> None:
    """S3: nothing of either version is lost or shown twice, whatever repeats."""
    pairs = aligned(old, new)
    assert [i for i, _j in pairs if i is not None] == list(range(len(old)))
    assert [j for _i, j in pairs if j is not None] == list(range(len(new)))


@given(TEXTS)
def test_a_version_and_itself_are_the_same(texts: list[str]) -> None:
    assert aligned(texts, texts) == [(index, index) for index in range(len(texts))]


def test_the_likeness_of_all_together_decides() -> None:
    """S3: the first of two that are alike is not taken where the second is more alike."""
    old = ["The fee is ten euro", "The fee is ten euro for each day"]
    assert aligned(old, ["The fee is nine euro for each day"]) == [(0, None), (1, 0)]


def test_a_name_that_changed_in_every_paragraph_of_a_long_document() -> None:
    """S3: no paragraph is the same, and each is still found again."""
    old = [f"The supplier shall deliver part {number} within {number + 3} days." for number in range(400)]
    new = [text.replace("supplier", "vendor") for text in old]
    assert aligned(old, new) == [(index, index) for index in range(400)]


def test_a_long_document_that_repeats_one_paragraph() -> None:
    """S3, T35: what repeats anchors nothing, and the work stays bounded."""
    pairs = aligned(["x y"] * 3000, [*["x y"] * 1500, "new words", *["x y"] * 1700])
    assert sum(i is not None and j is not None for i, j in pairs) >= 1500
