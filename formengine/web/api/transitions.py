"""The API's transitions and claims."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.access.enforcement import has_permission
from formengine.services.case.repository import load
from formengine.services.catalogue.request_types import field_kinds_for
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import assignment, transitions
from formengine.services.dossiers.clean_steps import unclean_documents
from formengine.services.dossiers.version_consequences import CONSENT, OVER_UPLOAD
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.web.api.attributes import attributes
from formengine.web.api.catalogue import bundle_kinds
from formengine.web.api.children import list_all_children
from formengine.web.api.dossiers import dossier_summary
from formengine.web.api.request_body import check_known_fields, if_match_version, read_body
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
    body = read_body(request, ("transition", "fields", "comment", "clean", CONSENT, OVER_UPLOAD))
    name, fields, comment = body.take("transition", str), body.maybe("fields", dict), body.maybe("comment", str)
    child = child_of(request, context.dossier)
    if fields and name in transitions.available_transitions(request.work, context.dossier, child):
        form = transitions.step_form(request.work, context.dossier, name, child, version)
        check_known_fields(fields, form.fields["properties"])
    clean = _clean_versions(request, context.dossier, name) if child is None and body.take("clean", bool, False) else {}
    ends, over = body.take(CONSENT, bool, False), body.take(OVER_UPLOAD, bool, False)
    step = partial(transitions.perform, ends_signatures=ends, over_upload=over)
    moved = step(request.work, context.dossier.reference, name, version, fields, comment, child, clean)
    if child is None or has_permission(request.work, "dossier.read", moved):
        return changed_dossier(request, moved)
    request.response.headers["ETag"] = f'"{moved.version}"'
    return list_all_children(context, request)


def _clean_versions(request: Request, dossier: Dossier, transition: str) -> dict[str, int | None]:
    """The newest versions that have to be cleaned for a step, by document."""
    unclean = unclean_documents(load(request.work, dossier), transition)
    return {document.id: document.number for document in unclean}


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
