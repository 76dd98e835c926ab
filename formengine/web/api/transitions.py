"""The API's transitions, claims and children."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.access.enforcement import has_permission
from formengine.services.catalogue.request_types import field_kinds_for
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import assignment, transitions
from formengine.services.dossiers.children import ChildView, all_children, children
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.web.api.attributes import attributes
from formengine.web.api.catalogue import bundle_kinds
from formengine.web.api.dossiers import dossier_summary
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import if_match_version, read_body
from formengine.web.contexts import DossierContext, load_child


@view_config(route_name="api.transitions", renderer="api")
@view_config(route_name="api.child_transitions", renderer="api")
def list_transitions(context: DossierContext, request: Request) -> list[dict[str, Any]]:
    request.response.headers["ETag"] = f'"{context.dossier.version}"'
    work, dossier, child = request.work, context.dossier, child_of(request, context.dossier)
    reasons_by_id = transitions.available_transitions(work, dossier, child)
    return [transition_json(work, dossier, id, reasons, child) for id, reasons in reasons_by_id.items()]


def child_of(request: Request, dossier: Dossier) -> Child | None:
    """The child of `{kind}` and `{number}` in addresses that have them; NotFound when it is not on this dossier."""
    return load_child(request, dossier) if "kind" in request.matchdict else None


def transition_json(
    work: UnitOfWork, dossier: Dossier, id: str, reasons: list[str], child: Child | None = None
) -> dict[str, Any]:
    """A transition out of the present state, with why it is refused now and the JSON Schema of its fields."""
    form = transitions.step_form(work, dossier, id, child)
    return {
        "id": id,
        "title": form.title,
        "allowed": not reasons,
        "reasons": reasons,
        "fields": bundle_kinds(form.fields, field_kinds_for(work, work.language, form.fields), work.language),
        "comment_required": form.comment_required,
        "confirm": form.confirm,
        "document": attributes(form.document, ("id", "title")) if form.document else None,
    }


@view_config(route_name="api.transitions.post", renderer="api")
@view_config(route_name="api.child_transitions.post", renderer="api")
def perform(context: DossierContext, request: Request) -> dict[str, Any]:
    version = if_match_version(request)
    body = read_body(request, ("transition", "fields", "comment"))
    name, fields, comment = body.take("transition", str), body.maybe("fields", dict), body.maybe("comment", str)
    child = child_of(request, context.dossier)
    if fields and name in transitions.available_transitions(request.work, context.dossier, child):
        form = transitions.step_form(request.work, context.dossier, name, child, version)
        check_known_fields(fields, form.fields["properties"])
    moved = transitions.perform(request.work, context.dossier.reference, name, version, fields, comment, child)
    if child is None or has_permission(request.work, "dossier.read", moved):
        return changed_dossier(request, moved)
    request.response.headers["ETag"] = f'"{moved.version}"'
    return list_all_children(context, request)


@view_config(route_name="api.claim.post", renderer="api")
def claim(context: DossierContext, request: Request) -> dict[str, Any]:
    version = if_match_version(request) if "If-Match" in request.headers else None
    if request.content_length:
        read_body(request, ())
    return changed_dossier(request, assignment.claim(request.work, context.dossier.reference, version))


def changed_dossier(request: Request, dossier: Dossier) -> dict[str, Any]:
    """A dossier after a change, with its new version."""
    request.response.headers["ETag"] = f'"{dossier.version}"'
    return dossier_summary(request.work, dossier)


@view_config(route_name="api.children", renderer="api")
def list_all_children(context: DossierContext, request: Request) -> dict[str, Any]:
    """Every child, with the ids of the transitions that the person may take now; for somebody who is in charge of
    children alone, these.
    """
    request.response.headers.setdefault("ETag", f'"{context.dossier.version}"')
    rows = all_children(request.work, context.dossier)
    return {
        "items": [{**child_json(row), "transitions": [button.id for button in row.buttons]} for row in rows],
        "next": None,
    }


@view_config(route_name="api.milestones", renderer="api")
@view_config(route_name="api.hearings", renderer="api")
def list_children(context: DossierContext, request: Request) -> dict[str, Any]:
    rows = children(request.work, context.dossier, _child_kind(request))
    return {"items": [child_json(child) for child in rows], "next": None}


def _child_kind(request: Request) -> str:
    """`{kind}` of the address, else `milestone` or `hearing`, from the name of the route."""
    if "kind" in request.matchdict:
        return str(request.matchdict["kind"])
    name: str = request.matched_route.name
    return name.removeprefix("api.").removesuffix(".post").removesuffix("s")


def child_json(child: ChildView) -> dict[str, Any]:
    """A child as the schema `Child` describes it."""
    names = ("kind", "number", "title", "state", "state_title")
    return {
        **attributes(child, names),
        "fields": child.values,
        "visible_to_client": child.visible,
        "in_charge": [
            {"id": person, "name": name} for person, name in zip(child.in_charge, child.names_in_charge, strict=True)
        ],
        "due": child.due,
        "late": child.is_late,
        "without_entry": child.without_entry,
    }


@view_config(route_name="api.children.post", renderer="api")
@view_config(route_name="api.milestones.post", renderer="api")
@view_config(route_name="api.hearings.post", renderer="api")
def add_child(context: DossierContext, request: Request) -> dict[str, Any]:
    """Open a child; its fields come as `fields`, or as members of their own beside `visible_to_client`."""
    dossier, kind = context.dossier, _child_kind(request)
    names = transitions.child_fields(request.work, dossier, kind)
    body = read_body(request, ("fields", "visible_to_client", *names))
    visible = body.take("visible_to_client", bool, False)
    plain = {name: value for name, value in body.data.items() if name not in ("fields", "visible_to_client")}
    fields = {**plain, **body.take("fields", dict, {})}
    check_known_fields(fields, names)
    opened = transitions.open_child(request.work, dossier.reference, kind, fields, visible)
    request.response.status_int = 201
    return next(child_json(child) for child in children(request.work, dossier, kind) if child.number == opened.number)


def check_known_fields(fields: Mapping[str, object], asked_names: Collection[str]) -> None:
    """Raise ProblemDetail (422) for fields that are not asked: a wrong name is said, not dropped."""
    unknown = sorted(set(fields) - set(asked_names))
    if unknown:
        names = {"names": ", ".join(unknown), "asked": ", ".join(sorted(asked_names)) or "–"}
        raise ProblemDetail(422, "Unknown fields", "{names}: not asked here; asked are: {asked}.", **names)
