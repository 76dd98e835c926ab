"""Approvals, signatures and acknowledgements by people with an account (P24, P25, S8, W19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from formengine.errors import NotFound, Refused, Stale
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.approvals.given_signatures import (
    TYPED,
    SignatureDetails,
    asked_values,
    signature_evidence,
)
from formengine.services.approvals.shown_documents import NoHash, ShownVersion, require_shown_documents
from formengine.services.approvals.vote_forms import checked_fields
from formengine.services.case.repository import (
    LoadedCase,
    check_version,
    get_dossier,
    load,
    load_for_update,
    stale_dossier,
)
from formengine.services.case.unfit_documents import look_at_versions
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people, reasons_not_to_choose
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.definition.model import RoundKind
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Round, Seat

Decision = Literal["approve", "reject", "abstain"]
DECISIONS: Final[tuple[Decision, ...]] = ("approve", "reject", "abstain")
ACKNOWLEDGE: Final = "acknowledge"
"""The decision of a request body that acknowledges."""


def parse_decision(text: str) -> Decision | None:
    """The decision that a form or a request body names; None for any other word."""
    return next((decision for decision in DECISIONS if decision == text), None)


def decide(
    work: UnitOfWork,
    reference: str,
    decision: Decision,
    comment: str | None = None,
    seat: int | None = None,
    version: int | None = None,
    shown: ShownVersion = NoHash.NOT_REQUIRED,
    fields: Mapping[str, Any] | None = None,
) -> Dossier:
    """Approve, reject or abstain, on the actor's oldest open seat or on the given one.

    `shown` is the hash of the document versions that the actor was shown, `version` the dossier's version that the
    actor saw. `fields` are those that the approval asks for with a yes (W22).

    Raises NotFound for an unknown dossier; Stale where the dossier or the document has changed since; Invalid
    for a missing hash or unfit fields; Refused without a seat of this dossier, without the collaboration permission,
    for a rejection without a comment, or an abstention where there is none.
    """
    if decision == "approve":
        _look_at_documents(work, reference)
    loaded = load_for_decision(work, reference, version)
    chosen, by = seat_with_id(loaded, seat), work.actor_id or ""
    own_seat = chosen or _own_seat(loaded, by, "approval")
    require_shown_documents(loaded, own_seat, shown)
    values = checked_fields(loaded, own_seat, fields or {})
    return loaded.run(engine.decide, by, decision, comment, chosen, values)


def acknowledge(
    work: UnitOfWork,
    reference: str,
    comment: str | None = None,
    seat: int | None = None,
    version: int | None = None,
    shown: ShownVersion = NoHash.NOT_REQUIRED,
) -> Dossier:
    """Acknowledge, on the actor's oldest open seat or on the given one, with any account (W19).

    Raises NotFound for an unknown dossier; Stale where the document has changed since,
    which lists no changes to people who may not read the dossier; Invalid for a missing hash; Refused without an open
    seat of one's own, and for a comment that is missing or not asked for.
    """
    loaded = load(work, get_dossier(work, reference, lock=True, permission="dossier.read_rounds"))
    by = work.actor_id or ""
    seats = [own for _, own in engine.acknowledging_seats(loaded.case, by)]
    released = [own for round_ in loaded.case.rounds for own in round_.seats if own.status == "not_needed"]
    seats += [own for own in released if own.person == by]
    chosen = next((own for own in seats if own.key == seat), None)
    if seat is not None and chosen is None:
        raise _unknown_seat(loaded)
    try:
        check_version(work, loaded.dossier, version)
        require_shown_documents(loaded, chosen or _own_seat(loaded, by, "acknowledgement"), shown)
    except Stale as error:
        if not has_permission(work, "dossier.read", loaded.dossier):
            error.changes.clear()
        raise
    return loaded.run(engine.acknowledge, by, comment, chosen)


def sign(
    work: UnitOfWork,
    reference: str,
    text: str,
    consent: bool,
    seat: int | None = None,
    shown: ShownVersion = NoHash.NOT_REQUIRED,
    details: SignatureDetails = TYPED,
) -> Dossier:
    """Sign by typing one's name, or by the picture in `details`, with consent to sign electronically.

    Raises as `decide` does, and Refused without a name or picture, a field of the document, or consent.
    """
    _look_at_documents(work, reference)
    loaded = load_for_decision(work, reference)
    chosen, by = seat_with_id(loaded, seat), work.actor_id or ""
    signing = chosen or _own_seat(loaded, by, "signature")
    require_shown_documents(loaded, signing, shown)
    return loaded.run(engine.sign, by, signature_evidence(work, loaded, signing, text, consent, details), chosen)


def asked_of_seat(work: UnitOfWork, reference: str, seat: int | None) -> tuple[str, ...]:
    """What the documents have fields for that the actor fills in, signing on the given seat or on the oldest open one;
    () without such a seat. Raises NotFound.
    """
    loaded = load(work, get_dossier(work, reference))
    own = [own for round_, own in engine.open_seats_of(loaded.case, work.actor_id or "") if round_.kind == "signature"]
    return asked_values(loaded, next((row for row in own if seat in (None, row.key)), None))


def _look_at_documents(work: UnitOfWork, reference: str) -> None:
    """Look at the documents of the actor's open seats before the dossier is locked (`unfit_documents`)."""
    dossier = get_dossier(work, reference, permission="dossier.act")
    loaded = load(work, dossier)
    rounds = [round_ for round_, _ in engine.open_seats_of(loaded.case, work.actor_id or "")]
    names = [name for round_ in rounds for name in loaded.workflow.round_rule(round_.rule).documents]
    look_at_versions(work, dossier, list(dict.fromkeys(names)))


