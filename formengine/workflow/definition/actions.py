"""The actions of a transition, `do:` in the YAML: set fields, draft or share a document, say whose turn it is with one,
open a request, extend a deadline, use a plugin (W3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formengine.conditions.durations import Duration, Unit


@dataclass(frozen=True)
class SetFieldsAction:
    """`set: {field: value}`; a value that is `{from: FACT}` copies a fact."""

    values: Mapping[str, Any]


@dataclass(frozen=True)
class DraftDocumentAction:
    """`draft: DOCUMENT`: draft a version of a document from its template. With `if_written: keep` (`keeps_written`) a
    version that people wrote stays the newest, and they change in it by hand what the step corrects.
    """

    document: str
    keeps_written: bool = False


@dataclass(frozen=True)
class ShareDocumentAction:
    """`share: DOCUMENT`: show the newest version of a document to the client, who sees those alone that were shared."""

    document: str


@dataclass(frozen=True)
class GiveTurnsAction:
    """`turn: {DOCUMENT: us or counterparty}`: whose turn it is with documents from this step on (S2)."""

    holders: Mapping[str, str]


@dataclass(frozen=True)
class OpenRequestAction:
    """`open: REQUEST_TYPE`: open a follow-up dossier.

    `values` are the answers that the step itself gives, by field of its form (`with`), written as those of `set`.
    """

    request_type: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PluginAction:
    """`use: ACTION` of a plugin, with its options."""

    action: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class ExtendDeadlineAction:
    """`extend: DEADLINE`: a running deadline, named by its own id, is due later by a length (W18).

    The length is `by`, or the number of the fact `by_fact` in `unit` (None: the unit of the deadline's length).
    `at_most` is how often the deadline may be extended; None: without limit.
    """

    deadline: str
    by: Duration | None = None
    by_fact: str | None = None
    unit: Unit | None = None
    at_most: int | None = None


Do = (
    SetFieldsAction
    | DraftDocumentAction
    | ShareDocumentAction
    | GiveTurnsAction
    | OpenRequestAction
    | PluginAction
    | ExtendDeadlineAction
)
