"""Documents of a kind that people add to a dossier, each with a title: the minutes of each meeting (S2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select

from formengine.errors import Invalid, Refused
from formengine.forms import FieldError, Upload
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.case.document_sight import client_sight, sight_of
from formengine.services.case.document_titles import own_titles, title_of_kind
from formengine.services.case.draft_jobs import enqueue_draft
from formengine.services.case.repository import LoadedCase, get_dossier, load, load_for_update
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.document_holders import US
from formengine.services.dossiers.documents import add_version, has_template, stored_document, upload_reasons
from formengine.services.people.displayed_names import has_visible, is_readable
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document
from formengine.workflow.definition.model import DocumentSight
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.document_kinds import kind_of, next_name

MAX_TITLE: Final = 150
"""Characters of the title of a document."""
MOST_OF_A_KIND: Final = 100
"""How many documents of a kind a dossier may have."""


@dataclass(frozen=True)
class DocumentKind:
    """A kind of which the actor may add a document now; `has_template` says that it can be drafted."""

    id: str
    title: str
    has_template: bool
    client: DocumentSight


def addable_kinds(work: UnitOfWork, dossier: Dossier) -> list[DocumentKind]:
    """The kinds of which the actor may add another document to a dossier now."""
    if not has_permission(work, "dossier.add_version", dossier):
        return []
    loaded = load(work, dossier)
    return [
        DocumentKind(rule.id, title_of_kind(work, dossier, rule.id), has_template(work, dossier, rule.id), rule.client)
        for rule in loaded.workflow.document_rules.values()
        if rule.several and sight_of(work, dossier, rule.id) == "sees" and not _reasons(loaded, rule.id)
    ]


def add_document(work: UnitOfWork, reference: str, kind: str, title: str, upload: Upload | None) -> str:
    """Add a document of a kind with a title, from a file, or, without one, drafted from the template of its kind in a
    job. Returns its name.

    Raises Invalid for a kind of which the dossier may not have several, for a title that is missing, too long or holds
    control characters, and without a file for a kind without a template; Refused for somebody who may not add one now,
    where there are MOST_OF_A_KIND, and for a file that is no document (`new_document_version`).
    """
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.add_version", dossier)
    loaded = load(work, dossier)
    _require_kind(loaded, kind)
    title = " ".join(title.split())
    _require_title(work, title)
    if upload is None and not has_template(work, dossier, kind):
        message = say(work.language, "Choose a file first: this kind of document has no template.")
        raise Invalid([FieldError("/files", "files", "required", message)])
    stored = stored_document(work, dossier, kind, upload) if upload is not None else None
    loaded = load_for_update(work, reference, "dossier.add_version")
    _require_kind(loaded, kind)
    name = _new_name(loaded, kind)
    own_titles(work, dossier)[name] = title
    if stored is not None:
        titles = {**loaded.context.document_titles, name: title}
        titled = replace(loaded, context=replace(loaded.context, document_titles=titles))
        add_version(titled, name, stored, US, title)
    else:
        enqueue_draft(loaded, name, "first").title = title
        loaded.run(engine.pause_rounds)  # of a document that a round waits for already
        is_seen = client_sight(work, dossier, kind) == "sees"
        append_entry(work, "document_begun", {"title": title, "document": name}, dossier, visible_to_client=is_seen)
    return name


def _new_name(loaded: LoadedCase, kind: str) -> str:
    """The name of another document of a kind. Raises Refused where there are MOST_OF_A_KIND."""
    work, dossier = loaded.work, loaded.dossier
    names = work.session.scalars(select(Document.name).where(Document.dossier_id == dossier.id)).all()
    if sum(kind_of(name) == kind for name in names) >= MOST_OF_A_KIND:
        sentence = "A dossier takes at most {n} documents of a kind: add a version to one of them."
        raise Refused([say(work.language, sentence, n=MOST_OF_A_KIND)])
    return next_name(kind, names)


def _require_kind(loaded: LoadedCase, kind: str) -> None:
    rule = loaded.workflow.document_rules.get(kind)
    if rule is None or not rule.several or sight_of(loaded.work, loaded.dossier, kind) != "sees":
        message = say(loaded.work.language, "Choose what kind of document it is.")
        raise Invalid([FieldError("/kind", "kind", "enum", message)])
    if reasons := _reasons(loaded, kind):
        raise Refused(reasons)


def _reasons(loaded: LoadedCase, kind: str) -> list[str]:
    """Why the actor may not add another document of a kind; whose turn it is with the first of it gives no leave."""
    context = replace(loaded.context, document_holders={})
    return upload_reasons(replace(loaded, context=context), kind)


def _require_title(work: UnitOfWork, title: str) -> None:
    if not title or len(title) > MAX_TITLE:
        message = say(work.language, "Give the document a title of at most {n} characters.", n=MAX_TITLE)
        raise Invalid([FieldError("/title", "title", "required", message)])
    if not is_readable(title) or not has_visible(title):
        message = say(work.language, "This title holds invisible characters; type it anew.")
        raise Invalid([FieldError("/title", "title", "format", message)])
