"""What is served, read from the database: the newest publication, and the versions that dossiers are pinned to.

Everything is content-addressed, so what a process has read once never goes stale; which publication is the newest is
one indexed read in each unit of work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.authoring import Bundle, Pack, RequestType, Site, read_pack, read_site
from formengine.errors import DefinitionError, NotFound
from formengine.registry import Registry
from formengine.storage.models.publications import Definition, FormVersion, PackVersion, Publication

T = TypeVar("T")
_SEEN = "formengine.site"


class Definitions:
    """The process's definitions, compiled once per content hash and shared by its threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[tuple[str, str], object] = {}
        self._lock = threading.Lock()

    def site(self, session: Session) -> Site:
        """The site of the newest publication; the same one all through a session's transaction.

        Raises DefinitionError when nothing was ever published.
        """
        newest = session.info.get(_SEEN)
        if newest is None:
            asked = select(Publication.hash, Publication.id).order_by(Publication.id.desc()).limit(1)
            newest = session.execute(asked).one_or_none()
            if newest is None:
                raise DefinitionError("nothing has been published yet: run `formengine publish`")
            session.info[_SEEN] = newest
        site_hash, publication = newest
        return self._once("site", site_hash, lambda: self._read_site(session, publication))

    def forget(self, session: Session) -> None:
        """Look again which publication is the newest: a new unit of work begins, or one was just published."""
        session.info.pop(_SEEN, None)

    def pack(self, session: Session, pack_hash: str) -> Pack:
        """The version of a pack that a dossier is pinned to (W12)."""

        def read() -> Pack:
            row = session.get(PackVersion, pack_hash)
            if row is None:
                raise NotFound(f"no version {pack_hash} of any pack")
            site = self.site(session)
            return read_pack(row.pack, _contents(session, row.files), site.lists, self._registry.vocabulary)

        return self._once("pack", pack_hash, read)

    def request_type(self, session: Session, form_hash: str) -> RequestType:
        """The request type exactly as a submission was filled on it (F14)."""

        def read() -> RequestType:
            row = session.get(FormVersion, form_hash)
            if row is None:
                raise NotFound(f"no form {form_hash}")
            return RequestType.from_json(row.definition)

        return self._once("form", form_hash, read)

    def _read_site(self, session: Session, publication: int) -> Site:
        row = session.get_one(Publication, publication)
        site, findings = read_site(Bundle(_contents(session, row.files)), self._registry.vocabulary)
        if site is None:
            raise DefinitionError(f"publication {publication} cannot be read: {findings[0]}")
        return site

    def _once(self, kind: str, key: str, read: Callable[[], T]) -> T:
        known = self._known.get((kind, key))
        if known is None:
            known = read()  # two threads may both read it: the result is equal, and no lock is held over the database
            with self._lock:
                known = self._known.setdefault((kind, key), known)
        return known  # type: ignore[return-value]  # the key names the type


def _contents(session: Session, files: Mapping[str, str]) -> dict[str, bytes]:
    wanted = sorted(set(files.values()))
    rows = session.execute(select(Definition.sha256, Definition.content).where(Definition.sha256.in_(wanted)))
    found = {sha: bytes(content) for sha, content in rows}
    return {path: found[sha] for path, sha in files.items()}
