"""The pages of those who decide on requests for an account: what waits, and each request with its data (P5, U3)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.errors import Invalid, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import is_client_side
from formengine.services.accounts import sign_up_decisions as decisions
from formengine.services.people.lookup import person_name
from formengine.web.accounts.admin_people import places
from formengine.web.contexts import int_from_path
from formengine.web.post_data import FormValues, posted_field, posted_values

REQUESTS = "formengine:web/templates/people/sign_ups.jinja2"
REQUEST = "formengine:web/templates/people/sign_up_request.jinja2"


@view_config(route_name="sign_ups", renderer=REQUESTS)
def sign_ups(request: Any) -> Any:
    return {"lists": decisions.list_sign_ups(request.work), "mode": request.identity.site.portal.sign_up.mode}


@view_config(route_name="sign_up_request", renderer=REQUEST)
def sign_up_request(request: Any) -> Any:
    return _page(request)


@view_config(route_name="sign_up_acceptance", renderer=REQUEST)
def accept(request: Any) -> Any:
    number = int_from_path(request, "sign_up")
    role, organisation = posted_field(request, "role"), posted_field(request, "organisation")
    try:
        person = decisions.accept_sign_up(request.work, number, role, organisation)
    except (Invalid, Refused) as error:
        return _page_with_errors(request, error, "acceptance")
    sentence = "{name} was let in: a welcome with a link to choose a password is on its way to {email}."
    request.flash(say(request.language, sentence, name=person.name, email=person.email))
    return HTTPSeeOther("/sign-ups")


@view_config(route_name="sign_up_refusal", renderer=REQUEST)
def refuse(request: Any) -> Any:
    try:
        row = decisions.refuse_sign_up(
            request.work, int_from_path(request, "sign_up"), posted_field(request, "comment", 10_000)
        )
    except (Invalid, Refused) as error:
        return _page_with_errors(request, error, "refusal")
    request.flash(say(request.language, "The request of {name} was refused; a mail tells them.", name=row.name))
    return HTTPSeeOther("/sign-ups")


def _page_with_errors(request: Any, error: Invalid | Refused, part: str) -> dict[str, Any]:
    """The page with the errors of a form; a request that was decided meanwhile is shown as it stands now."""
    request.response.status_int = 422 if isinstance(error, Invalid) else 409
    form = posted_values(request.POST, error.errors if isinstance(error, Invalid) else ())
    return _page(request, part, form, error.reasons if isinstance(error, Refused) else ())


def _page(request: Any, part: str = "", form: FormValues | None = None, problems: Any = ()) -> dict[str, Any]:
    work = request.work
    row = decisions.get_sign_up(work, int_from_path(request, "sign_up"))
    likely = decisions.likely_organisation(work, row) if row.state == "waiting" else ""
    start = FormValues({"role": "client", "organisation": likely})
    own = {organisation.short for organisation in decisions.organisations_to_give(work)}
    choices = [choice for choice in places(request) if choice[0].partition("/")[0] in own]
    return {
        "row": row,
        "earlier": decisions.earlier_sign_ups(work, row),
        "decided_by": person_name(work, row.decided_by),
        "roles": decisions.roles_to_give(work),
        "places": choices if is_client_side(work) else [("", "–"), *choices],
        "acceptance": form if part == "acceptance" and form is not None else start,
        "refusal": form if part == "refusal" and form is not None else FormValues(),
        "problems": problems,
        "longest": decisions.MAX_COMMENT,
    }
