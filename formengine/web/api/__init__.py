"""The HTTP API, version 1: the same services and the same rules as the pages (X5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from pyramid.config import Configurator
from pyramid.renderers import JSON

from formengine.web.api.parts import parts_context
from formengine.web.api.problems import ProblemDetail, problem_response
from formengine.web.contexts import (
    attachment_context,
    children_context,
    dossier_context,
    rounds_context,
    upload_context,
)
from formengine.web.exports.context import export_context
from formengine.web.routes import PUBLIC, Route, Scope

BASE_PATH: Final = "/api/v1"


def _get(name: str, path: str, permission: str, factory: Any = None) -> Route:
    return Route(f"api.{name}", f"{BASE_PATH}{path}", permission, ("GET",), factory, "read")


def _post(
    name: str, path: str, permission: str, factory: Any = None, scope: Scope = "work", uploads: bool = False
) -> Route:
    return Route(f"api.{name}.post", f"{BASE_PATH}{path}", permission, ("POST",), factory, scope, uploads)


def _put(name: str, path: str, permission: str, factory: Any = None) -> Route:
    return Route(f"api.{name}.put", f"{BASE_PATH}{path}", permission, ("PUT",), factory, "work")


DOSSIER_PATH: Final = "/dossiers/{reference}"
CHILD_PATH: Final = f"{DOSSIER_PATH}/children/{{kind}}/{{number}}"
ROUTES: Final = (
    Route("api.openapi", f"{BASE_PATH}/openapi.json", PUBLIC),
    Route("api.verify.post", f"{BASE_PATH}/verify", PUBLIC, ("POST",), uploads=True),
    _get("me", "/me", "account.own"),
    _get("notifications", "/me/notifications", "account.own"),
    _post("notification_read", "/me/notifications/{id}/read", "account.own", scope="read"),
    _get("request_types", "/request-types", "catalogue.read"),
    _get("request_type", "/request-types/{id}", "catalogue.read"),
    _post("submissions", "/submissions", "request.submit", scope="submit", uploads=True),
    _post("submissions_with_files", "/submissions/with-files", "request.submit", scope="submit", uploads=True),
    _get("dossiers", "/dossiers", "catalogue.read"),
    _get("dossiers_xlsx", "/dossiers.xlsx", "catalogue.read"),
    _get("dossiers_csv", "/dossiers.csv", "catalogue.read"),
    _get("export", "/exports/{id}", "account.own", export_context),
    _get("dossier", DOSSIER_PATH, "dossier.read", dossier_context),
    _get("history", f"{DOSSIER_PATH}/history", "dossier.read", dossier_context),
    _get("developments", f"{DOSSIER_PATH}/developments", "dossier.read", dossier_context),
    Route(
        "api.development.put",
        f"{BASE_PATH}{DOSSIER_PATH}/developments/{{entry}}",
        "dossier.share",
        ("PUT",),
        dossier_context,
        "work",
    ),
    _get("answers", f"{DOSSIER_PATH}/answers", "dossier.read", dossier_context),
    Route("api.answers.put", f"{BASE_PATH}{DOSSIER_PATH}/answers", "dossier.act", ("PUT",), dossier_context, "submit"),
    _get("parts", f"{DOSSIER_PATH}/parts", "filling.parts", parts_context),
    Route(
        "api.part.put",
        f"{BASE_PATH}{DOSSIER_PATH}/parts/{{part}}",
        "filling.parts",
        ("PUT",),
        parts_context,
        "submit",
        uploads=True,
    ),
    _get("transitions", f"{DOSSIER_PATH}/transitions", "dossier.read", dossier_context),
    _post("transitions", f"{DOSSIER_PATH}/transitions", "dossier.act", dossier_context, uploads=True),
    _post("claim", f"{DOSSIER_PATH}/claim", "dossier.assign", dossier_context),
    _get("notes", f"{DOSSIER_PATH}/notes", "dossier.read", dossier_context),
    _post("notes", f"{DOSSIER_PATH}/notes", "dossier.note", upload_context, uploads=True),
    _get("attachments", f"{DOSSIER_PATH}/attachments", "dossier.read", dossier_context),
    _post("attachments", f"{DOSSIER_PATH}/attachments", "dossier.attach", upload_context, uploads=True),
    _get("attachment", "/attachments/{id}", "dossier.read", attachment_context),
    _get("dossier_attachment", f"{DOSSIER_PATH}/attachments/{{id}}", "dossier.read", attachment_context),
    _get("milestones", f"{DOSSIER_PATH}/milestones", "dossier.read", dossier_context),
    _post("milestones", f"{DOSSIER_PATH}/milestones", "dossier.act", dossier_context),
    _get("hearings", f"{DOSSIER_PATH}/hearings", "dossier.read", dossier_context),
    _post("hearings", f"{DOSSIER_PATH}/hearings", "dossier.act", dossier_context),
    _get("children", f"{DOSSIER_PATH}/children", "dossier.read_children", children_context),
    _post("children", f"{DOSSIER_PATH}/children/{{kind}}", "dossier.act", dossier_context),
    Route("api.child.patch", f"{BASE_PATH}{CHILD_PATH}", "dossier.act", ("PATCH",), dossier_context, "work"),
    _get("child_transitions", f"{CHILD_PATH}/transitions", "dossier.read_children", children_context),
    _post("child_transitions", f"{CHILD_PATH}/transitions", "dossier.act_in_children", children_context),
    _get("approvals", f"{DOSSIER_PATH}/approvals", "dossier.read_rounds", rounds_context),
    _post("approvals", f"{DOSSIER_PATH}/approvals", "dossier.vote", rounds_context),
    _get("signatures", f"{DOSSIER_PATH}/signatures", "dossier.read", dossier_context),
    _post("signatures", f"{DOSSIER_PATH}/signatures", "dossier.decide", upload_context),
    _post("seat", f"{DOSSIER_PATH}/rounds/{{round}}/seats/{{seat}}", "dossier.assign", dossier_context),
    _post("seats", f"{DOSSIER_PATH}/rounds/{{round}}/seats", "dossier.act", dossier_context),
    _get("documents", f"{DOSSIER_PATH}/documents", "dossier.read", dossier_context),
    _post("documents", f"{DOSSIER_PATH}/documents", "dossier.add_version", upload_context, uploads=True),
    _get("document", f"{DOSSIER_PATH}/documents/{{id}}", "dossier.read_rounds", rounds_context),
    _get("document_changes", f"{DOSSIER_PATH}/documents/{{id}}/changes", "dossier.read", dossier_context),
    _post("document", f"{DOSSIER_PATH}/documents/{{id}}", "dossier.add_version", upload_context, uploads=True),
    _put("document_turn", f"{DOSSIER_PATH}/documents/{{id}}/turn", "dossier.add_version", dossier_context),
    _put("document_sharing", f"{DOSSIER_PATH}/documents/{{id}}/sharing", "dossier.share", dossier_context),
    _put("document_draft", f"{DOSSIER_PATH}/documents/{{id}}/draft", "dossier.add_version", dossier_context),
    _put("edit_lock", f"{DOSSIER_PATH}/documents/{{id}}/edit-lock", "dossier.add_version", dossier_context),
)


def includeme(config: Configurator) -> None:
    renderer = JSON(ensure_ascii=False)
    renderer.add_adapter(datetime, lambda moment, _request: moment.isoformat())
    renderer.add_adapter(date, lambda day, _request: day.isoformat())
    config.add_renderer("api", renderer)
    config.add_exception_view(problem_response, context=ProblemDetail)
    config.scan(__name__)
