"""The page of an invitation or password reset: opening it does not use the link up, choosing a password does (U2)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import exception_view_config, view_config

from formengine.errors import Invalid, LinkSpent
from formengine.i18n import say
from formengine.services.accounts import passwords
from formengine.services.accounts.invitations import choose_password, read_link, renew_link
from formengine.web.authentication import remember_device, set_session_cookie
from formengine.web.error_views import link_spent
from formengine.web.post_data import FormValues, posted_field, posted_values
from formengine.web.unsent_posts import claim_unsent

CHOOSE = "formengine:web/templates/people/choose_password.jinja2"
SPENT = "formengine:web/templates/people/link_spent.jinja2"


@view_config(route_name="invitation", request_method="GET", renderer=CHOOSE)
def choose_page(request: Any) -> Any:
    return _page(request, FormValues())


@view_config(route_name="invitation", request_method="POST", renderer=CHOOSE)
def choose(request: Any) -> Any:
    secret, agent = request.matchdict["secret"], request.user_agent or ""
    try:
        signed_in = choose_password(
            request.work, secret, posted_field(request, "password"), agent=agent, previous=request.identity.secret
        )
    except Invalid as error:
        request.response.status_int = 422
        return _page(request, posted_values(request.POST, error.errors))
    set_session_cookie(request, signed_in.secret)
    remember_device(request, signed_in.device)
    request.flash(say(signed_in.person.language, "Welcome! Your password is set and you are signed in."))
    return HTTPSeeOther(claim_unsent(request, request.work, signed_in.person) or "/")


@view_config(route_name="invitation_renew", request_method="POST", renderer=SPENT)
def send_new_link(request: Any) -> Any:
    renew_link(request.work, request.matchdict["secret"])
    return {"shown": None, "sent": True, "secret": ""}  # nosec B105


@exception_view_config(LinkSpent, route_name="invitation", renderer=SPENT)
def invitation_link_spent(error: LinkSpent, request: Any) -> Any:
    request.response.status_int = 410
    shown = link_spent(error, lambda sentence, /, **values: say(request.language, sentence, **values), False)
    may_renew = error.why in ("used", "expired")
    return {"shown": shown, "sent": False, "secret": request.matchdict["secret"] if may_renew else ""}


def _page(request: Any, form: FormValues) -> dict[str, Any]:
    link, person = read_link(request.work, request.matchdict["secret"])
    return {"form": form, "person": person, "link": link, "shortest": passwords.MIN_LENGTH}
