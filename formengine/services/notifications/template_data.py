"""Ids of the engine (states, transitions, rounds, deadlines) as titles in the language of a mail's reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.i18n import pick
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient
from formengine.services.people.lookup import known_people, person_name
from formengine.value_format import format_due
from formengine.workflow.definition.model import Workflow
from formengine.workflow.definition.site_roles import CLIENT_ROLES
from formengine.workflow.engine.case import NotifyPeople


def template_data(
    work: UnitOfWork, workflow: Workflow, effect: NotifyPeople, recipient: Recipient
) -> dict[str, object]:
    """The variables of a mail about an effect of the engine, for one recipient."""
    variables: dict[str, object] = {}
    for name, value in effect.data.items():
        if name not in ("internal", "of_child"):
            variables[name] = _worded(work, workflow, name, value, recipient)
    if effect.data.get("internal") and _reads_as_client(work, recipient):
        variables["comment"] = ""
    if "rule" in effect.data:
        variables["round"] = _worded(work, workflow, "round", effect.data["rule"], recipient)
    return variables


def _worded(work: UnitOfWork, workflow: Workflow, name: str, value: Any, to: Recipient) -> object:
    if name == "state" and value in workflow.states:
        state = workflow.states[value]
        return pick(state.client_sees if _reads_as_client(work, to) else state.title, to.language)
    if name == "transition" and value in workflow.transitions:
        return pick(workflow.transitions[value].happened, to.language)
    if name == "document" and isinstance(value, Mapping):
        return pick(value, to.language)
    if name == "round":
        rule = next((rule for rule in workflow.rounds if rule.id == value), None)
        return {"name": pick(rule.title, to.language) if rule else str(value)}
    if name == "deadline" and isinstance(value, Mapping):
        return {
            "name": pick(value["name"], to.language),
            "due": format_due(value.get("due"), value.get("last_day"), to.language, to.zone),
        }
    if name == "before" and isinstance(value, Mapping):
        return format_due(value.get("due"), value.get("last_day"), to.language, to.zone)
    if name in ("by", "to_person", "left") and isinstance(value, str):
        return person_name(work, value)
    if name == "signer" and isinstance(value, str):
        return person_name(work, value) or value
    return value


def _reads_as_client(work: UnitOfWork, to: Recipient) -> bool:
    person = known_people(work).get(to.person) if to.person else None
    return person is None or person.role in CLIENT_ROLES
