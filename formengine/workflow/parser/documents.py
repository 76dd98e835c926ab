"""Parser of `documents:` of `workflow.yaml`: who may add versions of a document, in which states, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from formengine.workflow.definition.model import DOCUMENT_SIGHTS, DocumentRule, DocumentSight, State
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.states import expanded_states

_DOCUMENT: Final = ("title", "may_replace", "in", "client", "several")


def parse_documents(documents: WorkflowCursor, states: Mapping[str, State]) -> dict[str, DocumentRule]:
    """The documents by id. `may_replace` is a list of roles, with `in` for all of them, or a map of states by role."""
    return {entry.name: _document(entry, states) for entry in documents.entries_by_id()}


def _document(cursor: WorkflowCursor, states: Mapping[str, State]) -> DocumentRule:
    if isinstance(cursor.value, str):
        cursor.error("kind", f"write the title of a document with its key: {cursor.name}: {{title: {cursor.value}}}")
        return DocumentRule(id=cursor.name)
    document = cursor.mapping(*_DOCUMENT)
    title = document.get("title")
    return DocumentRule(
        id=cursor.name,
        title=title.text_or("") if title is not None else None,
        may_replace=_may_replace(document, states),
        client=_sight(document),
        several=document.at("several").boolean(),
    )


def _sight(document: WorkflowCursor) -> DocumentSight:
    word = document.at("client").choice(DOCUMENT_SIGHTS, "sees", "client")
    return next((sight for sight in DOCUMENT_SIGHTS if sight == word), "sees")


def _may_replace(document: WorkflowCursor, states: Mapping[str, State]) -> Mapping[str, tuple[str, ...]] | None:
    roles, where = document.at("may_replace"), document.at("in")
    if isinstance(roles.value, Mapping):
        if where.present:
            message = "`in` stands beside a list of roles; here write the states with each role"
            where.error("documents", message, at_key=True)
        return {role.name: _states(role, states) for role in roles.entries()}
    if not roles.present:
        if where.present:
            message = "`in` says where the roles of `may_replace` add versions; write `may_replace: [ROLE]` beside it"
            where.error("documents", message, at_key=True)
        return None
    everywhere = tuple(state.id for state in states.values() if not state.ends)
    names = [role.value for role in roles.ids()]
    return dict.fromkeys(names, _states(where, states) if where.present else everywhere)


def _states(cursor: WorkflowCursor, states: Mapping[str, State]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(expanded_states(cursor, states, ())))
    for name in names:
        if states[name].ends:
            message = f"`{name}` ends, and nobody adds a version once a dossier has ended; leave it out"
            cursor.error("documents", message)
    return names
