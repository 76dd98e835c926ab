"""Texts that people read: a language forgotten beside the others, and steps told as orders."""

from __future__ import annotations

import pytest

from formengine.authoring import check_site
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import BASE, REQUEST, bundle

WORKFLOW = "workflows/question/workflow.yaml"


def warnings(path: str, written: str, instead: str) -> list[str]:
    assert written in BASE[path]
    findings = check_site(bundle({path: BASE[path].replace(written, instead)}), Vocabulary.builtin())
    assert {finding.severity for finding in findings} <= {"warning"}
    return [f"{finding.line}: {finding.message}" for finding in findings]


@pytest.mark.parametrize(
    ("path", "written", "instead", "message"),
    [
        (REQUEST, "title: {en: Your question, fr: Votre question}", "title: Write your question",
         '8: title has one text for all languages; write title: {en: ..., fr: ...}'),
        (REQUEST, "title: {en: Your question, fr: Votre question}", "title: Votre question pour nous",
         '8: title has one text for all languages; write title: {en: ..., fr: ...}'),
        (WORKFLOW, "title: {en: Withdraw, fr: Retirer}", "title: Withdraw my request",
         '13: title has one text for all languages; write title: {en: ..., fr: ...}'),
        (REQUEST, "category: advice", "category: advice\ndossier_title: On {question} of",
         '3: dossier_title has one text for all languages; write dossier_title: {en: ..., fr: ...}'),
        (REQUEST, "title: {en: Your question, fr: Votre question}", "title: Pourquoi ?",
         '8: title has one text for all languages; write title: {en: ..., fr: ...}'),
        (REQUEST, "title: {en: Your question, fr: Votre question}", "title: Acme SAS", ""),
        (REQUEST, "category: advice", "category: advice\ndossier_title: '{question} - {question}'", ""),
    ],
)  # fmt: skip
def test_a_sentence_in_one_language_is_told(path: str, written: str, instead: str, message: str) -> None:
    """A2, O8: beside texts in several languages; not a name, which is the same in all of them."""
    assert warnings(path, written, instead) == ([message] if message else [])


def test_a_pack_in_one_language_may_stay_so() -> None:
    """O8: where no text is given by language, nothing was forgotten."""
    plain = {
        path: text.replace("{en: Your question, fr: Votre question}", "Write your question")
        .replace("{en: Question, fr: Question}", "A question")
        .replace("{en: Received, fr: Reçue}", "It is here")
        .replace("{en: Answered, fr: Répondue}", "It is answered")
        .replace("{en: Withdrawn, fr: Retirée}", "It is withdrawn")
        .replace("{en: Answer, fr: Répondre}", "Answer it")
        .replace("{en: Withdraw, fr: Retirer}", "Withdraw it")
        for path, text in BASE.items()
        if path in (REQUEST, WORKFLOW)
    }
    assert check_site(bundle(plain), Vocabulary.builtin()) == []


@pytest.mark.parametrize("told", ["visible_to_client: true", "notify: [requester]"])
def test_a_step_that_clients_are_told_of_says_what_has_happened(told: str) -> None:
    """D7, N1: a button reads like an order; what several steps lack is said once."""
    (warning,) = warnings(WORKFLOW, "who: [adviser]}", f"who: [adviser], {told}}}")
    assert warning.startswith("12: the client is told of this step by its button")
    done = f"who: [adviser], {told}, done: {{en: answered, fr: a répondu}}}}"
    assert warnings(WORKFLOW, "who: [adviser]}", done) == []
    both = BASE[WORKFLOW].replace("who: [adviser]}", f"who: [adviser], {told}}}")
    both = both.replace("who: [requester]}", f"who: [requester], {told}}}")
    (warning,) = check_site(bundle({**BASE, WORKFLOW: both}), Vocabulary.builtin())
    assert "2 steps by their buttons" in warning.message
    assert "add to answer, withdraw what" in warning.message
