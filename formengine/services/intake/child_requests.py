"""Child requests: a step opens a request of another type, with the answers that both forms have in common, and those
that the step itself gives (D11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select

from formengine.conditions.fact_types import is_calculated
from formengine.errors import Invalid, NotFound, Refused
from formengine.services.access.enforcement import current_site
from formengine.services.case.repository import lock_dossier
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.overview import facts
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.people import Person
from formengine.workflow.definition.fact_types import fact_types

OPENED: Final = "child_dossier_opened"
NOT_OPENED: Final = "child_not_opened"


def open_child(
    work: UnitOfWork,
    dossier_id: int,
    type_id: str,
    cause: str,
    given: Mapping[str, Any] | None = None,
    calculated: Mapping[str, Any] | None = None,
) -> Dossier | None:
    """Submit a request of another type in the requester's name, with the facts that the requester may see (in a job).

    `given` are the answers that the step gives (`with`), which come before those facts, by field; `calculated` are
    those that hold instead where the field is a date, a date-time, a number or money.

    The request of a restricted dossier is restricted as well: it holds the same facts.

    `cause` is the version of the dossier that the step made: a repeated job opens nothing again, another step does.
    The step has decided that it is opened, whoever its form is offered to. When the facts do not satisfy its form, or
    the requester's account may send nothing, nothing is opened and the history says so, so that counsel can ask for the
    rest.
    """
    parent = lock_dossier(work, select(Dossier).where(Dossier.id == dossier_id))
    if parent is None or _was_settled(work, parent, type_id, cause):
        return None
    mark = {"request_type": type_id, "cause": cause}
    try:
        with work.session.begin_nested():
            child = _submit_child(work, parent, type_id, given or {}, calculated or {})
    except (Invalid, NotFound, Refused):
        append_entry(work, NOT_OPENED, mark, parent, nobody=True)
        return None
    child.parent_id = parent.id
    append_entry(work, OPENED, {"reference": child.reference, **mark}, parent, nobody=True, visible_to_client=True)
    return child


def _was_settled(work: UnitOfWork, parent: Dossier, type_id: str, cause: str) -> bool:
    query = select(HistoryEntry.payload).where(
        HistoryEntry.dossier_id == parent.id, HistoryEntry.kind.in_((OPENED, NOT_OPENED))
    )
    step = (type_id, cause)
    return any((payload.get("request_type"), payload.get("cause")) == step for payload in work.session.scalars(query))


def _submit_child(
    work: UnitOfWork, parent: Dossier, type_id: str, given: Mapping[str, Any], calculated: Mapping[str, Any]
) -> Dossier:
    requester_work = replace(work, actor=work.session.get_one(Person, parent.requester_id))
    request_type = current_site(work).request_types.get(type_id)
    if request_type is None:
        raise NotFound(f"no request type {type_id}")
    schema = request_type.schema(work.language)
    properties, types = schema.get("properties", {}), fact_types({}, {type_id: schema}) if given else {}
    answers = {name: value for name, value in facts(requester_work, parent).items() if name in properties}
    for name, value in given.items():
        is_sentence = name in calculated and name in types and is_calculated(types[name], value)
        answers[name] = calculated[name] if is_sentence else value
    answers = {name: value for name, value in answers.items() if value is not None or name not in given}
    return submit(
        requester_work, type_id, answers, accept_notice=True, restricted=parent.restricted, any_audience=True
    ).dossier
