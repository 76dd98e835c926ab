"""Effects of an engine call (history entries, mails, jobs), stored in the transaction of the call.

Nothing here uses the network or a file: a mail is a row and a job, and so is the drafting of a document.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from formengine.errors import PluginFailed
from formengine.file_names import distinct_names
from formengine.services.case.child_mails import words_about_child, words_of_lost_charge
from formengine.services.case.child_news import tell_of_child
from formengine.services.case.draft_jobs import OVER_VERSION, enqueue_draft, hold_draft
from formengine.services.case.empty_places import tell_held_signatures
from formengine.services.case.guest_links import new_link, newest_versions
from formengine.services.case.mail_details import mail_details
from formengine.services.case.outside_names import outside_names
from formengine.services.case.provider_seats import signs_on_site
from formengine.services.case.shared_versions import show_newest_version
from formengine.services.core.audit_log import append_entry
from formengine.services.core.dossier_verification import ANSWERS, submission_record
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.core.vote_verification import VOTE_KINDS, seat_record
from formengine.services.notifications.audience import ABOUT, ACKNOWLEDGEMENT
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.notifications.template_data import template_data
from formengine.source import did_you_mean
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import NO_DRAFT, Document
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Seat
from formengine.workflow.engine.acknowledgements import people_asked_to_acknowledge
from formengine.workflow.engine.case import (
    VOTED,
    Case,
    Effect,
    EnqueueJob,
    HistoryRecorded,
    NotifyPeople,
    OpenChildDossier,
)
from formengine.workflow.engine.case import Round as CaseRound
from formengine.workflow.engine.case import Seat as CaseSeat
from formengine.workflow.engine.document_effects import DraftDocument, GiveTurn, ShareDocument
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import children_in_charge
from formengine.workflow.engine.notices import is_sent_signed_copy

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

log = logging.getLogger(__name__)

MAX_PAYLOAD: Final = 64 * 1024
"""Bytes of JSON that a plugin's job may carry."""
MAX_ENCLOSURE: Final = 10 * 1024 * 1024
"""Bytes of a document that is attached to a mail; what is larger, many mail servers refuse."""
SIGN_JOB = "signed_copy"
"""The job that adds the signatures of a round to its PDF: `{"dossier": id, "rule": id, "number": n}`."""
OPEN_CHILD_JOB = "open_child_dossier"
"""The job that opens a child request: `{"dossier": id, "request_type": id, "cause": version}`."""


def apply_effects(loaded: LoadedCase, effects: list[Effect]) -> list[HistoryEntry]:
    """Add the rows and jobs that the effects ask for, in their order; returns the history entries."""
    work, dossier, case = loaded.work, loaded.dossier, loaded.case
    entries: list[HistoryEntry] = []
    for effect in effects:
        number: int | str = entries[-1].number if entries else "-"
        if isinstance(effect, HistoryRecorded):
            entries.append(_record(work, dossier, case, effect))
            tell_of_child(loaded, effect, effects, entries[-1].number)
            _request_signed_copy(loaded, effect)
            _end_negotiation(loaded, effect)
        elif isinstance(effect, NotifyPeople):
            _tell(loaded, effect, number)
        elif isinstance(effect, ShareDocument):
            show_newest_version(loaded, effect.document)
        elif isinstance(effect, GiveTurn):
            _give_turn(loaded, effect)
        else:
            _enqueue(loaded, effect)
    tell_held_signatures(loaded)
    return entries


def _record(work: UnitOfWork, dossier: Dossier, case: Case, effect: HistoryRecorded) -> HistoryEntry:
    payload: dict[str, object] = {"version": case.version}
    arguments = {
        "transition": effect.transition,
        "before": effect.before,
        "after": effect.after,
        "comment": effect.comment,
    }
    payload |= {name: value for name, value in arguments.items() if value is not None}
    if effect.data:
        payload["data"] = dict(effect.data)
    if effect.kind in VOTE_KINDS:
        payload["seats"] = {str(seat.key): seat_record(seat) for seat in _voted_seats(case, effect, work.now)}
    if effect.kind == ANSWERS:
        payload |= submission_record(dossier.submission)
    return append_entry(
        work,
        effect.kind,
        payload,
        dossier,
        by=effect.by,
        nobody=effect.by is None,
        on_behalf_of=effect.on_behalf_of,
        visible_to_client=effect.visible_to_client,
    )


