"""The search of lists: the words of a query, looked up in the full-text index of the database (D2).

Every word of the query has to occur in what the actor may read of a dossier: as the beginning of a word there, or with
the same stem in English or in French; accents do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Select, cast, column, literal, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from formengine.services.access.enforcement import is_client_side
from formengine.services.case.search_documents import MAX_WORD
from formengine.services.catalogue.word_forms import MAX_WORDS, fold_word, query_words, stems_of
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.dossier_ids import DossierIds, has_id, read_ids
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.lists import SearchDocument

PUBLIC: Final = ("about", "notes")
"""The columns of documents that everybody searches who may read the dossier."""
ALL: Final = ("about", "about_internal", "notes", "notes_internal")
"""The columns that the legal team searches, in the order of PostgreSQL's index: in another, it reads every row."""
Term = tuple[tuple[str, ...], tuple[str, ...]]
"""A word of a query: any of the beginnings, or any of the whole words, has to occur."""
_REFERENCE: Final = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)+")
_INDEX: Final = table("fe_search_index", column("rowid"))
_COUNTED_ID: Final[ColumnElement[int]] = literal_column("+fe_dossiers.id")
"""SQLite looks up no row by this: of a common word, it would read half of all rows, one by one, to count them."""
_PLANNED: Final = ("SET LOCAL plan_cache_mode = force_custom_plan", "SET LOCAL enable_seqscan = off")
_COSTLY_COMPARISONS, _DEFAULT_COMPARISONS = (
    "SET LOCAL cpu_operator_cost = 0.1",
    "SET LOCAL cpu_operator_cost TO DEFAULT",
)
_BOTH_INDEXES, _DEFAULT_INDEXES = "SET LOCAL enable_indexscan = off", "SET LOCAL enable_indexscan TO DEFAULT"
_MATCHED: Final[ColumnElement[Any]] = literal_column("fe_search_index")


def search_condition(work: UnitOfWork, query: str, *, counting: bool = False) -> ColumnElement[bool] | None:
    """The SQL condition, on `Dossier`, that a dossier has the words of a query; None for a query without words.

    `counting`: for a statement that counts in an index, not for one that reads a page in order.
    """
    terms = query_terms(query)
    if not terms:
        return None
    hits = few_hits(work, query)
    if hits is not None:
        return has_id(work, hits)
    if work.platform.database.is_sqlite:
        return (_COUNTED_ID if counting else Dossier.__table__.c.id).in_(_hits(work, terms))
    return Dossier.__table__.c.id.in_(_hits(work, terms))


def few_hits(work: UnitOfWork, query: str) -> DossierIds | None:
    """The ids of the dossiers with the words of a query, whoever may read them; None for a query without words, and
    where `is_common`.
    """
    terms = query_terms(query)
    if not terms:
        return None

    def read() -> DossierIds | None:
        if work.platform.database.is_sqlite:
            return read_ids(work, _hits(work, terms))
        for setting in (*_PLANNED, _COSTLY_COMPARISONS):
            work.session.execute(text(setting))
        ids = read_ids(work, _hits(work, terms))
        work.session.execute(text(_DEFAULT_COMPARISONS))
        return ids

    return work.remember(("few hits", query, is_client_side(work)), read)


def read_hits_among(work: UnitOfWork, query: str, ids: DossierIds) -> DossierIds | None:
    """The ids of those dossiers that have the words of a query, for PostgreSQL: it looks both up in their indexes and
    intersects them. By its usual plan it would compare the words of each dossier, which takes longer.
    """
    document = SearchDocument.__table__.c.dossier_id
    work.session.execute(text(_BOTH_INDEXES))
    found = read_ids(work, _hits(work, query_terms(query)).where(has_id(work, ids, document)))
    work.session.execute(text(_DEFAULT_INDEXES))
    return found


