"""Published definitions: the site of the newest publication, and the versions that dossiers are pinned to.

Definitions are content-addressed, so a process caches each for good, by hash. Which publication is the newest is one
indexed query per unit of work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.authoring import Bundle, Pack, RequestType, Site, published_site, read_pack, read_site
from formengine.errors import DefinitionError, NotFound
from formengine.registry import Registry
from formengine.storage.models.publications import Definition, FormVersion, PackVersion, Publication

T = TypeVar("T")
_PUBLICATION = "formengine.publication"
"""Key of `Session.info`: the publication that the session reads."""


@dataclass(frozen=True)
class PublicationKey:
    """A publication: its number, and the hash of its site's files."""

    id: int
    hash: str


class Definitions:
    """The process's cache of definitions, compiled once per content hash and shared by its threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._cache: dict[tuple[str, str], object] = {}
        self._lock = threading.Lock()

    def site(self, session: Session) -> Site:
        """The site of the newest publication, or of the one that the session is pinned to.

        Raises DefinitionError when nothing was ever published.
        """
        publication = self.publication(session)
        return self._once("site", publication.hash, lambda: self._read_site(session, publication.id))

    def publication(self, session: Session) -> PublicationKey:
        """The publication whose definitions a session reads, the same throughout its transaction.

        Raises DefinitionError when nothing was ever published.
        """
        if _PUBLICATION not in session.info:
            query = select(Publication.id, Publication.hash).order_by(Publication.id.desc()).limit(1)
            row = session.execute(query).one_or_none()
            if row is None:
                raise DefinitionError("nothing has been published yet: run `formengine publish`")
            self.pin(session, PublicationKey(row.id, row.hash))
        key: PublicationKey = session.info[_PUBLICATION]
        return key

    def pin(self, session: Session, publication: PublicationKey) -> None:
        """Make a session read the given publication: the one that an earlier transaction of the same request has
        found.
        """
        session.info[_PUBLICATION] = publication

    def forget(self, session: Session) -> None:
        """Look up the newest publication anew: one was just published."""
        session.info.pop(_PUBLICATION, None)

    def derived(self, session: Session, name: str, compute: Callable[[Site], T]) -> T:
        """A value computed from the newest site, once per publication; `name` identifies the computation."""
        return self._once(name, self.publication(session).hash, lambda: compute(self.site(session)))

    def pack(self, session: Session, pack_hash: str) -> Pack:
        """The version of a pack with a content hash, which a dossier is pinned to (W12). Raises NotFound for an unknown
        hash.
        """

        def read() -> Pack:
            row = session.get(PackVersion, pack_hash)
            if row is None:
                raise NotFound(f"no version {pack_hash} of any pack")
            return read_pack(row.pack, _contents(session, row.files), self._registry.vocabulary)

        return self._once("pack", pack_hash, read)

    def request_type(self, session: Session, form_hash: str) -> RequestType:
        """The request type with a content hash, exactly as a submission was filled on it (F14). Raises NotFound for an
        unknown hash.
        """

        def read() -> RequestType:
            row = session.get(FormVersion, form_hash)
            if row is None:
                raise NotFound(f"no form {form_hash}")
            return RequestType.from_json(row.definition)

        return self._once("form", form_hash, read)

    def _read_site(self, session: Session, publication: int) -> Site:
        row = session.get_one(Publication, publication)
        bundle = Bundle(_contents(session, row.files))
        if row.forms is not None:
            versions = session.scalars(select(FormVersion).where(FormVersion.hash.in_(sorted(row.forms.values()))))
            types = {version.request_type: RequestType.from_json(version.definition) for version in versions}
            return published_site(bundle, {name: types[name] for name in row.forms}, self._registry.vocabulary)
        site, findings = read_site(bundle, self._registry.vocabulary)
        if site is None:
            raise DefinitionError(f"publication {publication} cannot be read: {findings[0]}")
        return site

    def _once(self, kind: str, key: str, read: Callable[[], T]) -> T:
        value = self._cache.get((kind, key))
        if value is None:
            value = read()  # two threads may both read it: the results are equal, and no lock is held over the database
            with self._lock:
                value = self._cache.setdefault((kind, key), value)
        return value  # type: ignore[return-value]  # the key names the type


def _contents(session: Session, files: Mapping[str, str]) -> dict[str, bytes]:
    hashes = sorted(set(files.values()))
    rows = session.execute(select(Definition.sha256, Definition.content).where(Definition.sha256.in_(hashes)))
    contents = {sha256: bytes(content) for sha256, content in rows}
    return {path: contents[sha256] for path, sha256 in files.items()}
