"""Fields of a form that are read together: a question, and what is asked, or needed, because of its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from formengine.forms.schema.branches import branches, names_read


def questions_behind(form: Mapping[str, Any]) -> dict[str, set[str]]:
    """By top-level field, the fields whose answers decide whether it is asked or needed; without those that are always.

    >>> questions_behind({"if": {"properties": {"firm": {"const": True}}}, "else": {"properties": {"name": False}}})
    {'name': {'firm'}}
    """
    behind: dict[str, set[str]] = {}
    for part in branches(form):
        read = {name for condition in part.held for name in names_read(condition)}
        for name in (*part.properties, *part.required):
            if read - {name}:
                behind.setdefault(name, set()).update(read - {name})
    return behind


def chosen_together(names: Sequence[str], behind: Mapping[str, Iterable[str]], most: int) -> set[str]:
    """Up to `most` of the names, the first ones, but none without the questions behind it, nor a question without what
    it is behind; where all that belongs together is too much, a name and the questions behind it.

    >>> sorted(chosen_together(["a", "b", "c", "d"], {"d": {"a"}}, 2))
    ['a', 'd']
    """
    known = frozenset(names)
    links = {name: known.intersection(behind.get(name, ())) for name in names}
    both: dict[str, set[str]] = {name: set(questions) for name, questions in links.items()}
    for name, questions in links.items():
        for question in questions:
            both[question].add(name)
    chosen: set[str] = set()
    for name in names:
        for group in (_reached(name, both), _reached(name, links)):
            if len(chosen | group) <= most:
                chosen |= group
                break
    return chosen


def _reached(name: str, links: Mapping[str, Iterable[str]]) -> set[str]:
    reached, ahead = {name}, [name]
    while ahead:
        new = set(links[ahead.pop()]) - reached
        reached |= new
        ahead += new
    return reached
