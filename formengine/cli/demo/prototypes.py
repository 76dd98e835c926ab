"""Prototypes of many dossiers: demo dossiers that are played on a site of their own and read as text.

The text is JSON: the rows of a dossier by table, as SQLite stores them. Ids that the database counts are the positions
of the rows, and what differs between copies is a mark: ids and names of people, the other company, the reference, ids
of files. A copy is the text with its marks filled in and its dates moved (`copies.py`), so what the services wrote
stays what it is, down to votes, deadlines and children.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, ForeignKey, Integer, Table, select, text

from formengine.cli.demo.accounts import make_people
from formengine.cli.demo.dossiers import DemoDossier, play, read_demo_dossiers
from formengine.cli.demo.people import BY_ID, COMPANIES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from formengine.services.core.unit_of_work import Platform
    from formengine.settings import Settings
    from formengine.storage.models.people import Person

Row = list[Any]
OPEN, CLOSE = "\ue000", "\ue001"
"""A mark is a name between these two characters, which no text of the demo contains."""
_OLDER: Final = 9
"""Days by which the demo dossiers are played a second time as well: of an older one, deadlines were missed."""
_DAYS_BACK: Final = {"done": 900}
"""How much older a copy may be of what has not ended and waits for no moment, by the category of its state."""
_NOT_COPIED: Final = frozenset({"fe_mails", "fe_act_links", "fe_idempotency_keys", "fe_provider_seats"})
"""Tables whose rows would act again, or that a copy gets from elsewhere."""
_SECONDS: Final = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:(?!00)\d\d:)00")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Prototype:
    """A dossier as text; `requester` is the id of a member of the demo, `share` its part of a thousand copies.

    A copy is at most `days` older: what lies ahead of the prototype lies ahead of the copy as well. None: it has ended,
    and nothing lies ahead.
    """

    kind: str
    request: str
    requester: str
    share: int
    text: str
    opened_at: datetime
    days: int | None


def mark(name: str) -> str:
    """The mark of a name, such as `company`."""
    return f"{OPEN}{name}{CLOSE}"


def make_prototypes(settings: Settings, demo_dossiers: Sequence[DemoDossier] = ()) -> list[Prototype]:
    """The prototypes of a site, of all demo dossiers or of the given ones.

    The site's folder is published and its plugins loaded, in a database that is deleted after it. Files are stored
    where the site's are. Demo dossiers that the site does not allow (its packs were changed) are left out.
    """
    from formengine.errors import FormengineError
    from formengine.services.core.unit_of_work import run_in_transaction

    with _workshop(settings) as platform:
        people = make_people(platform)
        played: dict[str, DemoDossier] = {}
        late = [demo_dossier.older(_OLDER) for demo_dossier in read_demo_dossiers()]
        for number, demo_dossier in enumerate(demo_dossiers or [*read_demo_dossiers(finished=True), *late]):
            varied = demo_dossier.varied(number)
            try:
                play(varied, platform, people, str(number))
            except FormengineError:
                continue
            played[str(number)] = varied
        run_in_transaction(platform, lambda work: _fire_due_timers(platform, work.now))
        with platform.database.reading() as session:
            return [_read(session, key, demo_dossier, people) for key, demo_dossier in played.items()]


@contextmanager
def _workshop(settings: Settings) -> Iterator[Platform]:
    """A platform with an empty SQLite database, on which the site's folder is published."""
    from formengine.app import build_platform, close_platform
    from formengine.app.assembly import upgrade_database
    from formengine.cli.publish import publish_folder
    from formengine.services.core.unit_of_work import run_in_transaction
    from formengine.storage import open_database

    with TemporaryDirectory(prefix="formengine-demo-") as folder:
        url = f"sqlite:///{Path(folder) / 'prototypes.sqlite'}"
        database = open_database(url)
        upgrade_database(database)
        database.close()
        settings = replace(settings, database_url=url, mail_url="memory:", password_cost="cheap")  # nosec B106
        platform = build_platform(settings)
        try:
            run_in_transaction(platform, lambda work: publish_folder(work, "for the demo"))
            yield platform
        finally:
            close_platform(platform)


