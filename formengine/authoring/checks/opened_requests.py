"""Check of the requests that steps open (`open: nda`): the type exists, and its form takes what it is given (D11)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from formengine.authoring.packs.request_type import RequestType
from formengine.source import Document, Finding, Path, did_you_mean
from formengine.workflow.checks.facts import FactChecker
from formengine.workflow.definition.actions import OpenRequestAction
from formengine.workflow.definition.fact_types import fact_types
from formengine.workflow.definition.model import ChildKind, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.workflow import SEEN


def opened_request_findings(
    document: Document,
    workflow: Workflow,
    request_types: Mapping[str, RequestType],
    unread: Collection[str],
    language: str,
) -> list[Finding]:
    """The findings about every `open` of a workflow without errors; `request_types` are those of the whole site, of
    which some are `unread`: they have errors of their own.
    """
    cursor = WorkflowCursor(document)
    facts = FactChecker(cursor, workflow, has_forms=True)
    for path, action, child in _openings(workflow):
        request_type = request_types.get(action.request_type)
        if request_type is None and action.request_type in unread:
            continue
        if request_type is None:
            message = (
                f"there is no request type {action.request_type}{did_you_mean(action.request_type, request_types)}"
            )
            cursor.at(*path, "open").error("unknown-request-type", message)
        else:
            _check_opening(cursor.at(*path), facts, action, child, request_type, language)
    return cursor.findings


def _openings(workflow: Workflow) -> Iterator[tuple[Path, OpenRequestAction, str | None]]:
    """Every `open`: the path of its entry of `do`, the action, and the kind of child whose step opens it."""
    machines: list[tuple[Path, str | None, Workflow | ChildKind]] = [((), None, workflow)]
    machines += [(("children", kind.id), kind.id, kind) for kind in workflow.children.values() if not kind.built_in]
    for base, child, machine in machines:
        for transition in machine.transitions.values():
            for i, action in enumerate(transition.do):
                if isinstance(action, OpenRequestAction):
                    yield (*base, "transitions", transition.id, "do", i), action, child


def _check_opening(
    cursor: WorkflowCursor,
    facts: FactChecker,
    action: OpenRequestAction,
    child: str | None,
    request_type: RequestType,
    language: str,
) -> None:
    """What `with` gives fits the fields of the form; a required field that nothing fills is a warning."""
    if request_type.parts:
        message = f"several people fill in {request_type.id} (parts:), and no step can open it for them"
        cursor.at("open").error("parts", message)
        return
    schema = request_type.schema(language)
    types = fact_types({}, {request_type.id: schema}, facts.workflow.vocabulary.field_kinds)
    for name, value in action.values.items():
        if name not in types:
            message = f"the form of {request_type.id} has no `{name}`{did_you_mean(name, types)}"
            cursor.at("with", name).error("unknown-field", message, at_key=True)
            continue
        if name in (request_type.rules.get("computed") or ()):
            message = f"the form of {request_type.id} computes `{name}` itself; leave it out here"
            cursor.at("with", name).error("computed", message, at_key=True)
            continue
        facts.check_value(types[name], value, (*cursor.path, "with", name), child)
        source = value.get("from") if isinstance(value, Mapping) else None
        if _is_hidden(facts.workflow, source):
            message = f"the client does not see `{source}`, and the new request shows it to its requester as `{name}`"
            cursor.at("with", name).warn("shown-to-client", message)
    unfilled: dict[str, list[str]] = {}
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        reason = None if name in action.values else _why_unfilled(facts.workflow, name)
        if reason is not None:
            unfilled.setdefault(reason, []).append(name)
    for reason, names in unfilled.items():
        listed = ", ".join(f"`{name}`" for name in names)
        message = (
            f"the form of {request_type.id} requires {listed}, and {reason}: the request would not be opened, and "
            f"the history would say so; write with: {{{', '.join(f'{name}: ...' for name in names)}}}"
        )
        cursor.at("open").warn("unfilled", message)


def _why_unfilled(workflow: Workflow, name: str) -> str | None:
    """Why no fact fills a required field of the same name; None where one may."""
    fact = workflow.fact_types.get(name)
    if fact is None:
        return "nothing here fills it"
    if _is_hidden(workflow, name):
        return f"the client does not see `{name}` of this workflow"
    if fact.missing_in and name not in workflow.fields:
        return f"the form of {', '.join(fact.missing_in)} has no such field"
    return None


def _is_hidden(workflow: Workflow, name: object) -> bool:
    """Whether a fact is a field of the workflow that the client does not see."""
    return name in workflow.fields and workflow.fields[str(name)].get("client") != SEEN
