"""The words by which dossiers are found, kept up to date in the transaction that changes what they are about (D2).

A document holds what clients may read (reference, titles, names, answers, facts shown to them, public notes) apart
from what the legal team alone may read (other facts, internal notes): nobody finds a dossier by what they may not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, func, inspect, literal, or_, select, union_all, update

from formengine.i18n import Text
from formengine.services.access.enforcement import involvements
from formengine.services.case.fact_text import ACCOUNT_ID, expect_people
from formengine.services.case.option_titles import OptionTitles, option_titles
from formengine.services.catalogue.word_forms import fold_word, stems_of, words_of
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people
from formengine.storage.database import at_flush
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, Note, StoredFile
from formengine.storage.models.lists import SearchDocument

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

MAX_LENGTH: Final = 100_000
"""The maximum length of each column, in characters: a tsvector of PostgreSQL holds one megabyte. Of the notes the
oldest words go first. No more is read of one text either."""
MAX_WORD: Final = 40
"""Words are cut off after so many letters; longer ones have no stem."""
_SHOWN_PARTS: Final = ("requester", "requested_for", "watcher", "assignee", "seat")
"""The parts of people whom everybody sees who may read the dossier."""
_COMPOUND: Final = re.compile(r"(?<![^\W_])[^\W_]++(?:[-/.][^\W_]++)+")
"""It begins where a word begins and gives nothing back: its time is linear in the length of a text (ReDoS, T29)."""
_HASH: Final = re.compile("[0-9a-f]{64}")
_TABLE: Final = SearchDocument.__table__


def search_words(texts: Iterable[str]) -> str:
    """The words of some texts, each once, folded, with their stems; separated by spaces.

    What is joined by hyphens, such as a reference, is found both by its parts and as a whole. Once there are words of
    MAX_LENGTH, the texts that follow are not read.

    >>> search_words(["Leases, CTR-2026-0042"])
    'leases ctr 2026 0042 ctr20260042 leas'
    """
    spellings: dict[str, None] = {}
    room = MAX_LENGTH
    for text in texts:
        new = [word for word in dict.fromkeys(_spellings(text[:MAX_LENGTH])) if word not in spellings]
        spellings.update(dict.fromkeys(new))
        room -= sum(map(len, new))
        if room < 0:
            break
    words = dict.fromkeys(fold_word(word)[:MAX_WORD] for word in spellings)
    room = MAX_LENGTH - sum(map(len, words))
    for word in spellings:
        if room > 0 and len(word) <= MAX_WORD and not any(character.isdigit() for character in word):
            stems = [stem for stem in sorted(stems_of(word)) if stem not in words]
            words.update(dict.fromkeys(stems))
            room -= sum(map(len, stems))
    return " ".join(filter(None, words))


def _spellings(text: str) -> Iterator[str]:
    """The words of a text as they are written, in lower case; then what is joined and holds a digit, as a whole."""
    yield from words_of(text)
    for compound in _COMPOUND.findall(text):
        if any(character.isdigit() for character in compound):
            yield re.sub(r"\W", "", compound.casefold())


def mark_changed(work: UnitOfWork, dossier: Dossier) -> None:
    """Remember that a dossier's people, facts or answers have changed: `update_search_document` writes its words."""
    _changed(work).add(dossier.id)


def _changed(work: UnitOfWork) -> set[int]:
    return work.remember("changed search documents", set)


def update_search_document(loaded: LoadedCase) -> None:
    """Write the words that a dossier is about, where `mark_changed` says so or the dossier is new; notes are not read.

    The words are made here, before the write lock is taken, and written with the next flush.
    """
    work, dossier = loaded.work, loaded.dossier
    if dossier.id not in _changed(work):
        return
    _changed(work).discard(dossier.id)
    about, internal = about_words(loaded)
    if inspect(dossier).pending:
        document = work.remember(("search document", dossier.id), lambda: _new_document(work, dossier))
        document.about, document.about_internal = about, internal
    else:
        _write_at_flush(work, dossier.id, about=about, about_internal=internal)


def _new_document(work: UnitOfWork, dossier: Dossier) -> SearchDocument:
    document = SearchDocument(dossier_id=dossier.id, dossier=dossier, notes="", notes_internal="", stale=False)
    work.session.add(document)
    return document


def _write_at_flush(work: UnitOfWork, dossier_id: int, **values: str | ColumnElement[Any]) -> None:
    """Change a document with the next flush. One that is missing is left to the job that writes stale ones."""
    statement = update(SearchDocument).where(SearchDocument.dossier_id == dossier_id).values(**values)

    def write() -> None:
        work.session.execute(statement, execution_options={"synchronize_session": False})

    at_flush(work.session, write)


