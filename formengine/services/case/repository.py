"""Repository of cases: load and lock a case, run an engine operation, save the case and its effects (W11).

Every change of a dossier goes through `load_for_update`, which locks its row, and `save`, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import BindParameter, Select, bindparam, inspect, select
from sqlalchemy.orm import Session, joinedload

from formengine.authoring import Pack
from formengine.errors import NotFound, Stale
from formengine.services.access.enforcement import current_site, has_permission, require_permission
from formengine.services.case.document_titles import own_titles, own_titles_key
from formengine.services.case.draft_jobs import AskedDraft, due_drafts, failed_drafts
from formengine.services.case.effects import apply_effects
from formengine.services.case.outside_names import name_seats
from formengine.services.case.provider_seats import sync_provider_seats
from formengine.services.case.row_mapping import read_child, read_deadline, read_reopened, read_round, version_content
from formengine.services.case.search_documents import update_search_document
from formengine.services.case.timeline import describe_entry, expect_people_of, is_for_reader
from formengine.services.case.unfit_documents import known_obstacle
from formengine.services.case.writer import fact_rows, read_facts, write_case
from formengine.services.catalogue.request_types import hidden_answers
from formengine.services.core.audit_log import chain_end, expect_head
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people
from formengine.services.people.workflow_directory import WorkflowDirectory
from formengine.storage.database import expect_unchanged, is_snapshot
from formengine.storage.models.dossiers import Dossier, Submission
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile
from formengine.storage.models.history import ChainHead, HistoryEntry
from formengine.storage.models.people import Department, Organisation, Person
from formengine.storage.models.publications import FormVersion, PackVersion, Publication
from formengine.storage.models.rounds import Child, Deadline, Round
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.bound_versions import VersionContent
from formengine.workflow.engine.calendar import calendars_of
from formengine.workflow.engine.case import Calendar, Case, Effect, EngineContext
from formengine.workflow.engine.execution import Execution

T = TypeVar("T")
P = ParamSpec("P")
UNAFFECTED: Final = (Person, Organisation, Department, Submission, Publication, PackVersion, FormVersion)
"""Rows that a step on a dossier does not change: they are not read again when its row is locked."""

# Built once: to build and compile a statement takes SQLAlchemy longer than SQLite takes to answer it.
_DOCUMENT, _VERSION, _FILE = Document.__table__.c, DocumentVersion.__table__.c, StoredFile.__table__.c
_BY_REFERENCE: Final = (
    select(Dossier, ChainHead.number, ChainHead.hash)
    .outerjoin(ChainHead, ChainHead.chain == Dossier.reference)
    .where(Dossier.reference == bindparam("reference"))
    .options(joinedload(Dossier.submission))
)
_IDS: Final[BindParameter[Any]] = bindparam("dossiers", expanding=True)
_ROUNDS: Final = select(Round).where(Round.dossier_id.in_(_IDS)).options(joinedload(Round.seats)).order_by(Round.id)
_DEADLINES: Final = select(Deadline).where(Deadline.dossier_id.in_(_IDS)).order_by(Deadline.id)
_CHILDREN: Final = select(Child).where(Child.dossier_id.in_(_IDS)).order_by(Child.kind, Child.number)
_DOCUMENTS: Final = (
    select(
        *(_DOCUMENT.dossier_id, _DOCUMENT.name, _DOCUMENT.title, _DOCUMENT.turn),
        *(_DOCUMENT.draft_after, _DOCUMENT.draft_asked_at, _DOCUMENT.draft_failure),
        *(_VERSION.number, _FILE.sha256, _VERSION.made_at, _VERSION.remarks, _VERSION.made_by.is_(None)),
        *(_VERSION.missing_answers, _VERSION.empty_places_kept),
    )
    .outerjoin(DocumentVersion.__table__, _VERSION.document_id == _DOCUMENT.id)
    .outerjoin(StoredFile.__table__, _VERSION.file_id == _FILE.id)
    .where(_DOCUMENT.dossier_id.in_(_IDS))
    .order_by(_VERSION.number)
)


@dataclass
class LoadedCase:
    """A loaded dossier: its row, the version of the pack that it is pinned to, the engine's case, and the engine's
    context.
    """

    work: UnitOfWork
    dossier: Dossier
    pack: Pack
    case: Case
    context: EngineContext
    new_rows: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    """Rows that are not flushed yet, as id(value) -> (value, row): their values have no `key` yet."""

    @property
    def workflow(self) -> Workflow:
        """The workflow of the pack that the dossier is pinned to."""
        return self.pack.workflow

    def run(self, operation: Callable[Concatenate[Execution, P], object], *args: P.args, **values: P.kwargs) -> Dossier:
        """Run one operation of the engine on the case and save its effects. Raises Refused where the operation is not
        allowed.
        """
        name_seats(self)
        save(self, engine.run(operation, self.workflow, self.case, self.context, *args, **values))
        return self.dossier

    def row_of(self, table: type[T], value: Any) -> T:
        """The row of a round, seat, deadline or child of the case; a new one for a value that has none."""
        if value.key is not None:
            return self.work.session.get_one(table, value.key)
        if id(value) not in self.new_rows:
            row = table()
            self.work.session.add(row)
            self.new_rows[id(value)] = (value, row)
        return self.new_rows[id(value)][1]  # type: ignore[no-any-return]  # one table per kind of value

    def flush_keys(self) -> None:
        """Flush the new rows, and give their ids to the values as `key`."""
        if self.new_rows:
            self.work.session.flush()
            for value, row in self.new_rows.values():
                value.key = row.id
            self.new_rows.clear()


def get_dossier(
    work: UnitOfWork,
    reference: str,
    *,
    or_number: int | None = None,
    lock: bool = False,
    permission: str = "dossier.read",
) -> Dossier:
    """A dossier that the actor may read, by its reference, else by its number where one is given; NotFound otherwise.

    `permission` is another one that is needed, such as that to read one's own seats alone.
    """
    dossier = _find_dossier(work, reference, lock=lock)
    if dossier is None and or_number is not None:
        of_number = work.session.scalar(select(Dossier.reference).where(Dossier.id == or_number))
        dossier = _find_dossier(work, of_number, lock=lock) if of_number is not None else None
    if dossier is None:
        raise NotFound(f"no dossier {reference}")
    require_permission(work, permission, dossier)
    return dossier


def _find_dossier(work: UnitOfWork, reference: str, *, lock: bool) -> Dossier | None:
    """The dossier of a reference, locked or guarded where it may be changed."""
    if lock and not is_snapshot(work.session):
        query = select(Dossier).where(Dossier.reference == reference).options(joinedload(Dossier.submission))
        return work.remember(("locked dossier", reference), lambda: lock_dossier(work, query))
    with work.session.no_autoflush:  # the write lock, which a flush takes, has to find the dossier guarded
        dossier = work.remember(("dossier", reference), lambda: _read_dossier(work, reference))
        if lock and dossier is not None:
            guard(work, dossier)
    return dossier


def _read_dossier(work: UnitOfWork, reference: str) -> Dossier | None:
    """A dossier by its reference, read with the end of its history, which every change of it needs."""
    row = work.session.execute(_BY_REFERENCE, {"reference": reference}).one_or_none()
    if row is None:
        return None
    dossier, number, hash_ = row
    expect_head(work.session, reference, None if number is None else (number, hash_))
    return dossier


def lock_dossier(work: UnitOfWork, query: Select[Dossier]) -> Dossier | None:
    """The dossier that a query selects, locked for a change; None where there is none."""
    return next(iter(lock_dossiers(work, query)), None)


def lock_dossiers(work: UnitOfWork, query: Select[Dossier]) -> Sequence[Dossier]:
    """The dossiers that a query selects, locked for a change in one statement, in its order.

    On SQLite, which reads from a snapshot, they are compared when the write lock is taken. On PostgreSQL their rows are
    locked, and what was read of them before is read again.
    """
    session = work.session
    session.flush()
    if is_snapshot(session):
        dossiers = session.scalars(query).all()
        for dossier in dossiers:
            guard(work, dossier)
        return dossiers
    for row in list(session.identity_map.values()):
        if not isinstance(row, UNAFFECTED):
            session.expire(row)
    work.forget_all()
    # FOR NO KEY UPDATE: a note, whose row refers to the dossier, must not wait for it: both could deadlock
    return session.scalars(query.with_for_update(of=Dossier, key_share=True)).all()


def guard(work: UnitOfWork, dossier: Dossier) -> None:
    """Make the transaction fail with ConcurrentChange when another one changes the dossier before this one is written.

    A change is recognised by the dossier's version or, where that stays, by a new entry at the end of its history.
    """

    def register() -> None:
        chain_end(work.session, dossier.reference)
        version = select(Dossier.version).where(Dossier.id == dossier.id)
        expect_unchanged(work.session, version, dossier.version)

    work.remember(("guarded", dossier.id), register)


def load_for_update(
    work: UnitOfWork, reference: str, permission: str = "dossier.act", version: int | None = None
) -> LoadedCase:
    """Lock a dossier and load it, to change it.

    Raises NotFound, Refused by the access table, and Stale when `version` is given and is not the present one.
    """
    dossier = get_dossier(work, reference, lock=True, permission=permission)
    check_version(work, dossier, version)
    return load(work, dossier)


def check_version(work: UnitOfWork, dossier: Dossier, version: int | None) -> None:
    """Raise Stale, with the changes since, when a version is given and is not the present one (W11)."""
    if version is not None and version != dossier.version:
        raise Stale(dossier.reference, version, dossier.version, changes_since(work, dossier, version))


def load(work: UnitOfWork, dossier: Dossier) -> LoadedCase:
    """Load a dossier with everything the engine needs: to read it, or to change it when its row is locked."""

    def read() -> LoadedCase:
        pack = work.platform.definitions.pack(work.session, dossier.pack_hash)
        case = load_case(work, dossier)
        return LoadedCase(work, dossier, pack, case, engine_context_of(work, case, pack.workflow, dossier))

    loaded = work.remember(("case", dossier.id, work.actor_id, work.language, work.now), read)
    loaded.flush_keys()
    return loaded


@dataclass
class CaseRows:
    """The rows of a dossier's case, beside its facts; `versions` is the newest version of each document, `titles` are
    those that documents have of their own ("" for none), `holders` whose turn it is with them, `drafts` the last ones
    that were asked for.
    """

    rounds: list[Round] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    versions: dict[str, tuple[int, VersionContent]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, AskedDraft] = field(default_factory=dict)


def read_case_rows(session: Session, dossier_ids: Sequence[int]) -> dict[int, CaseRows]:
    """The rows of several cases by dossier, in four statements."""
    rows = {dossier_id: CaseRows() for dossier_id in dossier_ids}
    parameters = {"dossiers": list(dossier_ids)}
    for round_ in session.scalars(_ROUNDS, parameters).unique():
        rows[round_.dossier_id].rounds.append(round_)
    for deadline in session.scalars(_DEADLINES, parameters):
        rows[deadline.dossier_id].deadlines.append(deadline)
    for child in session.scalars(_CHILDREN, parameters):
        rows[child.dossier_id].children.append(child)
    documents = session.execute(_DOCUMENTS, parameters)
    for dossier_id, name, title, turn, after, asked_at, failure, number, *content in documents:
        rows[dossier_id].titles[name] = title or ""
        if turn:
            rows[dossier_id].holders[name] = turn
        rows[dossier_id].drafts[name] = AskedDraft(number or 0, after, asked_at, failure is not None)  # the newest last
        if number is not None:
            rows[dossier_id].versions[name] = (number, version_content(*content))
    return rows


def expect_cases(work: UnitOfWork, dossiers: Iterable[Dossier]) -> None:
    """Read the rows and facts of several dossiers together, before each is loaded."""
    read_facts(work, ids := [dossier.id for dossier in dossiers])
    _expected_rows(work).update(read_case_rows(work.session, ids))


def _expected_rows(work: UnitOfWork) -> dict[int, CaseRows]:
    """The rows that `expect_cases` has read, until the case of each is loaded: a case that is loaded after a change is
    read anew.
    """
    return work.remember("expected rows of cases", dict)


def _case_rows(work: UnitOfWork, dossier: Dossier) -> CaseRows:
    if inspect(dossier).pending:
        return CaseRows()
    expected = _expected_rows(work).pop(dossier.id, None)
    rows = expected or read_case_rows(work.session, [dossier.id])[dossier.id]
    work.remember(own_titles_key(dossier), lambda: rows.titles)
    work.remember(("rows of case", dossier.id), lambda: rows)  # held, so that the session keeps them
    return rows


def load_case(work: UnitOfWork, dossier: Dossier) -> Case:
    """The engine's case, built from the rows of a dossier."""
    rows = _case_rows(work, dossier)
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    return Case(
        reference=dossier.reference,
        submitter=dossier.requester_id,
        request_type=dossier.request_type,
        answers=dossier.submission.answers,
        opened_at=dossier.opened_at,
        state=dossier.state,
        entered_at=dossier.entered_at,
        version=dossier.version,
        fields={name: row.value for name, row in fact_rows(work, dossier).items()},
        left_states=list(dossier.left_states),
        claims=dict(dossier.claims),
        priority=dossier.priority,
        rounds=[read_round(row, workflow.round_rule(row.definition).documents) for row in rows.rounds],
        deadlines=[read_deadline(row) for row in rows.deadlines],
        children=[read_child(row) for row in rows.children],
        documents={name: number for name, (number, _) in rows.versions.items()},
        newest_versions={
            name: replace(content, obstacle=known_obstacle(workflow, name, content.sha256))
            for name, (_, content) in rows.versions.items()
        },
        drafts_due=due_drafts(rows.drafts),
        drafts_failed=failed_drafts(rows.drafts, work.now),
        escalated_to=list(dossier.engine_state.get("escalated_to", [])),
        reopened=read_reopened(dossier.engine_state.get("reopened")),
        obsolete=frozenset(dossier.engine_state.get("obsolete", ())),
        branches_taken=dict(dossier.engine_state.get("branches_taken", {})),
    )


