"""What the steps of rounds are called: by their own names, else by the roles that they ask."""

from __future__ import annotations

from formengine.i18n import pick
from formengine.value_format import title_of_id
from formengine.workflow.definition.model import RoundStep, Workflow
from formengine.workflow.engine.signing_parties import entry_party


def has_own_name(step: RoundStep) -> bool:
    """Whether the author named a step: the parser calls one without a name by the id of the first that it asks."""
    return bool(step.entries) and step.name != title_of_id(entry_party(step.entries[0]))


def step_title(workflow: Workflow, step: RoundStep, language: str) -> str:
    """The title of a step in a language: its own name, else the titles of those that it asks."""
    if has_own_name(step):
        return pick(step.name, language)
    parties = [entry_party(entry) for entry in step.entries]
    roles = [workflow.roles.get(party) for party in parties]
    titles = [
        pick(role.title, language) if role else title_of_id(party) for role, party in zip(roles, parties, strict=True)
    ]
    return ", ".join(dict.fromkeys(titles))
