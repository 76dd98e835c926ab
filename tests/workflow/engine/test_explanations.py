"""Why not, in both languages; conditions as sentences to read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from formengine import workflow as package
from formengine.conditions.parser import parse_condition
from formengine.i18n import translations
from formengine.workflow.definition.vocabulary import Guard, Vocabulary
from formengine.workflow.engine.explanations import sentence
from tests.workflow.builders import simulate, workflow


def _with(when: str) -> str:
    return f"""
starts_in: a
fields:
  past_on: {{type: string, format: date}}
  risk: {{title: {{en: Risk, fr: Risque}}, oneOf: [{{const: high, title: {{en: High, fr: Élevé}}}}, {{const: low}}]}}
states: {{a: {{}}, z: {{ends: true}}}}
transitions:
  go: {{from: a, to: z, who: [drafter], when: {when}}}
  end: {{from: a, to: z, who: [requester]}}
"""


MONEY = {"amount": 5000, "currency": "EUR"}


@pytest.mark.parametrize(
    ("when", "english", "french"),
    [
        ("value over 10000 EUR", "“Total value” is not over €10,000.00.", "10\u202f000,00\u00a0€"),
        (
            "value over 1 USD",
            "“Total value” is in another currency and cannot be compared with USD\u00a01.00.",
            "devise",
        ),
        ("years over 3", "“Years” is not filled in.", "n’est pas rempli"),
        ("paper is theirs", "“Paper” is not theirs.", "n’est pas theirs"),
        ("paper is one of theirs", "“Paper” is none of theirs.", "Paper"),
        ("paper is not ours", "“Paper” is ours.", "est ours"),
        ("paper is empty", "“Paper” is not empty.", "n’est pas vide"),
        ("risk is not empty", "“Risk” is not filled in.", "«\u00a0Risque\u00a0» n’est pas rempli."),
        ("due_on has passed", "“Due on” has not passed.", "pas"),
        ("past_on has not passed", "“Past on” has passed.", "Past on"),
        ("note contains pay", "“Note” does not contain pay.", "ne contient pas"),
        ("urgent is true", "“Urgent” is not yes.", "oui"),
        ("risk is high or paper is theirs", "None of this is so: “Risk” is High; “Paper” is theirs.", "Élevé"),
        ("open_task over 0", "“Task, still open” is not over 0.", "Tâche"),
    ],
)
def test_each_comparison_that_fails_says_so(when: str, english: str, french: str) -> None:
    """W5: in the reader's language, with titles, not ids."""
    answers = {"value": MONEY, "paper": "ours", "due_on": "2026-12-01", "note": "x", "urgent": False}
    answers["past_on"] = "2026-01-01"
    reasons = [simulate(_with(when), answers, language=code).allowed("ana")["go"] for code in ("en", "fr")]
    assert reasons[0] == [english]
    assert len(reasons[1]) == 1
    assert french in reasons[1][0]
    assert reasons[1] != reasons[0]


def test_all_reasons_are_given_at_once() -> None:
    """W5: who, which conditions, which document."""
    text = """
starts_in: a
states: {a: {}, z: {ends: true}}
transitions:
  go: {from: a, to: z, who: [drafter, chief], when: [paper is theirs, years over 3], requires_document: contract}
  end: {from: a, to: z, who: [requester]}
"""
    assert simulate(text, {"paper": "ours"}).allowed("bo")["go"] == [
        "Only the drafter or the chief may do this.",
        "“Paper” is not theirs.",
        "“Years” is not filled in.",
        "The document “contract” is still missing.",
    ]


def test_whoever_has_taken_the_role_is_named() -> None:
    """W5."""
    sim = simulate(_with("paper is ours"), {"paper": "ours"})
    sim.claim("drafter", by="al")
    assert sim.allowed("ana")["go"] == ["Only the drafter (al) may do this."]


VOCABULARY = Vocabulary.builtin()
for _name, _check in {
    "says_why": lambda subject, options: f"Not on a {options['day']}.",
    "says_no": lambda subject, options: False,
    "breaks": lambda subject, options: 1 / 0,
}.items():
    _says = {"en": "It is a weekday", "fr": "C’est un jour ouvré"} if _name == "says_no" else None
    VOCABULARY = VOCABULARY.with_word("guards", _name, Guard(_name, _check, _says))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("when", "english"),
    [
        ("{use: says_why, with: {day: Sunday}}", ["Not on a Sunday."]),
        ("{use: says_no}", ["It is a weekday"]),
        (
            "[{use: breaks}, paper is theirs]",
            ["The check “breaks” failed: division by zero.", "“Paper” is not theirs."],
        ),
    ],
)
def test_a_guard_says_why_itself(when: str, english: list[str]) -> None:
    """W5, X4: also when a plugin fails; the other reasons are still listed."""
    assert simulate(_with(when), {"paper": "ours"}, VOCABULARY).allowed("ana")["go"] == english


@pytest.mark.parametrize(
    ("condition", "english", "french"),
    [
        ("value over 10000.5 EUR", "“Total value” is over €10,000.50", "10\u202f000,50\u00a0€"),
        (["paper is ours", "years at most 3"], "“Paper” is ours and “Years” is at most 3", "et"),
        ("risk is high or urgent is true", "“Risk” is High or “urgent” is yes", "Élevé"),
        ({"use": "says_no"}, "It is a weekday", "C’est un jour ouvré"),
        ("due_on over 2026-01-31", "“Due on” is over 31 January 2026", "31 janvier 2026"),
    ],
)
def test_a_condition_reads_as_a_sentence(condition: object, english: str, french: str) -> None:
    """W4: in both languages."""
    definition = workflow(_with("paper is ours"), VOCABULARY)
    read = [sentence(definition, parse_condition(condition), language) for language in ("en", "fr")]
    assert read[0].casefold() == english.casefold()
    assert french in read[1]


def test_every_sentence_of_the_engine_is_there_in_french() -> None:
    """W5: every sentence that the engine can say has a translation."""
    messages = set()
    for path in Path(package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
                "say",
                "refuse",
            ):
                messages |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and " " in str(arg.value)}
            if isinstance(node, ast.Dict):
                values = [value.value for value in node.values if isinstance(value, ast.Constant)]
                messages |= {value for value in values if isinstance(value, str) and "“{fact}”" in value}
    assert len(messages) > 50
    french = translations("fr")
    assert [text for text in sorted(messages) if french.gettext(text) == text] == []
