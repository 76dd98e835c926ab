"""Many demo dossiers, for lists of a real size: copies of prototypes, written by a bulk load.

The oldest comes first, so that references rise with the dates. Who asks, when, and about whom follows from the numbers
of the copies: the same command on the same day gives the same dossiers.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from formengine.cli.demo.bulk_load import (
    Cells,
    bulk_load,
    copy_text,
    insert_rows,
    lock_counters,
    reserve_ids,
    set_counters,
)
from formengine.cli.demo.copies import Copier, Copy, Rows, written_tables
from formengine.cli.demo.crowd import Client, make_crowd, names
from formengine.cli.demo.people import BY_ID
from formengine.cli.demo.prototypes import Prototype, copied_tables, counts_ids
from formengine.cli.demo.row_process import made_apart
from formengine.services.case.search_documents import search_words
from formengine.services.catalogue.request_types import fold_text

if TYPE_CHECKING:
    from datetime import datetime

    from formengine.services.core.unit_of_work import Platform
    from formengine.storage.models.people import Person

BATCH: Final = 250
"""Copies whose rows are made and written together."""
_MOST_MADE_HERE: Final = 5000
"""The rows of more copies are made by another process, which takes a second to start."""
_WEEKS: Final = 208
"""How far back finished dossiers go."""
_TEAMS: Final = {"contract": ("paul", "ana"), "litigation": ("lena", "omar"), "matter": ("ana", "lena")}
"""Two lawyers by kind who share its dossiers: in every second copy, each stands for the other."""
_EXAMPLE: Final = "7913"
"""Digits in place of the last ones of a reference."""
_LAST_DIGITS: Final = len(_EXAMPLE)
_PEOPLE_PER_DOSSIER: Final = 0.03
_MOST_PEOPLE: Final = 3000


def write_copies(
    platform: Platform, people: Mapping[str, Person], prototypes: Sequence[Prototype], first: int, count: int
) -> int:
    """Write `count` copies with the numbers from `first`; returns how many, which is 0 where there is no prototype that
    can be copied (the packs of the site were changed).
    """
    prototypes = [prototype for prototype in prototypes if prototype.days is None or prototype.days >= 1]
    if not prototypes:
        return 0
    clients = make_crowd(platform, min(int(count * _PEOPLE_PER_DOSSIER), _MOST_PEOPLE), people)
    with platform.database.reading() as session:
        portal = platform.definitions.site(session).portal
    chance = Random(first)  # nosec B311  # names and dates, not secrets
    plan = _plan(chance, prototypes, count)
    zone = ZoneInfo(portal.zone)
    ids = {id_: person.id for id_, person in people.items()}
    maker = _Maker(chance, clients, ids, dict(portal.numbering), zone)
    source = _RowSource(Copier(zone, as_text=not platform.database.is_sqlite), maker, plan, first)
    tables = list(written_tables())
    with bulk_load(platform.database, [table for table, _columns in tables]) as session:
        maker.counters = lock_counters(session)
        most = {name: count * number for name, number in _most_rows(prototypes).items()}
        source.copier.next_ids.update(reserve_ids(session, most))
        for batch in made_apart(source.batches) if count > _MOST_MADE_HERE else source.batches():
            for table, columns in tables:
                insert_rows(session, table, columns, batch.rows.get(table.name, ()))
        set_counters(session, batch.last_numbers, batch.next_ids)
    return count


def _plan(chance: Random, prototypes: Sequence[Prototype], count: int) -> list[tuple[Prototype, int]]:
    """What is copied, and how many days older each copy is; the oldest first."""
    chosen = chance.choices(prototypes, [prototype.share for prototype in prototypes], k=count)
    plan = [(prototype, _days(chance, prototype)) for prototype in chosen]
    return sorted(plan, key=lambda item: item[0].opened_at - timedelta(days=item[1]))


def _days(chance: Random, prototype: Prototype) -> int:
    """How many days older a copy is: weeks for what is finished, more often a few than many."""
    if prototype.days is None:
        return 7 * (1 + int((_WEEKS - 1) * chance.random() ** 1.3))
    return chance.randint(1, prototype.days)


def _most_rows(prototypes: Sequence[Prototype]) -> Counter[str]:
    """The largest number of rows of a copy, by table; of tables whose ids the database counts."""
    most: Counter[str] = Counter(fe_idempotency_keys=1)
    counted = {table.name for table in copied_tables() if counts_ids(table)}
    for prototype in prototypes:
        for name, rows in json.loads(prototype.text).items():
            if name in counted:
                most[name] = max(most[name], len(rows))
    return most


@dataclass(frozen=True)
class _Batch:
    """Rows by table, as `insert_rows` takes them; the last numbers of references and the next free ids after them."""

    rows: Mapping[str, Sequence[Cells] | str]
    last_numbers: Mapping[tuple[str, int], int]
    next_ids: Mapping[str, int]


@dataclass(frozen=True)
class _RowSource:
    """Makes the rows of the copies of a plan, whose numbers begin with `first`."""

    copier: Copier
    maker: _Maker
    plan: Sequence[tuple[Prototype, int]]
    first: int

    def batches(self) -> Iterator[_Batch]:
        """The rows of all copies, of some copies at a time."""
        for start in range(0, len(self.plan), BATCH):
            rows: Rows = defaultdict(list)
            for number, (prototype, days) in enumerate(self.plan[start : start + BATCH], self.first + start):
                for name, table_rows in self.copier.rows(self.maker.copy(prototype, days), f"demo-{number}").items():
                    rows[name] += table_rows
            written = {name: copy_text(cells) for name, cells in rows.items()} if self.copier.as_text else dict(rows)
            yield _Batch(written, dict(self.maker.counters), dict(self.copier.next_ids))


class _Maker:
    """Chooses people, companies and references for copies."""

    def __init__(
        self,
        chance: Random,
        clients: Sequence[Client],
        people: Mapping[str, str],
        numbering: Mapping[str, str],
        zone: ZoneInfo,
    ) -> None:
        self._chance, self._clients, self._people = chance, clients, people
        self._numbering, self._zone = numbering, zone
        self.counters: dict[tuple[str, int], int] = {}
        self._members: dict[tuple[str, str] | None, dict[str, str]] = {}
        self._references: dict[str, str] = {}

    def copy(self, prototype: Prototype, days: int) -> Copy:
        """A copy so many days older than its prototype."""
        client = self._chance.choice(self._clients)
        reference = self._reference(prototype.kind, prototype.opened_at - timedelta(days=days))
        company, contact, address = self._company()
        topic = self._chance.choice(names()["subjects"])
        words = {"reference": reference, "company": company, "contact": contact, "address": address}
        requester = client.head_name if prototype.requester == "cleo" else client.name
        words |= {"found_reference": self._found_by_reference(reference), "found_requester": _found_by(requester)}
        words |= {f"found_{name}": _found_by(words[name]) for name in ("company", "contact", "address")}
        words |= {"subject": f"{topic} – {company}", "found_subject": f"{_found_by(topic)} {words['found_company']}"}
        words["seconds"] = f"{self._chance.randrange(60):02}"
        words |= self._people_of(client, prototype.kind)
        words |= {f"file_{at}": hashlib.sha256(f"{reference} {at}".encode()).hexdigest()[:32] for at in range(4)}
        return Copy(prototype, days, client.organisation_id, words)

    def _people_of(self, client: Client, kind: str) -> dict[str, str]:
        """Whom the marks of people stand for: their ids, and the words that their names are found by."""
        team = _TEAMS[kind] if self._chance.random() < 0.5 else None
        if team not in self._members:
            self._members[team] = dict(self._marks_of_members(team))
        return self._members[team] | {
            "person_maya": client.id,
            "person_cleo": client.head_id,
            "found_name_maya": _found_by(client.name),
            "found_name_cleo": _found_by(client.head_name),
        }

    def _marks_of_members(self, team: tuple[str, str] | None) -> Iterator[tuple[str, str]]:
        """The same for the people of the demo; the two of a team stand for each other."""
        ids, names = dict(self._people), {id: member.name for id, member in BY_ID.items()}
        if team is not None:
            left, right = team
            for people in (ids, names):
                people[left], people[right] = people[right], people[left]
        yield from ((f"person_{name}", id_) for name, id_ in ids.items())
        yield from ((f"found_name_{name}", _found_by(shown)) for name, shown in names.items())

    def _found_by_reference(self, reference: str) -> str:
        """The words that a reference is found by: references that differ in their last digits alone differ in those."""
        digits = reference[-_LAST_DIGITS:]
        if not (digits.isascii() and digits.isdigit()):
            return search_words([reference])
        rest = reference[:-_LAST_DIGITS]
        if rest not in self._references:
            self._references[rest] = search_words([rest + _EXAMPLE])
        return self._references[rest].replace(_EXAMPLE, digits)

    def _company(self) -> tuple[str, str, str]:
        """The other party: name, contact, address."""
        choice = self._chance.choice
        head, tail = choice(names()["company_heads"]), choice(names()["company_tails"])
        contact = f"{choice(names()['first_names'])} {choice(names()['last_names'])}"
        return f"{head} {tail} {choice(names()['company_forms'])}", contact, fold_text(f"{head}@{tail}.example")

    def _reference(self, kind: str, opened_at: datetime) -> str:
        year = opened_at.astimezone(self._zone).year
        self.counters[kind, year] = number = self.counters.get((kind, year), 0) + 1
        return self._numbering[kind].format(year=year, n=number)


@lru_cache(maxsize=50_000)
def _found_by(text: str) -> str:
    """The words that a text of many copies is found by, such as a name."""
    return search_words([text])
