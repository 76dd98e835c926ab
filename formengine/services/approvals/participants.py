"""What the people of a round are called, and the roles that they stand for."""

from __future__ import annotations

from formengine.i18n import pick, say
from formengine.services.access.enforcement import current_site
from formengine.services.case.outside_names import outside_names
from formengine.services.case.repository import LoadedCase
from formengine.services.people.lookup import person_name
from formengine.value_format import title_of_id
from formengine.workflow.engine.signing_parties import ADDED


def participant_name(loaded: LoadedCase, person: str) -> str:
    """The name of a person; for an address without an account, its name on the dossier, else the address."""
    if "@" not in person:
        return person_name(loaded.work, person)
    return outside_names(loaded.case).get(person, person)


def role_title(loaded: LoadedCase, role: str) -> str:
    """The title of what a seat represents: a role of the workflow, a team, a position, or a person.

    A role without a title of its own is called as the team or the position that it stands for.
    """
    site, language = current_site(loaded.work), loaded.work.language
    declared = loaded.workflow.roles.get(role)
    if declared is not None and declared.title != title_of_id(role):
        return pick(declared.title, language)
    name = declared.source_name if declared is not None else role
    if name in site.teams:
        return pick(site.teams[name].title, language)
    if name in site.position_titles:
        return pick(site.position_titles[name], language)
    if declared is not None:
        return pick(declared.title, language)
    return "" if role == ADDED else person_name(loaded.work, role) or title_of_id(role)


def signing_title(loaded: LoadedCase, role: str) -> str:
    """The title of what somebody signs for: that of their role, or words for who was added and signs in no role."""
    return say(loaded.work.language, "Signs in addition") if role == ADDED else role_title(loaded, role)
