"""What the steps of rounds and those that they ask are called: by their own names, else by the roles that they ask."""

from __future__ import annotations

from formengine.i18n import pick
from formengine.workflow.definition.model import RoundRule, RoundStep, Workflow
from formengine.workflow.definition.site_roles import ROLE_TITLES, site_role_title
from formengine.workflow.definition.usual_titles import is_title_of_id, usual_title
from formengine.workflow.engine.case import Directory
from formengine.workflow.engine.signing_parties import entry_party


def has_own_name(step: RoundStep) -> bool:
    """Whether the author named a step: the parser calls one without a name by the id of the first that it asks."""
    return bool(step.entries) and not is_title_of_id(step.name, entry_party(step.entries[0]))


def step_title(workflow: Workflow, directory: Directory, rule: RoundRule, step: RoundStep, language: str) -> str:
    """The title of a step in a language: its own name, else, as always in signatures, the titles of those it asks."""
    if rule.kind != "signature" and has_own_name(step):
        return pick(step.name, language)
    titles = [party_title(workflow, directory, entry_party(entry), language) for entry in step.entries]
    return ", ".join(dict.fromkeys(titles))


def party_title(workflow: Workflow, directory: Directory, party: str, language: str) -> str:
    """The title of what a seat represents, a role of the workflow, a team, a position or a site role, or else the name
    of a person.

    A role without a title of its own is called as the team or the position that it stands for.
    """
    role = workflow.roles.get(party)
    if role is not None and not is_title_of_id(role.title, party):
        return pick(role.title, language)
    of_site = directory.title(role.source_name if role is not None else party)
    if of_site is not None:
        return pick(of_site, language)
    if role is not None:
        return pick(role.title, language)
    if party in ROLE_TITLES:
        return site_role_title(party, language)
    name = directory.name(directory.named(party))
    return pick(usual_title(party), language) if name == party and "@" not in party else name
