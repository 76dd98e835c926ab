"""What follows when everybody has signed: the certificates are made, and everybody is sent the signed PDF (S4, S6)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from formengine.documents import to_pdf
from formengine.errors import ConversionFailed, DocumentRefused
from formengine.i18n import pick, say
from formengine.services.approvals.signed_copies import Signing, add_file, add_signatures, fail, store_file
from formengine.services.approvals.signed_copy_views import download_address, signed_document
from formengine.services.approvals.signing_evidence import certificate_document
from formengine.services.case.effects import MAX_ENCLOSURE
from formengine.services.case.repository import load
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.notifications.mails import Recipient, notify
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.signed_copies import SignedCopy
from formengine.workflow.definition.model import RoundRule

log = logging.getLogger(__name__)

COPY_KIND: Final = "signed_copy"
"""The kind of the history entry, and of the mail."""


def make_signed_copy(platform: Platform, args: Mapping[str, Any], *, last_attempt: bool = False) -> None:
    """Add the signatures of a round to its PDF, and when it is complete send it to everybody (in a job).

    Run again after a crash, it goes on where it stood; nobody is sent the same twice. An unexpected error passes, so
    that the job is tried again; after its last attempt the page says that it failed.
    """
    signing = add_signatures(platform, args, last_attempt=last_attempt)
    if signing is None or signing.round.status != "signed" or signing.copy.sent_at is not None:
        return
    try:
        certificates = _certificates(platform, signing)
        run_in_transaction(platform, lambda work: _deliver(work, signing, certificates))
    except (ConversionFailed, DocumentRefused) as error:
        log.warning("no certificate of the signatures of %s: %s", signing.reference, error)
        fail(platform, signing, "converter")
    except Exception:
        if last_attempt:  # nobody has been sent it: the page offers to try again
            fail(platform, signing, "error")
        raise


def _certificates(platform: Platform, signing: Signing) -> dict[str, StoredFile]:
    """The certificate in every language of the portal, stored; their rows are not written yet."""
    documents: dict[str, bytes] = {}
    with platform.database.reading() as session:
        for language in platform.definitions.site(session).portal.languages:
            work = UnitOfWork(platform, session, None, language=language)
            loaded = load(work, session.get_one(Dossier, signing.dossier_id))
            round_ = next(value for value in loaded.case.rounds if value.key == signing.round_id)
            document = signed_document(loaded, round_, session.get_one(SignedCopy, signing.round_id))
            url = signing.verify_url
            documents[language] = certificate_document(loaded, round_, document, language, signing.zone, url)
    return {
        language: store_file(
            platform, to_pdf(docx), f"{signing.reference} {say(language, 'certificate of signatures')}.pdf"
        )
        for language, docx in documents.items()
    }


def _deliver(work: UnitOfWork, signing: Signing, certificates: Mapping[str, StoredFile]) -> None:
    """Keep the certificates, tell it in the history, and mail it, in one transaction; nothing where that was done."""
    row = work.session.get_one(SignedCopy, signing.round_id, with_for_update=True)
    if row.sent_at is not None or row.revision != signing.copy.revision or row.file is None:
        return
    for file in certificates.values():
        add_file(work.session, _copy_of(file), signing.dossier_id, work.now)
    row.certificates = {language: file.id for language, file in certificates.items()}
    row.sent_at, row.state, row.reason = work.now, "made", None
    dossier = work.session.get_one(Dossier, signing.dossier_id)
    rule = load(work, dossier).workflow.round_rule(signing.round.rule)
    data = {
        "rule": rule.id,
        "number": signing.round.number,
        "round_kind": "signature",
        "title": rule.title,
        "document": signing.document,
        "sha256": row.file.sha256,
        "certificates": {language: file.sha256 for language, file in certificates.items()},
    }
    entry = append_entry(work, COPY_KIND, {"data": data}, dossier, nobody=True, visible_to_client=True)
    _mail(work, dossier, row, signing, certificates, rule, entry.number)


def _copy_of(file: StoredFile) -> StoredFile:
    """The same file as a row of its own, since the unit of work may be run again."""
    return StoredFile(id=file.id, sha256=file.sha256, name=file.name, type=file.type, size=file.size)


def _mail(
    work: UnitOfWork,
    dossier: Dossier,
    row: SignedCopy,
    signing: Signing,
    certificates: Mapping[str, StoredFile],
    rule: RoundRule,
    entry: int,
) -> None:
    signed = row.file
    if signed is None:
        return
    download, url = download_address(work, row), signing.verify_url
    first = next(iter(certificates))

    def data(recipient: Recipient) -> Mapping[str, object]:
        certificate = certificates.get(recipient.language, certificates[first])
        files = [signed, certificate]
        fits = sum(file.size for file in files) <= MAX_ENCLOSURE
        enclosures = [{"name": file.name, "type": file.type, "sha256": file.sha256} for file in files] if fits else []
        return {
            "round": {"name": pick(rule.title, recipient.language)},
            "enclosures": enclosures,
            "download": download,
            "verify": url,
        }

    signers = [seat.person for seat in signing.round.seats if seat.status == "signed"]
    people = list(dict.fromkeys([*signers, *signing.round.copies, dossier.requester_id]))
    notify(work, COPY_KIND, people, data, dossier=dossier, entry=entry)
