"""The API's request types, each with its form as plain JSON Schema 2020-12 in the language of the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine import forms, json_pointer
from formengine.authoring import RequestType
from formengine.i18n import pick, say
from formengine.json_schema import map_subschemas
from formengine.services.catalogue.request_types import field_kinds_for, get_request_type, offered_request_types


@view_config(route_name="api.request_types", renderer="api")
def request_types(request: Request) -> dict[str, Any]:
    return {
        "items": [
            request_type_summary(request_type, request.work.language)
            for request_type in offered_request_types(request.work)
        ],
        "next": None,
    }


@view_config(route_name="api.request_type", renderer="api")
def request_type(request: Request) -> dict[str, Any]:
    offered = get_request_type(request.work, request.matchdict["id"])
    language = request.work.language
    schema = offered.schema(language)
    form = bundle_kinds(schema, field_kinds_for(request.work, language, schema), language)
    notice = pick(offered.legal_notice, language) if offered.legal_notice else None
    return {**request_type_summary(offered, language), "legal_notice": notice, "form": form}


def request_type_summary(request_type: RequestType, language: str) -> dict[str, Any]:
    """A request type as lists have it, with its texts in one language."""
    return {
        "id": request_type.id,
        "title": request_type.title_in(language),
        "description": pick(request_type.description, language),
        "category": request_type.category,
        "practice_area": request_type.practice_area,
        "intake": request_type.intake,
        "form_hash": request_type.hash,
        "accept_notice": bool(request_type.legal_notice),
    }


def bundle_kinds(schema: Mapping[str, Any], kinds: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A schema with the field kinds that it refers to under `$defs`, so that any JSON Schema library understands it."""
    used: dict[str, Any] = {}
    form = _rewrite_refs(schema, kinds, used)
    form.setdefault("$schema", "https://json-schema.org/draft/2020-12/schema")
    for name in used.keys() & forms.KINDS.keys():
        for field in used[name].get("properties", {}).values():
            if "title" in field:
                field["title"] = say(language, field["title"])
    if used:
        form["$defs"] = {**form.get("$defs", {}), **used}
    return form


def _rewrite_refs(schema: Any, kinds: Mapping[str, Any], used: dict[str, Any]) -> Any:
    """A copy whose references to field kinds lead to `$defs`; the kinds are added to `used`, by URI."""
    if not isinstance(schema, dict):
        return schema
    copy = map_subschemas(schema, lambda subschema: _rewrite_refs(subschema, kinds, used))
    uri = schema.get("$ref")
    if isinstance(uri, str) and uri in kinds:
        if uri not in used:
            used[uri] = {}
            used[uri] = _rewrite_refs(kinds[uri], kinds, used)
        copy["$ref"] = "#" + json_pointer.join(("$defs", uri))
    return copy
