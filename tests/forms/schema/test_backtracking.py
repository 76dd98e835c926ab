"""Patterns that no engine of linear time runs: sound ones are accepted and quick, catastrophic ones refused."""

from __future__ import annotations

import re

import pytest

from formengine.forms import Form, Validator
from formengine.forms.schema.ecma_regex import MAX_BACKTRACKED, PatternError, check_pattern, translate
from tests.support.cpu_time import cpu_limit

SOUND = [
    r"(?!.*\s{2,})",
    r"^(?!\s)(?!.*\s{2,})[a-z ]+$",
    r"^(?!org\.bukkit\.)([a-zA-Z_$][a-zA-Z\d_$]*\.)*[a-zA-Z_$][a-zA-Z\d_$]*$",
    r"^(?=!+[^!*,;{}[\]~\n]+$)(?=(.*\w)).+$",
    r"^(?=.*[0-9])(?=.*[a-z]).{8,}$",
    r"^(?:(?!ab).)*$",
    r"^(?!.*(?:ab|ac)+$).*$",
    r"^(?!000|666)[0-8][0-9]{2}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}$",
    r"^(?!.*\.\.)(?!.*\.$)[^\W][\w.]{0,29}$",
    r"^(?=.{1,254}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+[a-z]{2,}$",
    r"^(?=(.{1,63}/)?.{1,63}$)((([a-z0-9][-a-z0-9_.]*)?[a-z0-9])?/)?([a-z0-9]([-a-z0-9_.]*[a-z0-9])?)$",
    r"^(.*?)\s(warn\s(>=|==|<=|>|<))(?=\s)(.*?)per\s(test|interval)$",
    r"^(a+)\1$",
]
CATASTROPHIC = [
    r"(?=x)(a|aa)+$",
    r"(?!x)(a|b|ab)*c",
    r"(?!x)(x+x+)+y",
    r"^(?!q)(?:a?){30}a{30}$",
    "(?!q)" + "a?" * 24 + "a{24}",
    r"(?=x)(.*a){20}",
    r"(?!q)(.*)(.*)(.*)x",
    r"(?!q).*a*b",
    r"(?:(?!.*x).)*y",
    r"^(?!z).*a.*b.*c$",
]


@pytest.mark.parametrize("pattern", SOUND)
def test_sound_patterns(pattern: str) -> None:
    """F2: are accepted, and searched in half a second whatever text of the longest there is."""
    check_pattern(pattern)
    search = re.compile(translate(pattern)).search
    for unit in ("a", "x", "ab", "1", "A ", "-", "a.", "a-", "!", "x,", " ", "a" * 61 + ".", " warn >"):
        for end in ("", "!", "\n"):
            text = (unit * MAX_BACKTRACKED)[: MAX_BACKTRACKED - 1] + end
            with cpu_limit(0.5):
                search(text)


@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_catastrophic_patterns(pattern: str) -> None:
    """F2: are refused."""
    with pytest.raises(PatternError, match="can take for ever"):
        check_pattern(pattern)


def test_a_text_that_is_too_long_for_a_pattern() -> None:
    """F6: is told to be too long, not to be malformed, by the form and by the validator alone."""
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": r"^(?!.*\s{2,}).*$"}}}
    for text, keywords in (("a" * 2000, []), ("a" * 2001, ["maxLength"]), ("a  b", ["pattern"])):
        for errors in (Form(schema).validate({"a": text}), Validator(schema).errors({"a": text})):
            assert [error.keyword for error in errors] == keywords
            assert all(("2,000" in error.message) == (keywords == ["maxLength"]) for error in errors)


@pytest.mark.parametrize(("pattern", "text"), [(r"^[a-z\_\-]+\:$", "a_b-:"), (r"^\%\@\#\ \'$", "%@# '")])
def test_escapes_that_mean_the_character(pattern: str, text: str) -> None:
    """F2: signs may be escaped without need, as ECMA allows without the `u` flag; letters may not."""
    assert Validator({"pattern": pattern}).is_valid(text)
    with pytest.raises(PatternError):
        check_pattern(r"\Z")
