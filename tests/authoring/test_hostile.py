"""Whatever the files hold, the checker answers with findings and never with an error (A1, A2)."""

from __future__ import annotations

import random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formengine.authoring import check_site
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import BASE, bundle
from tests.support.yaml_text import yaml_text

WORDS = Vocabulary.builtin()
FILES = sorted([*BASE, "config/calendars.yaml", "config/lists/x.yaml", "config/mail/note.en.txt"])
JUNK: list[Any] = [None, True, -1, 1.5, "", "x", "any", "{a.b}", [], [[]], [None], {}, {"a": None}, {"en": 1}, {"": {}}]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a value but the value itself."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [nested for key, child in inside for nested in [(*path, key), *places(child, (*path, key))]]


def with_junk(text: str, path: tuple[Any, ...], junk: Any) -> str:
    value = yaml.safe_load(text)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = junk
    return yaml_text(value)


@pytest.mark.parametrize("file", sorted(BASE))
def test_junk_anywhere_in_a_file_makes_findings(file: str) -> None:
    """A1: any node of any file may be replaced by any junk value: findings say what to write, and none is an exception
    that a form or a workflow raised."""
    chance = random.Random(7)
    for path in places(yaml.safe_load(BASE[file])):
        for junk in chance.sample(JUNK, 6):
            findings = check_site(bundle({file: with_junk(BASE[file], path, junk)}), WORDS)
            assert not any("cannot be compiled" in finding.message for finding in findings), (path, junk, findings)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"\x00",
        b"a: &a [*a]\n",
        b"&x {a: *x}",
        b"? [a]\n: b\n",
        b"- - - -",
        b"{" * 500,
        b"!!python/object/apply:os.system [ls]\n",
        b"n: " + b"9" * 6000,
        b"n: 1e99999",
        b"\xef\xbb\xbfname: x\n",
        b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
        b'"\\ud800": x\n',
        b"<<: {a: 1}\n",
        b"42",
        b"[]",
        b"name: {en: {en: {en: x}}}\n",
    ],
)
@pytest.mark.parametrize("file", FILES)
def test_what_is_no_yaml_of_ours_makes_findings(file: str, content: bytes) -> None:
    """A2: no file can make the checker fall over."""
    check_site(bundle({file: content}), WORDS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    file=st.sampled_from(FILES), content=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode())
)
def test_any_bytes_make_findings(file: str, content: bytes) -> None:
    """A2: likewise for anything at all."""
    check_site(bundle({file: content}), WORDS)
