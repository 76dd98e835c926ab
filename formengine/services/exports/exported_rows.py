"""Which dossiers an export holds and with whose rights it was made, so that its file is given to nobody who lost them.

A file lies ready for a day: in that time its owner may have lost a role, or a dossier may have been restricted.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable

from sqlalchemy import select

from formengine.services.access.enforcement import current_viewer, is_client_side, readable_dossiers
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.exports import Export


def rights_of(work: UnitOfWork) -> str:
    """A hash of what decides which columns the actor's exports have: the role, and the side."""
    return hashlib.sha256(f"{current_viewer(work).role} {is_client_side(work)}".encode()).hexdigest()


def packed(ids: Iterable[int]) -> bytes:
    """The ids of dossiers in few bytes: sorted, the distances between them, compressed.

    >>> sorted(unpacked(packed([7, 300, 8])))
    [7, 8, 300]
    """
    last, distances = 0, []
    for id in sorted(ids):
        distances.append(f"{id - last:x}")
        last = id
    return zlib.compress(" ".join(distances).encode())


def unpacked(data: bytes) -> set[int]:
    """The ids that were packed."""
    last, ids = 0, set()
    for distance in zlib.decompress(data).split():
        last += int(distance, 16)
        ids.add(last)
    return ids


def may_still_read(work: UnitOfWork, export: Export) -> bool:
    """Whether the actor has the rights with which an export was made, and reads every dossier that it holds."""
    if export.rights != rights_of(work) or export.dossiers is None:
        return False
    wanted = unpacked(export.dossiers)
    if not wanted:
        return True
    between = Dossier.id.between(min(wanted), max(wanted))
    readable = work.session.scalars(select(Dossier.id).where(readable_dossiers(work), between))
    return wanted <= set(readable)
