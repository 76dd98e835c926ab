"""Stored versions whose files nobody can decide on or sign: damaged ones, and those that uploads refuse by now (S10).

They may be there from earlier releases. A file is read in the sandbox before the dossier is locked, by whatever asks
for a decision or takes one; under the lock, what was found is known (`VersionContent.obstacle`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from formengine.content_type import DOCX, PDF
from formengine.errors import ContentLost, StorageUnavailable
from formengine.services.case.guest_links import newest_versions
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.content_verdicts import known_verdict, verdict
from formengine.services.files.document_safety import SENTENCES, findings_in
from formengine.services.files.signable_pdfs import obstacle_to_signing
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.workflow.definition.model import Workflow

_QUESTION: Final = "unfit for a decision"


def known_obstacle(workflow: Workflow, document: str, sha256: str) -> str:
    """Why the content of a document cannot be decided on, as an English sentence that is translated, where this process
    has looked at it; else "".
    """
    return known_verdict(_QUESTION, (sha256, _use(workflow, document))) or ""


def look_at_versions(work: UnitOfWork, dossier: Dossier, documents: Sequence[str]) -> None:
    """Look at the newest versions of some documents of a dossier, before it is locked.

    What cannot be read now, since the storage does not answer, is not judged.
    """
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    obstacles = [
        _obstacle(work.platform, version.file, _use(workflow, name))
        for name, version in newest_versions(work, dossier, documents).items()
        if version.file.type in (DOCX, PDF)
    ]
    if any(obstacles):
        work.forget_all()  # a case that was loaded before does not know it


def _use(workflow: Workflow, document: str) -> str:
    return "signed" if any(document in rule.documents for rule in workflow.signatures.values()) else "read"


def _obstacle(platform: Platform, file: StoredFile, use: str) -> str:
    """The sentence about a file, "" for none. That it took too long may be due to a busy machine: it says nothing
    against the file, which this process reads no second time, so that nobody waits for it again.
    """

    def look() -> tuple[str, bool]:
        hazard = findings_in(platform, file.sha256, file.type).hazard
        if hazard == "heavy":
            return "", True
        if hazard:
            return SENTENCES[hazard], True
        return obstacle_to_signing(platform, file.sha256, file.type) if use == "signed" else "", True

    with suppress(ContentLost, StorageUnavailable):
        return verdict(_QUESTION, (file.sha256, use), look)
    return ""
