"""Publishing: a site is checked and stored, and from then on served by every process (A5).

A publication is stored whole, in one transaction, by one publisher at a time. It names the publication that it is based
on, so that nobody's work is overwritten unnoticed. Packs and forms that did not change keep their version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from formengine.authoring import Bundle, Site, checked_site
from formengine.errors import PublishRefused
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.publishing.accounts import account_findings
from formengine.source import Finding
from formengine.storage.database import expect_unchanged
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.publications import Definition, FormVersion, PackVersion, Publication

LOCK = 0x6665_7075  # "fepu": the advisory lock of whoever publishes


def newest(session: Session) -> Publication | None:
    """The publication that is being served; None before the first one."""
    return session.scalar(select(Publication).order_by(Publication.id.desc()).limit(1))


def publish(
    work: UnitOfWork,
    bundle: Bundle,
    message: str = "",
    based_on: int | None = None,
    on_warnings: Callable[[list[Finding]], object] = len,
) -> Publication:
    """Publish a site; where its files are those being served already, the present publication is returned.

    `on_warnings` is called with the warnings of the site, which do not keep it from being published.
    Raises PublishRefused with the findings when the site has errors, and without findings when `based_on` (the id of
    the publication that the author started from) is no longer the newest.
    """
    _lock_publishing(work)
    last = newest(work.session)
    if based_on is not None and last is not None and last.id != based_on:
        changed = changed_between(work.session, based_on, last)
        message = f"publication {last.id} came after {based_on} and changed {changed}: take its changes in first"
        raise PublishRefused(message)
    if last is not None and last.hash == bundle.hash:
        return last
    site, warnings = _checked(work, bundle)
    on_warnings(sorted([*warnings, *account_findings(work, bundle)]))
    row = Publication(
        hash=bundle.hash,
        files=_store(work.session, bundle.files),
        forms={request_type.id: request_type.hash for request_type in site.request_types.values()},
        message=message,
        published_at=work.now,
        published_by=work.actor_id,
        warnings=[{"file": warning.file, "line": warning.line, "message": warning.message} for warning in warnings],
    )
    work.session.add(row)
    work.session.flush()
    _number_packs(work, site, row)
    _store_forms(work, site)
    append_entry(work, "published", {"publication": row.id, "hash": row.hash, "message": message})
    work.platform.definitions.forget(work.session)
    return row


def changed_between(session: Session, based_on: int, last: Publication, most: int = 8) -> str:
    """The files in which a publication differs from an earlier one, as part of a sentence."""
    base = session.get(Publication, based_on)
    before = base.files if base is not None else {}
    names = sorted(path for path in {*before, *last.files} if before.get(path) != last.files.get(path))
    if not names:
        return "nothing that is different now"
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _lock_publishing(work: UnitOfWork) -> None:
    """Wait for another publication in progress (PostgreSQL), or notice one that was made meanwhile (SQLite)."""
    newest = select(func.max(Publication.id))
    if work.platform.database.is_sqlite:
        expect_unchanged(work.session, newest, work.session.scalar(newest))
    else:
        work.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def _checked(work: UnitOfWork, bundle: Bundle) -> tuple[Site, list[Finding]]:
    """The site of a bundle, and the warnings of its check, without those about accounts, which come and go. Raises
    PublishRefused with its errors.
    """
    registry = work.platform.registry
    site, findings = checked_site(bundle, registry.vocabulary, registry.site_checks)
    errors = [f for f in findings if f.severity == "error"]
    warnings = [f for f in findings if f.severity == "warning"]
    if errors:
        raise PublishRefused(f"the site has {len(errors)} errors; the first: {errors[0]}", errors)
    assert site is not None
    return site, sorted(warnings)


def _store(session: Session, files: Mapping[str, bytes]) -> dict[str, str]:
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    stored = set(session.scalars(select(Definition.sha256).where(Definition.sha256.in_(sorted(set(hashes.values()))))))
    for path, sha in sorted(hashes.items()):
        if sha not in stored:
            session.add(Definition(sha256=sha, content=files[path]))
            stored.add(sha)
    session.flush()
    return hashes


def _number_packs(work: UnitOfWork, site: Site, publication: Publication) -> None:
    for pack in site.packs.values():
        if work.session.get(PackVersion, pack.hash) is not None:
            continue
        last = work.session.scalar(select(func.max(PackVersion.number)).where(PackVersion.pack == pack.id))
        files = {path: sha for path, sha in publication.files.items() if path in pack.files}
        version = PackVersion(
            hash=pack.hash, pack=pack.id, number=(last or 0) + 1, files=files, publication_id=publication.id
        )
        work.session.add(version)
    work.session.flush()


def _store_forms(work: UnitOfWork, site: Site) -> None:
    for request_type in site.request_types.values():
        insert_if_absent(
            work.session,
            FormVersion,
            hash=request_type.hash,
            request_type=request_type.id,
            definition=request_type.to_json(),
            created_at=work.now,
        )
