"""Checks of documents: who may add versions has an account, no declared document is a misspelling (S2), and providers
take as many as they are asked for (S7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.source import closest
from formengine.workflow.checks.names import RoleNotes
from formengine.workflow.definition.model import Workflow
from formengine.workflow.definition.references import references
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES
from formengine.workflow.parser.cursor import WorkflowCursor


def check_provider_documents(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Findings for rounds of signatures about several documents, of a provider that takes one (S7, S11)."""
    able = [name for name, provider in workflow.vocabulary.providers.items() if provider.takes_several_documents]
    for rule in workflow.signatures.values():
        provider = workflow.vocabulary.providers.get(rule.provider)
        if provider is None or provider.takes_several_documents or len(rule.documents) < 2:
            continue
        message = (
            f"the provider `{rule.provider}` takes one document in a round; give each document a round of its own, or "
            f"choose a provider that takes several ({', '.join(sorted(able))})"
        )
        cursor.at("signatures", rule.id, "document").error("several-documents", message)


def check_documents(cursor: WorkflowCursor, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
    """Findings where unknown roles or guests may add versions, and for an unused document whose id is nearly that of a
    used one.
    """
    notes = RoleNotes(workflow, teams)
    for rule in workflow.document_rules.values():
        written = cursor.at("documents", rule.id, "may_replace")
        for role_id in rule.may_replace or ():
            key = role_id if isinstance(written.value, Mapping) else written.value.index(role_id)
            place, note = written.at(key).path, notes.instead_of(role_id)
            known = (*workflow.roles, *LEGAL_TEAM_ROLES)
            cursor.references.resolve(role_id, known, place, "role", "role", ("roles",), note)
            role = workflow.roles.get(role_id)
            if role is not None and role.outside:
                message = f"the people of `{role_id}` have no account and cannot add versions; leave the role out"
                cursor.at("documents", rule.id, "may_replace").error("outside-uploads", message)
    used = {reference.value for reference in references(workflow) if reference.kind == "document"}
    others = [name for name in workflow.documents or () if name not in workflow.document_rules]
    for name in workflow.document_rules:
        meant = closest(name, others, least=0.8) if name not in (*used, *others) else None
        if meant is not None:
            message = f'nothing uses the document `{name}`; did you mean "{meant}"?'
            cursor.at("documents", name).error("unused-document", message, at_key=True)
