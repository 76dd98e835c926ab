"""The desk of the legal team: own dossiers, the team's queue, unassigned, waiting and late ones (D1)."""

from __future__ import annotations

from typing import Final

from pyramid.config import Configurator

from formengine.web.routes import Route

ROUTES: Final = (
    Route("desk", "/desk", "desk.read"),
    Route("desk.ratings", "/desk/ratings", "desk.read"),
    Route("desk.claim", "/desk/claim", "desk.read", ("POST",)),
    Route("desk.release", "/desk/release", "desk.read", ("POST",)),
    Route("desk.assignments", "/desk/assignments", "desk.read", ("POST",)),
)


def includeme(config: Configurator) -> None:
    config.scan(__name__)
