"""The form of a request type inside a page of another site, and the snippet to put there (P4, X6)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.services.access.policy import is_permitted
from formengine.services.catalogue import request_types as catalogue
from formengine.web.accounts.sign_in import sign_in
from formengine.web.contexts import DossierContext, dossier_context
from formengine.web.embedded import ROUTE, allow_framing, allowed_origins, has_cookies, is_top_level
from formengine.web.portal.request_form import TEMPLATE, request_page, request_type_context, submit_request
from formengine.web.post_data import FormValues
from formengine.web.root_factory import EmptyContext
from formengine.web.static_assets import STATIC_FOLDER

GATE = "formengine:web/templates/portal/embedded_gate.jinja2"


def embed_context(request: Request) -> EmptyContext:
    allow_framing(request)
    return EmptyContext()


def sent_context(request: Request) -> DossierContext:
    allow_framing(request)
    return dossier_context(request)


@view_config(route_name=ROUTE, request_method="GET", renderer=TEMPLATE)
def embedded_form(request: Request) -> Any:
    """The form in the frame; the way to the portal where nobody can sign in within it, or before they have."""
    if is_top_level(request):
        return HTTPSeeOther(request.route_path("new_request", type=request.matchdict["type"]))
    if not has_cookies(request) or request.identity.person is None:
        return gate(request, elsewhere=not has_cookies(request))
    return request_page(offered_type(request), request)


@view_config(route_name=ROUTE, request_method="POST", renderer=TEMPLATE)
def send_embedded(request: Request) -> Any:
    """A post of that form; who is not signed in any more is asked to sign in again."""
    if request.identity.person is None:
        request.response.status_int = 401
        return gate(request, has_ended=True)
    return submit_request(offered_type(request), request)


def offered_type(request: Request) -> Any:
    """The request type of `{type}`, for somebody who may send requests; raises NotFound and HTTPForbidden."""
    if not is_permitted("request.submit", request.identity.viewer):
        raise HTTPForbidden
    return request_type_context(request)


@view_config(route_name="embed.sign_in")
def sign_in_inside(request: Request) -> Any:
    answer = sign_in(request)
    if isinstance(answer, dict):
        return gate(request, **answer)
    return HTTPSeeOther(request.route_path(ROUTE, type=request.matchdict["type"]))


def gate(request: Request, elsewhere: bool = False, has_ended: bool = False, **signing_in: Any) -> Response:
    """What stands in the frame before the form: signing in, or a link that opens the portal in a new tab."""
    values = {"form": FormValues(), "refusal": None, **signing_in}
    values |= {"type": request.matchdict["type"], "elsewhere": elsewhere, "has_ended": has_ended}
    return render_to_response(GATE, values, request, response=request.response)


@view_config(route_name="embed.sent", renderer="formengine:web/templates/portal/embedded_sent.jinja2")
def sent(context: DossierContext, request: Request) -> dict[str, Any]:
    return {"reference": context.dossier.reference, "type": request.matchdict["type"]}


@view_config(route_name="embed.begun", renderer="formengine:web/templates/portal/embedded_sent.jinja2")
def begun(request: Request) -> dict[str, Any]:
    """A request that others fill in, too: it has no reference yet."""
    return {"reference": None, "type": request.matchdict["type"]}


@view_config(route_name="embed_script")
def script(request: Request) -> Response:
    """The script for the page around the frame, which any site may load: it holds nothing of the portal."""
    response = Response(body=(STATIC_FOLDER / "embed.js").read_bytes(), content_type="text/javascript", charset="utf-8")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.cache_control = "public, max-age=3600"
    return response


@view_config(route_name="embedding", renderer="formengine:web/templates/portal/embedding.jinja2")
def embedding(request: Request) -> dict[str, Any]:
    """For legal admins: the address of the portal, and of each request type the snippet for other sites."""
    return {
        "base": request.platform.settings.base_url.rstrip("/"),
        "origins": allowed_origins(request),
        "types": [(row.id, row.title_in(request.language)) for row in catalogue.offered_request_types(request.work)],
    }
