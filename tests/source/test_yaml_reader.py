"""YAML as lawyers write it: what stays as typed, and what is said of the rest, where it stands."""

from __future__ import annotations

import pytest

from formengine.source import WrittenNumber, read_file, read_yaml


def value_of(text: str) -> object:
    document, findings = read_yaml(text, "x.yaml")
    assert findings == []
    assert document is not None
    return document.value


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("at: 12:30", "12:30"),
        ("at: 2026-03-02", "2026-03-02"),
        ("at: 2026-03-02 10:00", "2026-03-02 10:00"),
        ("at: 010", "010"),
        ("at: 0x1F", "0x1F"),
        ("at: 1_000", "1_000"),
        ("at: NO", "NO"),
        ("at: .inf", ".inf"),
        ("at: true", True),
        ("at: '12'", "12"),
        ("at: 12", 12),
        ("at:", None),
        ("at: ~", None),
        ("\ufeffat: 1\r\n", 1),
    ],
)
def test_what_is_written_is_what_is_read(written: str, read: object) -> None:
    """A2: no hour becomes a number, no country false, no code loses its zero."""
    assert value_of(written) == {"at": read}


def test_a_number_that_cannot_be_stored_is_told() -> None:
    """A2: 1e999 would be infinite, and 1e-400 nothing."""
    _, findings = read_yaml("most: 1e999\nleast: 1e-400\nnone: 0.0e-400", "a.yaml")
    assert [(finding.code, finding.line) for finding in findings] == [("number", 1), ("number", 2)]
    assert findings[1].message == "1e-400 is so small that it is read as 0; write 0, or a larger number"


def test_a_number_remembers_how_it_was_written() -> None:
    """A2: version 1.10 is not version 1.1."""
    findings = value_of("version: 1.10")
    assert isinstance(findings, dict)
    number = findings["version"]
    assert isinstance(number, WrittenNumber)
    assert (number, number.text) == (1.1, "1.10")


def test_a_key_may_be_called_on() -> None:
    """A2: `on:` is a deadline's anchor, not true."""
    assert value_of("on: end_date\nno: 1\n") == {"on": "end_date", "no": 1}


def test_a_title_may_be_a_plain_no() -> None:
    """A2: no false alarm where people read a text."""
    assert value_of("title: {en: No, fr: Non}\n") == {"title": {"en": "No", "fr": "Non"}}


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\n\tb: 2\n", 2, 1, "write spaces"),
        ("a:\n  -\tb: 1\n", 2, 4, "write spaces"),
        ("a:\n \u00a0b: 1\n", 2, 2, "plain spaces"),
        ("a: Payment: terms\n", 1, 11, 'a: "Payment: terms"'),
        ('a: Payment: it\'s "net"\n', 1, 11, 'key: "text: more text"'),
        ("a:b\nc: 1\n", 1, 1, "a space after the colon: a: b"),
        ("p:\n  x:{title: A, type: string}\n", 2, 3, "a space after the colon: x: {...}"),
        ("a:\n  -b\n  c: 1\n", 2, 3, "a space after the dash"),
        ("title\nc: 1\n", 1, 1, "no colon"),
        ("a: ? what\n", 1, 4, "begins with ?"),
        ("? [x]\n: 1\n", 1, 3, "begins with ?"),
        ("a: *bold*\n", 1, 9, "begin with *"),
        ("a: @home\n", 1, 4, "begin with @"),
        ("a: [Draft] text\n", 1, 12, "begin with ["),
        ('a: "open\nb: 1\n', 1, 4, "not closed"),
        ("a: 'L'accord'\n", 1, 7, "after its quotation mark"),
        ("a: {b: 1\nc: 2\n", 1, 4, "has no }"),
        ("a: {en: Draft: first, fr: x}\n", 1, 14, 'in quotation marks: en: "Draft: first"'),
        ("a: {en: 'supplier's draft', fr: x}\n", 1, 18, "the ' in supplier's ends the text"),
        ("a: 1\nb:draft\nc: 2\n", 2, 1, "a space after the colon"),
        ("t:\n  s:\n    from: a\n   who: [b]\n", 4, 4, "begin both in the same column"),
        ("t:\n  to: b\n  who [c]\n  do: [{draft: x}]\n", 3, 3, "a colon is missing after who; write who: [c]"),
        ("t:\n  to: b\n  who [c]\nu: 1\n", 3, 3, "a colon is missing after who"),
        ("k: 1\nt {en: A, fr: B}\n", 2, 1, "write t: {en: A, fr: B}"),
        ("k: 1\nrules\n  total: sum of x\n", 2, 1, "a colon is missing after rules; write rules:"),
        ("a: “b: c”\n", 1, 4, "“ is a quotation mark of a word processor"),
        ("a: « b: c »\n", 1, 4, "« is a quotation mark of a word processor"),
        ("a: {en: “b}, fr: c”}\n", 1, 9, "“ is a quotation mark of a word processor"),
        ("a: [‘b’]\n", 1, 5, '‘ and ’ are read as part of the text; write straight marks: "b"'),
        ("a: {en: “b, c”}\n", 1, 13, 'in quotation marks: "b, c"'),
        ("a: 1\na: 2\n", 2, 1, "first on line 1"),
        ("l:\n  - a: 1\n    b: 2\n    a: 3\n    b: 4\n", 4, 5, "its dash is missing; write - a: ..."),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("a: yes\n", 1, 4, "write true or false"),
        ("a: True\n", 1, 4, "write true in small letters"),
        ("a: x\x07\n", 1, 5, "U+0007"),
        ("a: !!python/object:os.system x\n", 1, 4, "not allowed"),
        ("a: &a [*a]\n", 1, 4, "levels deep"),
        ("a: " + "[" * 3000, 1, 1004, "too deep"),
    ],
)
def test_what_trips_people_is_said_in_plain_words(text: str, line: int, column: int, words: str) -> None:
    """A2: one finding, at its place, with what to write instead."""
    _, findings = read_yaml(text, "x.yaml")
    assert len(findings) == 1, [str(finding) for finding in findings]
    findings = findings[0]
    assert words in findings.message
    assert findings.line == line
    if "levels deep" not in words and "too deep" not in words:
        assert findings.column == column


def test_a_file_that_is_not_utf_8_says_how_to_save_it() -> None:
    """A2: bytes of an older encoding are a finding at their place, not an error."""
    document, findings = read_file("title: ok\nname: Société\n".encode("latin-1"), "x.yaml")
    assert document is None
    assert [(finding.line, finding.column, finding.code) for finding in findings] == [(2, 11, "encoding")]


@pytest.mark.parametrize("text", ["?", "? ", "a:\n  ?", "- ?", "?\n?", "{?", "a: ?"])
def test_a_key_that_is_left_out_at_the_end_of_a_file(text: str) -> None:
    """A2: what YAML puts behind the last line is read, or told, like all else."""
    document, findings = read_yaml(text, "a.yaml")
    assert document is not None or findings


def test_a_small_file_cannot_become_a_large_one() -> None:
    """A2: aliases count each time (T27)."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    document, findings = read_yaml("\n".join(lines), "x.yaml")
    assert document is None
    assert [finding.code for finding in findings] == ["too-many"]
