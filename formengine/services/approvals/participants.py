"""What the people of a round are called, and the roles that they stand for."""

from __future__ import annotations

from formengine.i18n import pick
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
    """The title of what a seat represents: a role of the workflow, a team, or a person."""
    language = loaded.work.language
    title = loaded.workflow.roles.get(role) or current_site(loaded.work).teams.get(role)
    if title is not None:
        return pick(title.title, language)
    return "" if role == ADDED else person_name(loaded.work, role) or title_of_id(role)
