"""A site is checked and read at once; each mistake in it is told once, with what to write instead."""

from __future__ import annotations

import pytest

from formengine.authoring import Bundle, check_site, checked_site, read_site
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.misleading import CHECK, FLOW, changed, site_findings
from tests.support.platforms import ROOT, SITES

DISPUTE = "workflows/litigation_notice/workflow.yaml"
DISPUTE_STORIES = "workflows/litigation_notice/stories.yaml"
DISPUTES = {
    path: content
    for path, content in Bundle.from_folder(ROOT).files.items()
    if path.startswith(("config/", "workflows/litigation_notice/"))
}


def disputes(path: str, written: str, instead: str) -> list[str]:
    """The findings of the shipped pack of disputes with a passage written otherwise."""
    text = DISPUTES[path].decode()
    assert written in text
    findings = check_site(Bundle({**DISPUTES, path: text.replace(written, instead).encode()}), Vocabulary.builtin())
    return [str(finding).removeprefix("workflows/litigation_notice/") for finding in findings]


def test_a_site_is_read_with_its_check() -> None:
    """A5: the one that `read_site` reads, for whoever publishes it."""
    bundle, vocabulary = Bundle.from_folder(SITES / "parts"), Vocabulary.builtin()
    site, findings = checked_site(bundle, vocabulary)
    read, _ = read_site(bundle, vocabulary)
    assert site is not None
    assert read is not None
    assert (site.hash, site.packs.keys(), site.request_types.keys()) == (
        read.hash, read.packs.keys(), read.request_types.keys(),
    )  # fmt: skip
    assert findings == check_site(bundle, vocabulary)


def test_a_site_with_an_error_is_none() -> None:
    """A5: also where the files can be read and the error is in a story."""
    files = Bundle.from_folder(SITES / "renewal").files
    path = "workflows/renewal/stories.yaml"
    told = files[path].decode()
    assert "state: " in told
    bundle = Bundle({**files, path: told.replace("state: ", "state: not_", 1).encode()})
    assert read_site(bundle, Vocabulary.builtin())[0] is not None
    site, findings = checked_site(bundle, Vocabulary.builtin())
    assert site is None
    assert [(finding.file, finding.severity) for finding in findings] == [(path, "error")]


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
    (finding,) = disputes(DISPUTE, "kind: litigation\n", kind)
    assert told in finding


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
        (CHECK, "  required: [mark]", "  required: [mark]\n  if: {required: [already_used]}",
         ["this `if` has no `then` or `else` beside it, so that it brings nothing; write what it asks for beside it, "
          "such as then: {required: [NAME]}"]),
        (CHECK, "  required: [mark]", "  required: [mark]\n  then: {required: [used_since]}",
         ["this `then` has no `if` beside it, so that it says nothing; write its `if` beside it"]),
        (CHECK, "  required: [mark]",
         "  allOf:\n    - if: {required: [already_used]}\n    - then: {required: [used_since]}\n  required: [mark]",
         ["this `if` has no `then` or `else` beside it, so that it brings nothing; its `then` is an entry of its own; "
          "put both in one entry, in YAML without a second dash"]),
        (CHECK, AGENT, X + "type: string, pattern: '[0-9]{9}'}\n" + AGENT,
         ['any text may stand before and behind what this pattern describes; write pattern: "^[0-9]{9}$", or say with '
          "^ and $ where it begins and ends"]),
        (CHECK, AGENT, X + r"type: string, pattern: '^\d{5}|[A-Z]\d{4}'}" + "\n" + AGENT,
         ["any text may stand behind what this pattern describes; write pattern: '^(?:\\d{5}|[A-Z]\\d{4})$', or say "
          "with ^ and $ where it begins and ends"]),
        (CHECK, AGENT, X + r"type: string, pattern: '^https?://'}" + "\n" + AGENT, []),
        (CHECK, AGENT, X + r"type: string, pattern: '[0-9]{4}$'}" + "\n" + AGENT, []),
        (CHECK, AGENT, X + r"type: string, pattern: '(^[0-9]{5}$)|(^[0-9]{9}$)'}" + "\n" + AGENT, []),
        (CHECK, AGENT, X + r"type: string, pattern: '[0-9]{4}\$'}" + "\n" + AGENT,
         ["any text may stand before and behind what this pattern describes; write pattern: '^[0-9]{4}\\$$', or say "
          "with ^ and $ where it begins and ends"]),
        (CHECK, AGENT, X + r"type: string, pattern: '(?=.*[0-9]{2})[a-z]'}" + "\n" + AGENT, []),
        (CHECK, AGENT, X + "type: string, format: date, default: today + 30 days}\n" + AGENT,
         ["a default is the same answer on every day, and today + 30 days is no date; take it out, or have the form "
          "work it out, so that nobody types it: computed: {x: today + 30 days}"]),
        (STORIES, "mark: ACME", "mark: ACME, highest_amount: 1.000 EUR",
         ["A check is asked for: these answers do not fit the form: highest_amount: an amount of money is a map; write "
          '{amount: "1000", currency: EUR}']),
        (STORIES, "mark: ACME", "mark: ACME, highest_amount: {amount: 12.5, currency: USD}",
         ["A check is asked for: these answers do not fit the form: highest_amount: an amount of money is a map; write "
          '{amount: "12.5", currency: USD}']),
        (CHECK, AGENT, X + "$ref: 'formengine:money', default: 100}\n" + AGENT,
         ['the default of an amount of money is a map; write {amount: "100", currency: ...} with the currency, such as '
          "currency: EUR"]),
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
