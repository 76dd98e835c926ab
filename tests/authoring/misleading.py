"""A pack of the tests of messages: a trademark check with rows of markets, a power of attorney and an outside agent."""

from __future__ import annotations

from collections.abc import Mapping

from formengine.authoring.checks.runner import check_site
from formengine.source import Finding
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import PORTAL, bundle

CHECK = "workflows/mark/requests/check.yaml"
FLOW = "workflows/mark/workflow.yaml"
TEAM_FILE = "config/teams.yaml"
TEAMS = """\
teams:
  advice: {title: {en: Advice, fr: Conseil}, members: [ana@example.com]}
positions:
  partner: nora@example.com
"""
FORM = """\
title: {en: Trademark check, fr: Recherche de marque}
category: advice
practice_area: general
audience: everyone
form:
  type: object
  required: [mark]
  properties:
    mark: {title: {en: The mark, fr: La marque}, type: string, maxLength: 200}
    already_used: {title: {en: In use already, fr: Déjà exploitée}, type: boolean}
    used_since:
      title: {en: In use since, fr: Exploitée depuis}
      type: string
      format: date
      show_when: already_used is true
    expiry_date: {title: {en: Expiry, fr: Échéance}, type: string, format: date}
    grantor_name: {title: {en: Grantor, fr: Mandant}, type: string}
    highest_amount: {title: {en: Highest amount, fr: Montant maximal}, $ref: "formengine:money"}
    markets:
      title: {en: Markets, fr: Marchés}
      type: array
      items:
        type: object
        properties:
          country: {title: {en: Country, fr: Pays}, enum: [FR, DE]}
          turnover: {title: {en: Turnover, fr: Chiffre d’affaires}, type: integer}
    agent: {title: {en: Agent, fr: Mandataire}, $ref: "formengine:contact"}
"""
WORKFLOW = """\
title: {en: Trademark check, fr: Recherche de marque}
kind: matter
starts_in: received
roles:
  requester: {is: submitter}
  adviser: {team: advice, one_person: true}
  outsider: {field: agent, outside: true}
states:
  received:
    title: {en: Received, fr: Reçue}
    category: open
    within: open_work
    deadlines:
      - {within: 2 working days, remind: [1 working days], tell: [adviser], then: {tell: [adviser]}}
  searched:
    title: {en: Searched, fr: Recherchée}
    decide:
      - {when: highest_amount at most 100000 EUR, go: answered}
      - {otherwise: examined}
  examined: {title: {en: Examined, fr: Examinée}, approval: partner, approved: answered, rejected: received}
  answered: {title: {en: Answered, fr: Répondue}, ends: true}
  withdrawn: {title: {en: Withdrawn, fr: Retirée}, category: cancelled, ends: true}
transitions:
  search:
    {title: {en: Search, fr: Chercher}, from: received, to: searched, who: [adviser], when: already_used is true}
  withdraw: {title: {en: Withdraw, fr: Retirer}, from: any, to: withdrawn, who: [requester]}
approvals:
  partner:
    title: {en: Partner, fr: Associé}
    steps: [{name: {en: Partner, fr: Associé}, approvers: [{position: partner}]}]
"""
FILES = {TEAM_FILE: TEAMS, CHECK: FORM, FLOW: WORKFLOW}
UNUSED = ("workflows/question/workflow.yaml", "workflows/question/requests/question.yaml")


def site_findings(changes: Mapping[str, str | bytes | None]) -> list[Finding]:
    """The findings of the pack with some of its files changed, added, or (None) left out."""
    files = {"config/portal.yaml": PORTAL, **FILES, **dict.fromkeys(UNUSED), **changes}
    return check_site(bundle(files), Vocabulary.builtin())


def changed(path: str, old: str, new: str) -> str:
    """A file of the pack with one passage, which it must have once, written differently."""
    assert FILES[path].count(old) == 1, (FILES[path].count(old), old)
    return FILES[path].replace(old, new)
