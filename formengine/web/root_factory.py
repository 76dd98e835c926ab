"""Root factories (Pyramid) of all routes: authenticate, load the context, authorise, before a view runs (U7, T13)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPForbidden

from formengine.errors import DefinitionError
from formengine.i18n import say
from formengine.services.access.policy import is_permitted
from formengine.web.csrf import check_origin
from formengine.web.input_checks import check_input
from formengine.web.repeated_posts import post_subject
from formengine.web.routes import PUBLIC, Route, routes

log = logging.getLogger(__name__)


class SignInNeeded(Exception):
    """Raised when a page for people with an account is asked for without a session."""


class EmptyContext:
    """The traversal context of a route that names no resource."""


def context_factory(route: Route) -> Callable[[Any], object]:
    """The root factory of a route: checks input and origin, then the permission, and returns the context.

    Raises SignInNeeded, HTTPForbidden, and NotFound also for what the reader may not see.
    """

    def enter(request: Any) -> object:
        check_input(request, route.uploads)
        check_origin(request)
        if route.permission == PUBLIC:
            return _load_context(route, request)
        if request.identity.site is None:
            raise DefinitionError("nothing has been published yet: run `formengine publish`")
        viewer = request.identity.viewer
        if viewer is None:
            raise SignInNeeded
        if route.is_api and route.scope not in request.identity.scopes:
            log.warning("access denied: scope %s of a token", route.scope)
            raise HTTPForbidden(say(request.language, "The token lacks the scope “{scope}”.", scope=route.scope))
        context = _load_context(route, request)
        if not is_permitted(route.permission, viewer, getattr(context, "access", None)):
            log.warning("access denied: %s", route.permission)
            raise HTTPForbidden
        return context

    return enter


def _load_context(route: Route, request: Any) -> object:
    if route.factory is None:
        return EmptyContext()
    _ = request.post_subject  # hashes the files of a post, before the factory locks a dossier
    return route.factory(request)


def includeme(config: Any) -> None:
    """Open every route of the table, and no other."""
    table = routes()
    config.add_request_method(post_subject, "post_subject", reify=True)
    config.registry.formengine_routes = {route.name: route for route in table}
    for route in table:
        config.add_route(route.name, route.pattern, factory=context_factory(route), request_method=route.methods)