def _fire_due_timers(platform: Platform, now: datetime) -> None:
    """Bring the dossiers to where a worker would have brought them: deadlines missed, reminders sent."""
    from formengine.services.core.unit_of_work import run_in_transaction
    from formengine.services.dossiers.timers import fire_timers
    from formengine.storage.models.dossiers import Dossier

    for _ in range(50):
        with platform.database.reading() as session:
            due = session.execute(select(Dossier.reference, Dossier.wake_at).where(Dossier.wake_at <= now)).all()
        if not due:
            return
        for reference, at in due:
            run_in_transaction(platform, lambda work, reference=reference: fire_timers(work, reference), now=at)  # type: ignore[misc]


def _read(session: Session, key: str, demo_dossier: DemoDossier, people: Mapping[str, Person]) -> Prototype:
    from formengine.storage.models.dossiers import NO_DUE, Dossier, IdempotencyKey
    from formengine.storage.models.files_and_notes import StoredFile

    query = select(Dossier).join(IdempotencyKey, IdempotencyKey.submission_id == Dossier.submission_id)
    dossier = session.scalars(query.where(IdempotencyKey.key == key)).one()
    rows = read_rows(session, dossier.id)
    for file in rows["fe_files"]:  # those of clients, so that the few lawyers do not reach their quota
        file[list(StoredFile.__table__.columns.keys()).index("stored_by")] = people["maya"].id
    words = _words(dossier, demo_dossier, rows, people)
    _mark_search_words(rows["fe_search_documents"], words, BY_ID[demo_dossier.by].name)
    marked = _mark(json.dumps(rows, ensure_ascii=False), words)
    now = datetime.now(UTC)
    ahead = [moment for moment in map(_moment, _MOMENT.findall(json.dumps(rows))) if now < moment < NO_DUE]
    days_back = _DAYS_BACK.get(dossier.state_category, 150)
    return Prototype(
        kind=dossier.kind,
        request=dossier.request_type,
        requester=demo_dossier.by,
        share=demo_dossier.share,
        text=marked,
        opened_at=dossier.opened_at,
        days=None if dossier.ended_at else (min(ahead) - now).days if ahead else days_back,
    )


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@cache
def copied_tables() -> tuple[Table, ...]:
    """The tables whose rows belong to a dossier, those that others refer to first."""
    from formengine.storage.models.base import Base

    of_dossier = {"fe_submissions", "fe_dossiers"}
    tables = [table for table in Base.metadata.sorted_tables if table.name not in _NOT_COPIED]
    for table in tables:
        if any(_target(key) in of_dossier - {"fe_submissions"} for key in table.foreign_keys):
            of_dossier.add(table.name)
    return tuple(table for table in tables if table.name in of_dossier)


def _target(key: ForeignKey) -> str:
    return key.column.table.name


def counts_ids(table: Table) -> bool:
    """Whether the database counts the ids of a table."""
    return "id" in table.c and isinstance(table.c.id.type, Integer)


def counted_columns(table: Table) -> list[tuple[int, str]]:
    """The columns of a table that hold counted ids of copied tables: position and the table meant."""
    names = {copied.name for copied in copied_tables() if counts_ids(copied)}
    columns = [
        (position, table.name if column.name == "id" and counts_ids(table) else _reference(column, names))
        for position, column in enumerate(table.columns)
    ]
    return [(position, name) for position, name in columns if name is not None]


def _reference(column: Any, names: Iterable[str]) -> str | None:
    return next(
        (_target(key) for key in column.foreign_keys if key.column.name == "id" and _target(key) in names), None
    )


def read_rows(session: Session, dossier_id: int) -> dict[str, list[Row]]:
    """The rows of a dossier by table, in the order of their keys; counted ids are the positions of the rows.

    JSON is read as such for the columns that copies compute hashes from, and kept as text elsewhere.
    """
    ids: dict[str, dict[Any, int]] = defaultdict(dict)
    rows: dict[str, list[Row]] = {}
    for table in copied_tables():
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        order = ", ".join(f'"{column.name}"' for column in table.primary_key)
        query = f"SELECT {names} FROM {table.name} WHERE {_of_dossier(table, ids, dossier_id)} ORDER BY {order}"  # nosec B608
        rows[table.name] = [list(row) for row in session.execute(text(query))]
        if "id" in table.c:
            at = list(table.columns.keys()).index("id")
            ids[table.name] = {row[at]: position for position, row in enumerate(rows[table.name])}
    for table in copied_tables():
        _rewrite(table, rows[table.name], ids)
    return rows


