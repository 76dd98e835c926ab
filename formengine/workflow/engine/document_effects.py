"""What a step has done with documents: drafted from a template, shown to the client, given to somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DraftDocument:
    """Draft a version of a document from its template; `after` is the number of versions it had at that moment.

    `held`: people wrote the newest version, and nobody who may add one has agreed that a draft follows it.
    """

    document: str
    after: int = 0
    held: bool = False


@dataclass(frozen=True)
class ShareDocument:
    """Show the newest version of a document to the client."""

    document: str


@dataclass(frozen=True)
class GiveTurn:
    """Say whose turn it is with a document: the legal team's ("us") or the other side's ("counterparty")."""

    document: str
    holder: str