def all_hits(work: UnitOfWork, query: str) -> CTE:
    """The dossiers with the words of a query as a table for PostgreSQL, `dossier_id`: read from the index of words, as
    far as the statement needs them; otherwise it would compare the words of row after row.
    """
    return _hits(work, query_terms(query)).cte("hits").prefix_with("MATERIALIZED")


def is_common(work: UnitOfWork, query: str) -> bool:
    """Whether more than `dossier_ids.FEW` dossiers have the words of a query."""
    return bool(query_terms(query)) and few_hits(work, query) is None


def _hits(work: UnitOfWork, terms: Iterable[Term]) -> Select[Any]:
    """The ids of the dossiers with words in what the actor searches, from the full-text index.

    PostgreSQL plans a statement that it has seen a few times without knowing the words: as slow as no index. And it
    takes the words of a row for as cheap to compare as a number, so that it would read every row for a common word:
    the index is to be used, however many rows have it. The settings for this hold for the rest of the transaction, but
    for the price of a comparison, which would also keep it from looking few rows up by their ids.
    """
    internal = not is_client_side(work)
    if work.platform.database.is_sqlite:
        return select(_INDEX.c.rowid).where(
            _MATCHED.op("MATCH")(literal(fts5_query(terms, () if internal else PUBLIC)))
        )
    vector: ColumnElement[Any] = literal_column(_vector(ALL if internal else PUBLIC))
    words = cast(literal(tsquery(terms)), TSQUERY)
    return select(SearchDocument.__table__.c.dossier_id).where(vector.op("@@")(words))


def _vector(columns: Iterable[str]) -> str:
    """The expression of the index on these columns, as revision 0027 wrote it."""
    words = " || ' ' || ".join(columns)
    return f"array_to_tsvector(array_remove(string_to_array({words}, ' '), ''))"


def query_terms(query: str) -> list[Term]:
    """The words of a query, without function words unless it has no others; at most MAX_WORDS.

    >>> query_terms("the leases of Lyon")
    [(('leases',), ('leas',)), (('lyon',), ('lyon',))]
    >>> query_terms("CTR-2026-0042")
    [(('ctr20260042',), ())]
    """
    joined = [match for match in _REFERENCE.findall(query) if any(character.isdigit() for character in match)]
    terms: list[Term] = [((re.sub(r"\W", "", match.casefold())[:MAX_WORD],), ()) for match in joined]
    rest = _REFERENCE.sub(lambda match: " " if match[0] in joined else match[0], query)
    for word in query_words(rest):
        folded = fold_word(word)[:MAX_WORD]
        stems = tuple(sorted(stem[:MAX_WORD] for stem in stems_of(word) if stem))
        if folded:
            terms.append(((folded,), stems) if len(folded) > 1 else ((), (folded,)))
    return list(dict.fromkeys(terms))[:MAX_WORDS]


def fts5_query(terms: Iterable[Term], columns: Iterable[str] = ()) -> str:
    """The terms in the language of FTS5, looked for in some columns or in all.

    >>> fts5_query([(("baux",), ("bau",))], ["about", "notes"])
    '{about notes} : ("baux" * OR "bau")'
    """
    choices = [[*(f'"{start}" *' for start in starts), *(f'"{word}"' for word in words)] for starts, words in terms]
    groups = [f"({' OR '.join(choice)})" for choice in choices]
    looked_for = " AND ".join(groups)
    names = " ".join(columns)
    if not names:
        return looked_for
    return f"{{{names}}} : {looked_for if len(groups) == 1 else f'({looked_for})'}"


def tsquery(terms: Iterable[Term]) -> str:
    """The terms in the language of PostgreSQL.

    >>> tsquery([(("baux",), ("bau",)), (("lyon",), ())])
    "('baux':* | 'bau') & ('lyon':*)"
    """
    choices = [[*(f"'{start}':*" for start in starts), *(f"'{word}'" for word in words)] for starts, words in terms]
    return " & ".join(f"({' | '.join(choice)})" for choice in choices)
