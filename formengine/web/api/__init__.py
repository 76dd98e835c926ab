"""The HTTP API, version 1: the same services and the same rules as the pages (X5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from pyramid.config import Configurator
from pyramid.renderers import JSON

from formengine.web.api.problems import Problem, told
from formengine.web.contexts import attachment_context, dossier_context
from formengine.web.routes import PUBLIC, Route, Scope

BASE: Final = "/api/v1"


def _get(name: str, path: str, permission: str, factory: Any = None) -> Route:
    return Route(f"api.{name}", f"{BASE}{path}", permission, ("GET",), factory, "read")


def _post(name: str, path: str, permission: str, factory: Any = None, scope: Scope = "work") -> Route:
    return Route(f"api.{name}.post", f"{BASE}{path}", permission, ("POST",), factory, scope)


ONE: Final = "/dossiers/{reference}"
ROUTES: Final = (
    Route("api.openapi", f"{BASE}/openapi.json", PUBLIC),
    _get("me", "/me", "account.own"),
    _get("request_types", "/request-types", "catalogue.read"),
    _get("request_type", "/request-types/{id}", "catalogue.read"),
    _post("submissions", "/submissions", "request.submit", scope="submit"),
    _get("dossiers", "/dossiers", "catalogue.read"),
    _get("dossier", ONE, "dossier.read", dossier_context),
    _get("history", f"{ONE}/history", "dossier.read", dossier_context),
    _get("answers", f"{ONE}/answers", "dossier.read", dossier_context),
    _get("transitions", f"{ONE}/transitions", "dossier.read", dossier_context),
    _post("transitions", f"{ONE}/transitions", "dossier.act", dossier_context),
    _post("claim", f"{ONE}/claim", "dossier.assign", dossier_context),
    _get("notes", f"{ONE}/notes", "dossier.read", dossier_context),
    _post("notes", f"{ONE}/notes", "dossier.note", dossier_context),
    _get("attachments", f"{ONE}/attachments", "dossier.read", dossier_context),
    _post("attachments", f"{ONE}/attachments", "dossier.attach", dossier_context),
    _get("attachment", "/attachments/{id}", "dossier.read", attachment_context),
    _get("dossier_attachment", f"{ONE}/attachments/{{id}}", "dossier.read", attachment_context),
    _get("milestones", f"{ONE}/milestones", "dossier.read", dossier_context),
    _post("milestones", f"{ONE}/milestones", "dossier.act", dossier_context),
    _get("hearings", f"{ONE}/hearings", "dossier.read", dossier_context),
    _post("hearings", f"{ONE}/hearings", "dossier.act", dossier_context),
    _get("approvals", f"{ONE}/approvals", "dossier.read", dossier_context),
    _post("approvals", f"{ONE}/approvals", "dossier.decide", dossier_context),
    _get("signatures", f"{ONE}/signatures", "dossier.read", dossier_context),
    _post("signatures", f"{ONE}/signatures", "dossier.decide", dossier_context),
    _get("documents", f"{ONE}/documents", "dossier.read", dossier_context),
    _get("document", f"{ONE}/documents/{{id}}", "dossier.read", dossier_context),
)


def includeme(config: Configurator) -> None:
    renderer = JSON(ensure_ascii=False)
    renderer.add_adapter(datetime, lambda moment, _request: moment.isoformat())
    renderer.add_adapter(date, lambda day, _request: day.isoformat())
    config.add_renderer("api", renderer)
    config.add_exception_view(told, context=Problem)
    config.scan(__name__)
