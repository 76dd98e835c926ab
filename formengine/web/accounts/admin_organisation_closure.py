"""The admin's pages on closing and merging organisations, and removing departments (U8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.accounts import organisation_closure as closure
from formengine.services.accounts import organisation_details as details
from formengine.services.people.organisations import list_organisations
from formengine.web.actions import run_action
from formengine.web.contexts import int_from_path
from formengine.web.page_errors import PageError
from formengine.web.post_data import posted_field

CLOSURE = "formengine:web/templates/people/admin_closure.jinja2"
REMOVAL = "formengine:web/templates/people/admin_department_removal.jinja2"


@view_config(route_name="admin_closure", request_method="GET", renderer=CLOSURE)
def closure_page(request: Any) -> Any:
    return _closure_page(request)


@view_config(route_name="admin_closure", request_method="POST", renderer=CLOSURE)
def close(request: Any) -> Any:
    number = int_from_path(request, "organisation")

    def after() -> HTTPSeeOther:
        name = details.get_organisation(request.work, number).name
        request.flash(say(request.language, "{name} was closed.", name=name))
        return HTTPSeeOther(f"/admin/organisations/{number}")

    return run_action(
        request,
        lambda: closure.close_organisation(request.work, number),
        after,
        lambda problems: _closure_page(request, problems),
    )


@view_config(route_name="admin_merger", renderer=CLOSURE)
def merge(request: Any) -> Any:
    number, into = int_from_path(request, "organisation"), posted_field(request, "into")
    keep = posted_field(request, "sharing") == "keep"

    def after() -> HTTPSeeOther:
        row = details.get_organisation(request.work, number)
        sentence = say(request.language, "{name} was merged into this organisation, and closed.", name=row.name)
        request.flash(sentence)
        return HTTPSeeOther(f"/admin/organisations/{row.merged_into_id}")

    return run_action(
        request,
        lambda: closure.merge_organisation(request.work, number, into, keep_sharing=keep),
        after,
        lambda problems: _closure_page(request, problems, into=into, keep=keep),
        controls={"into": "into"},
    )


@view_config(route_name="admin_opening")
def open_again(request: Any) -> Any:
    row = closure.open_organisation(request.work, int_from_path(request, "organisation"))
    request.flash(say(request.language, "{name} is open again.", name=row.name))
    return HTTPSeeOther(f"/admin/organisations/{row.id}")


@view_config(route_name="admin_department_removal", request_method="GET", renderer=REMOVAL)
def removal_page(request: Any) -> Any:
    return _removal_page(request)


@view_config(route_name="admin_department_removal", request_method="POST", renderer=REMOVAL)
def remove(request: Any) -> Any:
    number, department = int_from_path(request, "organisation"), int_from_path(request, "department")
    into = posted_field(request, "into")
    organisation = details.get_organisation(request.work, number)
    name = details.get_department(details.departments_of(request.work, organisation), department)[0].name

    def after() -> HTTPSeeOther:
        request.flash(say(request.language, "The department {name} was removed.", name=name))
        return HTTPSeeOther(f"/admin/organisations/{number}#departments")

    return run_action(
        request,
        lambda: closure.remove_department(request.work, number, department, into),
        after,
        lambda problems: _removal_page(request, problems, into),
        controls={"into": "into"},
    )


def _closure_page(
    request: Any, problems: Sequence[PageError] = (), *, into: str = "", keep: bool = False
) -> dict[str, Any]:
    row = details.get_organisation(request.work, int_from_path(request, "organisation"))
    content = closure.content_of(request.work, row)
    return {
        "organisation": row,
        "content": content,
        "reasons": closure.reasons_to_keep(request.work, content),
        "against_merging": closure.reasons_against_merging(request.work, content),
        "others": [(other.short, other.name) for other in list_organisations(request.work) if other.id != row.id],
        "into": into,
        "keep": keep,
        "problems": problems,
    }


def _removal_page(request: Any, problems: Sequence[PageError] = (), into: str = "") -> dict[str, Any]:
    number, department = int_from_path(request, "organisation"), int_from_path(request, "department")
    organisation = details.get_organisation(request.work, number)
    rows = details.departments_of(request.work, organisation)
    row, head, people = details.get_department(rows, department)
    return {
        "organisation": organisation,
        "department": row,
        "head": head,
        "people": people,
        "reasons": closure.reasons_to_keep_department(request.work, row),
        "others": [(other.short, other.name) for other, _head, _people in rows if other.id != row.id],
        "into": into,
        "problems": problems,
    }
