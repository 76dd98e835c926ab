"""What the steps of rounds are called."""

from __future__ import annotations

from formengine.workflow.engine.step_titles import step_title
from tests.workflow.builders import unchecked

ROLES = "cfo: {team: finance, title: {en: Head of finance, fr: Direction financière}}"
STATES = """
starts_in: asked
states:
  asked: {title: Asked, approval: consent, approved: done, rejected: done}
  done: {title: Done, ends: true}
approvals:
  consent:
    title: Consent
    steps: [{approvers: [cfo, board]}, {name: {en: Last word, fr: Dernier mot}, approvers: [chief]}]
"""


def test_a_step_without_a_name_is_called_by_its_roles_in_each_language() -> None:
    """W7, F11: as the page of a round calls it; one with a name by that."""
    workflow = unchecked(STATES, roles=ROLES)
    titles = {
        code: [step_title(workflow, step, code) for step in workflow.round_rule("consent").steps]
        for code in ("en", "fr")
    }
    assert titles == {
        "en": ["Head of finance, Board", "Last word"],
        "fr": ["Direction financière, Board", "Dernier mot"],
    }
