"""The account and the scopes of a token."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config


@view_config(route_name="api.me", renderer="api")
def me(request: Request) -> dict[str, Any]:
    person = request.work.person
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "organisation": person.organisation.short if person.organisation else None,
        "language": person.language,
        "zone": person.zone,
        "scopes": sorted(request.identity.scopes),
    }