def _request_signed_copy(loaded: LoadedCase, effect: HistoryRecorded) -> None:
    """Have a signature that was given in the portal added to the PDF of the document (S4); of those of a provider, have
    the record made once there are all of them (S6).
    """
    data, work, dossier = effect.data, loaded.work, loaded.dossier
    is_closed = effect.kind == "round_closed" and data.get("status") == "signed"
    if effect.kind != "signed" and not is_closed:
        return
    rule = loaded.workflow.round_rule(str(data["rule"]))
    if rule.documents and signs_on_site(work, rule.provider) != is_closed:
        args: dict[str, object] = {"dossier": dossier.id, "rule": data["rule"], "number": data["number"]}
        key = f"sign-{dossier.id}-{loaded.case.version}-{data['rule']}-{data['number']}"
        work.enqueue(SIGN_JOB, args, lane="documents", key=key)


def _end_negotiation(loaded: LoadedCase, effect: HistoryRecorded) -> None:
    """Once everybody has signed, it is nobody's turn with the documents, and nobody edits them any more (S2)."""
    if effect.kind != "round_closed" or effect.data.get("status") != "signed":
        return
    names = loaded.workflow.round_rule(str(effect.data["rule"])).documents
    query = select(Document).where(Document.dossier_id == loaded.dossier.id, Document.name.in_(names))
    for row in loaded.work.session.scalars(query):
        row.turn = row.turn_since = row.editor = row.editing_since = row.editing_until = None
        if row.draft_failure == OVER_VERSION:  # what was signed stays, whatever somebody would have decided
            row.draft_failure, row.draft_after, row.draft_asked_at = None, NO_DRAFT, None


def _give_turn(loaded: LoadedCase, effect: GiveTurn) -> None:
    """Say whose turn it is with a document (S2). The step itself is what people are told, and what the history says."""
    query = select(Document).where(Document.dossier_id == loaded.dossier.id, Document.name == effect.document)
    row = loaded.work.session.scalar(query)
    if row is not None and row.turn != effect.holder:
        row.turn, row.turn_since = effect.holder, loaded.work.now


def _voted_seats(case: Case, effect: HistoryRecorded, now: datetime) -> list[CaseSeat]:
    """The seats that the vote of an effect was given on, just now."""
    rule, number = effect.data.get("rule"), effect.data.get("number")
    rounds = [round_ for round_ in case.rounds if (round_.rule, round_.number) == (rule, number)]
    return [
        seat
        for round_ in rounds
        for seat in round_.seats
        if seat.person == effect.by and seat.at == now and seat.status in VOTED and seat.key is not None
    ]


def _tell(loaded: LoadedCase, effect: NotifyPeople, number: int | str) -> None:
    work = loaded.work
    is_acknowledgement = effect.kind.startswith("acknowledgement_")
    asked = people_asked_to_acknowledge(loaded.case) if is_acknowledgement else set()
    in_charge = children_in_charge(Execution(loaded.workflow, loaded.case, loaded.context))
    with_text = effect.kind in ("copy", "signature_done")
    enclosed = _enclosures(loaded, effect.data) if with_text else {}

    def data(recipient: Recipient) -> Mapping[str, object]:
        words = {**template_data(work, loaded.workflow, effect, recipient), **mail_details(loaded, effect, recipient)}
        if effect.kind == "copy" or recipient.person is None:  # who has an account finds the text on the page
            words |= enclosed
        if recipient.person is None:
            seat = _open_seat_of(loaded, recipient.address, effect.data.get("rule"))
            return {**words, "link": new_link(work, seat)} if seat is not None else words
        if recipient.person in asked:
            return {**words, "link": _page_to_acknowledge(loaded), ABOUT: ACKNOWLEDGEMENT}
        if effect.kind == "charge_lost" and effect.data.get("of_child"):
            return {**words, **words_of_lost_charge(loaded, effect, recipient)}
        return {**words, **words_about_child(loaded, effect, in_charge.get(recipient.person, ()), recipient)}

    readers = [person for person in effect.to if person in asked or person in in_charge]
    to = [person for person in effect.to if not _is_sent_copy(loaded, effect, person)]
    names = outside_names(loaded.case)
    notify(work, effect.kind, to, data, dossier=loaded.dossier, entry=number, readers=readers, names=names)


def _is_sent_copy(loaded: LoadedCase, effect: NotifyPeople, person: str) -> bool:
    """Whether somebody is mailed the signed PDF instead; a provider elsewhere mails none."""
    if not is_sent_signed_copy(loaded.case, effect, person):
        return False
    return signs_on_site(loaded.work, loaded.workflow.round_rule(str(effect.data["rule"])).provider)


