"""The API's hearings, milestones and tasks: lists, new ones, and changes (P26, P27, D8, D9)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.dossiers import child_changes, child_opening
from formengine.services.dossiers.children import ChildView, all_children, child_view, children
from formengine.web.api.attributes import attributes
from formengine.web.api.repeated_calls import once
from formengine.web.api.request_body import RequestBody, check_known_fields, if_match_version, read_body
from formengine.web.contexts import DossierContext, int_from_path


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
    names = child_opening.child_fields(request.work, dossier, kind)
    body = read_body(request, ("fields", "visible_to_client", *names))
    visible, fields = body.take("visible_to_client", bool, False), _fields(body)
    check_known_fields(fields, names)

    def add() -> dict[str, int]:
        return {"number": child_opening.open_child(request.work, dossier.reference, kind, fields, visible).number}

    made = once(request, body, add)
    return child_json(child_view(request.work, dossier, kind, made["number"]))


@view_config(route_name="api.child.patch", renderer="api")
def change_child(context: DossierContext, request: Request) -> dict[str, Any]:
    """Change the fields that are sent, and leave the others; null empties one."""
    dossier, work, version = context.dossier, request.work, if_match_version(request)
    kind, number = request.matchdict["kind"], int_from_path(request, "number")
    names = child_changes.changeable_fields(work, dossier, kind, number)
    body = read_body(request, ("fields", "visible_to_client", *names))
    visible, fields = body.maybe("visible_to_client", bool), _fields(body)
    check_known_fields(fields, names)
    child_changes.update_child(work, dossier.reference, kind, number, version, fields, visible)
    request.response.headers["ETag"] = f'"{dossier.version}"'
    return child_json(child_view(work, dossier, kind, number))


def _fields(body: RequestBody) -> dict[str, Any]:
    """The fields of a child: those in `fields`, and those that are members of their own."""
    plain = {name: value for name, value in body.data.items() if name not in ("fields", "visible_to_client")}
    return {**plain, **body.take("fields", dict, {})}
