"""Documents of a kind of which a dossier may have several, such as the minutes of each meeting (S2).

The first is named as its kind is (`minutes`), the others with a number (`minutes-2`): no id in YAML has a hyphen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from formengine.i18n import Text
from formengine.workflow.definition.model import DocumentRule, Workflow


def kind_of(document: str) -> str:
    """The kind of a document: the id that the workflow or the request type declares.

    >>> kind_of("minutes-2"), kind_of("minutes")
    ('minutes', 'minutes')
    """
    return document.partition("-")[0]


def rule_of_document(workflow: Workflow, document: str) -> DocumentRule | None:
    """What the workflow says of a document; None where it says nothing."""
    return workflow.document_rules.get(kind_of(document))


def next_name(kind: str, names: Collection[str]) -> str:
    """The name of another document of a kind, beside those that there are.

    >>> next_name("minutes", []), next_name("minutes", ["minutes", "minutes-2"])
    ('minutes', 'minutes-3')
    """
    number = 1 + max((_number(name) for name in names if kind_of(name) == kind), default=0)
    return kind if number == 1 else f"{kind}-{number}"


def in_order(documents: Iterable[str], kinds: Sequence[str]) -> list[str]:
    """Documents in the order of their kinds, and those of a kind by their numbers.

    >>> in_order({"minutes-10", "minutes-2", "opinion"}, ["opinion", "minutes"])
    ['opinion', 'minutes-2', 'minutes-10']
    """
    places = {kind: place for place, kind in enumerate(kinds)}
    return sorted(documents, key=lambda name: (places.get(kind_of(name), len(kinds)), _number(name), name))


def numbered_title(title: Text, document: str) -> Text:
    """The title of a kind with the number of one document of it, in every language that it has.

    >>> numbered_title("Minutes", "minutes-2"), numbered_title({"fr": "Avis"}, "opinion")
    ('Minutes 2', {'fr': 'Avis'})
    """
    number = _number(document)
    if number == 1:
        return title
    return f"{title} {number}" if isinstance(title, str) else {key: f"{text} {number}" for key, text in title.items()}


def _number(document: str) -> int:
    return int(document.partition("-")[2] or 1)
