"""A clean version of a document before it is signed: without tracked changes, comments, hidden text, metadata (S3, S4).

The version that was cleaned stays. The clean one is a version like any other: what was approved before is asked for
again, and what everybody signs is its hash.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass

from formengine.documents import DOCX
from formengine.documents.word_versions.clean_copy import TakenOut, clean_copy
from formengine.errors import DocumentRefused, NotFound, Refused
from formengine.forms import Upload
from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.case.document_titles import title_in_all_languages
from formengine.services.case.guest_links import newest_version
from formengine.services.case.repository import LoadedCase, get_dossier, load, load_for_update
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.documents import add_version, require_replaceable
from formengine.services.dossiers.version_consequences import require_consent
from formengine.services.files.document_safety import findings_in
from formengine.services.files.uploads import open_file, store_upload
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion, StoredFile


@dataclass(frozen=True)
class CleanContent:
    """The content of a clean version, stored and not yet added: of a document and the `number` of its version.

    Cleaning fills in nothing: what that version lacks (`missing_answers`), and whether it is signed so, stays.
    """

    document: str
    number: int
    file: StoredFile
    taken: TakenOut
    missing_answers: tuple[str, ...] = ()
    empty_places_kept: bool = False


def add_clean_version(
    work: UnitOfWork, reference: str, document: str, shown: int | None = None, *, ends_signatures: bool = False
) -> DocumentVersion:
    """Add the newest version of a document again as a clean one, with an entry of what was taken out. `shown` is the
    number of the version on the page; None where nobody read a page. `ends_signatures`: as in `new_document_version`.

    Raises NotFound where it has no version, and Refused for somebody who may not add one now, for a PDF, for a file
    that cannot be read, where there is nothing to take out, and where a newer version came than was shown.
    """
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.add_version", dossier)
    require_replaceable(load(work, dossier), document)
    require_consent(load(work, dossier), document, given=ends_signatures)
    content = clean_content(work, dossier, document, shown)
    loaded = load_for_update(work, reference, "dossier.add_version")
    version = add_clean_content(loaded, content, ends_signatures=ends_signatures)
    work.session.flush()
    return version


def clean_content(work: UnitOfWork, dossier: Dossier, document: str, shown: int | None) -> CleanContent:
    """The newest version of a document, cleaned and stored, before the dossier is locked: it takes a second or more.

    Raises as `add_clean_version`.
    """
    newest = _version_to_clean(work, dossier, document, shown)
    number, name, remarks = newest.number, newest.file.name, newest.remarks
    missing, is_kept = tuple(newest.missing_answers or ()), newest.empty_places_kept
    with open_file(work, newest.file) as stream:
        content = stream.read()
    try:
        cleaned, taken = clean_copy(content)
    except DocumentRefused:
        raise Refused([say(work.language, "This file cannot be read, and so not be cleaned.")]) from None
    if not (any(asdict(taken).values()) or remarks):  # the end of a paragraph may be hidden, and no word of it
        raise Refused([say(work.language, "There is nothing to take out: this version is clean.")])
    stored = store_upload(work, Upload(name, DOCX, io.BytesIO(cleaned)), dossier)
    findings_in(work.platform, stored.sha256, stored.type)
    return CleanContent(document, number, stored, taken, missing, is_kept)


def add_clean_content(loaded: LoadedCase, content: CleanContent, *, ends_signatures: bool = False) -> DocumentVersion:
    """Add a clean content to its dossier, which is locked; not flushed yet. Raises Refused as `add_clean_version`."""
    work, document = loaded.work, content.document
    require_replaceable(loaded, document)
    require_consent(loaded, document, given=ends_signatures)
    if loaded.case.documents.get(document) != content.number:
        raise _newer_version(work)
    lacking = () if content.empty_places_kept else content.missing_answers
    version = add_version(loaded, document, content.file, missing=lacking)
    version.missing_answers = list(content.missing_answers) or None
    version.empty_places_kept = content.empty_places_kept
    title = title_in_all_languages(loaded, document)
    append_entry(work, "cleaned", {"title": title, "document": document, **asdict(content.taken)}, loaded.dossier)
    return version


def _version_to_clean(work: UnitOfWork, dossier: Dossier, document: str, shown: int | None) -> DocumentVersion:
    newest = newest_version(work, dossier, document)
    if newest is None:
        raise NotFound(f"no version of {document}")
    if newest.file.type != DOCX:
        raise Refused([say(work.language, "Only Word documents can be cleaned; a PDF is signed as it is.")])
    if shown is not None and shown != newest.number:
        raise _newer_version(work)
    return newest


def _newer_version(work: UnitOfWork) -> Refused:
    return Refused([say(work.language, "A newer version came meanwhile: look at it first.")])
