"""A document that a step requires, added with the step itself by somebody who may add it (S2, W3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.case.document_titles import document_title
from formengine.services.case.repository import LoadedCase
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.document_holders import US
from formengine.services.dossiers.documents import (
    add_version,
    require_replaceable,
    require_usable_document,
    upload_reasons,
    why_no_document,
)
from formengine.services.files.uploads import find_file
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.definition.model import Transition
from formengine.workflow.engine.availability import document_missing
from formengine.workflow.engine.execution import Execution


@dataclass(frozen=True)
class StepDocument:
    """A document that is added with a step: its id, its title, the field of the step's form that takes the file, and
    what it takes.
    """

    id: str
    title: str
    field: str
    hint: str


def document_of_step(loaded: LoadedCase, rule: Transition, names: Collection[str]) -> StepDocument | None:
    """The document that a step requires, when it has no version yet and the actor may add one now.

    `names` are the fields of the step; the file's field is named after the document, unless one of them is.
    """
    document = rule.requires_document
    if document is None or loaded.case.documents.get(document):
        return None
    if not has_permission(loaded.work, "dossier.add_version", loaded.dossier) or upload_reasons(loaded, document):
        return None
    title = document_title(loaded.work, loaded.dossier, document)
    field, hint = f"document_{document}" if document in names else document, "File (Word or PDF)"
    return StepDocument(document, title, field, say(loaded.work.language, hint))


def with_document(schema: Mapping[str, Any], document: StepDocument) -> dict[str, Any]:
    """The schema of a step's form with the required file of its document as the last field."""
    file = {"$ref": "formengine:file", "title": document.title, "description": document.hint}
    properties = {**schema["properties"], document.field: file}
    return {**schema, "properties": properties, "required": [*schema["required"], document.field]}


def wrong_document_of_step(
    work: UnitOfWork, dossier: Dossier, document: StepDocument | None, data: Mapping[str, Any]
) -> list[FieldError]:
    """The error of the file that a step takes, when it cannot be a document (`why_no_document`); for the page, before
    the write lock is taken.
    """
    answer = data.get(document.field) if document is not None else None
    if document is None or not isinstance(answer, Mapping):
        return []
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    sentence = why_no_document(work, workflow, document.id, str(answer.get("type")), str(answer.get("sha256")))
    return [FieldError(f"/{document.field}", None, "file", sentence)] if sentence else []


def other_reasons(loaded: LoadedCase, rule: Transition, reasons: Sequence[str]) -> list[str]:
    """The reasons against a step except that its document is missing."""
    missing = document_missing(Execution(loaded.workflow, loaded.case, loaded.context), rule)
    return [reason for reason in reasons if reason not in missing]


def is_ready_with_document(loaded: LoadedCase, rule: Transition, reasons: Sequence[str]) -> bool:
    """Whether a step is refused for nothing but a missing document, which the actor may add with it."""
    if rule.requires_document is None or other_reasons(loaded, rule, reasons):
        return False
    return document_of_step(loaded, rule, rule.requires) is not None


def add_document_of_step(loaded: LoadedCase, document: StepDocument, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make the file among the validated fields of a step the first version of its document; returns the other fields.

    Raises Invalid for a file that is no Word file or PDF, and Refused where the actor may not add it.
    """
    remaining = dict(fields)
    answer = remaining.pop(document.field, None)
    if isinstance(answer, Mapping):
        require_replaceable(loaded, document.id)
        stored = find_file(loaded.work, str(answer.get("id")))
        assert stored is not None  # its form has found it
        require_usable_document(loaded, document.id, document.field, stored)
        add_version(loaded, document.id, stored, US)
    return remaining
