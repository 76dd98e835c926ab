"""Whole sites: read, checked, and packs read again from what was published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from formengine.authoring import Site, check_site, mail_findings, read_pack, read_site
from formengine.errors import DefinitionError
from formengine.mail import variables_of
from formengine.source import Finding
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import BASE, FORM, REQUEST, WORKFLOW, bundle, codes

WORDS = Vocabulary.builtin()


def site_of(**changes: str) -> Site:
    site, findings = read_site(bundle(changes), WORDS)
    assert site is not None, findings
    return site


def test_a_site_is_read_whole() -> None:
    """A5: portal, teams, positions, packs and request types, from the files alone."""
    site = site_of()
    assert site.portal.title("fr") == "Portail"
    assert site.teams["advice"].members == ("ana@example.com",)
    assert site.positions == {"dpo": ["nora@example.com"]}
    assert site.request_types["question"].title_in("en") == "Question"
    assert site.packs[site.request_types["question"].pack].workflow.starts_in == "received"
    assert site.packs["question"].request_types == ("question",)
    assert site.hash == bundle().hash
    assert "formengine:money" in site.kinds_for("en")


def test_the_base_site_has_nothing_to_mend() -> None:
    """A1: a site without mistakes has no findings, not even warnings."""
    assert check_site(bundle(), WORDS) == []


def test_a_site_with_errors_is_none() -> None:
    site, findings = read_site(bundle({"config/portal.yaml": None}), WORDS)
    assert site is None
    assert codes(findings)[0] == "missing-file"


def test_the_sites_own_mail_text_comes_first() -> None:
    """N1: wording in `config/mail/`, else ours."""
    changes = {"config/mail/note.en.txt": "Ours\n\nText"}
    site, _ = read_site(bundle(changes), WORDS)
    assert site is not None
    assert site.mail_text("note", "en").startswith("Ours")
    assert "Bonjour" in site.mail_text("note", "fr")
    assert site.mail_text("no such kind", "en")


def test_a_form_that_the_engine_refuses_is_pointed_at() -> None:
    """F2, A1: what the forms engine refuses has its place in the YAML."""
    text = FORM.replace("type: string}", 'type: string, $dynamicRef: "#x"}')
    (finding,) = [finding for finding in check_site(bundle({REQUEST: text}), WORDS) if finding.code == "form"]
    assert (finding.file, finding.line) == (REQUEST, 8)


def test_the_same_mistake_is_reported_once_for_all_languages() -> None:
    text = FORM + '    other: {title: {en: O, fr: O}, $ref: "formengine:nothing"}\n'
    findings = [finding for finding in check_site(bundle({REQUEST: text}), WORDS) if finding.code == "form"]
    assert len(findings) == 1
    assert findings[0].line == 9


def test_a_list_that_a_form_uses_is_known() -> None:
    text = FORM + '    entity: {title: {en: E, fr: E}, $ref: "formengine:list/entities"}\n'
    changes = {REQUEST: text, "config/lists/entities.yaml": "acme: Acme\n"}
    assert check_site(bundle(changes), WORDS) == []


def test_a_request_types_id_is_unique_over_the_site() -> None:
    """A7: ids of request types are in addresses."""
    files = {path.replace("workflows/question/", "workflows/other/"): text for path, text in BASE.items()}
    findings = check_site(bundle(files), WORDS)
    assert codes(findings) == ["twice"]


def test_findings_of_a_workflow_are_reported_with_the_rest() -> None:
    """A1: findings of workflows come with those of forms and settings."""
    path = "workflows/question/workflow.yaml"
    text = BASE[path].replace("starts_in: received", "starts_in: recieved")
    (finding,) = check_site(bundle({path: text}), WORDS)
    assert (finding.file, finding.line, finding.severity) == (path, 3, "error")
    assert 'did you mean "received"' in finding.message


def test_teams_that_cannot_be_read_are_not_missed_in_workflows() -> None:
    """W13: causes first, consequences hidden."""
    findings = check_site(bundle({"config/teams.yaml": "teams:\n\tadvice: {}\n"}), WORDS)
    assert {finding.file for finding in findings} == {"config/teams.yaml"}


def test_checks_that_others_bring_see_the_site_and_may_fail() -> None:
    """X1, X4: a check of a plugin that raises becomes a finding, and the findings of other checks are still
    reported.
    """

    def sees(site: Site) -> Iterator[Finding]:
        yield Finding("config/portal.yaml", 1, 1, "warning", "seen", site.portal.title("en"))

    def falls(site: Site) -> Iterator[Finding]:
        raise RuntimeError("oh")

    findings = check_site(bundle(), WORDS, (sees, falls))
    assert codes(findings) == ["check-failed", "seen"]
    assert "oh" not in next(finding.message for finding in findings).split()


def test_a_check_that_answers_no_findings_is_one() -> None:
    """X4: a check of a plugin that returns something else than findings is named in a finding; other checks are still
    reported.
    """

    def lies(site: Site) -> list[str]:
        return ["all is well"]

    [finding] = check_site(bundle(), WORDS, (lies,))  # type: ignore[arg-type]  # that is the mistake
    assert finding.message == "the check lies answered something other than findings, which the log tells"


def test_such_a_check_is_not_asked_of_a_site_with_errors() -> None:
    def never(site: Site) -> list[Finding]:
        raise AssertionError("a site with errors is none")

    assert "check-failed" not in codes(
        check_site(bundle({"config/portal.yaml": "name: X\nzone: Y\n"}), WORDS, (never,))
    )


def test_mail_texts_are_such_a_check() -> None:
    changes = {"config/mail/note.en.txt": "S\n\n{{ nota.text }}"}
    findings = check_site(bundle(changes), WORDS, (lambda site: mail_findings(site.mail_texts, variables_of),))
    assert codes(findings) == ["mail-variable"]


def test_a_pack_is_read_again_with_the_same_hash() -> None:
    """W12: the pack version that a dossier is pinned to is read from its own files; later changes of the portal do not
    affect it.
    """
    site = site_of()
    pack = site.packs["question"]
    files = {path: content for path, content in bundle().files.items() if path.startswith("workflows/question/")}
    again = read_pack("question", files, WORDS)
    assert again.hash == pack.hash
    assert again.workflow.states == pack.workflow.states
    assert again.workflow.transitions == pack.workflow.transitions


def test_stories_do_not_make_a_new_version() -> None:
    """W12: the hash is over workflow, forms and templates; a story only tests them."""
    pack_hash = site_of().packs["question"].hash
    assert pack_hash == site_of(**{"workflows/question/stories.yaml": "[]\n"}).packs["question"].hash
    assert pack_hash != site_of(**{"workflows/question/documents/x.docx": "x"}).packs["question"].hash


def test_a_pack_that_cannot_run_says_why() -> None:
    with pytest.raises(DefinitionError, match="workflow"):
        read_pack("question", {"workflows/question/workflow.yaml": b"title: ["}, WORDS)


@pytest.mark.parametrize(
    ("path", "code", "severity"),
    [
        ("workflows/notes.txt", "not-read", "warning"),
        ("workflows/My Pack/workflow.yaml", "identifier", "error"),
        ("workflows/question/workflow.yml", "not-read", "warning"),
        ("workflows/question/requests/My-form.yaml", "identifier", "error"),
        ("workflows/empty/requests/other.yaml", "missing-file", "error"),
    ],
)
def test_misplaced_files_are_findings(path: str, code: str, severity: str) -> None:
    content = FORM if "requests" in path else "x: 1\n"
    assert (severity, code) in [
        (finding.severity, finding.code) for finding in check_site(bundle({path: content}), WORDS)
    ]


@pytest.mark.parametrize(
    ("line", "code", "position"),
    [
        ('fields: {price: {$ref: "formengine:mony"}}', "form", (14, 24)),
        ("fields: {risk: {enum: [low, high], default: hi}}", "default", (14, 45)),
        ("fields: {risk: {title: {en: Risk}}}", "missing-language", (14, 24)),
    ],
)
def test_fields_that_steps_ask_are_drawn_too(line: str, code: str, position: tuple[int, int]) -> None:
    """F2, W3: what a transition requires is asked in a form, so its schema is judged like one."""
    path = "workflows/question/workflow.yaml"
    findings = [
        finding for finding in check_site(bundle({path: BASE[path] + line + "\n"}), WORDS) if finding.code == code
    ]
    assert [(finding.line, finding.column) for finding in findings] == [position]


def test_a_request_type_that_a_step_opens_is_looked_for_in_the_site() -> None:
    """D11: a child request, from whatever pack."""
    path = "workflows/question/workflow.yaml"
    text = BASE[path].replace("who: [adviser]}", "who: [adviser], do: [{open: qestion}]}")
    findings = check_site(bundle({path: text}), WORDS)
    assert codes(findings) == ["unknown-request-type"]
    assert 'did you mean "question"' in findings[0].message


OPENED: Final = {
    "workflows/question/requests/survey.yaml": """\