def engine_context_of(work: UnitOfWork, case: Case, workflow: Workflow, dossier: Dossier) -> EngineContext:
    """What the engine needs to know beside the case, at this moment and in the actor's language."""
    directory = WorkflowDirectory(work)
    directory.expect(workflow)
    people = [person for round_ in case.rounds for seat in round_.seats for person in (seat.person, seat.on_behalf_of)]
    known_people(work).expect_ids([case.submitter, *case.claims.values(), *people])
    known_people(work).expect_emails(person for person in people if person and "@" in person)
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    return EngineContext(
        now=work.now,
        directory=directory,
        calendars=calendars(work),
        language=work.language,
        zone=work.zone,
        document_titles={
            **request_type.document_titles,
            **{name: own for name, own in own_titles(work, dossier).items() if own},
        },
        document_holders=work.remember(("rows of case", dossier.id), CaseRows).holders,
        restricted=dossier.restricted,
        hidden_answers=partial(hidden_answers, work, request_type),
    )


def calendars(work: UnitOfWork) -> dict[str, Calendar]:
    """Every calendar by its id, including those of plugins; the portal's default calendar also under the empty name."""

    def read() -> dict[str, Calendar]:
        site = current_site(work)
        by_id = calendars_of(site.calendars, work.platform.registry.vocabulary)
        return {**by_id, "": by_id[site.portal.calendar]} if site.portal.calendar in by_id else by_id

    return work.remember("calendars", read)


