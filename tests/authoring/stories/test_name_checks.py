"""Names that a story does not know: each is told once, with every line that has it."""

from __future__ import annotations

from tests.authoring.checks.test_runner import DISPUTE_STORIES, DISPUTES, disputes


def test_a_name_that_stories_have_wrong_is_told_once() -> None:
    """W14: with every line that has it."""
    (finding,) = disputes(DISPUTE_STORIES, "by: lena", "by: leno")
    lines = [
        number for number, line in enumerate(DISPUTES[DISPUTE_STORIES].decode().splitlines(), 1) if "by: lena" in line
    ]
    assert finding.startswith(f"stories.yaml:{lines[0]}:12: error: leno is nobody in people: of this story; ")
    assert f"(also on line {lines[1]}, " in finding