def _enclosures(loaded: LoadedCase, data: Mapping[str, Any]) -> dict[str, object]:
    """The newest versions of the documents of a round, to be attached to a mail: the first as `enclosure`, the others
    as `more_enclosures`. None where one is missing, and where they are too large together.
    """
    names = data.get("documents") or [name for name in (data.get("document"),) if name]
    versions = newest_versions(loaded.work, loaded.dossier, names)
    files = [version.file for version in versions.values()]
    if not files or len(files) < len(names) or sum(file.size for file in files) > MAX_ENCLOSURE:
        return {"enclosure": None}
    named = zip(distinct_names(file.name for file in files), files, strict=True)
    first, *others = [{"name": name, "type": file.type, "sha256": file.sha256} for name, file in named]
    return {"enclosure": first, **({"more_enclosures": others} if others else {})}


def _page_to_acknowledge(loaded: LoadedCase) -> str:
    """The address of the page on which an account acknowledges."""
    base = loaded.work.platform.settings.base_url.rstrip("/")
    return f"{base}/dossiers/{loaded.dossier.reference}/acknowledgement"


def _open_seat_of(loaded: LoadedCase, address: str, rule: object = None) -> Seat | None:
    """The oldest open seat of somebody without an account, of a round by the rule where they have one in it."""
    seats = [
        (round_.rule == rule, seat)
        for round_ in loaded.case.rounds
        for seat in round_.seats
        if round_.status == "open" and seat.status == "open" and seat.person == address
    ]
    own = [seat for is_of_rule, seat in seats if is_of_rule] or [seat for _, seat in seats]
    return loaded.row_of(Seat, own[0]) if own else None


def _enqueue(loaded: LoadedCase, effect: DraftDocument | OpenChildDossier | EnqueueJob) -> None:
    work, dossier, version = loaded.work, loaded.dossier, loaded.case.version
    cause = f"{dossier.id}-{version}"  # the version moves with every step, and what a step does comes before its entry
    if isinstance(effect, DraftDocument) and effect.held:
        hold_draft(loaded, effect.document, after=effect.after)
    elif isinstance(effect, DraftDocument):
        step: dict[str, Any] = {"ends": _agreed_rounds(loaded), "asked_at": work.now.isoformat()}
        enqueue_draft(loaded, effect.document, str(version), after=effect.after, **step)
    elif isinstance(effect, OpenChildDossier):
        again = f".{effect.number}" if effect.number else ""
        args: dict[str, object] = {"dossier": dossier.id, "request_type": effect.request_type}
        args["cause"] = f"{version}{again}"
        if effect.values:
            args |= {"values": dict(effect.values), "calculated": dict(effect.calculated)}
        work.enqueue(OPEN_CHILD_JOB, args, key=f"child-{cause}{again}-{effect.request_type}")
    else:
        _enqueue_for_plugin(work, dossier, effect)


def _agreed_rounds(loaded: LoadedCase) -> list[int]:
    """The rounds of signatures that the actor has agreed to end, or whoever asked for a step that is approved now: that
    consent is none to ending what somebody has signed since.
    """
    rounds, agreed = loaded.case.rounds, list(loaded.context.ended_rounds)
    for approved in rounds:
        if approved.ends and approved.status == "approved" and approved.closed_at == loaded.work.now:
            step = (approved.rule, approved.transition, approved.ends)  # also of those that this one took the place of
            asked_at = min(
                round_.opened_at for round_ in rounds if (round_.rule, round_.transition, round_.ends) == step
            )
            standing = [round_ for round_ in rounds if not _is_signed_since(round_, asked_at)]
            agreed += [round_.key for round_ in standing if round_.key in approved.ends]
    return agreed


def _is_signed_since(round_: CaseRound, moment: datetime) -> bool:
    return any(seat.status == "signed" and seat.at is not None and seat.at > moment for seat in round_.seats)


def _enqueue_for_plugin(work: UnitOfWork, dossier: Dossier, effect: EnqueueJob) -> None:
    """Enqueue the job that an action asked for; PluginFailed unless a plugin registered it and its payload is JSON.

    The job has no key of its own: its id, which no other job has, is the idempotency key that its function is given.
    """
    problem = None
    if effect.name not in work.platform.registry.jobs:
        problem = f"no plugin registers the job {effect.name!r}{did_you_mean(effect.name, work.platform.registry.jobs)}"
    else:
        try:
            size = len(json.dumps(effect.args, allow_nan=False).encode())
            problem = f"the payload has {size} bytes; send an id instead" if size > MAX_PAYLOAD else None
        except (TypeError, ValueError) as error:
            problem = f"the payload is no JSON: {error}"
    if problem is not None:
        log.error("the action %s asked for the job %s: %s", effect.action, effect.name, problem)
        raise PluginFailed("action", effect.action, "it asked for a job that cannot be run, which the log tells")
    args: dict[str, object] = {"dossier": dossier.reference, "payload": dict(effect.args)}
    work.enqueue(effect.name, args, lane="plugins")  # a slow one holds up no job of the product
