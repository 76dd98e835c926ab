"""The packs and the portal that come with the product: nothing to mend, and what each of them promises."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from formengine.authoring import Bundle, Site, check_site, mail_findings, read_site
from formengine.forms import Form, Validator
from formengine.mail import variables_of
from formengine.source import read_yaml
from formengine.workflow.definition.vocabulary import Vocabulary
from formengine.workflow.engine.calendar import make_calendar
from formengine.workflow.engine.periods import due_of

ROOT = Path(__file__).parents[2]
PACKS = ("contract_review", "data_processing", "legal_advice", "litigation_notice", "nda", "powers", "services")
TYPES = (
    *("contract_review", "data_processing_agreement", "legal_advice", "litigation_notice", "nda", "power_of_attorney"),
    "services_agreement",
)
WORDS = Vocabulary.builtin()


@cache
def site() -> Site:
    compiled, findings = read_site(Bundle.from_folder(ROOT), WORDS)
    assert compiled is not None, findings
    return compiled


def test_the_checker_finds_nothing_to_mend() -> None:
    """A1, A7: no error, no warning."""
    checks = (lambda site: mail_findings(site.mail_texts, variables_of),)
    assert check_site(Bundle.from_folder(ROOT), WORDS, checks) == []


def test_steps_that_correct_an_answer_of_a_template_draft_it_anew() -> None:
    """D3: nobody approves or signs a text that names somebody whom a step has replaced; where a template is used only
    under a condition, a step with another condition needs no draft.
    """
    forgotten = []
    for pack in PACKS:
        workflow = _plain(ROOT / "workflows" / pack / "workflow.yaml")
        requests = [_plain(path) for path in (ROOT / "workflows" / pack / "requests").glob("*.yaml")]
        drafted = {
            id_: rule for form in requests for id_, rule in form.get("documents", {}).items() if "template" in rule
        }
        words = "".join(map(_marks, (ROOT / "workflows" / pack).glob("documents/*.docx")))
        answers = {name for form in requests for name in form["form"]["properties"]} & set(re.findall(r"\w+", words))
        for name, step in workflow["transitions"].items():
            condition = {rule.get("when") for rule in drafted.values()}
            is_other = "when" in step and step["when"] not in condition
            is_drafted = any(action.get("draft") in drafted for action in step.get("do", ()))
            if answers & set(step.get("requires", ())) and not is_other and not is_drafted:
                forgotten.append((pack, name))
    assert forgotten == []


def _plain(file: Path) -> Any:
    document, findings = read_yaml(file.read_text(), file.name)
    assert document is not None, findings
    return document.value


def _marks(template: Path) -> str:
    """What stands between braces in a Word template."""
    with zipfile.ZipFile(template) as parts:
        text = re.sub(r"<[^>]+>", "", parts.read("word/document.xml").decode())
    return " ".join(re.findall(r"\{[^{}]*\}", text))


@pytest.mark.parametrize("pack", PACKS)
def test_counsel_claims_asks_and_the_client_answers_or_withdraws(pack: str) -> None:
    """A7, W2: a team role that one person takes, a waiting state that the client reads of, an answer, a way out."""
    workflow = site().packs[pack].workflow
    assert workflow.team is not None
    client = [role.id for role in workflow.roles.values() if role.source == "submitter"]
    waiting = [s for s in workflow.states.values() if s.category == "waiting" and s.id == "more_information"]
    assert waiting
    assert all(isinstance(s.client_sees, dict) and s.client_sees != s.title for s in waiting)
    answers = [t for t in workflow.leaving("more_information") if set(t.who) & set(client) and t.id != "withdraw"]
    assert answers
    assert all(answer.requires_comment for answer in answers)
    out = workflow.transitions["withdraw"]
    assert set(out.who) == set(client)
    assert workflow.states[out.to].category == "cancelled"
    assert any(state.deadlines for state in workflow.states.values())


@pytest.mark.parametrize("pack", ["contract_review", "data_processing", "nda", "services"])
def test_contracts_are_approved_and_signed_by_them_and_then_by_us(pack: str) -> None:
    """A7, W7, W8: steps by position, team and amount; the counterparty signs first, from outside."""
    workflow = site().packs[pack].workflow
    (approval,) = workflow.approvals.values()
    assert len(approval.steps) > 1
    assert any(step.when for step in approval.steps)
    assert "requester" in approval.not_same_person_as
    (signing,) = workflow.signatures.values()
    first, second = signing.steps
    assert workflow.roles[first.entries[0].source.removeprefix("role:")].outside
    assert not workflow.roles[second.entries[0].source.removeprefix("role:")].outside
    assert signing.provider == "in_app"


def test_disputes_have_hearings() -> None:
    """D8: the hearing that is built in, and steps that open one."""
    workflow = site().packs["litigation_notice"].workflow
    assert "hearing" in workflow.children
    assert any(transition.starts == {"hearing": 1} for transition in workflow.transitions.values())


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", TYPES)
def test_each_form_can_be_drawn_in_both_languages(name: str, language: str) -> None:
    """F1, O7: titles, help and choices, page by page."""
    request_type = site().request_types[name]
    form = Form(
        request_type.schema(language), ui=request_type.ui(language), locale=language, kinds=site().kinds_for(language)
    )
    html = form.render()
    assert next(iter(request_type.ui(language)["steps"]))["title"]
    assert (
        request_type.schema(language)["properties"][request_type.properties[0]]["title"].replace("’", "’").split()[0]
        in html
    )


def test_whose_paper_decides_what_is_asked() -> None:
    """F4: their document is asked for with their paper only."""
    schema = site().request_types["nda"].schema("en")
    rules = {"type": "object", "allOf": schema["allOf"]}
    assert Validator(rules).is_valid({"paper": "theirs", "their_document": {"id": "1", "name": "x"}})
    assert not Validator(rules).is_valid({"paper": "theirs"})
    assert not Validator(rules).is_valid({"paper": "ours", "their_document": {"id": "1", "name": "x"}})


def test_every_text_is_in_both_languages_and_french_has_its_typography() -> None:
    """O7: typographic apostrophes, and no-break spaces before : ; ? !"""
    for path, content in Bundle.from_folder(ROOT).files.items():
        if not path.endswith(".yaml") or path.endswith("stories.yaml"):
            continue
        for number, line in enumerate(content.decode().splitlines(), 1):
            french = line.partition("fr:")[2]
            assert "'" not in french, f"{path}:{number}"
            assert not any(f" {mark}" in french for mark in ":;?!»"), f"{path}:{number}"


def test_a_supplier_is_registered_by_several_people() -> None:
    """F20, A7: the requester, a team, somebody outside and a position, each their part, reminded while it is open."""
    parts = site().request_types["supplier"].parts
    sources = {name: (part.fill.kind, part.fill.outside) for name, part in parts.items()}
    assert sources == {"finance": ("team", False), "supplier": ("field", True), "privacy": ("position", False)}
    assert all(part.remind for part in parts.values())


def test_the_time_to_appeal_does_not_end_on_a_sunday() -> None:
    """W18, A7: French CPC, article 642: served on 20 November 2026, it ends on Monday 21 December."""
    workflow = site().packs["litigation_notice"].workflow
    (rule,) = workflow.states["decided"].deadlines
    calendar = make_calendar(site().calendars[workflow.calendar or ""])
    due = due_of(calendar, rule, datetime.now(UTC), {"judgment_served_on": "2026-11-20"})
    assert due is not None
    assert due.last_day == "2026-12-21"
