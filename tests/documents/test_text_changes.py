"""What changed between two versions of a document, from their reading copies (S3)."""

from __future__ import annotations

from formengine.documents.text_changes import Change, Piece, changes, shown_changes


def html(*paragraphs: str) -> str:
    return "\n".join(f"<p>{text}</p>" for text in paragraphs)


def kinds(before: str, after: str) -> list[str]:
    return [change.kind for change in changes(before, after)]


def test_words_that_changed_are_marked_in_their_paragraph() -> None:
    """S3."""
    (change,) = changes(html("The term is two (2) years."), html("The term is three (3) years."))
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
    )


def test_a_clause_that_only_moved_down_by_number_is_no_change() -> None:
    """S3: a clause is added before it, so its number is another."""
    before = "<h2>1. Purpose</h2><p>1.1 This.</p><h2>2. Law</h2><p>(a) That.</p>"
    after = "<h2>1. Purpose</h2><p>1.1 This.</p><h2>2. Data</h2><p>2.1 No data.</p><h2>3. Law</h2><p>(b) That.</p>"
    assert kinds(before, after) == ["same", "same", "added", "added", "same", "same"]


def test_paragraphs_that_went_and_came() -> None:
    """S3: also of lists and tables, and what people typed is text."""
    before = "<ul><li>One item.</li></ul><table><tr><td>A &amp; B</td></tr></table>"
    after = "<ul><li>Something else entirely here.</li></ul><table><tr><td>A &amp; B</td></tr></table>"
    result = changes(before, after)
    assert [change.kind for change in result] == ["added", "removed", "same"]
    assert result[2].pieces[0].text == "A & B"
    assert kinds(html("A.", "B."), html("A.")) == ["same", "removed"]
    assert kinds("", html("A.")) == ["added"]


def test_only_what_is_near_a_change_is_shown() -> None:
    many = [f"Paragraph number {number} of the text." for number in range(20)]
    other = [*many[:10], "Something new and long enough.", *many[10:]]
    shown = list(shown_changes(changes(html(*many), html(*other))))
    assert [block if isinstance(block, int) else block.kind for block in shown] == [9, "same", "added", "same", 9]


def test_texts_that_have_nothing_in_common_are_not_compared_word_by_word() -> None:
    before = html(*(f"alpha {number} beta gamma" for number in range(200)))
    after = html(*(f"delta {number} epsilon zeta" for number in range(200, 400)))
    assert set(kinds(before, after)) == {"added", "removed"}
