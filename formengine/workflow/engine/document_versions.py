"""New versions of a document: who may add one, and what they do to approvals and signatures on earlier ones (S2, W8).

An approval counts for the version that it was given on. A signed document is fixed; one that was approved and is out
for signature is only replaced where the state says `changed`, the state to which its new version leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from formengine.errors import Refused
from formengine.workflow.engine import rounds
from formengine.workflow.engine.availability import outgoing_transitions
from formengine.workflow.engine.bound_versions import VersionContent, versions_record
from formengine.workflow.engine.case import VOTED, Round
from formengine.workflow.engine.document_binding import (
    approval_missing,
    bind_newest_versions,
    next_is_unapproved,
    reasons_to_wait,
    remarks_left,
)
from formengine.workflow.engine.document_kinds import rule_of_document
from formengine.workflow.engine.document_titles import document_name, title_in_all_languages
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import role_title
from formengine.workflow.engine.in_charge import may_take_charge, takers_or_team
from formengine.workflow.engine.roles import acting_role, members
from formengine.workflow.engine.seats import open_seats
from formengine.workflow.engine.signed_texts import is_signed
from formengine.workflow.engine.state_entry import enter_state, follow_outcome


def upload_reasons(execution: Execution, document: str, by: str | None) -> list[str]:
    """Why a person may not add a version of a document now; [] when they may. None for `by` asks for anybody."""
    if execution.state.ends:
        return [execution.say("The dossier has ended: no version can be added any more.")]
    reasons = fixed_reasons(execution, document)
    if reasons or by is None or _may_add(execution, document, by):
        return reasons
    name, rule = document_name(execution, document), rule_of_document(execution.workflow, document)
    if rule is None or rule.may_replace is None:
        return [execution.say("Only whoever is in charge may add a version of “{document}” now.", document=name)]
    roles = [role_title(execution, role) for role, states in rule.may_replace.items() if execution.case.state in states]
    if not roles:
        return [execution.say("No version of “{document}” can be added now.", document=name)]
    titles = ", ".join(roles)
    return [execution.say("Only {roles} may add a version of “{document}” now.", roles=titles, document=name)]


def fixed_reasons(execution: Execution, document: str) -> list[str]:
    """Why a document may not change for anybody: it is signed, or out for signature as it was approved."""
    name = document_name(execution, document)
    about = [round_ for round_ in execution.case.rounds if document in execution.rule_of(round_).documents]
    signatures = [round_ for round_ in about if round_.kind == "signature"]
    if is_signed(execution, document):
        return [execution.say("“{document}” has been signed: it stays as it is.", document=name)]
    asked = [round_ for round_ in signatures if not round_.unasked or any(s.status == "signed" for s in round_.seats)]
    is_out = any(round_.status == "open" and document in round_.versions for round_ in asked)
    is_approved = any(document in rule.documents for rule in execution.workflow.approvals.values())
    if is_out and is_approved and execution.state.changed is None:
        return [execution.say("“{document}” is out for signature as approved; end the signature first.", document=name)]
    return []


def _may_add(execution: Execution, document: str, by: str) -> bool:
    rule = rule_of_document(execution.workflow, document)
    if rule is not None and rule.may_replace is not None:
        roles = [role for role, states in rule.may_replace.items() if execution.case.state in states]
        return acting_role(execution, roles, by) is not None or _is_handed(execution, document, roles, by)
    team_role = execution.workflow.team_role
    if may_take_charge(execution, by) or _is_handed(execution, document, [team_role.id] if team_role else [], by):
        return True
    asking = [t for t in outgoing_transitions(execution, None) if t.requires_document == document]
    return any(acting_role(execution, transition.who, by) is not None for transition in asking)


def _is_handed(execution: Execution, document: str, roles: Iterable[str], by: str) -> bool:
    """Whether it is somebody's turn with a document, who could have taken one of these roles of one person: a colleague
    of whoever took it, who was handed the document.
    """
    if execution.context.document_holders.get(document) != by:
        return False
    known = [role for id_ in roles if (role := execution.workflow.roles.get(id_)) is not None and role.one_person]
    return any(by in members(execution, role) for role in known)


def require_upload(execution: Execution, document: str, by: str) -> None:
    """Raise Refused when a person may not add a version of a document now."""
    reasons = upload_reasons(execution, document, by)
    if reasons:
        raise Refused(reasons)


def document_changed(
    execution: Execution,
    document: str,
    by: str | None,
    sha256: str | None = None,
    *,
    remarks: bool = False,
    missing: Sequence[str] = (),
) -> None:
    """Operation: count a new version of a document, with its hash, whether it holds `remarks` of its authors, and the
    answers that are `missing` in it. Approvals and signatures on the earlier one end.

    Those that were given are void. Open rounds start again, or the dossier moves to where the state's `changed` leads.
    An approval whose rule says `keep` stays; while it is open, those who decide from now on decide on the new version.
    Signatures that waited for a draft which has to be approved first end as well: where the state does not say
    `changed`, the dossier moves to where it leads when they are declined.
    The first version under an open round is no change. A new version alone does not change the dossier's version.

    Raises Refused for a document that is fixed.
    """
    reasons = fixed_reasons(execution, document)
    if reasons:
        raise Refused(reasons)
    execution.actor = by
    version = execution.case.documents[document] = execution.case.documents.get(document, 0) + 1
    _forget_draft(execution, document)
    execution.case.newest_versions.pop(document, None)
    if sha256 is not None:
        content = VersionContent(sha256, execution.now, remarks, drafted=by is None, missing=tuple(missing))
        execution.case.newest_versions[document] = content
    data = {"document": document, "version": version, "title": title_in_all_languages(execution, document)}
    execution.record_history("document", by, changes=False, data={**data, "sha256": sha256} if sha256 else data)
    waiting = [r for r in execution.case.rounds if r.status == "open" and r.unasked]
    affected = _affect_rounds(execution, document)
    ended = [round_ for round_ in affected if _end_for_change(execution, round_)]
    _tell_and_follow(execution, document, affected, ended)
    for round_ in waiting:
        _advance(execution, round_)


def _tell_and_follow(execution: Execution, document: str, affected: list[Round], ended: list[Round]) -> None:
    """Tell people of a new version, but of one that came with the request, which is told as a new dossier; then move
    the dossier, or open the rounds anew that it has ended.
    """
    version = execution.case.documents[document]
    submitted = version == 1 and execution.now == execution.case.opened_at
    if affected or (execution.actor is not None and not submitted):
        _tell_change(execution, document, version, affected)
    if affected:
        _follow_change(execution, ended)


def _follow_change(execution: Execution, ended: Iterable[Round]) -> None:
    """Move the dossier to where a new version leads, else open the rounds that it has ended anew."""
    unapproved = [round_ for round_ in ended if approval_missing(execution, execution.rule_of(round_))]
    to = execution.state.changed or (execution.state.declined if unapproved else None)
    if to is not None:
        enter_state(execution, to, "changed", None)
        return
    for round_ in ended:
        if round_ not in unapproved:
            _restart(execution, round_)


def _advance(execution: Execution, round_: Round) -> None:
    """Go on with a round that has waited, where it has the votes it needs: seats may have been removed meanwhile."""
    rounds.advance(execution, round_)
    follow_outcome(execution, round_)


def _affect_rounds(execution: Execution, document: str) -> list[Round]:
    """Have the open rounds about a document that its new version does not end go on; returns those that it ends."""
    ended = rounds_ended_by_version(execution, document)
    about = [r for r in execution.case.rounds if r.status == "open" and document in execution.rule_of(r).documents]
    is_being_approved = any(round_.kind == "approval" for round_ in about)
    for round_ in about:
        if round_ in ended:
            continue
        if not is_being_approved and approval_missing(execution, execution.rule_of(round_)):
            ended.append(round_)
        else:
            _go_on(execution, round_)
    return ended


def _go_on(execution: Execution, round_: Round) -> None:
    """Have an open round go on with the newest versions; those who could not decide on the earlier ones are asked."""
    was_unasked = round_.unasked
    bind_newest_versions(execution, round_)
    if was_unasked and not round_.unasked:
        rounds.notify_asked(execution, round_, *[seat.person for seat in open_seats(round_)])
        execution.tell("copy", round_.copies, status="open", **rounds.round_data(execution, round_))


def give_up_draft(execution: Execution, document: str) -> None:
    """Operation: a draft that was asked for is not made after all, since the document is signed, say, or since it
    could not be made: rounds that waited for it go on with the newest versions. Who could not decide meanwhile is asked
    again.
    """
    if document not in execution.case.drafts_due:
        return
    waiting = _waiting_rounds(execution, document)
    _forget_draft(execution, document)
    _go_on_after_wait(execution, waiting)


def keep_empty_places(execution: Execution, document: str) -> None:
    """Operation: the newest version of a document stays as it is, with its empty places: signatures that waited for a
    complete one are asked for now.
    """
    newest = execution.case.newest_versions
    if document not in newest:
        return
    waiting = _waiting_rounds(execution, document)
    newest[document] = replace(newest[document], kept=True)
    _go_on_after_wait(execution, waiting)


def _waiting_rounds(execution: Execution, document: str) -> list[Round]:
    """The open rounds about a document in which nobody can decide yet, or is asked: the reason for that may be gone."""
    about = [round_ for round_ in execution.case.rounds if document in execution.rule_of(round_).documents]
    open_ = [round_ for round_ in about if round_.status == "open"]
    return [round_ for round_ in open_ if round_.unasked or reasons_to_wait(execution, round_)]


def _go_on_after_wait(execution: Execution, waiting: Iterable[Round]) -> None:
    for round_ in waiting:
        if round_.unasked:
            _go_on(execution, round_)
        else:
            rounds.notify_asked(execution, round_, *[seat.person for seat in open_seats(round_)])
        _advance(execution, round_)


def _forget_draft(execution: Execution, document: str) -> None:
    execution.case.drafts_due.discard(document)
    execution.case.drafts_failed.discard(document)


def rounds_ended_by_version(execution: Execution, document: str) -> list[Round]:
    """The rounds that a new version of a document ends: open ones about its present version, and approvals that were
    given. What was approved or signed in them is void then; those whose rule says `keep` stay.
    """

    def is_ended(round_: Round) -> bool:
        rule = execution.rule_of(round_)
        is_about = document in (round_.versions if round_.status == "open" else rule.documents)
        return is_about and round_.status in ("open", "approved") and (rule.start_again or rule.kind == "signature")

    return [round_ for round_ in execution.case.rounds if is_ended(round_)]


def unasked_signatures_ended(execution: Execution, document: str) -> list[tuple[Round, str | None]]:
    """The open signatures in which nobody is asked yet that a new version of a document ends, each with the state to
    which the dossier then goes (None: they open anew); as `document_changed` does it.
    """
    about = [r for r in execution.case.rounds if r.status == "open" and document in execution.rule_of(r).documents]
    bound, is_being_approved = rounds_ended_by_version(execution, document), any(r.kind == "approval" for r in about)
    ended = []
    for round_ in about:
        if round_.kind != "signature" or not round_.unasked:
            continue
        unapproved = next_is_unapproved(execution, execution.rule_of(round_), document)
        if round_ in bound or (unapproved and not is_being_approved):
            ended.append((round_, execution.state.changed or (execution.state.declined if unapproved else None)))
    return ended


def _end_for_change(execution: Execution, round_: Round) -> bool:
    """End a round, or make a given approval void; whether it was open."""
    if round_.status == "open":
        rounds.close_round(execution, round_, "superseded")
        return True
    round_.status = "superseded"
    rounds.record_round(execution, "round_void", execution.actor, round_, **versions_record(round_.versions))
    return False


def _restart(execution: Execution, round_: Round) -> None:
    """Open the next round in place of one that a new version ended."""
    origin: dict[str, Any] = {
        "asked_by": round_.asked_by,
        "transition": round_.transition,
        "comment": round_.comment,
        "fields": dict(round_.fields),
        "replaced": list(round_.replaced),
        "ends": list(round_.ends),
        "drafts_over": dict(round_.drafts_over),
    }
    restarted = rounds.open_round(execution, execution.rule_of(round_), supersedes=round_, **origin)
    follow_outcome(execution, restarted)


def _tell_change(execution: Execution, document: str, version: int, affected: list[Round]) -> None:
    """Tell who decided on the earlier version, who asked for it, who is asked now, and whoever is in charge.

    Except for who added it, for people who are asked anew (that mail tells them), and for people who are asked for an
    acknowledgement only, since they see nothing else of the dossier.
    """
    decided = [round_ for round_ in affected if round_.kind != "acknowledgement"]
    people = [seat.person for round_ in decided for seat in round_.seats if seat.status in VOTED]
    people += [round_.asked_by for round_ in affected if round_.asked_by]
    people += takers_or_team(execution)
    for round_ in execution.case.rounds:
        is_read = round_.kind == "acknowledgement"
        if round_.status == "open" and not is_read and document in execution.rule_of(round_).documents:
            people += [seat.person for seat in round_.seats if seat.status == "open"]
    recipients = [person for person in people if person != execution.actor]
    about = [r for r in execution.case.rounds if r.status == "open" and document in r.versions]
    is_held = any(remarks_left(execution, execution.rule_of(round_)) for round_ in [*affected, *about])
    title = title_in_all_languages(execution, document)
    data = {"document": title, "number": version, "void": bool(affected), "unclean": is_held}
    execution.tell("version", recipients, **data)
