"""Search index of the request types of a site: what each is found by, in every language, and how well (P7).

A word of a query matches a word of a request type where it is the same, has the same stem, or is its beginning; one
that matches nothing may have a slip of the keyboard. A word that some form has exactly as it was typed matches longer
words in titles and descriptions alone: *bail* does not find the *bailiff* of a question. What an author calls the same
(`config/synonyms.yaml`) is found by all of its names where a form is called or described by one of them. Built once per
publication; pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.authoring import RequestType, Site
from formengine.i18n import Text
from formengine.services.catalogue.word_forms import fold_word, is_typo, query_words, stems_of, words_of

TITLE, KEYWORD, SYNONYM, CATEGORY, DESCRIPTION, QUESTION, OPTION = 10.0, 8.0, 4.0, 4.0, 3.0, 1.5, 1.0
"""The weight of a word by where it stands."""
SAME, STEM, BEGINNING, SLIP = 1.0, 0.9, 0.7, 0.4
"""The weight of a match by its kind."""
_MAX_DEPTH: Final = 30


@dataclass(frozen=True)
class SearchScores:
    """The result of a search: ids of request types with their scores; `complete` says that they have every word."""

    scores: Mapping[str, float]
    complete: bool = True


@dataclass(frozen=True)
class SearchIndex:
    """`weights` are those of each folded word, by request type; `by_stem` the words with a stem."""

    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    by_stem: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def find(self, text: str, among: Collection[str]) -> SearchScores:
        """The request types, of some ids, that have every word of a query; where none has, those that have most.

        Others are as good as not there: neither their words nor their number change the result (U8).
        """
        matches = [self._matches(word, among) for word in query_words(text)]
        totals: dict[str, float] = defaultdict(float)
        counts: dict[str, int] = defaultdict(int)
        for scores in matches:
            for type_id, score in scores.items():
                totals[type_id] += score
                counts[type_id] += 1
        most = max(counts.values(), default=0)
        if 2 * most < len(matches):
            return SearchScores({}, complete=False)
        return SearchScores({id: totals[id] for id in totals if counts[id] == most}, complete=most == len(matches))

    def _matches(self, typed: str, among: Collection[str]) -> dict[str, float]:
        """The score of each request type for one word of a query."""
        folded = fold_word(typed)
        begins = DESCRIPTION if self.weights.get(folded, {}).keys() & among else 0.0
        scores: dict[str, float] = {}
        same_stem = {word for stem in stems_of(typed) for word in self.by_stem.get(stem, ())}
        for word, weights in self.weights.items():
            kind = SAME if word == folded else STEM if word in same_stem else 0.0
            if not kind and len(folded) > 1 and word.startswith(folded):
                kind = BEGINNING
            if kind:
                _raise_scores(scores, weights, kind, among, begins if kind == BEGINNING else 0.0)
        if not scores:
            for word, weights in self.weights.items():
                if is_typo(folded, word):
                    _raise_scores(scores, weights, SLIP, among)
        return scores


def _raise_scores(
    scores: dict[str, float], weights: Mapping[str, float], kind: float, among: Collection[str], least: float = 0.0
) -> None:
    for type_id in weights.keys() & among:
        if weights[type_id] < least:
            continue
        scores[type_id] = max(scores.get(type_id, 0.0), kind * weights[type_id])


def search_index(site: Site) -> SearchIndex:
    """The index of all request types of a site, whoever they are offered to."""
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    groups = [[_stemmed(words_of(name)) for name in group] for group in site.synonyms]
    for request_type in site.request_types.values():
        for text, weight in _texts_of(request_type, site):
            words = words_of(text)
            for word in words:
                _weigh(weights, fold_word(word), request_type.id, weight)
            if weight < DESCRIPTION:  # what a form asks or offers, such as a location, is not what it is called
                continue
            for number in _groups_in(_stemmed(words), groups):
                for word in (word for name in site.synonyms[number] for word in query_words(name)):
                    _weigh(weights, fold_word(word), request_type.id, min(weight, SYNONYM))
    by_stem: dict[str, set[str]] = defaultdict(set)
    for word in weights:
        for stem in stems_of(word):
            by_stem[stem].add(word)
    return SearchIndex(dict(weights), {stem: frozenset(words) for stem, words in by_stem.items()})


def _weigh(weights: dict[str, dict[str, float]], word: str, type_id: str, weight: float) -> None:
    of_word = weights[word]
    of_word[type_id] = max(of_word.get(type_id, 0.0), weight)


def _stemmed(words: Iterable[str]) -> list[frozenset[str]]:
    return [stems_of(word) for word in words]


def _groups_in(
    text: Sequence[frozenset[str]], groups: Sequence[Sequence[Sequence[frozenset[str]]]]
) -> Iterator[int]:  # fmt: skip
    """The numbers of the groups of synonyms of which a name stands in a text, word after word."""
    for number, names in enumerate(groups):
        if any(name and _stands_in(text, name) for name in names):
            yield number


def _stands_in(text: Sequence[frozenset[str]], name: Sequence[frozenset[str]]) -> bool:
    ends = range(len(text) - len(name) + 1)
    return any(all(text[start + n] & stems for n, stems in enumerate(name)) for start in ends)


def _texts_of(request_type: RequestType, site: Site) -> Iterator[tuple[str, float]]:
    """The texts that a request type is found by, in all their languages, with their weights."""
    portal, source = site.portal, request_type.source
    yield from _weighed(request_type.title, TITLE)
    for keyword in request_type.keywords:
        yield keyword, KEYWORD
    yield from _weighed(portal.categories.get(request_type.category or "", ""), CATEGORY)
    yield from _weighed(portal.practice_areas.get(request_type.practice_area or "", ""), CATEGORY)
    yield from _weighed(request_type.description, DESCRIPTION)
    yield from _texts_in_schema(request_type.form, QUESTION)
    yield from _texts_in_schema(source.get("ui") or {}, OPTION)


def _weighed(text: Text, weight: float) -> Iterator[tuple[str, float]]:
    for words in (text,) if isinstance(text, str) else text.values():
        yield str(words), weight


def _texts_in_schema(value: Any, weight: float, depth: int = 0) -> Iterator[tuple[str, float]]:
    """The titles of questions and of their options, and what is said about them."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _texts_in_schema(item, OPTION, depth + 1)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            is_text = isinstance(inner, str) or (isinstance(inner, Mapping) and _holds_texts(inner))
            if key in ("title", "description", "help") and is_text:
                yield from _weighed(inner, weight if key == "title" else OPTION)
            else:
                yield from _texts_in_schema(inner, weight, depth + 1)


def _holds_texts(value: Mapping[str, Any]) -> bool:
    return bool(value) and all(isinstance(text, str) for text in value.values())
