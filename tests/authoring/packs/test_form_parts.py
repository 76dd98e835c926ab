"""Findings about `parts:` of a request type (F20)."""

from __future__ import annotations

from pathlib import Path

import pytest

from formengine.authoring import Bundle, check_site
from formengine.authoring.packs.form_parts import read_parts
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import BASE, REQUEST

FORM = """\
title: {en: Question, fr: Question}
form:
  type: object
  required: [question, answer]
  properties:
    question: {title: {en: Question, fr: Question}, type: string}
    contact: {title: {en: Contact, fr: Contact}, $ref: "formengine:contact"}
    answer: {title: {en: Answer, fr: Réponse}, type: string}
    colleague: {title: {en: Colleague, fr: Collègue}, $ref: "formengine:person"}
    total: {title: {en: Total, fr: Total}, type: integer, readOnly: true}
    more: {title: {en: More, fr: Plus}, type: string, show_when: question is not empty}
parts:
"""


def findings(parts: str, **files: str) -> list[str]:
    bundle = Bundle({path: text.encode() for path, text in {**BASE, REQUEST: FORM + parts, **files}.items()})
    found = check_site(bundle, Vocabulary())
    return [f"{finding.severity}: {finding.message}" for finding in found if finding.file == REQUEST]


TEAM = "fill: {team: advice}, fields: [answer]"


@pytest.mark.parametrize(
    "part",
    [
        "{title: Team, fill: {team: advice}, fields: [answer, more], sees: [question], remind: every 2 days}",
        "{fill: {position: dpo}, fields: [answer]}",
        "{fill: {field: contact, outside: true}, fields: [answer]}",
        "{fill: adviser, fields: [answer]}",
        "{fill: {person: ana@example.com}, fields: [answer]}",
        "{fill: {manager_of: requester}, fields: [answer]}",
    ],
)
def test_a_part_without_mistakes(part: str) -> None:
    """F20: each source of people."""
    assert [each for each in findings(f"  team: {part}\n") if "language" not in each and "no text" not in each] == []


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ("  team: {fill: {team: advice}, fields: [answr]}\n", "answr is not a field of this form; did you mean"),
        (f"  team: {{{TEAM}}}\n  other: {{{TEAM}}}\n", "answer stands in the part team already"),
        ("  team: {fill: {team: advice}, fields: [answer, total]}\n", "total is read-only, so that nobody fills it in"),
        (f"  team: {{{TEAM}, sees: [answer]}}\n", "answer is filled in by this part"),
        (f"  team: {{{TEAM}, sees: [qestion]}}\n", "qestion is not a field of this form"),
        ("  team: {fields: [answer]}\n", "fill is missing"),
        ("  team: {fill: {team: advice}}\n", "fields is missing"),
        ("  team: {fill: {team: advise}, fields: [answer]}\n", "there is no team advise in config/teams.yaml"),
        ("  team: {fill: {position: dpa}, fields: [answer]}\n", "there is no position dpa in config/teams.yaml"),
        ("  team: {fill: advisor, fields: [answer]}\n", "the workflow has no role advisor"),
        ("  team: {fill: {field: question, outside: true}, fields: [answer]}\n", "needs an e-mail address"),
        ("  team: {fill: {field: contact}, fields: [answer]}\n", "add outside: true"),
        ("  team: {fill: {field: contact, outside: true}, fields: [answer, contact]}\n", "is needed before"),
        (
            "  team: {fill: {field: contact, outside: true}, fields: [answer, colleague]}\n",
            "colleague would show our people",
        ),
        ("  team: {fill: {team: advice, outside: true}, fields: [answer]}\n", "outside: belongs to field:"),
        ("  team: {fill: {team: advice, position: dpo}, fields: [answer]}\n", "fill names one source of people"),
        ("  team: {fill: {role: adviser}, fields: [answer]}\n", "write fill: adviser"),
        ("  requester: {fill: {team: advice}, fields: [answer]}\n", "the part requester is that of whoever sends"),
        (f"  team: {{{TEAM}, remind: sometimes}}\n", "is not a duration"),
        (f"  team: {{{TEAM}, feilds: [more]}}\n", "feilds is not a key here; did you mean"),
        (
            "  team: {fill: {team: advice}, fields: [question, contact, answer, colleague, total, more]}\n",
            "leave one out",
        ),
    ],
)
def test_each_mistake_is_found(parts: str, message: str) -> None:
    """F20: with what to write instead."""
    assert any(message in each for each in findings(parts)), findings(parts)


def test_a_role_of_people_outside_is_shown_none_of_ours() -> None:
    """F20: as where the part is given to the field itself."""
    workflow = "workflows/question/workflow.yaml"
    text = BASE[workflow].replace("roles:\n", "roles:\n  guest: {field: contact, outside: true}\n")
    assert text != BASE[workflow]
    found = findings("  team: {fill: guest, fields: [answer, colleague]}\n", **{workflow: text})
    assert any("colleague would show our people" in each for each in found), found


def test_the_own_part_of_the_requester_only_has_a_title() -> None:
    """F20: it is none of the others'."""
    assert read_parts({"requester": {"title": "You", "fill": "requester", "fields": ["question"]}}) == {}


def test_a_step_cannot_open_a_request_that_several_fill_in() -> None:
    """F20, D11: nobody would fill in the parts."""
    workflow = "workflows/question/workflow.yaml"
    text = BASE[workflow].replace("who: [adviser]}", "who: [adviser], do: [{open: question}]}")
    bundle = Bundle(
        {p: t.encode() for p, t in {**BASE, REQUEST: f"{FORM}  team: {{{TEAM}}}\n", workflow: text}.items()}
    )
    assert any("no step can open it" in finding.message for finding in check_site(bundle, Vocabulary()))


def test_the_site_of_the_tests_has_no_findings() -> None:
    """F20: the example of all these tests."""
    folder = Path(__file__).parents[2] / "sites" / "parts"
    assert check_site(Bundle.from_folder(folder), Vocabulary()) == []
