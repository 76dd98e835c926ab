"""What the people of a round are called, and the roles that they stand for."""

from __future__ import annotations

from formengine.i18n import say
from formengine.services.case.outside_names import outside_names
from formengine.services.case.repository import LoadedCase
from formengine.services.people.lookup import person_name
from formengine.workflow.engine.signing_parties import ADDED
from formengine.workflow.engine.step_titles import party_title


def participant_name(loaded: LoadedCase, person: str) -> str:
    """The name of a person; for an address without an account, its name on the dossier, else the address."""
    if "@" not in person:
        return person_name(loaded.work, person)
    return outside_names(loaded.case).get(person, person)


def role_title(loaded: LoadedCase, role: str) -> str:
    """The title of what a seat represents (`party_title`); "" of somebody who was added and stands for nothing."""
    if role == ADDED:
        return ""
    return party_title(loaded.workflow, loaded.context.directory, role, loaded.work.language)


def signing_title(loaded: LoadedCase, role: str) -> str:
    """The title of what somebody signs for: that of their role, or words for who was added and signs in no role."""
    return say(loaded.work.language, "Signs in addition") if role == ADDED else role_title(loaded, role)
