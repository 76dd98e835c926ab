"""The admin's pages on people: found among thousands, invited, changed, closed and opened again."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.errors import Invalid
from formengine.i18n import say
from formengine.services.access.policy import ROLES
from formengine.services.accounts import account_history, accounts, api_tokens, invitations, person_details, sessions
from formengine.services.accounts.people_list import NOWHERE, STATES, PeopleFilter, list_people
from formengine.services.people import organisations
from formengine.services.people.lookup import person_name
from formengine.services.retention import SIGN_IN_RETENTION
from formengine.storage.models.people import GUEST, Person
from formengine.web.actions import refusal_of
from formengine.web.post_data import FormValues, posted_field, posted_form, posted_values
from formengine.web.repeated_posts import once

PEOPLE = "formengine:web/templates/people/admin_people.jinja2"
NEW_PERSON = "formengine:web/templates/people/admin_new_person.jinja2"
PERSON = "formengine:web/templates/people/admin_person.jinja2"
HISTORY = "formengine:web/templates/people/admin_person_history.jinja2"
LATEST_EVENTS = 4


@view_config(route_name="admin_people", renderer=PEOPLE)
def people(request: Any) -> Any:
    chosen = _filter(request.GET)
    page = list_people(request.work, chosen, after=request.GET.get("after"), before=request.GET.get("before"))
    return {
        "page": page,
        "chosen": chosen,
        "pills": _pills(request.language, chosen, page.counts),
        "roles": ROLES,
        "places": [("", say(request.language, "All")), *places(request), (NOWHERE, say(request.language, "None"))],
        "total": page.counts.get(chosen.state, 0) if chosen.state else sum(page.counts.values()),
    }


@view_config(route_name="admin_new_person", renderer=NEW_PERSON)
def new_person(request: Any) -> Any:
    start = {
        "role": "client",
        "language": request.languages[0],
        "organisation": request.GET.get("organisation", ""),
        "email": request.GET.get("email", "")[:254],
    }
    return _new_person_page(request, FormValues(start))


@view_config(route_name="admin_invite", renderer=NEW_PERSON)
def invite(request: Any) -> Any:
    email = posted_field(request, "email")
    action = partial(
        invitations.invite,
        request.work,
        email,
        posted_field(request, "name"),
        posted_field(request, "role"),
        organisation=posted_field(request, "organisation") or None,
        language=posted_field(request, "language") or None,
    )
    refused = refusal_of(request, once(request, action))
    if isinstance(refused, Invalid):
        request.response.status_int = 422
        return _new_person_page(request, posted_values(request.POST, refused.errors))
    if refused is not None:
        raise refused
    return _back(request, accounts.get_person(request.work, email.strip().lower()), "{email} was invited.")


@view_config(route_name="admin_person", renderer=PERSON)
def person(request: Any) -> Any:
    return _person_page(request, accounts.get_person(request.work, request.matchdict["person"]))


@view_config(route_name="admin_person_history", renderer=HISTORY)
def history(request: Any) -> Any:
    row = accounts.get_person(request.work, request.matchdict["person"])
    before = request.GET.get("before", "")
    events = account_history.account_events(request.work, row, before=before)
    return {"person": row, "events": events, "paged": bool(before), "kept_days": SIGN_IN_RETENTION.days}


@view_config(route_name="admin_details", renderer=PERSON)
def change_details(request: Any) -> Any:
    try:
        fields = posted_form(request, ("name", "language", "organisation", "manager"))
        changed = person_details.change_person(request.work, request.matchdict["person"], **fields)
    except Invalid as error:
        return _person_page_with_errors(request, error, "details")
    return _back(request, changed, "What is known about {name} was saved.")


@view_config(route_name="admin_invitation")
def send_again(request: Any) -> Any:
    invited = invitations.resend_invitation(request.work, request.matchdict["person"])
    return _back(request, invited, "A new invitation is on its way to {email}; links sent before no longer work.")


@view_config(route_name="admin_withdraw")
def withdraw(request: Any) -> Any:
    invited = invitations.withdraw_invitation(request.work, request.matchdict["person"])
    return _back(request, invited, "The invitation of {email} was withdrawn.")


@view_config(route_name="admin_role", renderer=PERSON)
def change_role(request: Any) -> Any:
    try:
        changed = accounts.change_role(request.work, request.matchdict["person"], posted_field(request, "role"))
    except Invalid as error:
        return _person_page_with_errors(request, error, "role")
    return _back(request, changed, "The role of {name} was changed.")


@view_config(route_name="admin_sessions")
def log_out_everywhere(request: Any) -> Any:
    person = accounts.log_person_out(request.work, request.matchdict["person"])
    return _back(request, person, "{name} is signed out on every device, and no token of theirs works any more.")


@view_config(route_name="admin_close")
def close(request: Any) -> Any:
    closed = accounts.close_account(request.work, request.matchdict["person"])
    return _back(request, closed, "The account of {name} was closed.")


@view_config(route_name="admin_reopen", renderer=PERSON)
def reopen(request: Any) -> Any:
    role, organisation = posted_field(request, "role"), posted_field(request, "organisation")
    try:
        opened = person_details.reopen_account(
            request.work, request.matchdict["person"], role, organisation=organisation
        )
    except Invalid as error:
        return _person_page_with_errors(request, error, "reopening")
    sentence = "The account of {name} is open again: an invitation is on its way to {email}."
    request.flash(say(request.language, sentence, name=opened.name, email=opened.email))
    return HTTPSeeOther(f"/admin/people/{opened.id}")


def places(request: Any) -> list[tuple[str, str]]:
    """Organisations and their departments as choices: (`northwind/legal`, *Northwind – Legal*)."""
    departments = organisations.departments_by_organisation(request.work)
    choices = []
    for row in organisations.list_organisations(request.work):
        choices.append((row.short, row.name))
        inner = departments.get(row.id, [])
        choices += [(f"{row.short}/{department.short}", f"{row.name} – {department.name}") for department in inner]
    return choices


def _filter(query: Any) -> PeopleFilter:
    role, state = query.get("role", ""), query.get("state", "")
    return PeopleFilter(
        q=query.get("q", "")[:200].strip(),
        role=role if role in ROLES else "",
        organisation=query.get("organisation", "")[:130],
        state=state if state in STATES else "",
    )


def _pills(language: str, chosen: PeopleFilter, counts: Any) -> list[tuple[str, str, int, bool]]:
    """The states to choose from: (state, title, number of people, whether it is chosen)."""
    titles = {
        "": say(language, "All"),
        "active": say(language, "Active"),
        "invited": say(language, "Invited"),
        "closed": say(language, "Closed"),
    }
    if counts.get(GUEST) or chosen.state == GUEST:  # only portals with public forms have some
        titles[GUEST] = say(language, "Without an account")
    number = {**counts, "": sum(counts.values())}
    return [(state, title, number.get(state, 0), state == chosen.state) for state, title in titles.items()]


def _new_person_page(request: Any, form: FormValues) -> dict[str, Any]:
    return {"form": form, "roles": ROLES, "places": [("", "–"), *places(request)]}


def _back(request: Any, person: Person, sentence: str) -> HTTPSeeOther:
    """Lead to the page of an account, which says what was done; the sentence may have its {name} and {email}."""
    request.flash(say(request.language, sentence, name=person.name, email=person.email))
    return HTTPSeeOther(f"/admin/people/{person.id}")


def _person_page_with_errors(request: Any, error: Invalid, part: str) -> dict[str, Any]:
    request.response.status_int = 422
    row = accounts.get_person(request.work, request.matchdict["person"])
    return _person_page(request, row, part, posted_values(request.POST, error.errors))


def _person_page(request: Any, row: Person, part: str = "", form: FormValues | None = None) -> dict[str, Any]:
    manager = person_details.manager_of(request.work, row)
    known = {
        "name": row.name,
        "language": row.language,
        "role": row.role,
        "organisation": organisations.belonging_text(row),
        "manager": manager.email if manager else "",
    }
    saved = FormValues(known)
    typed = FormValues({**known, **form.values}, form.errors) if form else saved
    forms = {name: typed if name == part else saved for name in ("details", "role", "reopening")}
    return {
        "person": row,
        "manager": manager,
        "invitation": invitations.open_invitation(request.work, row) if row.state == "invited" else None,
        "created_by": person_name(request.work, row.created_by),
        "roles": ROLES,
        "forms": forms,
        "places": [("", "–"), *places(request)],
        "sessions": sessions.sessions_of(request.work, row),
        "tokens": api_tokens.tokens_of(request.work, row),
        "events": account_history.account_events(request.work, row, limit=LATEST_EVENTS),
    }
