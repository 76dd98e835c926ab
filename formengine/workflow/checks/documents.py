"""Checks of documents: who may add versions has an account, no declared document is a misspelling, what is signed is
read by whoever signs (S2), and providers take as many as they are asked for (S7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.source import closest
from formengine.workflow.checks.names import RoleNotes
from formengine.workflow.definition.actions import GiveTurnsAction, ShareDocumentAction
from formengine.workflow.definition.model import SECTIONS, Workflow
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
    _check_reading(cursor, workflow)
    used = {reference.value for reference in references(workflow) if reference.kind == "document"}
    others = [name for name in workflow.documents or () if name not in workflow.document_rules]
    for name in workflow.document_rules:
        meant = closest(name, others, least=0.8) if name not in (*used, *others) else None
        if meant is not None:
            message = f'nothing uses the document `{name}`; did you mean "{meant}"?'
            cursor.at("documents", name).error("unused-document", message, at_key=True)


def _check_reading(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Findings for signatures on a document that clients do not read, and for rounds about a kind of which a dossier
    may have several.
    """
    for rule in workflow.rounds:
        section = cursor.at(SECTIONS[rule.kind], rule.id, "document")
        for document in rule.documents:
            declared = workflow.document_rules.get(document)
            if declared is None:
                continue
            if declared.several:
                message = (
                    f"a dossier may have several documents of the kind `{document}` (`several: true`), and a round is "
                    "about certain ones; declare a document of its own for it"
                )
                section.error("several-of-kind", message)
            if rule.kind == "signature" and declared.client != "sees":
                message = (
                    f"whoever signs `{document}` has to read it, and keeps a copy; leave out `client: "
                    f"{declared.client}` of the document, or sign another one"
                )
                section.error("signed-unread", message)
    _check_sharing(cursor, workflow)


def _check_sharing(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Findings for steps, also of children, that share what is not shared one by one, or name what many documents are
    called.
    """
    machines = [(cursor, workflow.transitions)]
    machines += [(cursor.at("children", kind.id), kind.transitions) for kind in workflow.children.values()]
    for machine, steps in machines:
        for transition in steps.values():
            for index, action in enumerate(transition.do):
                written = machine.at("transitions", transition.id, "do", index)
                if isinstance(action, GiveTurnsAction):
                    _check_turns(written, workflow, action)
                if isinstance(action, ShareDocumentAction):
                    _check_shared(written, workflow, action.document)


def _check_turns(written: WorkflowCursor, workflow: Workflow, action: GiveTurnsAction) -> None:
    for name in action.holders:
        if (rule := workflow.document_rules.get(name)) is not None and rule.several:
            written.at("turn", name).error(
                "several-of-kind",
                f"a dossier may have several `{name}`, and a step cannot say which; say by hand whose turn it is with"
                " one",
            )


def _check_shared(written: WorkflowCursor, workflow: Workflow, document: str) -> None:
    declared = workflow.document_rules.get(document)
    if declared is not None and declared.several:
        message = f"a dossier may have several `{document}`, and a step cannot say which; share them by hand"
        written.at("share").error("several-of-kind", message)
    elif document in (workflow.documents or ()) and (declared is None or declared.client != "when_shared"):
        message = (
            f"the client sees all of `{document}` or nothing; write `client: when_shared` under "
            f"`documents: {document}`, or leave `share` out"
        )
        written.at("share").error("not-shared", message)
