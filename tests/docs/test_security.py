"""The table of docs/explanation/security.md: the requirements of ASVS 5.0, each once, with tests that exist."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.docs.pages import ROOT

PAGE: Final = (ROOT / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
LEVELS: Final = """
1.1 0 2 | 1.2 5 4 | 1.3 2 9 | 1.4 0 3 | 1.5 1 1 | 2.1 1 2 | 2.2 2 1 | 2.3 1 3 | 2.4 0 1 | 3.2 2 0 | 3.3 1 3 | 3.4 2 4
3.5 3 2 | 3.7 0 2 | 4.1 1 2 | 4.2 0 1 | 4.3 0 2 | 4.4 1 3 | 5.1 0 1 | 5.2 2 1 | 5.3 2 0 | 5.4 0 3 | 6.1 1 2 | 6.2 8 4
6.3 2 2 | 6.4 2 2 | 6.5 0 5 | 6.6 0 3 | 6.8 0 4 | 7.1 0 3 | 7.2 4 0 | 7.3 0 2 | 7.4 2 3 | 7.5 0 2 | 7.6 0 2 | 8.1 1 1
8.2 2 1 | 8.3 1 0 | 8.4 0 1 | 9.1 3 0 | 9.2 1 3 | 10.1 0 2 | 10.2 0 2 | 10.3 0 4 | 10.4 5 6 | 10.5 0 5 | 10.6 0 2
10.7 0 3 | 11.1 0 2 | 11.2 0 3 | 11.3 2 1 | 11.4 1 3 | 11.5 0 1 | 11.6 0 1 | 12.1 1 2 | 12.2 2 0 | 12.3 0 4 | 13.1 0 1
13.2 0 5 | 13.3 0 2 | 13.4 1 4 | 14.1 0 2 | 14.2 1 3 | 14.3 1 2 | 15.1 1 2 | 15.2 1 2 | 15.3 1 6 | 16.1 0 1 | 16.2 0 5
16.3 0 4 | 16.4 0 3 | 16.5 0 3 | 17.1 0 1 | 17.2 0 4 | 17.3 0 2
"""
"""Of each section of ASVS 5.0.0, how many requirements level 1 and level 2 add; they are numbered in this order."""


@dataclass(frozen=True)
class Row:
    """A row of the table: one requirement, or several of one section that are alike."""

    numbers: tuple[str, ...]
    level: str
    status: str
    how: str
    proof: str


def _rows() -> list[Row]:
    lines = re.findall(r"^\| (V[\d.V-]+) \| (\d) \| [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    return [Row(_numbers(numbers), level, status, how, proof) for numbers, level, status, how, proof in lines]


def _numbers(text: str) -> tuple[str, ...]:
    """`V4.3.1-V4.3.2` are two."""
    first, _dash, last = text.partition("-")
    section, start = first.rsplit(".", 1)
    end = int((last or first).rsplit(".", 1)[1])
    return tuple(f"{section}.{number}" for number in range(int(start), end + 1))


ROWS: Final = _rows()


def test_every_requirement_of_levels_1_and_2_is_on_the_page_once() -> None:
    """O9: with its level: 70 of level 1 and 183 of level 2."""
    expected = {}
    for section in re.findall(r"(\d+\.\d+) (\d) (\d)", LEVELS):
        first, second = int(section[1]), int(section[2])
        for number in range(1, first + second + 1):
            expected[f"V{section[0]}.{number}"] = "1" if number <= first else "2"
    listed = [(number, row.level) for row in ROWS for number in row.numbers]
    assert Counter(expected.values()) == {"1": 70, "2": 183}
    assert dict(listed) == expected
    assert len(listed) == len(expected)
    assert len(re.findall(r"^\| V", PAGE, re.MULTILINE)) == len(ROWS)


def test_each_row_names_its_proof() -> None:
    """O9: a requirement that is met names a test or a page, one that is not names a step of the roadmap."""
    for row in ROWS:
        tests = re.findall(r"`([\w/]+\.py)::(\w+)`", row.proof)
        for path, function in tests:
            assert re.search(rf"^ *def {function}\(", _source(path), re.MULTILINE), f"{path} has no test {function}"
        if row.status == "met":
            assert tests or (row.proof == "the page" and "](" in row.how), row
        else:
            assert row.proof == "–", row
            assert row.status == "n/a" or re.fullmatch(r"not yet: step (8|11|12|14)", row.status), row
        for module in re.findall(r"`((?:[\w]+/)+\w+\.py)`", row.how):
            assert (ROOT / "formengine" / module).exists(), module


def test_the_counts_of_the_page_are_those_of_its_table() -> None:
    """O9: how many requirements are met, not met yet, and without an object."""
    counts = Counter(row.status.split(":")[0] for row in ROWS for _number in row.numbers)
    met, open_, without = counts["met"], counts["not yet"], counts["n/a"]
    assert f"Of 253 requirements {met} are met, {open_} not yet, {without} have no object here." in " ".join(
        PAGE.split()
    )


@cache
def _source(path: str) -> str:
    file = ROOT / "tests" / path
    assert file.exists(), path
    return file.read_text("utf-8")