def _of_dossier(table: Table, ids: Mapping[str, Mapping[Any, int]], dossier_id: int) -> str:
    """The condition, in SQL, of the rows of a dossier."""
    if table.name == "fe_submissions":
        return f"id IN (SELECT submission_id FROM fe_dossiers WHERE id = {dossier_id})"  # nosec B608
    if table.name == "fe_dossiers":
        return f"id = {dossier_id}"
    keys = sorted(table.foreign_keys, key=lambda key: _target(key) != "fe_dossiers")
    key = next(key for key in keys if _target(key) in ids)
    return f"{key.parent.name} IN ({', '.join(map(repr, ids[_target(key)])) or 'NULL'})"


def _rewrite(table: Table, rows: Sequence[Row], ids: Mapping[str, Mapping[Any, int]]) -> None:
    """Give ids as positions, and JSON as copies need it."""
    for position, name in counted_columns(table):
        for row in rows:
            row[position] = None if row[position] is None else ids[name][row[position]]
    hashed = {"fe_history": "payload", "fe_submissions": "answers"}.get(table.name)
    for position, column in enumerate(table.columns):
        if isinstance(column.type, JSON):
            for row in rows:
                row[position] = _json(row[position], as_text=column.name != hashed)
    if table.name == "fe_history":
        at = list(table.columns.keys()).index("payload")
        for row in rows:
            row[at] = _ids_as_positions(row[at], ids)


def _json(stored: str | None, *, as_text: bool) -> Any:
    if stored is None:
        return None
    value = json.loads(stored)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if as_text else value


def _ids_as_positions(payload: dict[str, Any], ids: Mapping[str, Mapping[Any, int]]) -> dict[str, Any]:
    """The payload of a history entry with positions for the ids of its submission, its note and its seats."""
    payload = dict(payload)
    for name, table in (("submission", "fe_submissions"), ("note", "fe_notes")):
        if isinstance(payload.get(name), int):
            payload[name] = ids[table][payload[name]]
    if "seats" in payload:
        payload["seats"] = {str(ids["fe_seats"][int(seat)]): record for seat, record in payload["seats"].items()}
    return payload


def _words(
    dossier: Any, demo_dossier: DemoDossier, rows: Mapping[str, list[Row]], people: Mapping[str, Person]
) -> dict[str, str]:
    """What differs between copies: the words of this dossier, and the marks for them."""
    company, contact, host = COMPANIES[demo_dossier.number % len(COMPANIES)]
    words = {dossier.reference: "reference", company: "company", contact: "contact", f"{host}@example.net": "address"}
    words |= {person.id: f"person_{member}" for member, person in people.items()}
    words |= {row[0]: f"file_{position}" for position, row in enumerate(rows.get("fe_files", ()))}
    if isinstance(subject := demo_dossier.answers.get("subject"), str):
        words[subject] = "subject"
    return words


def _mark_search_words(documents: Sequence[Row], words: Mapping[str, str], requester: str) -> None:
    """Put marks in the place of what differs between copies of the words that a dossier is found by."""
    from formengine.services.case.search_documents import search_words
    from formengine.storage.models.lists import SearchDocument

    names = {name: word for word, name in words.items() if not name.startswith(("person", "file"))}
    names |= {"requester": requester, **{f"name_{member}": person.name for member, person in BY_ID.items()}}
    at = list(SearchDocument.__table__.columns.keys()).index("about")
    for row in documents:
        about = row[at].split()
        shown = {name: search_words([word]).split() for name, word in names.items()}
        shown = {name: own for name, own in shown.items() if set(own) <= set(about)}
        own_words = {word for own in shown.values() for word in own}
        row[at] = " ".join([*(mark(f"found_{name}") for name in shown), *(w for w in about if w not in own_words)])


def _mark(written: str, words: Mapping[str, str]) -> str:
    """A text with marks for the words, the longest first, and for the seconds of moments that are not on the hour."""
    pattern = "|".join(
        re.escape(json.dumps(word, ensure_ascii=False)[1:-1]) for word in sorted(words, key=len, reverse=True)
    )
    marked = re.sub(pattern, lambda match: mark(words[json.loads(f'"{match[0]}"')]), written)
    return _SECONDS.sub(lambda match: match[1] + mark("seconds"), marked)
