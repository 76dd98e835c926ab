"""Approvals and signatures by people with an account: approve, reject, sign, decline, delegate (P24, P25, S8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from formengine.errors import Invalid, NotFound, Refused, Stale
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.case.guest_links import document_hash
from formengine.services.case.provider_seats import signs_on_site
from formengine.services.case.repository import LoadedCase, changes_since, load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Round
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import RoundKind, Seat

Decision = Literal["approve", "reject"]
NO_VERSION_SHOWN: Final = "none"
"""In place of a hash: the page on which somebody decided showed no version of the document."""


def parse_decision(text: str) -> Decision | None:
    """The decision that a form or a request body names; None for any other word."""
    decisions: tuple[Decision, ...] = ("approve", "reject")
    return next((decision for decision in decisions if decision == text), None)


def decide(
    work: UnitOfWork,
    reference: str,
    decision: Decision,
    comment: str | None = None,
    seat: int | None = None,
    version: int | None = None,
    document_sha256: str | None = None,
) -> Dossier:
    """Approve or reject, on the actor's oldest open seat or on the given one.

    `document_sha256` is the hash of the document version that the actor was shown: an empty string where the caller had
    to send it and did not, None where it is not required. `version` is the dossier's version that the actor saw.

    Raises NotFound for an unknown dossier or seat; Stale where the dossier or the document has changed since; Invalid
    for a missing hash; Refused without a seat, without the collaboration permission, or for a rejection without a
    comment.
    """
    loaded = _load_for_decision(work, reference, version)
    chosen, by = _seat(loaded, seat), work.actor_id or ""
    require_shown_document(loaded, chosen or _own_seat(loaded, by, "approval"), document_sha256)
    return loaded.run(engine.decide, by, decision, comment, chosen)


def sign(
    work: UnitOfWork,
    reference: str,
    text: str,
    consent: bool,
    seat: int | None = None,
    document_sha256: str | None = None,
) -> Dossier:
    """Sign by typing one's name, with consent to sign electronically. Raises as `decide` does, and Refused without a
    name or without consent.
    """
    loaded = _load_for_decision(work, reference)
    chosen, by = _seat(loaded, seat), work.actor_id or ""
    require_shown_document(loaded, chosen or _own_seat(loaded, by, "signature"), document_sha256)
    evidence = signature_evidence(work, loaded, chosen or _own_seat(loaded, by, "signature"), text, consent)
    return loaded.run(engine.sign, by, evidence, chosen)


def decline(work: UnitOfWork, reference: str, reason: str, seat: int | None = None) -> Dossier:
    """Decline to sign, with a reason. Raises NotFound; Refused without a seat, without the collaboration permission, or
    without a reason.
    """
    loaded = _load_for_decision(work, reference)
    return loaded.run(engine.decline, work.actor_id or "", reason, _seat(loaded, seat))


def add_approver(work: UnitOfWork, reference: str, person_id: str, step: int) -> Dossier:
    """Add an approver to a step of the open round. Raises NotFound; Refused where the workflow does not let the actor
    do so.
    """
    return load_for_update(work, reference).run(engine.add_approver, person_id, step, work.actor_id or "")


def remove_approver(work: UnitOfWork, reference: str, person_id: str) -> Dossier:
    """Remove an approver who has not decided yet from the open round. Raises NotFound; Refused where the workflow does
    not let the actor do so.
    """
    return load_for_update(work, reference).run(engine.remove_approver, person_id, work.actor_id or "")


def delegate(work: UnitOfWork, reference: str, to: str, seat: int | None = None, returns: bool = False) -> Dossier:
    """Hand one's seat over to somebody else; with `returns`, it comes back once that person has given an opinion.

    Raises NotFound; Refused without a seat, or where the workflow or the person does not allow it.
    """
    loaded = _load_for_decision(work, reference)
    return loaded.run(engine.delegate, work.actor_id or "", to, _seat(loaded, seat), returns)


def _load_for_decision(work: UnitOfWork, reference: str, version: int | None = None) -> LoadedCase:
    """Lock and load a dossier for somebody who may decide at all: a client needs the collaboration permission (P25)."""
    loaded = load_for_update(work, reference, version=version)
    if not has_permission(work, "dossier.decide", loaded.dossier):
        raise Refused([say(work.language, "Your account does not have the permission to approve, reject or sign.")])
    return loaded


def _seat(loaded: LoadedCase, seat: int | None) -> Seat | None:
    """The seat with an id; None without an id. Whether it is the actor's is checked by the engine.

    Raises NotFound for a seat that is not on this dossier, and Stale for the actor's own seat that is no longer open:
    it was decided in another tab, or its round has closed.
    """
    if seat is None:
        return None
    value = next((row for round_ in loaded.case.rounds for row in round_.seats if row.key == seat), None)
    if value is None:
        raise NotFound(f"no seat {seat}")
    if value.person == loaded.work.actor_id and value.status != "open":
        raise _stale(loaded)
    return value


def _own_seat(loaded: LoadedCase, by: str, kind: RoundKind) -> Seat | None:
    seats = engine.open_seats_of(loaded.case, by)
    return next((seat for round_, seat in seats if round_.kind == kind), None)


def require_shown_document(loaded: LoadedCase, seat: Seat | None, shown: str | None) -> None:
    """Raise Stale where the document that a seat is about has another content than the actor was shown (S3).

    Raises Invalid where there is a document and the actor did not say which version was shown.
    """
    round_ = next((round_ for round_ in loaded.case.rounds if seat in round_.seats), None)
    document = loaded.workflow.round_rule(round_.rule).document if round_ else None
    content = loaded.case.newest_versions.get(document or "")
    if shown is None or content is None:
        return
    if not shown:
        sentence = say(
            loaded.work.language,
            "Say which version of “{document}” you have read, by its hash: {hash} is the newest.",
            document=document,
            hash=content.sha256,
        )
        raise Invalid([FieldError("/document/sha256", None, "required", sentence)])
    if content.sha256 != shown:
        raise _stale(loaded)


def _stale(loaded: LoadedCase) -> Stale:
    now = loaded.dossier.version
    return Stale(loaded.dossier.reference, now - 1, now, changes_since(loaded.work, loaded.dossier, now - 1))


def signature_evidence(
    work: UnitOfWork, loaded: LoadedCase, seat: Seat | None, text: str, consent: bool
) -> dict[str, Any]:
    """The record of how somebody signed (S6): the typed name, the consent, time, network address, and hash of the
    document.

    Raises Refused without a name, without consent, and for a seat that is signed at another provider.
    """
    _require_signed_here(work, loaded, seat)
    missing = []
    if not text.strip():
        missing.append(say(work.language, "Type your full name to sign."))
    if not consent:
        missing.append(say(work.language, "Tick the box to say that you agree to sign."))
    if missing:
        raise Refused(missing)
    return {
        "kind": "typed",
        "text": text.strip()[:200],
        "consent": True,
        "at": _iso(work.now),
        "address": work.address,
        "document_sha256": _document(loaded, seat),
    }


def _require_signed_here(work: UnitOfWork, loaded: LoadedCase, seat: Seat | None) -> None:
    rules = [loaded.workflow.round_rule(round_.rule) for round_ in loaded.case.rounds if seat in round_.seats]
    for rule in rules:
        if not signs_on_site(work, rule.provider):
            sentence = "This is signed with {provider}; follow the link in its message."
            raise Refused([say(work.language, sentence, provider=rule.provider)])


def _document(loaded: LoadedCase, seat: Seat | None) -> str | None:
    for round_ in loaded.case.rounds:
        if seat is not None and seat in round_.seats and round_.key is not None:
            return document_hash(loaded.work, loaded.work.session.get_one(Round, round_.key))
    return None


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
