"""One wrong word is told once: what only follows from it is no finding of its own."""

from __future__ import annotations

import pytest

from formengine.authoring import Bundle, check_site
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.misleading import CHECK, FORM, site_findings
from tests.support.platforms import ROOT

FLOW = "workflows/litigation_notice/workflow.yaml"
STORIES = "workflows/litigation_notice/stories.yaml"
FILES = {
    path: content
    for path, content in Bundle.from_folder(ROOT).files.items()
    if path.startswith(("config/", "workflows/litigation_notice/"))
}


def litigation(path: str, written: str, instead: str) -> list[str]:
    """The findings of the shipped pack of disputes with a passage written otherwise."""
    text = FILES[path].decode()
    assert written in text
    findings = check_site(Bundle({**FILES, path: text.replace(written, instead).encode()}), Vocabulary.builtin())
    return [str(finding).removeprefix("workflows/litigation_notice/") for finding in findings]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("kind: dispute\n", "workflow.yaml:3:7: error: kind cannot be dispute; "),
        ("", "workflow.yaml:1:1: error: kind is missing; write for example kind: contract"),
        ("kind: matter\n", "error: there is no child `hearing`; workflows of kind litigation have it: write kind: "
         "litigation, or declare it in `children` (also on line "),
    ],
)  # fmt: skip
def test_children_are_not_missed_because_of_the_kind(kind: str, told: str) -> None:
    """W13, D8: hearings, and the facts that count them, belong to workflows of one kind."""
    (finding,) = litigation(FLOW, "kind: litigation\n", kind)
    assert told in finding


def test_a_name_that_stories_have_wrong_is_told_once() -> None:
    """W14: with every line that has it."""
    (finding,) = litigation(STORIES, "by: lena", "by: leno")
    lines = [number for number, line in enumerate(FILES[STORIES].decode().splitlines(), 1) if "by: lena" in line]
    assert finding.startswith(f"stories.yaml:{lines[0]}:12: error: leno is nobody in people: of this story; ")
    assert f"(also on line {lines[1]}, " in finding


PAGES = "\nui: {steps: [{title: X, fields: [mark, already_used, used_since, expiry_date, grantor_name, highest_amount, "
PAGES += "markets, agent]}], fields: {already_used: {help: H}}}\n"


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("already_used: {", "in_use: {",
         '15:18: error: already_used is not a field beside this one; did you mean "in_use"? (also on line 29)'),
        ("mark: {", "sign: {",
         '7:14: error: mark is required but is not a field here; did you mean "sign"? (also on line 29)'),
        ("agent: {", "agents: {", '29:118: error: agent is not a field of this form; did you mean "agents"?'),
    ],
)  # fmt: skip
def test_a_renamed_field_is_told_once(written: str, instead: str, told: str) -> None:
    """W13: the field that stands on no page any more is what its old name meant."""
    assert FORM.count(f"    {written}") == 1
    findings = site_findings({CHECK: FORM.replace(f"    {written}", f"    {instead}") + PAGES})
    told_here = [finding for finding in findings if finding.file == CHECK]
    assert [f"{f.line}:{f.column}: {f.severity}: {f.message}" for f in told_here] == [told]
