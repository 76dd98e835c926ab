"""The API's dossiers: lists, and one dossier with everything that its reader may see."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPForbidden
from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.access.enforcement import has_permission
from formengine.services.case import timeline
from formengine.services.case.timeline import TimelineEntry
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import listing
from formengine.services.dossiers.facets import count_dossiers
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.keyset import parse_position
from formengine.services.dossiers.list_filter import (
    PRIORITIES,
    SORTS,
    FilterError,
    ListFilter,
    filter_of_actor,
    visible_sort,
)
from formengine.services.dossiers.overview import DeadlineView, facts, overview
from formengine.services.intake import submissions
from formengine.services.notifications import mail_admin
from formengine.storage.models.dossiers import Dossier
from formengine.web.api.attributes import attributes
from formengine.web.api.developments import development_json
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import page_limit
from formengine.web.contexts import DossierContext
from formengine.web.post_data import PAGE_KEY_PREFIX, whole_number
from formengine.workflow.definition.model import KINDS


@view_config(route_name="api.dossiers", renderer="api")
def dossier_list(request: Request) -> dict[str, Any]:
    chosen = chosen_filter(request)
    after = request.GET.get("after") or None
    if after is not None and parse_position(listing.order_of(chosen.sort), after) is None:
        raise _unreadable_after()
    page = listing.dossier_page(request.work, chosen, after=after, limit=page_limit(request))
    total = count_dossiers(request.work, chosen) if after is None else None  # counting again costs more than the page
    return {
        "items": [dossier_summary(request.work, dossier) for dossier in page.items],
        "next": page.next,
        "total": None if total is None else total.number,
        "total_is_exact": None if total is None else total.is_exact,
    }


def chosen_filter(request: Request) -> ListFilter:
    """The filter of an address; raises ProblemDetail for one that cannot be read."""
    chosen, errors = filter_of_actor(request.work, request.GET.items())
    for error in errors:
        if error.parameter == "tab" and error.is_internal:
            raise HTTPForbidden
        raise _unreadable_filter(error, request.language)
    if visible_sort(request.work, chosen.sort) != chosen.sort:
        raise _unreadable_filter(FilterError("sort", chosen.sort), request.language)
    return chosen


def _unreadable_filter(error: FilterError, language: str) -> ProblemDetail:
    title, name = "A filter cannot be read", error.parameter
    allowed = {"kind": KINDS, "priority": PRIORITIES, "sort": SORTS}.get(name)
    if allowed is None:
        return ProblemDetail(400, title, "{name}: {error}", name=name, error=error.message(language))
    return ProblemDetail(400, title, "{name}: send one of {these}.", name=name, these=", ".join(allowed))


def _unreadable_after() -> ProblemDetail:
    return ProblemDetail(400, "after cannot be read", "Send the `next` of the page before.")


@view_config(route_name="api.dossier", renderer="api")
def dossier_detail(context: DossierContext, request: Request) -> dict[str, Any]:
    work, dossier = request.work, context.dossier
    shown = overview(work, dossier)
    request.response.headers["ETag"] = f'"{dossier.version}"'
    body = {
        **dossier_summary(work, dossier),
        "people": [attributes(group, ("part", "title", "names")) for group in shown.people],
        "idempotency_key": own_idempotency_key(work, dossier),
        "facts": facts(work, dossier),
        "deadlines": [_deadline(deadline) for deadline in shown.deadlines],
        "developments": [development_json(row) for row in shown.developments],
    }
    if has_permission(work, "dossier.read_internal", dossier):
        body["notifications"] = mail_admin.notifications(work, dossier)
    return body


def _deadline(deadline: DeadlineView) -> dict[str, Any]:
    names = ("at", "by", "length", "due_before", "last_day_before", "comment")
    return {
        **attributes(deadline, ("name", "due", "last_day", "status", "applies")),
        "extensions": [attributes(extension, names) for extension in deadline.extensions],
    }


@view_config(route_name="api.history", renderer="api")
def history(context: DossierContext, request: Request) -> dict[str, Any]:
    after, limit = whole_number(request.GET.get("after") or "0", 9), page_limit(request)
    if after is None:
        raise _unreadable_after()
    entries = timeline.visible_history(request.work, context.dossier, after, limit + 1)
    items = [entry_json(entry) for entry in entries[:limit]]
    return {"items": items, "next": str(entries[limit - 1].number) if len(entries) > limit else None}


def entry_json(entry: TimelineEntry) -> dict[str, Any]:
    """A history entry: states by their ids, as everywhere in the API, and the whole as a sentence in the reader's
    language.
    """
    before, after = entry.states
    return {
        "number": entry.number,
        "at": entry.at,
        "by": entry.by or None,
        "by_id": entry.by_id,
        "kind": entry.kind,
        "transition": entry.transition,
        "before": before,
        "after": after,
        "comment": entry.comment,
        "text": entry.text,
        "via": entry.via,
    }


def dossier_summary(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
    """A dossier as the schema `DossierSummary` describes it."""
    names = ("reference", "title", "kind", "request_type", "category", "practice_area", "state", "state_category")
    return {
        "dossier": dossier.id,
        **attributes(dossier, (*names, "priority", "version")),
        "title": title_in(dossier, work.language),
        "state_title": state_title(work, dossier),
        "dates": {"opened": dossier.opened_at, "entered": dossier.entered_at, "ended": dossier.ended_at},
    }


def own_idempotency_key(work: UnitOfWork, dossier: Dossier) -> str | None:
    """The key with which the reader submitted the dossier through the API; None for everybody else."""
    key = submissions.idempotency_key_of(work, dossier)
    return None if key is None or key.startswith(PAGE_KEY_PREFIX) else key
