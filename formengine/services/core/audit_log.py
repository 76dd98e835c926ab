"""The audit log: every change is an entry in a hash chain, written in the transaction of the change (O5).

Each dossier has a chain of its own, so that changes of different dossiers need no common lock; entries without a
dossier go to the chain of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, cast

from sqlalchemy import Select, Table, bindparam, delete, func, insert, inspect, select, update
from sqlalchemy.orm import Session

from formengine.errors import NotFound
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import MEMO, at_flush, expect_unchanged, insert_at_flush, is_snapshot
from formengine.storage.hash_chain import FIRST_PREVIOUS_HASH, as_list, as_map, hash_entry, hash_json, hash_payload
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import ChainHead, DevelopmentMark, HistoryEntry
from formengine.storage.models.people import Person

SITE_CHAIN = "site"
_HISTORY: Final = cast(Table, HistoryEntry.__table__)
_HEADS: Final = cast(Table, ChainHead.__table__)
_MOVE_HEAD: Final = update(_HEADS).where(_HEADS.c.chain == bindparam("moved_chain"))
_COLUMNS: Final = tuple(name for name in HistoryEntry.__table__.columns.keys() if name != "id")  # noqa: SIM118
ERASED_PAYLOAD = {"erased": True}
ERASURE_KIND: Final = "erased"
"""The kind of an entry that names the entries whose content was erased: `{"entries": [numbers]}`."""
Payload = Mapping[str, Any] | Callable[[], Mapping[str, Any]]
Head = tuple[int, str]
"""Number and hash of the last entry of a chain."""


@dataclass(frozen=True)
class ChainError:
    """A place where a chain is broken: the chain (a dossier's reference, or "site"), the entry's number, and a
    sentence.
    """

    chain: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.chain}, entry {self.number}: {self.what}"


def append_entry(
    work: UnitOfWork,
    kind: str,
    payload: Payload,
    dossier: Dossier | None = None,
    *,
    by: str | None = None,
    nobody: bool = False,
    on_behalf_of: str | None = None,
    visible_to_client: bool = False,
) -> HistoryEntry:
    """Append an entry to the dossier's chain, or to the site's; returns the entry with its number and hash.

    `by` defaults to the actor; with `nobody` the engine itself is the author. A payload that contains the ids of new
    rows is given as a function, which is called when these rows have been flushed. What was done by the API, or through
    an assistant, says so: `via` in the payload (see `way_in`).
    """
    chain = dossier.reference if dossier else SITE_CHAIN
    session = work.session
    end = chain_end(session, chain, new=dossier is not None and inspect(dossier).pending)
    end.number += 1
    entry = HistoryEntry(
        chain=chain,
        number=end.number,
        dossier_id=dossier.id if dossier else None,
        at=work.now,
        by=None if nobody else by or work.actor_id,
        on_behalf_of=on_behalf_of,
        kind=kind,
        visible_to_client=visible_to_client,
    )
    if dossier is None and not callable(payload):
        entry.subject = subject_of(payload)
    via = {} if nobody or work.via == "page" else {"via": work.via}
    end.unsealed = end.unsealed or callable(payload)
    if not end.unsealed:
        _seal(entry, end, payload, via)

    def row() -> dict[str, Any]:
        if entry.hash is None:
            _seal(entry, end, payload, via)
        return {name: getattr(entry, name) for name in _COLUMNS}

    insert_at_flush(session, _HISTORY, row)
    if not end.moved:
        end.moved = True
        at_flush(session, lambda: _write_end(session, end))
    return entry


def _seal(entry: HistoryEntry, end: ChainEnd, payload: Payload, via: Mapping[str, str]) -> None:
    """Set an entry's payload and hashes, and make it the end of its chain."""
    entry.payload = {**(payload() if callable(payload) else payload), **via}
    entry.payload_hash = hash_payload(entry.payload)
    entry.previous = end.hash
    entry.hash = end.hash = hash_entry(entry)


def subject_of(payload: Mapping[str, Any]) -> str | None:
    """What an entry of the site is about, by which its history is read: an account, or else an organisation."""
    name = next((name for name in ("person", "organisation") if payload.get(name)), None)
    return f"{name}:{payload[name]}" if name else None


def way_in(by: str | None, payload: Mapping[str, Any]) -> str:
    """How an entry came about: page, api, mcp (an assistant), link (somebody without an account), or engine."""
    if by is None:
        return "engine"
    return str(payload.get("via") or ("link" if "@" in by else "page"))


@dataclass
class ChainEnd:
    """The end of a chain in this transaction: number and hash of the last entry."""

    chain: str
    number: int
    hash: str
    stored: bool
    """Whether the table of chain heads has a row for the chain."""
    read: int
    """The number that was read from the database: later entries belong to this transaction."""
    moved: bool = False
    """Whether entries were appended since the last flush."""
    unsealed: bool = False
    """Whether the hash is unknown until the next flush, because a payload contains the ids of new rows."""


def _write_end(session: Session, end: ChainEnd) -> None:
    values = {"number": end.number, "hash": end.hash}
    if end.stored:
        session.connection().execute(_MOVE_HEAD, {"moved_chain": end.chain, **values})
    else:
        session.connection().execute(insert(_HEADS), {"chain": end.chain, **values})
    end.stored, end.moved, end.unsealed = True, False, False


def chain_end(session: Session, chain: str, *, new: bool = False) -> ChainEnd:
    """The end of a chain, which no other transaction can move before this one ends.

    It is read once in a transaction: PostgreSQL keeps its row locked, SQLite compares it when the write lock is taken.
    """
    ends: dict[str, ChainEnd] = session.info.setdefault(MEMO, {}).setdefault("chain ends", {})
    if chain not in ends:
        head = None if new else _read_head(session, chain)
        number, hash_ = head or (0, FIRST_PREVIOUS_HASH)
        ends[chain] = ChainEnd(chain, number, hash_, stored=head is not None, read=number)
    return ends[chain]


def expect_head(session: Session, chain: str, head: Head | None) -> None:
    """Remember the end of a chain that was read with its dossier: on SQLite it holds as long as the snapshot does."""
    if is_snapshot(session):
        _heads_of_snapshot(session)[chain] = head


def _heads_of_snapshot(session: Session) -> dict[str, Head | None]:
    heads: dict[str, Head | None] = session.info.setdefault(MEMO, {}).setdefault("chain heads", {})
    return heads


def is_new_entry(session: Session, chain: str, number: int | str) -> bool:
    """Whether this transaction appended the entry with a number, flushed or not."""
    end = session.info.get(MEMO, {}).get("chain ends", {}).get(chain)
    return end is not None and isinstance(number, int) and number > end.read


def lock_site_chain(work: UnitOfWork) -> None:
    """Exclude other changes of accounts from now until the commit.

    For rules that depend on several rows, such as "at least one legal admin remains". Every such change appends to the
    site's chain: PostgreSQL locks its head, and accounts that were read before are read again; SQLite runs the unit of
    work again when the head has moved. Call it before the permission is checked and before any other row is locked.
    """

    def lock() -> None:
        session = work.session
        chain_end(session, SITE_CHAIN)
        if session.get_bind().dialect.name != "sqlite":
            session.flush()
            for row in list(session.identity_map.values()):
                if isinstance(row, Person):
                    session.refresh(row) if row is work.actor else session.expire(row)

    work.remember("site chain locked", lock)


def _read_head(session: Session, chain: str) -> Head | None:
    query = select(ChainHead.number, ChainHead.hash).where(ChainHead.chain == chain)
    if session.get_bind().dialect.name == "sqlite":
        heads = _heads_of_snapshot(session)
        head = heads[chain] if chain in heads and is_snapshot(session) else _head_of(session, query)
        expect_unchanged(session, query.with_only_columns(ChainHead.number), head[0] if head else None)
        return head
    head = _head_of(session, query.with_for_update())
    if head is None:
        insert_if_absent(session, ChainHead, chain=chain, number=0, hash=FIRST_PREVIOUS_HASH)
        head = _head_of(session, query.with_for_update())
    return head


def _head_of(session: Session, query: Select[int, str]) -> Head | None:
    row = session.execute(query).one_or_none()
    return None if row is None else (row.number, row.hash)


def entries(
    session: Session, dossier: Dossier, *, for_client: bool, after: int = 0, limit: int = 200
) -> list[HistoryEntry]:
    """A dossier's entries after a number, the oldest first; `for_client` limits them to those that are visible to
    clients.
    """
    query = select(HistoryEntry).where(HistoryEntry.dossier_id == dossier.id, HistoryEntry.number > after)
    if for_client:
        query = query.where(HistoryEntry.visible_to_client)
    return list(session.scalars(query.order_by(HistoryEntry.number).limit(limit)))


def verify_chains(session: Session, witnessed: Mapping[str, tuple[int, str]] | None = None) -> Iterator[ChainError]:
    """Every place where a chain is broken: an entry changed, missing, reordered or cut off, in all chains.

    `witnessed` is a checkpoint that was stored elsewhere, chain to (number, hash). With it, entries that were cut off
    together with the chain's head are found as well, and chains that were computed anew.
    """
    heads = {head.chain: head for head in session.scalars(select(ChainHead))}
    witnessed = witnessed or {}
    query = (
        select(HistoryEntry, Dossier.reference)
        .outerjoin(Dossier, HistoryEntry.dossier_id == Dossier.id)
        .order_by(HistoryEntry.chain, HistoryEntry.number)
        .execution_options(yield_per=1000)
    )
    chains: set[str] = set()
    for chain, rows in groupby(session.execute(query), key=lambda row: row[0].chain):
        chains.add(chain)
        group = []
        for entry, reference in rows:
            group.append(entry)
            if (reference or SITE_CHAIN) != chain:
                yield ChainError(chain, entry.number, f"was moved to {reference or 'no dossier'}")
        yield from _verify_chain(chain, group, witnessed.get(chain))
        yield from _verify_head(session, chain, group[-1], heads.get(chain))
    for chain in sorted((heads.keys() | witnessed.keys()) - chains):
        yield ChainError(chain, 1, "the whole chain is missing")


def verify_chain(session: Session, chain: str) -> Iterator[ChainError]:
    """Every place where one chain is broken, as `verify_chains` finds them without a checkpoint."""
    query = select(HistoryEntry).where(HistoryEntry.chain == chain).order_by(HistoryEntry.number)
    group = list(session.scalars(query.execution_options(populate_existing=True)))
    if not group:
        yield ChainError(chain, 1, "the whole chain is missing")
        return
    yield from _verify_chain(chain, group, None)
    yield from _verify_head(session, chain, group[-1], None)


def _erased_numbers(group: Iterable[HistoryEntry]) -> set[int]:
    """The numbers of entries that a later entry of the chain names as erased."""
    return {
        number
        for entry in group
        if entry.kind == ERASURE_KIND and hash_payload(entry.payload) == entry.payload_hash
        for number in as_list(as_map(entry.payload).get("entries"))
        if isinstance(number, int) and number < entry.number
    }


def erase_entries(work: UnitOfWork, dossier: Dossier, numbers: Iterable[int]) -> HistoryEntry | None:
    """Erase the content of a dossier's entries, as the law may ask, and their marks as important developments; their
    hashes stay, so the chain still verifies.

    Appends an entry that names them: without it `verify_chains` reports the missing content. Entries of earlier
    erasures keep theirs, which is numbers alone, for the same reason. Content that is gone is not erased again: None
    where all of it is.

    Raises NotFound, and erases nothing, where one of the numbers is of no entry, or of an erasure.
    """
    wanted = set(numbers)
    query = select(HistoryEntry.number, HistoryEntry.payload).where(
        HistoryEntry.dossier_id == dossier.id,
        HistoryEntry.number.in_(sorted(wanted)),
        HistoryEntry.kind != ERASURE_KIND,
    )
    rows = work.session.execute(query.order_by(HistoryEntry.number))
    payloads = {row.number: row.payload for row in rows}
    missing = ", ".join(map(str, sorted(wanted.difference(payloads))))
    if missing:
        raise NotFound(f"no entry of {dossier.reference} whose content can be erased has the number {missing}")
    erased = [number for number, payload in payloads.items() if payload != ERASED_PAYLOAD]
    if not erased:
        return None
    of_dossier = (HistoryEntry.dossier_id == dossier.id) & HistoryEntry.number.in_(erased)
    work.session.execute(update(HistoryEntry).where(of_dossier).values(payload=ERASED_PAYLOAD))
    marks = (DevelopmentMark.dossier_id == dossier.id) & DevelopmentMark.entry.in_(erased)
    work.session.execute(delete(DevelopmentMark).where(marks))
    return append_entry(work, ERASURE_KIND, {"entries": erased}, dossier)


def erasure_entries(session: Session) -> list[HistoryEntry]:
    """The entries of all chains that name entries whose content was erased (`entries` in their payload)."""
    query = select(HistoryEntry).where(HistoryEntry.kind == ERASURE_KIND)
    return list(session.scalars(query.order_by(HistoryEntry.chain, HistoryEntry.number)))


def _verify_chain(chain: str, group: list[HistoryEntry], witness: tuple[int, str] | None) -> Iterator[ChainError]:
    previous, expected = FIRST_PREVIOUS_HASH, 1
    erased = _erased_numbers(group)
    for entry in group:
        if entry.number != expected:
            yield ChainError(chain, expected, f"missing; entry {entry.number} follows entry {expected - 1}")
            return
        if entry.previous != previous:
            yield ChainError(chain, entry.number, "does not follow from the entry before it")
        elif entry.payload == ERASED_PAYLOAD and entry.number not in erased:
            yield ChainError(chain, entry.number, "its content is gone, and no later entry says that it was erased")
        elif entry.payload != ERASED_PAYLOAD and hash_payload(entry.payload) != entry.payload_hash:
            yield ChainError(chain, entry.number, "its content was changed")
        elif hash_entry(entry) != entry.hash:
            yield ChainError(chain, entry.number, "its author, time or kind was changed")
        if witness and witness[0] == entry.number and witness[1] != entry.hash:
            yield ChainError(chain, entry.number, "is not the entry that the checkpoint saw: stamped anew")
        previous, expected = entry.hash, entry.number + 1
    last = group[-1]
    if witness and witness[0] > last.number:
        yield ChainError(chain, witness[0], f"cut off: the checkpoint saw {witness[0]} entries, {last.number} are left")


def _verify_head(session: Session, chain: str, last: HistoryEntry, head: ChainHead | None) -> Iterator[ChainError]:
    """Compare the end of a chain with its row in the table of heads. An entry may have been appended since the heads
    were read, so where they differ, both are read again in one statement.
    """
    if head is not None and (head.number, head.hash) == (last.number, last.hash):
        return
    newest = select(func.max(HistoryEntry.number)).where(HistoryEntry.chain == chain).scalar_subquery()
    query = (
        select(ChainHead.number, ChainHead.hash, HistoryEntry.number, HistoryEntry.hash)
        .join(HistoryEntry, HistoryEntry.chain == ChainHead.chain)
        .where(ChainHead.chain == chain, HistoryEntry.number == newest)
    )
    row = session.execute(query).one_or_none()
    if row is None or (row[0], row[1]) != (row[2], row[3]):
        at = row[0] if row else last.number
        yield ChainError(
            chain, at, f"the chain ends at entry {row[2] if row else last.number}, not where its head says"
        )


def chain_checkpoint(session: Session) -> dict[str, Any]:
    """All heads at this moment, with a hash over them, to be kept outside (signed by the command that writes it)."""
    heads = {h.chain: [h.number, h.hash] for h in session.scalars(select(ChainHead).order_by(ChainHead.chain))}
    return {"heads": heads, "hash": hash_json(heads)}
