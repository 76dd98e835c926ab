"""Acting by link: somebody without an account reads a document, and signs, decides or acknowledges (U9, S5, T16).

Opening a link does not use it up. Whatever is done there requires a six-digit code, mailed to the
address that the seat belongs to: it is valid for ten minutes and five tries, and a seat takes twenty wrong codes at
most. Whichever of them is done uses the link up.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from formengine.errors import LinkSpent, NotFound, Refused, Stale
from formengine.i18n import say
from formengine.services.approvals.acknowledgements import statement_html
from formengine.services.approvals.decision_panels import DecisionPanel, decision_panel
from formengine.services.approvals.decisions import Decision
from formengine.services.approvals.given_signatures import (
    TYPED,
    SignatureDetails,
    signature_evidence,
    with_named_fields,
)
from formengine.services.approvals.link_codes import (
    SEND_INTERVAL,
    check_code,
    mail_code,
    refund_code,
    unused_code_mistake,
)
from formengine.services.approvals.link_requests import LinkRequest, request_of_link
from formengine.services.approvals.participants import participant_name
from formengine.services.approvals.round_documents import RoundDocument, round_document, shown_hash
from formengine.services.approvals.round_views import RoundView, round_view
from formengine.services.approvals.seat_questions import QuestionView, questions_of_dossier
from formengine.services.approvals.seat_views import ForwardView, forward_view, may_forward
from formengine.services.approvals.shown_documents import NoHash, ShownVersion, require_shown_documents
from formengine.services.approvals.vote_forms import VoteForm, build_vote_form, checked_fields
from formengine.services.case.guest_links import (
    document_versions_of,
    documents_of,
    get_usable_link,
    new_link,
    open_seat_of,
    seat_of,
    select_link,
)
from formengine.services.case.outside_names import outside_names
from formengine.services.case.repository import LoadedCase, get_dossier, load, load_for_update, lock_dossier
from formengine.services.case.round_words import round_words, title_for_outside
from formengine.services.case.unfit_documents import look_at_versions
from formengine.services.core.audit_log import append_entry
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.rate_limits import FORWARDING_SEAT, SIGNING_SEAT, reset_limit
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.people.askers import asker_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion, StoredFile
from formengine.storage.models.people import Organisation
from formengine.storage.models.rounds import ActLink
from formengine.storage.models.rounds import Seat as SeatRow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.document_binding import reasons_to_wait
from formengine.workflow.engine.execution import Execution

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GuestSeat:
    """The seat of a link: the open wish to forward it, and whether it may be forwarded (S9)."""

    id: int
    forward: ForwardView | None
    may_forward: bool


@dataclass(frozen=True)
class GuestPage:
    """The content of the page that a link opens."""

    dossier_title: str
    reference: str
    organisation: str
    round: RoundView
    seat_id: int
    kind: str
    name: str
    email: str
    documents: tuple[RoundDocument, ...]
    shown_hash: str | None
    code_sent: bool
    panel: DecisionPanel
    seat: GuestSeat
    request: LinkRequest
    """Who asks, for whom, until when."""
    statement: Markup = field(default_factory=Markup)
    """What an acknowledgement says."""
    asked: VoteForm | None = None
    """The fields that are asked with an approval."""
    questions: Sequence[QuestionView] = ()
    """What the guest has asked, with the answers."""

    @property
    def about(self) -> str:
        """What is signed or decided, as in the mails about it."""
        return title_for_outside(self.kind, self.round.name, [document.title for document in self.documents])


def load_guest_page(work: UnitOfWork, token: str) -> GuestPage:
    """The page that a link opens; raises LinkSpent when the link is no longer valid."""
    link = get_usable_link(work, token)
    seat = seat_of(work, link)
    dossier = seat.round.dossier
    loaded = load(work, dossier)
    round_ = next(r for r in loaded.case.rounds if r.key == seat.round_id)
    own_seat = next(value for value in round_.seats if value.key == seat.id)
    organisation = work.session.get(Organisation, dossier.organisation_id) if dossier.organisation_id else None
    documents = _documents(loaded, round_, document_versions_of(work, seat.round))
    waits = link.code_expires_at is not None and link.code_expires_at > work.now
    return GuestPage(
        dossier_title=title_in(dossier, work.language),
        reference=dossier.reference,
        organisation=organisation.name if organisation else "",
        round=round_view(loaded, round_),
        seat_id=seat.id,
        kind=seat.round.kind,
        name=own_seat.name or participant_name(loaded, seat.person),
        email=seat.person,
        documents=documents,
        shown_hash=shown_hash(documents),
        code_sent=waits,
        panel=decision_panel(loaded, round_, own_seat, with_links=False),
        seat=GuestSeat(seat.id, forward_view(own_seat), may_forward(loaded, round_, own_seat)),
        asked=build_vote_form(loaded, own_seat) if round_.kind == "approval" else None,
        statement=statement_html(loaded.workflow.round_rule(round_.rule), work.language),
        request=request_of_link(loaded, round_, own_seat),
        questions=questions_of_dossier(work, dossier).get(seat.id, ()),
    )


def _documents(loaded: LoadedCase, round_: Round, versions: Mapping[str, DocumentVersion]) -> tuple[RoundDocument, ...]:
    """The documents of a round, each with words for the marks of its text."""
    names = loaded.workflow.round_rule(round_.rule).documents
    documents = [round_document(loaded, name, versions.get(name)) for name in names]
    return tuple(
        replace(document, reading=replace(document.reading, html=with_named_fields(loaded, document.reading.html)))
        for document in documents
    )


def send_code(work: UnitOfWork, token: str) -> None:
    """Mail a new code to the seat's address. Raises LinkSpent; TooManyTries when the last code was sent a moment
    ago.
    """
    link = get_usable_link(work, token, lock=True)
    seat = seat_of(work, link)
    mail_code(work, link, seat.person, seat.round.dossier)


def code_mistake(work: UnitOfWork, token: str, code: str) -> str:
    """What is wrong with a code that is not used now (`unused_code_mistake`). Raises LinkSpent."""
    link = get_usable_link(work, token)
    return unused_code_mistake(work, link, code, str(link.seat_id))


def guest_sign(
    work: UnitOfWork,
    token: str,
    code: str,
    text: str,
    consent: bool,
    shown: ShownVersion = NoHash.NOT_REQUIRED,
    details: SignatureDetails = TYPED,
) -> Dossier:
    """Sign by typing one's name, or by the picture in `details`; `shown` is the hash of the documents on the page.

    Raises LinkSpent; Refused for a wrong code, a missing name, picture or consent, a field of the document that is left
    empty, and where another version is there.
    """
    loaded, seat = redeem(work, token, code)
    _require_read(loaded, seat, shown)
    _require_not_waiting(loaded, seat)
    evidence = signature_evidence(loaded.work, loaded, seat, text, consent, details)
    return loaded.run(engine.sign, seat.person, evidence, seat)


def guest_decide(
    work: UnitOfWork,
    token: str,
    code: str,
    decision: Decision,
    comment: str | None,
    shown: ShownVersion = NoHash.NOT_REQUIRED,
    fields: Mapping[str, Any] | None = None,
) -> Dossier:
    """Approve, reject or abstain; `fields` are those asked with an approval (W22).

    Raises LinkSpent; Invalid for unfit fields; Refused for a wrong code, without the comment that is needed, and where
    another version of the document is there than was shown.
    """
    loaded, seat = redeem(work, token, code)
    _require_read(loaded, seat, shown)
    return loaded.run(engine.decide, seat.person, decision, comment, seat, checked_fields(loaded, seat, fields or {}))


def guest_acknowledge(
    work: UnitOfWork, token: str, code: str, comment: str | None, shown: ShownVersion = NoHash.NOT_REQUIRED
) -> Dossier:
    """Acknowledge (W19). Raises LinkSpent; Refused for a wrong code, for a comment that is missing or not asked for,
    and where another version of the document is there than was shown.
    """
    loaded, seat = redeem(work, token, code)
    _require_read(loaded, seat, shown)
    return loaded.run(engine.acknowledge, seat.person, comment, seat)


def _require_read(loaded: LoadedCase, seat: Seat, shown: ShownVersion) -> None:
    """Raise Refused where a document came after the page was opened (S3): the guest has to read it first.

    Not Stale: the page is shown again with the document and with what was typed, and not the changes of the dossier.
    """
    try:
        require_shown_documents(loaded, seat, shown)
    except Stale:
        sentence = "The document came after you opened this page. Read it first."
        raise Refused([say(loaded.work.language, sentence)]) from None


def _require_not_waiting(loaded: LoadedCase, seat: Seat) -> None:
    """Raise Refused while nobody may sign, in words without the reason: people outside are not told who approves."""
    round_ = next(round_ for round_ in loaded.case.rounds if seat in round_.seats)
    if reasons_to_wait(Execution(loaded.workflow, loaded.case, loaded.context), round_):
        sentence = "You cannot sign yet. You will get a mail when you can."
        raise Refused([say(loaded.work.language, sentence)])


def guest_decline(work: UnitOfWork, token: str, code: str, reason: str) -> Dossier:
    """Decline to sign, with a reason. Raises LinkSpent; Refused for a wrong code or without a reason."""
    loaded, seat = redeem(work, token, code)
    return loaded.run(engine.decline, seat.person, reason, seat)


def redeem(work: UnitOfWork, token: str, code: str, *, spend: bool = True) -> tuple[LoadedCase, Seat]:
    """Use a link up (`spend`), given its code. Returns the dossier, locked, with the guest as its actor, and the
    guest's open seat.
    """
    link = get_usable_link(work, token)
    check_code(work, link, code, str(link.seat_id))  # counts in a transaction of its own: before any lock
    round_ = seat_of(work, link).round
    if round_.kind != "acknowledgement":
        look_at_versions(work, round_.dossier, documents_of(work, round_))
    dossier_id = round_.dossier_id
    dossier = lock_dossier(work, select(Dossier).where(Dossier.id == dossier_id))
    assert dossier is not None
    link = get_usable_link(work, token, lock=True)  # judged under the dossier's lock: its document may be newer
    refund_code(work, link, str(link.seat_id))
    row = seat_of(work, link)
    guest = replace(work, actor=Guest(row.person, row.id))
    loaded = load(guest, dossier)
    seat = next((seat for round_ in loaded.case.rounds for seat in round_.seats if seat.key == row.id), None)
    if seat is None or seat.status != "open":
        raise LinkSpent("closed")
    if spend:
        link.used_at = work.now
    return loaded, seat


def seat_of_link(work: UnitOfWork, token: str) -> int:
    """The id of the seat that a link leads to. Raises LinkSpent."""
    return seat_of(work, get_usable_link(work, token)).id


def round_status(work: UnitOfWork, seat_id: int) -> str:
    """How the round of a seat stands by now: "open", "signed", ..."""
    return work.session.get_one(SeatRow, seat_id).round.status


def guest_document(work: UnitOfWork, token: str, document: str) -> StoredFile:
    """The newest version of a document that a link is about ("": its first one). Raises LinkSpent; NotFound while there
    is none, and for any other document.
    """
    round_ = seat_of(work, get_usable_link(work, token)).round
    version = document_versions_of(work, round_).get(document or next(iter(documents_of(work, round_)), ""))
    if version is None:
        raise NotFound("the document is not there yet")
    return version.file


def request_new_link(work: UnitOfWork, token: str) -> None:
    """Mail a new link to the address of a link that no longer works, while its seat is open; otherwise do nothing.

    The caller is not told which, so that somebody who tries a link of another person learns nothing.
    """
    row = work.session.scalar(select_link(work, token).with_for_update())
    if row is None:
        return
    seat = seat_of(work, row)
    dossier = seat.round.dossier
    open_seat = open_seat_of(work, dossier, seat.person)
    if open_seat is None or open_seat.round.waits:
        return
    last = work.session.scalar(
        select(ActLink.created_at).where(ActLink.seat_id == open_seat.id).order_by(ActLink.id.desc())
    )
    if last is not None and timedelta(0) <= work.now - last < SEND_INTERVAL:
        return
    _mail_new_link(work, dossier, open_seat)


def resend_link(work: UnitOfWork, reference: str, seat_id: int | None) -> Dossier:
    """Mail a new link for the open seat of somebody without an account, and reset the count of wrong codes for the
    seat.

    Requires the permission to assign the dossier; the history records who sent the link to whom. Raises NotFound and
    Refused.
    """
    loaded = load_for_update(work, reference, "dossier.assign")
    open_seats = [seat for round_ in loaded.case.rounds if round_.status == "open" for seat in round_.seats]
    seat = next((seat for seat in open_seats if seat.key == seat_id and "@" in seat.person), None)
    if seat is None or seat.status != "open":
        raise Refused([say(work.language, "This signature is not expected from outside any more.")])
    row = loaded.row_of(SeatRow, seat)
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    round_ = next(round_ for round_ in loaded.case.rounds if round_.key == row.round_id)
    if reasons := reasons_to_wait(execution, round_):
        raise Refused(reasons)
    append_entry(work, "link_sent", {"seat": row.id, "person": row.person}, loaded.dossier)
    for limit in (SIGNING_SEAT, FORWARDING_SEAT):
        reset_limit(work.session, limit, str(row.id))
    _mail_new_link(work, loaded.dossier, row)
    return loaded.dossier


def _mail_new_link(work: UnitOfWork, dossier: Dossier, seat: SeatRow) -> None:
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    rule, link = workflow.round_rule(seat.round.definition), new_link(work, seat)
    case = load(work, dossier).case
    asking = next(round_.asking for round_ in case.rounds if round_.key == seat.round_id)
    asker = {"name": asker_name(work, dossier, asking.by)}
    cause = f"again-{int(work.now.timestamp() * 1000)}"

    def data(recipient: Recipient) -> dict[str, object]:
        return {**round_words(work, dossier, rule, recipient), "asker": asker, "link": link}

    notify(
        work, f"{seat.round.kind}_asked", [seat.person], data, dossier=dossier, entry=cause, names=outside_names(case)
    )


__all__ = [
    "GuestPage",
    "get_dossier",
    "guest_acknowledge",
    "guest_decline",
    "guest_document",
    "guest_sign",
    "load_guest_page",
    "request_new_link",
    "resend_link",
    "send_code",
]
