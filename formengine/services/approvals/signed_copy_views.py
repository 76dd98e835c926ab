"""The signed PDFs of a dossier as people see them: being made, made, or failed and tried again (S4, S6)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.approvals.provider_certificates import counterpart_ids
from formengine.services.approvals.signed_copies import OVERDUE, REASONS
from formengine.services.approvals.signing_evidence import SignedDocument, evidence_record
from formengine.services.approvals.signings import asked_signatures
from formengine.services.case.document_titles import document_title
from formengine.services.case.effects import SIGN_JOB
from formengine.services.case.provider_seats import provider_title, signs_on_site
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.signed_copies import SignedCopy
from formengine.workflow.engine.case import Round

LINK_PURPOSE: Final = "signed copy"


@dataclass(frozen=True)
class SignedCopyView:
    """The signed copy of a document: `state` is "pending", "made", "failed" (`reason`, in the reader's language) or
    "none" (of a round that was signed before there were such copies); `given` of `asked` people have signed in it.
    """

    document: str
    round_id: int
    round_number: int
    state: str
    reason: str
    file: StoredFile | None
    given: int
    asked: int
    is_signed: bool
    """Whether everybody has signed in it."""
    version_id: int | None
    """The version of the document that it is made of."""
    is_complete: bool
    """Whether the certificate is there as well, and everybody was sent both."""
    has_certificate: bool
    provider: str = ""
    """What the provider is called where it was signed; "" for the portal itself."""


def signed_copies(work: UnitOfWork, dossier: Dossier) -> dict[str, SignedCopyView]:
    """The signed copy that counts of each document of a dossier that has signatures given in the portal: what everybody
    has signed stays it until everybody has signed another.

    Raises Refused or NotFound where the actor may not read it.
    """
    views = copies_by_round(work, dossier)
    return {name: views[name, round_.key or 0] for name, round_ in _rounds(load(work, dossier)).items()}


def copies_by_round(work: UnitOfWork, dossier: Dossier) -> dict[tuple[str, int], SignedCopyView]:
    """The signed copies of every round of a dossier that is open or signed, by document and id of the round, the oldest
    first. Raises as `signed_copies` does.
    """
    require_permission(work, "dossier.read", dossier)
    loaded = load(work, dossier)
    rounds = _signed_rounds(loaded)
    rows = _rows(work, dossier) if rounds else {}
    return {
        (name, round_.key or 0): _view(loaded, name, round_, rows.get((round_.key or 0, name)))
        for name, round_ in rounds
    }


def _rounds(loaded: LoadedCase) -> dict[str, Round]:
    """The round of signatures that counts of each document: the newest that everybody has signed, else the newest."""
    rounds: dict[str, Round] = {}
    for name, round_ in _signed_rounds(loaded):
        if round_.status == "signed" or name not in rounds or rounds[name].status != "signed":
            rounds[name] = round_
    return rounds


def _round(loaded: LoadedCase, document: str, round_id: int | None) -> Round | None:
    """The round of signatures of a document with an id; without one, the round that counts."""
    if round_id is None:
        return _rounds(loaded).get(document)
    return next((r for name, r in _signed_rounds(loaded) if (name, r.key) == (document, round_id)), None)


def _signed_rounds(loaded: LoadedCase) -> list[tuple[str, Round]]:
    """The rounds of signatures of each document in which somebody has signed in the portal, or everybody at a provider,
    the oldest first.
    """
    rounds: list[tuple[str, Round]] = []
    for round_ in loaded.case.rounds:
        rule = loaded.workflow.round_rule(round_.rule)
        is_signed = round_.kind == "signature" and any(seat.status == "signed" for seat in round_.seats)
        counted = ("open", "signed") if signs_on_site(loaded.work, rule.provider) else ("signed",)
        if is_signed and round_.status in counted:
            rounds += [(name, round_) for name in rule.documents]
    return rounds


def _rows(work: UnitOfWork, dossier: Dossier) -> Mapping[tuple[int, str], tuple[SignedCopy, StoredFile | None]]:
    """The copies of a dossier with their files, by round and document."""

    def read() -> Mapping[tuple[int, str], tuple[SignedCopy, StoredFile | None]]:
        query = select(SignedCopy, StoredFile).outerjoin(StoredFile, SignedCopy.file_id == StoredFile.id)
        rows = work.session.execute(query.where(SignedCopy.dossier_id == dossier.id))
        return {(copy.round_id, copy.document): (copy, file) for copy, file in rows}

    return work.remember(("signed copies", dossier.id), read)


def _view(
    loaded: LoadedCase, document: str, round_: Round, row: tuple[SignedCopy, StoredFile | None] | None
) -> SignedCopyView:
    work, provider = loaded.work, loaded.workflow.round_rule(round_.rule).provider
    copy, file = row if row is not None else (None, None)
    signed = [seat for seat in round_.seats if seat.status == "signed"]
    last = max((seat.at for seat in signed if seat.at is not None), default=work.now)
    lost = max(last, copy.requested_at if copy is not None else last) < work.now - OVERDUE
    state = "pending" if copy is None or len(copy.signatures) < len(signed) else copy.state
    if copy is not None and copy.state == "failed":
        state = "failed"
    is_signed, is_sent = round_.status == "signed" and state == "made", copy is not None and copy.sent_at is not None
    if lost and (state == "pending" or (is_signed and not is_sent)):
        state, is_signed = "none", False
    reason = say(work.language, REASONS[copy.reason or "error"]) if copy is not None and state == "failed" else ""
    return SignedCopyView(
        document=document,
        round_id=round_.key or 0,
        round_number=round_.number,
        state=state,
        reason=reason,
        file=file,
        given=len(copy.signatures) if copy is not None else 0,
        asked=asked_signatures(loaded, round_),
        is_signed=is_signed,
        version_id=copy.version_id if copy is not None else None,
        is_complete=is_signed and is_sent,
        has_certificate=bool(copy is not None and copy.certificates),
        provider="" if signs_on_site(work, provider) else provider_title(work, provider),
    )


@dataclass(frozen=True)
class EndedCopy:
    """The PDF of a round that ended before everybody had signed: it is kept, and its signatures (`given`) count no
    longer. `version_id` is the version of the document that it was made of.
    """

    document: str
    round_id: int
    version_id: int
    given: int
    file: StoredFile


def ended_copies(work: UnitOfWork, dossier: Dossier) -> list[EndedCopy]:
    """The PDFs of rounds that a new version, a refusal or the time ended, the newest first.

    Raises Refused or NotFound where the actor may not read the dossier.
    """
    require_permission(work, "dossier.read", dossier)
    rounds = [round_ for round_ in load(work, dossier).case.rounds if round_.kind == "signature"]
    ended = {round_.key for round_ in rounds if round_.status not in ("open", "signed")}
    rows = _rows(work, dossier).values() if ended else ()
    made = [(copy, file) for copy, file in rows if file is not None and copy.round_id in ended]
    views = [EndedCopy(copy.document, copy.round_id, copy.version_id, len(copy.signatures), f) for copy, f in made]
    return sorted(views, key=lambda view: -view.round_id)


def file_of_round(work: UnitOfWork, dossier: Dossier, document: str, round_id: int) -> StoredFile:
    """The PDF of a round, also of one that ended before everybody had signed; raises NotFound where there is none, or
    the actor may not read it.
    """
    view = copies_by_round(work, dossier).get((document, round_id))
    if view is not None and view.file is not None:
        return view.file
    for copy in ended_copies(work, dossier):
        if (copy.document, copy.round_id) == (document, round_id):
            return copy.file
    raise NotFound(f"no signed copy of {document} of round {round_id}")


def request_signed_copy(work: UnitOfWork, dossier: Dossier, document: str, round_id: int | None = None) -> None:
    """Have the signed copy of a document made again, where it failed or was lost, with the others of its round; of the
    round that counts, unless another is named.

    Raises NotFound where there are no signatures, and Refused where it is there, or on its way.
    """
    views, round_ = copies_by_round(work, dossier), _round(load(work, dossier), document, round_id)
    view = views.get((document, round_.key or 0)) if round_ is not None else None
    if view is None or round_ is None:
        raise NotFound(f"no signatures on {document}")
    if view.state not in ("failed", "none"):
        raise Refused([say(work.language, "The signed PDF is there already, or is being made.")])
    pending = update(SignedCopy).where(SignedCopy.round_id == round_.key)
    work.session.execute(pending.values(state="pending", reason=None, requested_at=work.now))
    args: dict[str, object] = {"dossier": dossier.id, "rule": round_.rule, "number": round_.number}
    work.enqueue(SIGN_JOB, args, lane="documents", key=f"sign-{dossier.id}-again-{work.now:%Y%m%d%H%M%S%f}")


def signed_file(work: UnitOfWork, dossier: Dossier, document: str, counterpart: int | None = None) -> StoredFile:
    """The signed PDF of a document that counts; of one that was signed at a provider, where each signer signs a
    counterpart, `counterpart` is which of them, from 1. Raises NotFound where there is none, or the actor may not read
    it.
    """
    require_permission(work, "dossier.read", dossier)
    loaded = load(work, dossier)
    round_ = _round(loaded, document, None)
    row = _rows(work, dossier).get((round_.key or 0, document)) if round_ is not None else None
    if round_ is None or row is None or row[1] is None:
        raise NotFound(f"no signed copy of {document}")
    if counterpart is None:
        return row[1]
    alone = len(loaded.workflow.round_rule(round_.rule).documents) == 1
    ids = counterpart_ids(round_, document, alone=alone) or [row[1].id]
    if not 0 < counterpart <= len(ids):
        raise NotFound(f"{document} has {len(ids)} signed copies")
    return work.session.get_one(StoredFile, ids[counterpart - 1])


def certificate_file(work: UnitOfWork, dossier: Dossier, document: str, round_id: int | None = None) -> StoredFile:
    """The certificate of the signatures of a document in the actor's language, else in the first: of the round that
    counts, unless another is named. Raises NotFound.
    """
    require_permission(work, "dossier.read", dossier)
    round_ = _round(load(work, dossier), document, round_id)
    row = _rows(work, dossier).get((round_.key or 0, document)) if round_ is not None else None
    if row is None or not row[0].certificates:
        raise NotFound(f"no certificate of the signatures of {document}")
    files = row[0].certificates
    return work.session.get_one(StoredFile, files.get(work.language) or next(iter(files.values())))


def evidence(work: UnitOfWork, dossier: Dossier, document: str, round_id: int | None = None) -> dict[str, Any]:
    """The record of a round of signatures of a document (S6): the newest that everybody has signed, else the newest,
    unless another is named. Network addresses and internal events are for the legal side alone. Raises NotFound where
    nobody was asked.
    """
    require_permission(work, "dossier.read", dossier)
    loaded = load(work, dossier)
    rounds = [
        value
        for value in loaded.case.rounds
        if value.kind == "signature"
        and document in loaded.workflow.round_rule(value.rule).documents
        and round_id in (None, value.key)
    ]
    if not rounds:
        raise NotFound(f"nobody was asked to sign {document}")
    round_ = next((value for value in reversed(rounds) if value.status == "signed"), rounds[-1])
    documents = signed_documents(loaded, round_, copies_of_round(work, round_))
    is_legal = has_permission(work, "dossier.read_internal", dossier)
    return evidence_record(loaded, round_, documents, document, internal=is_legal)


def copies_of_round(work: UnitOfWork, round_: Round) -> dict[str, SignedCopy]:
    """The signed copies of a round, by document."""
    query = select(SignedCopy).where(SignedCopy.round_id == round_.key).options(joinedload(SignedCopy.file))
    return {copy.document: copy for copy in work.session.scalars(query)}


def signed_documents(loaded: LoadedCase, round_: Round, copies: Mapping[str, SignedCopy]) -> Sequence[SignedDocument]:
    """The documents of a round, each with the hash of what was signed and of the signed PDF."""
    documents = []
    for name in loaded.workflow.round_rule(round_.rule).documents:
        bound, copy = round_.versions.get(name), copies.get(name)
        signed = copy.file.sha256 if copy is not None and copy.file is not None else None
        number, sha256 = (bound.number, bound.sha256) if bound is not None else (None, None)
        documents.append(
            SignedDocument(name, document_title(loaded.work, loaded.dossier, name), number, sha256, signed)
        )
    return documents


def download_address(work: UnitOfWork, row: SignedCopy) -> str:
    """The address from which somebody without an account downloads a signed PDF that is too large for a mail: it holds
    for that very content.
    """
    base = work.platform.settings.base_url.rstrip("/")
    return f"{base}/signed/{row.round_id}/{_link_key(work, row.round_id, row.file_id or '')}"


def file_of_link(work: UnitOfWork, round_id: int, key: str) -> StoredFile:
    """The signed PDF of such an address; raises NotFound for any other key."""
    query = select(SignedCopy).where(SignedCopy.round_id == round_id, SignedCopy.sent_at.is_not(None))
    secrets = work.platform.settings.secret.derive(LINK_PURPOSE)
    for row in work.session.scalars(query.options(joinedload(SignedCopy.file))):
        if row.file is not None:
            keys = [hmac.digest(own, _message(round_id, row.file.id), "sha256").hex() for own in secrets]
            if any(hmac.compare_digest(own, key) for own in keys):
                return row.file
    raise NotFound(f"no signed copy {round_id}")


def _link_key(work: UnitOfWork, round_id: int, file_id: str) -> str:
    own = work.platform.settings.secret.derive(LINK_PURPOSE)[0]
    return hmac.digest(own, _message(round_id, file_id), "sha256").hex()


def _message(round_id: int, file_id: str) -> bytes:
    return f"{round_id}:{file_id}".encode()