def about_words(loaded: LoadedCase) -> tuple[str, str]:
    """The words that a dossier is about: those for everybody who may read it, and those for the legal team alone."""
    work, dossier, case = loaded.work, loaded.dossier, loaded.case
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    people = [person for person, part in involvements(work.session, dossier) if part in _SHOWN_PARTS]
    known_people(work).expect_ids([*people, dossier.requester_id])
    expect_people(work, case.answers)
    expect_people(work, case.fields)
    settled = case.settled_fields()
    held = {name for name, value in case.fields.items() if value != settled.get(name)}
    shown = {name for name, schema in loaded.workflow.fields.items() if schema.get("client") == "sees"} - held
    hidden = case.fields.keys() - shown
    answers = {name: value for name, value in case.answers.items() if name not in case.fields}
    titles = _option_titles(loaded)
    public = [
        dossier.reference,
        dossier.title,
        *(str(title) for title in (dossier.titles or {}).values()),
        *_text_values(request_type.title),
        *_names(work, [dossier.requester_id, *people]),
        *_texts(work, answers, titles),
        *_texts(work, {name: case.fields[name] for name in sorted(case.fields.keys() & shown)}, titles),
    ]
    internal = [*_texts(work, {name: case.fields[name] for name in sorted(hidden)}, titles)]
    internal += _texts(work, {name: case.answers[name] for name in sorted(hidden & case.answers.keys())}, titles)
    return search_words(public)[:MAX_LENGTH], search_words(internal)[:MAX_LENGTH]


def _option_titles(loaded: LoadedCase) -> OptionTitles:
    """The titles of the options of the dossier's form and of its workflow's fields; read once per publication."""
    definitions, session, submission = loaded.work.platform.definitions, loaded.work.session, loaded.dossier.submission
    form = definitions.request_type(session, submission.form_hash).form
    schema = {"allOf": [form, {"properties": loaded.workflow.fields}]}
    key = f"option titles {submission.form_hash} {loaded.dossier.pack_hash}"
    return definitions.derived(session, key, lambda site: option_titles(schema, site.lists))


def _text_values(text: Text) -> Iterable[str]:
    return [text] if isinstance(text, str) else text.values()


def _names(work: UnitOfWork, people: Iterable[str]) -> list[str]:
    accounts = (known_people(work).get(person) for person in dict.fromkeys(people))
    return [account.name for account in accounts if account is not None]


def _texts(work: UnitOfWork, value: object, titles: OptionTitles, name: str = "") -> Iterator[str]:
    """The texts in a JSON value; ids of accounts as names, of files their names, and of options of the field `name`
    their titles.
    """
    if isinstance(value, str | int | float):
        yield from titles.get((name, str(value)), ())
    if isinstance(value, str):
        if ACCOUNT_ID.fullmatch(value):
            yield from _names(work, [value])
        elif not _HASH.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        if "sha256" in value and "name" in value:
            yield str(value["name"])
        else:
            for field, inner in value.items():
                yield from _texts(work, inner, titles, field)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(work, inner, titles, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{value:g}" if isinstance(value, float) else str(value)


def add_words(work: UnitOfWork, dossier_id: int, texts: Iterable[str], *, internal: bool) -> None:
    """Add the words of a new note, or the names of new attachments, to those of the notes and attachments."""
    column = _TABLE.c.notes_internal if internal else _TABLE.c.notes
    words = search_words(texts)
    if words:
        joined = func.substr(literal(words + " ") + column, 1, MAX_LENGTH)
        _write_at_flush(work, dossier_id, **{column.key: joined})


def replace_note_words(
    work: UnitOfWork, dossier: Dossier, *, changed: Note | None = None, **values: str | ColumnElement[Any]
) -> None:
    """Write the words of all notes, and the names of all attachments, of a dossier anew, and other columns with them;
    `changed` is a note whose text is not flushed yet. Those that were withdrawn are the legal team's alone.
    """
    texts: dict[bool, list[str]] = {False: [], True: []}
    notes = select(Note.id, Note.internal, Note.text).where(Note.dossier_id == dossier.id)
    hidden = or_(Attachment.internal, Attachment.withdrawn_at.is_not(None))
    files = select(literal(0), hidden, StoredFile.name).join(StoredFile, StoredFile.id == Attachment.file_id)
    both = union_all(notes, files.where(Attachment.dossier_id == dossier.id)).subquery()
    with work.session.no_autoflush:
        for note_id, internal, text in work.session.execute(select(*both.c).order_by(both.c.id.desc())):
            is_changed = changed is not None and changed.id == note_id
            texts[internal].append(changed.text if changed is not None and is_changed else text)
    _write_at_flush(
        work,
        dossier.id,
        notes=search_words(texts[False])[:MAX_LENGTH],
        notes_internal=search_words(texts[True])[:MAX_LENGTH],
        **values,
    )
