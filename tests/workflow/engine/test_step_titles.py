"""What the steps of rounds are called."""

from __future__ import annotations

from formengine.i18n import Text
from formengine.workflow.engine.step_titles import step_title
from formengine.workflow.simulated_directory import StaticDirectory
from tests.workflow.builders import unchecked

ROLES = "cfo: {team: finance, title: {en: Head of finance, fr: Direction financière}}\nlegal: {team: lawyers}"
STATES = """
starts_in: asked
states:
  asked: {title: Asked, approval: consent, approved: done, rejected: done}
  done: {title: Done, ends: true}
approvals:
  consent:
    title: Consent
    steps:
      - {approvers: [cfo, board]}
      - {name: {en: Last word, fr: Dernier mot}, approvers: [chief]}
      - {approvers: [legal_admin, legal]}
"""


class Titled(StaticDirectory):
    """The directory of a site that has titles for its teams."""

    def title(self, source: str) -> Text | None:
        return {"lawyers": {"en": "Law firm", "fr": "Cabinet"}}.get(source)


def test_a_step_without_a_name_is_called_by_its_roles_in_each_language() -> None:
    """W7, F11: as the page of a round calls it, by the titles of roles and teams; one with a name by that."""
    workflow = unchecked(STATES, roles=ROLES)
    rule = workflow.round_rule("consent")
    titles = {
        code: [step_title(workflow, Titled({}), rule, step, code) for step in rule.steps] for code in ("en", "fr")
    }
    assert titles == {
        "en": ["Head of finance, Board", "Last word", "Legal admin, Law firm"],
        "fr": ["Direction financière, Conseil d’administration", "Dernier mot", "Administrateur juridique, Cabinet"],
    }
