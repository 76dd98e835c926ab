"""Checks of who fills in the parts of a form: the teams, positions and roles exist, and are known in time (F20)."""

from __future__ import annotations

from formengine.authoring.packs.form_parts import Fill, check_outside_fields, form_fields
from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.site import ParsedBundle
from formengine.source import Document, Finding, did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.model import Workflow

ROLE_SOURCES = ("submitter", "team", "position", "field")
"""The sources of a role that are known before the workflow begins."""


def part_findings(parsed: ParsedBundle) -> list[Finding]:
    """Findings about who fills in the parts of every request type that could be read."""
    findings: list[Finding] = []
    for source in parsed.packs.values():
        pack = parsed.built.get(source.id)
        for name, request_type in source.request_types.items():
            if request_type.parts:
                workflow = pack.workflow if pack is not None else None
                findings += _of_request_type(parsed, source.requests[name], request_type, workflow)
    return findings


def _of_request_type(
    parsed: ParsedBundle, document: Document, request_type: RequestType, workflow: Workflow | None
) -> list[Finding]:
    cursor = YamlCursor(document)
    for part in request_type.parts.values():
        at = cursor.at("parts", part.id, "fill")
        known = {"team": tuple(parsed.config.teams), "position": tuple(parsed.config.positions)}.get(part.fill.kind)
        if known is not None and part.fill.name not in known and parsed.config.raw_teams is not None:
            message = f"there is no {part.fill.kind} {part.fill.name} in config/teams.yaml"
            at.at(part.fill.kind).error("unknown", f"{message}{did_you_mean(part.fill.name, known)}")
        elif part.fill.kind == "role" and workflow is not None:
            _check_role(at, part.fill, workflow, request_type)
            role = workflow.roles.get(part.fill.name)
            if role is not None and role.outside:
                check_outside_fields(cursor.at("parts", part.id), form_fields(cursor.at("form").value))
    return cursor.findings


def _check_role(cursor: YamlCursor, fill: Fill, workflow: Workflow, request_type: RequestType) -> None:
    role = workflow.roles.get(fill.name)
    if role is None:
        names = ("requester", *workflow.roles)
        instead = did_you_mean(fill.name, names) or "; write for example fill: {team: finance}"
        cursor.error("unknown", f"the workflow has no role {fill.name}{instead}")
    elif role.source_kind not in ROLE_SOURCES:
        message = f"the people of the role {fill.name} are known only once the workflow has begun; name a team"
        cursor.error("parts", message)
    elif role.source_kind == "field" and role.source_name in request_type.fields_of_others:
        message = f"the role {fill.name} reads {role.source_name}, which another part fills in; name a team or a field"
        cursor.error("parts", message)
