"""What changed between two versions of a document, by paragraph and word (S3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from formengine.documents.word_versions.differences import Change, Fold, Paragraph, Piece, differences, folded, pieces


def texts(*values: str) -> list[Paragraph]:
    return [Paragraph(value) for value in values]


def kinds(old: list[Paragraph], new: list[Paragraph]) -> list[str]:
    return [change.kind for change in differences(old, new)]


def test_words_that_changed_are_marked_in_their_paragraph() -> None:
    """S3."""
    (change,) = differences(texts("The term is two (2) years."), texts("The term is three (3) years."))
    assert change == Change(
        "changed",
        (
            Piece("same", "The term is "),
            Piece("removed", "two"),
            Piece("added", "three"),
            Piece("same", " ("),
            Piece("removed", "2"),
            Piece("added", "3"),
            Piece("same", ") years."),
        ),
        Paragraph("The term is three (3) years."),
    )


def test_a_clause_whose_number_alone_is_another_is_no_change() -> None:
    """S3: a clause is added before it; the picture of the text has its new number."""
    old = [Paragraph("Purpose", "1.", level=1), Paragraph("Law", "2.", level=1)]
    new = [Paragraph("Purpose", "1.", level=1), Paragraph("Data", "2.", level=1), Paragraph("Law", "3.", level=1)]
    changes = differences(old, new)
    assert [(change.kind, change.paragraph.number) for change in changes] == [
        ("same", "1."),
        ("added", "2."),
        ("same", "3."),
    ]


def test_a_paragraph_that_moved_is_no_deletion() -> None:
    """S3: it went in one place and came in another, word for word."""
    clause = "The parties keep all of this confidential."
    old, new = texts("One.", clause, "Two.", "Three."), texts("One.", "Two.", "Three.", clause)
    assert kinds(old, new) == ["same", "moved_away", "same", "same", "moved_here"]
    assert kinds(texts("Yes.", "No.", "Perhaps."), texts("No.", "Perhaps.", "Yes.")).count("moved_here") == 0


def test_cells_and_other_parts_are_compared_among_themselves() -> None:
    """S3: what left the text and came into a footnote is not the same paragraph."""
    old = [Paragraph("Price: ten."), Paragraph("Draft", part="header")]
    new = [Paragraph("Price: ten.", cell=(1, 1, 1)), Paragraph("Final", part="header")]
    assert [(change.kind, change.paragraph.part) for change in differences(old, new)] == [
        ("changed", "body"),
        ("removed", "header"),
        ("added", "header"),
    ]


def test_stretches_without_changes_are_folded() -> None:
    """S3: what is near a change stays; of a very long stretch only the number."""
    many = [f"Paragraph {number} of the text." for number in range(200)]
    blocks = list(folded(differences(texts(*many), texts(*many[:20], "Something new.", *many[20:])), kept=40))
    first, before, change, after, last = blocks
    assert isinstance(first, Fold)
    assert (first.count, len(first.paragraphs)) == (19, 19)
    assert [block.kind for block in (before, change, after) if isinstance(block, Change)] == ["same", "added", "same"]
    assert last == Fold(179)


@given(st.text("ab .\n", max_size=30), st.text("ab .\n", max_size=30))
def test_the_pieces_spell_both_versions(old: str, new: str) -> None:
    """S3: without what was added they are the older text, without what was removed the newer one."""
    result = list(pieces(old, new))
    assert "".join(piece.text for piece in result if piece.kind != "removed") == new
    assert "".join(piece.text for piece in result if piece.kind == "removed") in old or len(result) > 1
    words = "".join(piece.text for piece in result if piece.kind != "added")
    assert "".join(words.split()) == "".join(old.split())


def test_paragraphs_of_a_hundred_thousand_words_are_compared() -> None:
    """S3, T35: the middle counts as replaced; beginning and end stay."""
    old = " ".join(["start", *(f"a{number}" for number in range(3000)), "end"])
    new = " ".join(["start", *(f"b{number}" for number in range(3000)), "end"])
    result = list(pieces(old, new))
    assert [piece.kind for piece in result] == ["same", "removed", "added", "same"]