def save(loaded: LoadedCase, effects: list[Effect]) -> list[HistoryEntry]:
    """Write what an engine call has changed and apply its effects; returns the history entries, in order."""
    name_seats(loaded)
    with loaded.work.session.no_autoflush:
        write_case(loaded)
        sync_provider_seats(loaded)
        update_search_document(loaded)
        return apply_effects(loaded, effects)


def changes_since(work: UnitOfWork, dossier: Dossier, version: int) -> list[tuple[datetime, str, str]]:
    """The changes after a version that the actor may see, the oldest first: (time, author, sentence); none for somebody
    who reads a part of the dossier alone, and for people without an account.
    """
    if not isinstance(work.actor, Person) or not has_permission(work, "dossier.read", dossier):
        return []
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    newest = (
        select(HistoryEntry).where(HistoryEntry.dossier_id == dossier.id).order_by(HistoryEntry.number.desc()).limit(50)
    )
    entries = [e for e in work.session.scalars(newest) if e.payload.get("version", 0) > version]
    expect_people_of(work, dossier, entries)
    events = [describe_entry(work, workflow, e) for e in reversed(entries) if is_for_reader(work, workflow, e)]
    return [(event.at, event.by, f"{event.text} – {event.after}" if event.after else event.text) for event in events]


def stale_dossier(loaded: LoadedCase) -> Stale:
    """The error for somebody who acts on what the dossier's latest change has overtaken, with that change."""
    latest = loaded.dossier.version
    changes = changes_since(loaded.work, loaded.dossier, latest - 1)
    return Stale(loaded.dossier.reference, latest - 1, latest, changes)