def decline(work: UnitOfWork, reference: str, reason: str, seat: int | None = None) -> Dossier:
    """Decline to sign, with a reason. Raises NotFound; Refused without a seat, without the collaboration permission, or
    without a reason.
    """
    loaded = load_for_decision(work, reference)
    return loaded.run(engine.decline, work.actor_id or "", reason, seat_with_id(loaded, seat))


def add_approver(work: UnitOfWork, reference: str, person_id: str, step: int, round_id: int | None = None) -> Dossier:
    """Add an approver to a step of a round, without an id of the newest open approval. Raises NotFound; Refused where
    the workflow does not let the actor do so.
    """
    loaded = load_for_update(work, reference)
    return loaded.run(engine.add_approver, person_id, step, work.actor_id or "", round_with_id(loaded, round_id))


def remove_approver(work: UnitOfWork, reference: str, person_id: str, round_id: int | None = None) -> Dossier:
    """Remove an approver who has not decided yet from such a round. Raises NotFound; Refused where the workflow does
    not let the actor do so.
    """
    loaded = load_for_update(work, reference)
    return loaded.run(engine.remove_approver, person_id, work.actor_id or "", round_with_id(loaded, round_id))


def delegate(work: UnitOfWork, reference: str, to: str, seat: int | None = None, returns: bool = False) -> Dossier:
    """Hand one's seat over to somebody else; with `returns`, it comes back once that person has given an opinion.

    Raises NotFound; Refused without a seat, where the workflow or the person does not allow it, and for a client who
    chooses somebody of another organisation (U9).
    """
    loaded = load_for_decision(work, reference)
    person = known_people(work).get(to)
    if person is not None and (reasons := reasons_not_to_choose(work, person)):
        raise Refused(reasons, about="person")
    return loaded.run(engine.delegate, work.actor_id or "", to, seat_with_id(loaded, seat), returns)


def load_for_decision(work: UnitOfWork, reference: str, version: int | None = None) -> LoadedCase:
    """Lock and load a dossier for somebody who may decide at all: a client needs the collaboration permission (P25)."""
    loaded = load_for_update(work, reference, version=version)
    if not has_permission(work, "dossier.decide", loaded.dossier):
        raise Refused([say(work.language, "Your account does not have the permission to approve, reject or sign.")])
    return loaded


def round_with_id(loaded: LoadedCase, round_id: int | None) -> Round | None:
    """The round with an id; None without an id. Raises NotFound for a round that is not on this dossier."""
    if round_id is None:
        return None
    for round_ in loaded.case.rounds:
        if round_.key is not None and round_.key == round_id:
            return round_
    raise NotFound(f"no round {round_id}")


def seat_with_id(loaded: LoadedCase, seat: int | None) -> Seat | None:
    """The seat with an id; None without an id. Whether it is the actor's, and needed still, is checked by the engine.

    Raises Refused for a seat that is not on this dossier, and Stale for the actor's own seat that is no longer open:
    it was decided in another tab, or its round has closed.
    """
    if seat is None:
        return None
    value = next((row for round_ in loaded.case.rounds for row in round_.seats if row.key == seat), None)
    if value is None:
        raise _unknown_seat(loaded)
    if value.person == loaded.work.actor_id and value.status not in ("open", "not_needed"):
        raise stale_dossier(loaded)
    return value


def _unknown_seat(loaded: LoadedCase) -> Refused:
    sentence = "What this was about is not on this dossier: load the page again."
    return Refused([say(loaded.work.language, sentence)])


def _own_seat(loaded: LoadedCase, by: str, kind: RoundKind) -> Seat | None:
    seats = engine.open_seats_of(loaded.case, by)
    return next((seat for round_, seat in seats if round_.kind == kind), None)
