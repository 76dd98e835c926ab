"""Changes of who is asked in an open round, by the API (S9)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.approvals import seat_changes, successors
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import RequestBody, read_body
from formengine.web.api.transitions import changed_dossier
from formengine.web.contexts import DossierContext, int_from_path

SEAT_CHANGES = ("correct", "replace", "remove", "forward")
ROUND_CHANGES = ("add", "copy")


@view_config(route_name="api.seat.post", renderer="api")
def change_seat(context: DossierContext, request: Request) -> dict[str, Any]:
    """Correct, replace or remove somebody who is asked, or decide on a signer's wish to forward."""
    body = read_body(request, SEAT_CHANGES)
    change = _one_of(body, SEAT_CHANGES)
    target = request.work, context.dossier.reference, int_from_path(request, "round"), int_from_path(request, "seat")
    dossier: Dossier
    if change == "correct":
        values = _texts(body, change, ("name", "email"))
        dossier = seat_changes.correct_seat(*target, values.get("name", ""), values.get("email", ""))
    elif change == "replace":
        values = _texts(body, change, ("person", "email", "name"))
        person = values.get("person") or values.get("email", "")
        dossier = seat_changes.replace_seat(*target, person, values.get("name", ""))
    elif change == "forward":
        dossier = _decide_on_forward(body, target)
    else:
        if body.take("remove", bool) is not True:
            raise _wrong("remove", "true")
        dossier = seat_changes.remove_seat(*target)
    return changed_dossier(request, dossier)


@view_config(route_name="api.seats.post", renderer="api")
def change_round(context: DossierContext, request: Request) -> dict[str, Any]:
    """Ask one more person, now or in a later step, or put somebody in copy."""
    body = read_body(request, (*ROUND_CHANGES, "step"))
    change = _one_of(body, ROUND_CHANGES)
    values = _texts(body, change, ("person", "email", "name"))
    person = values.get("person") or values.get("email", "")
    target = request.work, context.dossier.reference, int_from_path(request, "round")
    name, step = values.get("name", ""), body.maybe("step", int)
    if change == "add":
        return changed_dossier(request, seat_changes.add_seat(*target, person, name, step))
    if step is not None:
        raise _wrong("body", '{"copy": ...}')
    return changed_dossier(request, seat_changes.add_copy(*target, values.get("email", ""), name))


def _decide_on_forward(body: RequestBody, target: tuple[UnitOfWork, str, int, int]) -> Dossier:
    values = _texts(body, "forward", ("decision", "comment"))
    if values.get("decision") not in ("confirm", "refuse"):
        raise _wrong("forward.decision", '"confirm" | "refuse"')
    if values["decision"] == "confirm":
        return successors.confirm_forward(*target)
    return successors.refuse_forward(*target, values.get("comment", ""))


def _one_of(body: RequestBody, names: tuple[str, ...]) -> str:
    changes = [name for name in names if name in body.data]
    if len(changes) != 1:
        raise _wrong("body", " | ".join(f'{{"{name}": ...}}' for name in names))
    return changes[0]


def _texts(body: RequestBody, name: str, members: tuple[str, ...]) -> dict[str, str]:
    """The texts of an object of the body; ProblemDetail for another member, or what is no text."""
    values = body.take(name, dict)
    if not set(values) <= set(members) or not all(isinstance(value, str) for value in values.values()):
        raise _wrong(name, "{" + ", ".join(f'"{member}": "…"' for member in members) + "}")
    return values


def _wrong(name: str, wanted: str) -> ProblemDetail:
    return ProblemDetail(422, "A member is missing or wrong", "{name}: write {wanted}.", name=name, wanted=wanted)