title: {en: Survey, fr: Relevé}
category: advice
form:
  type: object
  required: [place]
  properties:
    place: {title: {en: Place, fr: Lieu}, type: string}
    due: {title: {en: Due, fr: Échéance}, type: string, format: date}
    size: {title: {en: Size, fr: Taille}, enum: [S, L]}
"""
}


@pytest.mark.parametrize(
    ("given", "code", "sentence"),
    [
        ("place: {from: question}, due: today + 2 weeks, size: S", None, ""),
        ("place: {from: question}, due: soon", "type", "`due` is a date such as 2026-01-31, not soon"),
        ("place: {from: question}, due: {from: question}", "type", "`due` is a date and `question` is a text"),
        ("place: {from: question}, size: big", "value", "`size` is never big"),
        ("place: {from: qestion}", "unknown-fact", 'did you mean "question"'),
        ("plaec: {from: question}, place: Lyon", "unknown-field", 'has no `plaec`; did you mean "place"'),
        (
            "due: today",
            "unfilled",
            "requires `place`, and the form of question has no such field: the request would not be",
        ),
    ],
)
def test_what_a_step_gives_to_a_request_is_judged_by_its_form(given: str, code: str | None, sentence: str) -> None:
    """D11: fields that the form lacks, values of another kind, and required fields that nothing fills are named."""
    path = "workflows/question/workflow.yaml"
    step = f"who: [adviser], do: [{{open: survey, with: {{{given}}}}}]}}"
    findings = check_site(bundle({path: BASE[path].replace("who: [adviser]}", step), **OPENED}), WORDS)
    findings = [finding for finding in findings if finding.code != "fact-missing-in-form"]
    assert codes(findings) == [code] * (code is not None)
    assert all(sentence in finding.message for finding in findings)


def test_a_title_of_a_workflow_that_lacks_a_language_is_a_warning() -> None:
    """O7: every title in every language of the portal."""
    path = "workflows/question/workflow.yaml"
    findings = check_site(bundle({path: BASE[path].replace("{en: Received, fr: Reçue}", "{en: Received}")}), WORDS)
    assert [(finding.code, finding.severity, finding.line) for finding in findings] == [
        ("missing-language", "warning", 8)
    ]


def test_a_request_type_elsewhere_in_its_pack_is_told_where_it_goes() -> None:
    """A2: beside the workflow it would not be read, and its request type would not appear."""
    for folder in ("", "request/"):
        changes = {REQUEST: None, f"workflows/question/{folder}other.yaml": FORM}
        messages = [str(finding) for finding in check_site(bundle(changes), WORDS) if finding.code == "not-read"]
        assert len(messages) == 1
        assert "rename it to workflows/question/requests/other.yaml" in messages[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("date", "format: date"), ("text", "formengine:text"), ("money", "formengine:money"), ("bool", '"boolean"')],
)
def test_a_type_of_another_tool_is_translated(written: str, meant: str) -> None:
    """A2: `type: date` is what other form tools take."""
    form = FORM.replace("type: string", f"type: {written}", 1)
    assert form != FORM
    messages = [str(finding) for finding in check_site(bundle({REQUEST: form}), WORDS)]
    assert any(f'type may not be "{written}"' in message and meant in message for message in messages), messages


def test_a_field_that_the_client_was_to_see_is_named() -> None:
    """A2: `client: true` shows nothing; only `client: sees` does."""
    fields = "fields: {opinion: {title: {en: Opinion, fr: Avis}, type: string, client: true}}\n"
    findings = check_site(bundle({"workflows/question/workflow.yaml": WORKFLOW + fields}), WORDS)
    assert [finding.severity for finding in findings] == ["warning"]
    assert "write client: sees" in findings[0].message


@pytest.mark.parametrize(
    ("file", "before", "after", "words"),
    [
        ("config/portal.yaml", "Europe/Paris", "Paris", 'called Paris; did you mean "Europe/Paris"?'),
        ("config/portal.yaml", "Europe/Paris", "Nowhere", "there is no time zone called Nowhere"),
        ("config/portal.yaml", "currency: EUR", "currency: EUR\nfiles: {accepted: [docx]}", "known are csv,"),
        ("config/teams.yaml", "[ana@example.com]", "[]", "nobody is in the team advice"),
    ],
)
def test_a_setting_that_cannot_be_is_explained(file: str, before: str, after: str, words: str) -> None:
    """A2: with what may stand there, and never with *there is no time zone yet*."""
    assert before in BASE[file]
    messages = [str(finding) for finding in check_site(bundle({file: BASE[file].replace(before, after, 1)}), WORDS)]
    assert any(words in message for message in messages), messages
    assert not any("yet" in message for message in messages)


def test_an_approver_who_is_named_otherwise_than_by_address_is_found() -> None:
    """A2, W13: `person: ana` is no account, so that nobody could ever decide."""
    approvals = "approvals: {check: {steps: [{approvers: [{person: ana}]}]}}\n"
    workflow = WORKFLOW.replace(
        "answered:", "asked: {approval: check, approved: answered, rejected: received}\n  answered:", 1
    )
    workflow = workflow.replace("to: answered", "to: asked")
    messages = [
        str(finding)
        for finding in check_site(bundle({"workflows/question/workflow.yaml": workflow + approvals}), WORDS)
    ]
    assert any("not by ana" in message for message in messages), messages
