"""What follows when everybody has signed: the certificate is made, and everybody is sent the signed PDFs (S4, S6).

A round has one certificate, which lists all its documents: they are signed in one act (S11).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import update

from formengine.documents import to_pdf
from formengine.documents.pdf_signing import Signature, Stamp, sign
from formengine.errors import ConversionFailed, DocumentRefused, SettingError
from formengine.file_names import name_of_made_file
from formengine.i18n import say
from formengine.services.approvals.provider_certificates import counterparts, keep_provider_files, provider_certificate
from formengine.services.approvals.signature_certificates import certificate_document
from formengine.services.approvals.signed_copies import (
    add_signatures,
    fail,
    file_row,
    is_unchanged,
    is_worth_another_try,
    locked_copies,
    reason_of,
    store_file,
)
from formengine.services.approvals.signed_copy_views import copies_of_round, download_address, signed_documents
from formengine.services.approvals.signings import Signing, signed_seats
from formengine.services.case.document_titles import document_title
from formengine.services.case.effects import MAX_ENCLOSURE
from formengine.services.case.outside_names import outside_names
from formengine.services.case.provider_seats import provider_title
from formengine.services.case.repository import LoadedCase, load
from formengine.services.case.round_words import round_words
from formengine.services.core.audit_log import append_entry
from formengine.services.core.signing_certificates import signing_key, time_stamping
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.people.lookup import known_people
from formengine.storage.database import at_commit
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.signed_copies import SignedCopy, SignedHash

log = logging.getLogger(__name__)

COPY_KIND: Final = "signed_copy"
"""The kind of the history entry, and of the mail."""
ELSEWHERE: Final = "elsewhere"
"""Of the entry about a round that was signed at a provider, its `status`."""


def make_signed_copy(platform: Platform, args: Mapping[str, Any], *, last_attempt: bool = False) -> None:
    """Add the signatures of a round to its PDFs, and when they are complete send them to everybody (in a job).

    Run again after a crash, it goes on where it stood; nobody is sent the same twice. An unexpected error passes, so
    that the job is tried again; after its last attempt the page says that it failed.
    """
    signing = add_signatures(platform, args, last_attempt=last_attempt)
    if signing is None or signing.round.status != "signed" or signing.is_sent:
        return
    if signing.provider:
        signing = keep_provider_files(platform, signing, args)
    try:
        certificates = _certificates(platform, signing)
        run_in_transaction(platform, lambda work: _deliver(work, signing, certificates))
    except (ConversionFailed, DocumentRefused, SettingError) as error:
        log.warning("no certificate of the signatures of %s: %s", signing.reference, error)
        fail(platform, signing, reason_of(error, "converter"))
        if is_worth_another_try(error, last_attempt=last_attempt):
            raise
    except Exception:
        if last_attempt:  # nobody has been sent it: the page offers to try again
            fail(platform, signing, "error")
        raise


def _certificates(platform: Platform, signing: Signing) -> dict[str, StoredFile]:
    """The certificate in every language of the portal, stored; their rows are not written yet."""
    texts: dict[str, bytes] = {}
    with platform.database.reading() as session:
        for language in platform.definitions.site(session).portal.languages:
            work = UnitOfWork(platform, session, None, language=language)
            loaded = load(work, session.get_one(Dossier, signing.dossier_id))
            round_ = next(value for value in loaded.case.rounds if value.key == signing.round_id)
            documents = signed_documents(loaded, round_, copies_of_round(work, round_))
            url = signing.verify_url
            make = provider_certificate if signing.provider else certificate_document
            texts[language] = make(loaded, round_, documents, language, signing.zone, url)
    return {
        language: store_file(platform, _sealed(platform, signing, docx, language), _file_name(signing, language))
        for language, docx in texts.items()
    }


def _sealed(platform: Platform, signing: Signing, docx: bytes, language: str) -> bytes:
    """A certificate as PDF with a signature of the portal, which nobody sees, so that it can be verified by itself."""
    title = "Record of signatures" if signing.provider else "Certificate of signatures"
    name = f"{say(language, title)} · {signing.reference}"
    seal = Signature("seal", name, Stamp(""), reason=name)
    return sign(to_pdf(docx, archival=True), seal, signing_key(platform), time_stamping(platform))


def _file_name(signing: Signing, language: str) -> str:
    title = "record of signatures" if signing.provider else "certificate of signatures"
    return name_of_made_file(signing.reference, "", say(language, title), "pdf")


def _deliver(work: UnitOfWork, signing: Signing, certificates: Mapping[str, StoredFile]) -> None:
    """Keep the certificates, tell it in the history, and mail it, in one transaction; nothing where that was done.

    What changes no row that was read is written at the commit, when SQLite's write lock is taken for all of it.
    """
    with work.session.no_autoflush:  # whom to mail is read before it is taken, too
        dossier = work.session.get_one(Dossier, signing.dossier_id)
        loaded = load(work, dossier)
        known_people(work).expect_ids(_recipients(loaded, signing))
        rows = locked_copies(work.session, signing)
        copies = [rows[document.document] for document in signing.documents]
        signed = {copy.document: copy.file for copy in copies if copy.sent_at is None and copy.file is not None}
        is_ready = len(signed) == len(copies) or (signing.provider and not any(copy.sent_at for copy in copies))
        if not is_ready or not is_unchanged(rows, signing):
            return
        for file in certificates.values():
            work.session.add(file_row(file, signing.dossier_id, work.now))
            at_commit(work.session, partial(_keep_hash, work, file.sha256))
        for copy in copies:
            copy.certificates = {language: file.id for language, file in certificates.items()}
            copy.sent_at, copy.state, copy.reason = work.now, "made", None
        at_commit(work.session, partial(_keep_as_complete, work, signing, [file.sha256 for file in signed.values()]))
        data = {
            "rule": signing.round.rule,
            "number": signing.round.number,
            "round_kind": "signature",
            "title": loaded.workflow.round_rule(signing.round.rule).title,
            **({"status": ELSEWHERE} if signing.provider else {}),
            **_hashes([copy.document for copy in copies], signed),
            "certificates": {language: file.sha256 for language, file in certificates.items()},
        }
        entry = append_entry(work, COPY_KIND, {"data": data}, dossier, nobody=True, visible_to_client=True)
        _mail(loaded, copies, signing, certificates, entry.number)


def _hashes(documents: Sequence[str], signed: Mapping[str, StoredFile]) -> dict[str, object]:
    """The hashes of the signed PDFs for the history: of one document `sha256`, of several `signed`, by document."""
    hashes = {name: file.sha256 for name, file in signed.items()}
    if len(documents) == 1:
        return {"document": documents[0], "sha256": hashes.get(documents[0])}
    return {"document": documents[0], "documents": [*documents], "signed": hashes}


def _keep_as_complete(work: UnitOfWork, signing: Signing, hashes: Sequence[str]) -> None:
    """Keep that the signed PDFs bear all their signatures, also where people who were asked are asked no more."""
    is_theirs = SignedHash.sha256.in_(hashes)
    complete = update(SignedHash).where(is_theirs).values(expected=len(signed_seats(signing.round)))
    work.session.execute(complete, execution_options={"synchronize_session": False})


def _keep_hash(work: UnitOfWork, sha256: str) -> None:
    insert_if_absent(work.session, SignedHash, sha256=sha256, made_at=work.now)


def _recipients(loaded: LoadedCase, signing: Signing) -> list[str]:
    """Who is sent the signed PDFs: the signers, the people in copy and the requester."""
    signers = [seat.person for seat in signed_seats(signing.round)]
    return list(dict.fromkeys([*signers, *signing.round.copies, loaded.dossier.requester_id]))


def _mail(
    loaded: LoadedCase,
    copies: list[SignedCopy],
    signing: Signing,
    certificates: Mapping[str, StoredFile],
    entry: int,
) -> None:
    work, first = loaded.work, next(iter(certificates))
    rule = loaded.workflow.round_rule(signing.round.rule)
    signed = [copy.file for copy in copies if copy.file is not None]
    if signing.provider:
        signed = counterparts(work.session, signing.round)
    downloads = [
        {"title": document_title(loaded.work, loaded.dossier, copy.document), "url": download_address(work, copy)}
        for copy in copies
        if copy.file is not None
    ]
    provider = provider_title(work, signing.provider) if signing.provider else ""

    def data(recipient: Recipient) -> Mapping[str, object]:
        files = [*signed, certificates.get(recipient.language, certificates[first])]
        fits = sum(file.size for file in files) <= MAX_ENCLOSURE
        enclosures = [{"name": file.name, "type": file.type, "sha256": file.sha256} for file in files] if fits else []
        return {
            **round_words(work, loaded.dossier, rule, recipient, names_documents=True),
            "enclosures": enclosures,
            "download": downloads[0]["url"] if downloads else "",
            "provider": provider,
            "downloads": downloads,
            "verify": signing.verify_url,
        }

    names = outside_names(loaded.case)
    notify(work, COPY_KIND, _recipients(loaded, signing), data, dossier=loaded.dossier, entry=entry, names=names)
