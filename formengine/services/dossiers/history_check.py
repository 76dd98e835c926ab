"""The history of one dossier checked against itself and against the dossier, for those who audit (O5).

`formengine audit verify` does the same for the whole site, and against a checkpoint that is kept elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from sqlalchemy import select

from formengine.services.access.enforcement import require_permission
from formengine.services.core import dossier_verification, vote_verification
from formengine.services.core.audit_log import verify_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import ChainHead


@dataclass(frozen=True)
class HistoryCheck:
    """What was found: how many entries the chain has, the hash of the last (SHA-256, hexadecimal), and the numbers of
    the entries that were changed, or that what the dossier holds differs from.
    """

    entries: int
    hash: str
    broken: tuple[int, ...]


def check_history(work: UnitOfWork, dossier: Dossier) -> HistoryCheck:
    """Check the chain of a dossier, its votes, answers and documents. Raises Refused without `audit.read`."""
    require_permission(work, "audit.read")
    session = work.session
    errors = chain(
        verify_chain(session, dossier.reference),
        vote_verification.differences_of(session, [dossier.id]),
        dossier_verification.differences_of(session, [dossier.id]),
    )
    broken = tuple(sorted({error.number for error in errors}))
    head = session.scalar(select(ChainHead).where(ChainHead.chain == dossier.reference))
    return HistoryCheck(head.number if head else 0, head.hash if head else "", broken)
