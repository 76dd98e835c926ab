"""What findings advise: what a lawyer wrote, and the one sentence that says what to write instead."""

from __future__ import annotations

import pytest

from tests.authoring.misleading import CHECK, FLOW, changed, site_findings

STORIES = "workflows/mark/stories.yaml"
STORY = """\
- story: A check is asked for
  request: check
  answers: {mark: ACME}
  people: {requester: rosa@example.com, adviser: ana@example.com}
  steps:
    - {by: adviser, claim: adviser}
"""
AGENT = "    agent: {"
MARK = "{en: The mark, fr: La marque}"
X = "    x: {title: {en: X, fr: X}, "
N = "    n: {title: {en: N, fr: N}, type: integer}\n"
LAW = (
    "    law: {title: {en: L, fr: L}, oneOf: [{const: fr, title: {en: French law, fr: Droit français}}, "
    "{const: uk, title: {en: English law, fr: Droit anglais}}]}\n"
)


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        (CHECK, AGENT, X + "enum: [{french: French law}, {english: English law}]}\n" + AGENT,
         ["this choice is a map, and shown as one; write oneOf: [{const: french, title: French law}, ...] in place of "
          "enum"]),
        (CHECK, AGENT, X + "$ref: 'formengine:money', default: 100 EUR}\n" + AGENT,
         ['the default of an amount of money is a map; write {amount: "100", currency: EUR}']),
        (CHECK, AGENT, X + "type: string, show_when: already_used is oui}\n" + AGENT,
         ["`already_used` is true or false, not oui; write already_used is true, or already_used is false"]),
        (CHECK, AGENT, LAW + X + "type: string, show_when: law is droit anglais}\n" + AGENT,
         ["droit anglais is the title of a choice of law; write its value: uk"]),
        (CHECK, AGENT, X + "type: array, items: {a: {title: A, type: string}, b: {title: B, type: number}}}\n" + AGENT,
         ["a, b stand directly under items:; write items: {type: object, properties: {a: {...}, b: {...}}}"]),
        (CHECK, AGENT, X + "type: string, format: Phone}\n" + AGENT,
         ['nobody checks the format Phone; write $ref: "formengine:phone" in place of type and format']),
        (CHECK, AGENT, X + "$ref: 'formengine:list/entities'}\n" + AGENT,
         ["there is no field kind formengine:list/entities; write the list in config/lists/entities.yaml"]),
        (CHECK, AGENT, X + "type: string, help: Write it}\n" + AGENT,
         ['help means nothing in a form; did you mean "description"?']),
        (CHECK, AGENT, X + "type: string, const: true}\n" + AGENT,
         ['true is true or false, and the question takes a text; write "true", between quotation marks']),
        (CHECK, AGENT, N.replace("n:", "n-1:", 1) + X + "type: string, show_when: n-1 over 3}\n" + AGENT,
         ["n-1 over 3: no condition can name n-1; rename the field n_1"]),
        (CHECK, AGENT, N + X + "type: string, show_when: n is more than 3}\n" + AGENT,
         ["`n` is a number and cannot be compared with the text more than 3; write n over 3"]),
        (CHECK, "audience: everyone", "audience: everyone\nretention: ten years",
         ["retention takes a map: keys with values; write retention: {after: 10 years, then: anonymise}"]),
        (FLOW, "    steps: [{name", "    order: [{name", ['order is not a key here; did you mean "steps"?']),
        (FLOW, "{when: highest", "{if: highest", ['if is not a key here; did you mean "when"?']),
        (FLOW, "when: already_used is true", "do: [{notify: adviser}]",
         ["notify is not a key here; it stands in the step itself, beside do:"]),
        (FLOW, "kind: matter", "kind: matter\ncalendar: french",
         ["there is no calendar `french`; declare it in config/calendars.yaml"]),
        (CHECK, MARK, '{en: The mark, fr: ""}', ["fr takes a text, not nothing"]),
        (CHECK, MARK, "{en: The mark, FR: La marque}",
         ["FR is not a language code; write fr, in small letters"]),
        (CHECK, MARK, "{eng: The mark, fra: La marque}",
         ["eng is no language of this portal; write en", "fra is no language of this portal; write fr"]),
        (FLOW, "at most 100000 EUR", "at most 100.000 €",
         ["`highest_amount` is money; write highest_amount at most 100000 EUR"]),
        (FLOW, "who: [adviser], when", "who: [adviser], notify: client, when",
         ["there is no role `client`; who sends the request is the role requester"]),
        (FLOW, "kind: matter", "kind: contentieux", ['kind cannot be contentieux; did you mean "litigation"?']),
        (FLOW, "when: already_used is true", "when: [already_used is true, or mark is ACME]",
         ["or mark is ACME: all lines of a list have to hold; where one of two will do, write one line: "
          "- already_used is true or mark is ACME"]),
        (STORIES, "story: A", "name: A", ['name is not a key here; did you mean "story"?']),
        (STORIES, "{by: adviser, claim: adviser}", "by: adviser\n    - claim: adviser",
         ["a step has one dash; take out the one of the next line, and begin that under by"]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_sentence(path: str, old: str, new: str, told: list[str]) -> None:
    """W13, A1: one cause, one finding, with what to write."""
    text = STORY.replace(old, new) if path == STORIES else changed(path, old, new)
    assert [finding.message for finding in site_findings({STORIES: STORY, path: text})] == told


def test_fields_on_no_page_are_told_together() -> None:
    """F7, W13: not the one whose name is misspelt on its page."""
    pages = "ui: {steps: [{title: {en: X, fr: X}, fields: [mark, alredy_used, used_since, markets, agent]}]}\nform:\n"
    assert sorted(finding.message for finding in site_findings({CHECK: changed(CHECK, "form:\n", pages)})) == [
        'alredy_used is not a field of this form; did you mean "already_used"?',
        "expiry_date, grantor_name, highest_amount stand on no page, so nobody would be asked; add them to the fields "
        "of one",
    ]
