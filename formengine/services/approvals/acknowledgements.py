"""What somebody who is asked to acknowledge reads: their own seats, and nothing else of the dossier (W19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from formengine.errors import NotFound
from formengine.i18n import pick, say
from formengine.markdown import to_html
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.approvals.decision_panels import DecisionPanel, decision_panel
from formengine.services.approvals.round_documents import RoundDocument, round_document, shown_hash
from formengine.services.case.guest_links import newest_versions
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile
from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Round, Seat


@dataclass(frozen=True)
class Acknowledgement:
    """A seat of the reader. `at` is when they acknowledged, with `comment`; None while it is asked.

    `statement` and `button` are the words of the workflow; `takes` says whether a comment is written (`none`,
    `optional`, `required`); `documents` are those that it is about, each with its newest version, or the one that was
    acknowledged, `shown_hash` the hash of these versions.
    """

    seat_id: int
    name: str
    statement: Markup
    button: str
    takes: str
    panel: DecisionPanel
    documents: tuple[RoundDocument, ...]
    shown_hash: str | None
    at: datetime | None
    comment: str | None

    @property
    def is_ready(self) -> bool:
        """Whether each of its documents is there."""
        return all(document.version is not None for document in self.documents)


def acknowledgements(work: UnitOfWork, dossier: Dossier) -> list[Acknowledgement]:
    """The reader's own acknowledgements of a dossier: those that are asked for, the oldest first, then the others.

    Raises NotFound where there is none.
    """
    require_permission(work, "dossier.acknowledge", dossier)
    loaded = load(work, dossier)
    seats = engine.acknowledging_seats(loaded.case, work.actor_id or "")
    asked = [own for own in reversed(seats) if own[1].status == "open" and own[0].status == "open"]
    done = [own for own in seats if own[1].status == "acknowledged"]
    views = [_view(loaded, round_, seat) for round_, seat in (*asked, *_newest_of_each(done))]
    if not views:
        raise NotFound(f"nothing is to be acknowledged on {dossier.reference}")
    return views


def _newest_of_each(seats: list[tuple[Round, Seat]]) -> list[tuple[Round, Seat]]:
    """The newest seat of each round's rule."""
    newest: dict[str, tuple[Round, Seat]] = {}
    for round_, seat in seats:
        newest.setdefault(round_.rule, (round_, seat))
    return list(newest.values())


def _view(loaded: LoadedCase, round_: Round, seat: Seat) -> Acknowledgement:
    work, rule = loaded.work, loaded.workflow.round_rule(round_.rule)
    versions = _versions_of(work, loaded.dossier, rule.documents, seat)
    documents = tuple(round_document(loaded, name, versions.get(name)) for name in rule.documents)
    step = rule.steps[min(seat.step, len(rule.steps) - 1)]
    return Acknowledgement(
        seat_id=seat.key or 0,
        name=pick(rule.title, work.language),
        statement=statement_html(rule, work.language),
        button=button_words(rule, work.language),
        takes=step.comment,
        panel=decision_panel(loaded, round_, seat, with_links=has_permission(work, "dossier.read", loaded.dossier)),
        documents=documents,
        shown_hash=shown_hash(documents),
        at=seat.at if seat.status == "acknowledged" else None,
        comment=seat.comment,
    )


def statement_html(rule: RoundRule, language: str) -> Markup:
    """The statement of an acknowledgement, written in Markdown; empty where there is none."""
    return Markup(to_html(pick(rule.statement, language))) if rule.statement else Markup()  # sanitised  # nosec B704


def button_words(rule: RoundRule, language: str) -> str:
    """The words of the button of an acknowledgement."""
    return pick(rule.button, language) or say(language, "Acknowledge")


def documents_to_acknowledge(work: UnitOfWork, dossier: Dossier, seat: int | None = None) -> dict[str, DocumentVersion]:
    """The versions, by document, that the reader is asked to acknowledge, else has acknowledged; of one seat by its id.

    A version that came after somebody's acknowledgement is not for them to read until they are asked again.
    """
    require_permission(work, "dossier.acknowledge", dossier)
    loaded, versions = load(work, dossier), dict[str, DocumentVersion]()
    own = [(r, s) for r, s in engine.acknowledging_seats(loaded.case, work.actor_id or "") if seat in (None, s.key)]
    for round_, held in sorted(own, key=lambda pair: pair[1].status != "open"):
        documents = loaded.workflow.round_rule(round_.rule).documents
        versions = {**_versions_of(work, dossier, documents, held), **versions}
    return versions


def _versions_of(
    work: UnitOfWork, dossier: Dossier, documents: Sequence[str], seat: Seat
) -> dict[str, DocumentVersion]:
    """The newest versions of documents, by document; for somebody who has acknowledged them, those that they read."""
    if seat.status != "acknowledged":
        return newest_versions(work, dossier, documents)
    query = (
        select(Document.name, DocumentVersion)
        .join(Document, DocumentVersion.document_id == Document.id)
        .join(StoredFile, DocumentVersion.file_id == StoredFile.id)
        .where(Document.dossier_id == dossier.id, Document.name.in_(documents))
        .where(StoredFile.sha256.in_(sorted(seat.document_hashes.values())))
        .order_by(DocumentVersion.number)
        .options(contains_eager(DocumentVersion.file))
    )
    read = work.session.execute(query) if seat.document_hashes else ()
    return {name: version for name, version in read if version.file.sha256 == seat.document_hashes.get(name)}
