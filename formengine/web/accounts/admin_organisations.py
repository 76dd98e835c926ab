"""The admin's pages on organisations and departments (U8)."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.errors import Invalid
from formengine.i18n import say
from formengine.services.accounts import organisation_details as details
from formengine.services.accounts.account_history import organisation_events
from formengine.services.accounts.people_list import PeopleFilter, list_people
from formengine.services.people.organisations import count_organisations, organisation_named
from formengine.web.actions import refusal_of
from formengine.web.contexts import int_from_path
from formengine.web.post_data import FormValues, posted_field, posted_values
from formengine.web.repeated_posts import once

ORGANISATIONS = "formengine:web/templates/people/admin_organisations.jinja2"
ORGANISATION = "formengine:web/templates/people/admin_organisation.jinja2"
EVENTS = 20
"""How many of the last events the page of an organisation shows."""


@view_config(route_name="admin_organisations", request_method="GET", renderer=ORGANISATIONS)
def organisations(request: Any) -> Any:
    return {"rows": count_organisations(request.work), "form": FormValues()}


@view_config(route_name="admin_organisations", request_method="POST", renderer=ORGANISATIONS)
def add_organisation(request: Any) -> Any:
    name = posted_field(request, "name")
    action = partial(details.add_organisation, request.work, name, posted_field(request, "short"))
    refused = refusal_of(request, once(request, action))
    if isinstance(refused, Invalid):
        request.response.status_int = 422
        return {"rows": count_organisations(request.work), "form": posted_values(request.POST, refused.errors)}
    if refused is not None:
        raise refused
    row = organisation_named(request.work, name)
    if row is None:  # sent again after it was renamed
        return HTTPSeeOther("/admin/organisations")
    request.flash(say(request.language, "{name} was added.", name=row.name))
    return HTTPSeeOther(f"/admin/organisations/{row.id}")


@view_config(route_name="admin_organisation", request_method="GET", renderer=ORGANISATION)
def organisation(request: Any) -> Any:
    return _page(request)


@view_config(route_name="admin_organisation", request_method="POST", renderer=ORGANISATION)
def rename(request: Any) -> Any:
    number = int_from_path(request, "organisation")
    try:
        row = details.rename_organisation(request.work, number, posted_field(request, "name"))
    except Invalid as error:
        return _page_with_errors(request, error, "rename")
    request.flash(say(request.language, "The organisation is called {name} now.", name=row.name))
    return HTTPSeeOther(f"/admin/organisations/{row.id}")


@view_config(route_name="admin_departments", renderer=ORGANISATION)
def add_department(request: Any) -> Any:
    number = int_from_path(request, "organisation")
    name = posted_field(request, "name")
    action = partial(details.add_department, request.work, number, name, posted_field(request, "short"))
    refused = refusal_of(request, once(request, action))
    if isinstance(refused, Invalid):
        return _page_with_errors(request, refused, "new")
    if refused is not None:
        raise refused
    request.flash(say(request.language, "The department {name} was added.", name=" ".join(name.split())))
    return HTTPSeeOther(f"/admin/organisations/{number}#departments")


@view_config(route_name="admin_department", renderer=ORGANISATION)
def change_department(request: Any) -> Any:
    number, department = int_from_path(request, "organisation"), int_from_path(request, "department")
    name, head = posted_field(request, "name"), posted_field(request, "head")
    try:
        row = details.change_department(request.work, number, department, name=name, head=head)
    except Invalid as error:
        return _page_with_errors(request, error, f"department-{department}")
    request.flash(say(request.language, "The department {name} was saved.", name=row.name))
    return HTTPSeeOther(f"/admin/organisations/{number}#departments")


def _page_with_errors(request: Any, error: Invalid, part: str) -> dict[str, Any]:
    request.response.status_int = 422
    return _page(request, part, posted_values(request.POST, error.errors))


def _page(request: Any, part: str = "", form: FormValues | None = None) -> dict[str, Any]:
    row = details.get_organisation(request.work, int_from_path(request, "organisation"))
    departments = [
        (department, head, people, form if part == f"department-{department.id}" and form else
         FormValues({"name": department.name, "head": head.email if head else ""}))
        for department, head, people in details.departments_of(request.work, row)
    ]  # fmt: skip
    after, before = (request.GET.get("after"), request.GET.get("before")) if request.method == "GET" else (None, None)
    people = list_people(request.work, PeopleFilter(organisation=row.short), after=after, before=before)
    return {
        "organisation": row,
        "departments": departments,
        "rename": form if part == "rename" and form else FormValues({"name": row.name}),
        "new": form if part == "new" and form else FormValues(),
        "page": people,
        "merged_into": details.get_organisation(request.work, row.merged_into_id) if row.merged_into_id else None,
        "events": organisation_events(request.work, row, limit=EVENTS),
        "total": sum(people.counts.values()),
    }
