"""What the people of a round are called, the roles that they stand for, and the companies for which they sign."""

from __future__ import annotations

from collections.abc import Mapping

from formengine.i18n import say
from formengine.services.case.fact_text import fact_text
from formengine.services.case.outside_names import outside_names
from formengine.services.case.repository import LoadedCase
from formengine.services.people.askers import company_of_ours
from formengine.services.people.displayed_names import displayed_name
from formengine.services.people.lookup import person_name
from formengine.workflow.engine.case import Seat
from formengine.workflow.engine.signing_parties import ADDED
from formengine.workflow.engine.step_titles import party_title

SIGNS_FOR = "signs_for"
"""The member of the evidence of a signature that names the company for which it was given."""


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
    """The title of what somebody signs as: that of their role, or words for who was added and signs in no role."""
    return say(loaded.work.language, "Signs in addition") if role == ADDED else role_title(loaded, role)


def signing_capacity(loaded: LoadedCase, seat: Seat) -> str:
    """What somebody signs as (`signing_title`), and the company for which they do."""
    title, company = signing_title(loaded, seat.role), company_signed_for(loaded, seat)
    return say(loaded.work.language, "{role}, for {company}", role=title, company=company) if company else title


def company_signed_for(loaded: LoadedCase, seat: Seat) -> str:
    """The name of the company for which the holder of a seat signs (`signs_for` of their role): of a signature, what
    its evidence says; before it, by the facts as they are now. "" where none is named.
    """
    role = loaded.workflow.roles.get(seat.role)
    if seat.status == "signed" or role is None or role.signs_for is None:
        return str(seat.evidence.get(SIGNS_FOR) or "")
    value, type_ = loaded.case.values().get(role.signs_for), loaded.workflow.fact_types.get(role.signs_for)
    if isinstance(value, Mapping):
        return displayed_name(str(value.get("name") or ""))
    schema = type_.schema if type_ is not None else {}
    is_choice = str(schema.get("$ref", "")).startswith("formengine:list/")
    ours = company_of_ours(loaded.work, value) if is_choice and isinstance(value, str) else ""
    return displayed_name(ours or fact_text(loaded.work, value, schema))
