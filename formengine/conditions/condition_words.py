"""Words that plugins add to conditions, which workflows and the checks of forms share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from formengine.conditions.fact_types import JSON_TYPE_KINDS, FactType
from formengine.conditions.value_checks import called


@dataclass(frozen=True)
class ConditionWord:
    """A comparison in conditions, `FACT word VALUE`: `test(fact, value)` returns whether it holds; `types` are the JSON
    types of facts that it can compare.
    """

    word: str
    test: Callable[[Any, Any], bool]
    types: Sequence[str] = ()


Words = Mapping[str, ConditionWord]
NO_WORDS: Final[Words] = MappingProxyType({})


def word_problem(word: ConditionWord, name: str, fact: FactType) -> str | None:
    """What is wrong with comparing a fact, written `name`, with the word of a plugin; None where it takes the fact."""
    kinds = {kind for type_ in word.types for kind in JSON_TYPE_KINDS.get(type_, (type_,))}
    if not kinds or fact.kind in (*kinds, "unknown"):
        return None
    return f"`{word.word}` stands after {' or '.join(word.types)}, and `{name}` is {called(fact)}"
