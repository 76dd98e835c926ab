"""Tiny sites for the tests of authoring: one pack, one form, with whatever a test changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from formengine.authoring import Bundle
from formengine.authoring.config.portal import Portal
from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.packs.request_type_parser import CheckContext, read_request_type
from formengine.source import Finding
from formengine.source.yaml_cursor import read_document

ROOT = Path(__file__).parents[2]
PORTAL = """\
name: {en: Portal, fr: Portail}
languages: [en, fr]
zone: Europe/Paris
currency: EUR
categories: {advice: {en: Advice, fr: Conseil}}
practice_areas: {general: {en: General, fr: Général}}
"""
TEAMS = """\
teams: {advice: {title: {en: Advice, fr: Conseil}, members: [ana@example.com]}}
positions: {dpo: nora@example.com}
"""
FORM = """\
title: {en: Question, fr: Question}
category: advice
practice_area: general
form:
  type: object
  required: [question]
  properties:
    question: {title: {en: Your question, fr: Votre question}, type: string}
"""
WORKFLOW = """\
title: {en: Question, fr: Question}
kind: matter
starts_in: received
roles:
  requester: {is: submitter}
  adviser: {team: advice, one_person: true}
states:
  received: {title: {en: Received, fr: Reçue}, category: open}
  answered: {title: {en: Answered, fr: Répondue}, ends: true}
  withdrawn: {title: {en: Withdrawn, fr: Retirée}, category: cancelled, ends: true}
transitions:
  answer: {title: {en: Answer, fr: Répondre}, from: received, to: answered, who: [adviser]}
  withdraw: {title: {en: Withdraw, fr: Retirer}, from: received, to: withdrawn, who: [requester]}
"""
BASE = {
    "config/portal.yaml": PORTAL,
    "config/teams.yaml": TEAMS,
    "workflows/question/workflow.yaml": WORKFLOW,
    "workflows/question/requests/question.yaml": FORM,
}
REQUEST = "workflows/question/requests/question.yaml"


def bundle(changes: Mapping[str, str | bytes | None] | None = None) -> Bundle:
    """The base site with some files changed, added, or (None) left out."""
    files: dict[str, str | bytes | None] = {**BASE, **(changes or {})}
    return Bundle({p: c.encode() if isinstance(c, str) else c for p, c in files.items() if c is not None})


def request_type(
    text: str, *files: str, kinds: Mapping[str, Any] | None = None
) -> tuple[RequestType | None, list[Finding]]:
    """A request type read from YAML, in a portal with the categories of the base site; `kinds` are of plugins."""
    document, findings = read_document(text.encode(), REQUEST)
    assert document is not None, findings
    portal = Portal(languages=("en", "fr"), categories={"advice": "Advice"}, practice_areas={"general": "General"})
    return read_request_type(document, "question", "question", CheckContext(portal, files, field_kinds=kinds or {}))


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]
