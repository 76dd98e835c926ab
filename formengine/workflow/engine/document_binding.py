"""Approvals and signatures are bound to the versions of the documents that they were given on, by hash (S3, W8)."""

from __future__ import annotations

from formengine.errors import Refused
from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine.bound_versions import BoundVersion
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.document_titles import document_name
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import path_title
from formengine.workflow.engine.missed_approvals import missed_approvals
from formengine.workflow.engine.signed_texts import signed_before_change
from formengine.workflow.engine.unasked_entries import steps_unasked


def bind_newest_versions(execution: Execution, round_: Round) -> None:
    """Bind a round to the newest versions of its documents; to none of a document that has no version yet, or whose
    next draft is due: what is decided is the text that follows the answers, so nobody is asked before it is there.
    """
    rule = execution.rule_of(round_)
    due = drafts_awaited(execution, rule)
    newest = newest_versions(execution, rule)
    round_.versions = {name: version for name, version in newest.items() if name not in due}
    round_.unasked = bool(due or remarks_left(execution, rule) or places_left_empty(execution, rule))


def drafts_awaited(execution: Execution, rule: RoundRule) -> list[str]:
    """The documents of a round of which a draft was asked for that is not there yet."""
    return [name for name in rule.documents if name in execution.case.drafts_due]


def drafts_missing(execution: Execution, round_: Round) -> list[str]:
    """The sentences about documents of an open round whose drafts it waits for: one for each of them."""
    awaited = _drafts_waited_for(execution, round_)
    return [_draft_sentence(execution, name, "“{document}” is being drafted from the answers.") for name in awaited]


def _drafts_waited_for(execution: Execution, round_: Round) -> list[str]:
    """The documents of an open round whose drafts it waits for.

    An approval that starts again with a new version waits also where one is there: the votes would count for nothing,
    and what follows the approval would be about a version that nobody has approved. So do signatures that
    the draft ends, while it is under way: one that could not be made, or may not come, keeps nobody from signing. Who
    is not asked yet waits for any draft.
    """
    rule = execution.rule_of(round_)
    return [
        document
        for document in drafts_awaited(execution, rule)
        if round_.unasked or document not in round_.versions or _is_void_with(execution, rule, document)
    ]


def _is_void_with(execution: Execution, rule: RoundRule, document: str) -> bool:
    """Whether the draft of a document that is awaited voids what is decided in a round on the version before it."""
    if rule.kind == "approval":
        return rule.start_again
    if rule.kind != "signature" or document in execution.case.drafts_failed:
        return False
    has_to_be_approved = any(document in other.documents for other in execution.workflow.approvals.values())
    return execution.state.changed is not None or not has_to_be_approved


def has_to_wait(execution: Execution, round_: Round) -> bool:
    """Whether nobody can decide in an open round yet, as `reasons_to_wait` says."""
    if round_.unasked or _drafts_waited_for(execution, round_):
        return True
    rule = execution.rule_of(round_)
    return bool(signed_before_change(execution, rule) or further_approvals(execution, rule))


def pause_rounds(execution: Execution) -> None:
    """Record of open rounds whether those who were asked cannot decide, since a draft is due (`Round.paused`)."""
    for round_ in execution.case.rounds:
        if round_.status == "open":
            round_.paused = not round_.unasked and has_to_wait(execution, round_)


def reasons_to_wait(execution: Execution, round_: Round) -> list[str]:
    """Why nobody may decide in an open round yet: drafts that it waits for, documents with remarks of their authors
    or empty places, and approvals that have to be given by others as well; [] where everybody may.
    """
    if round_.status != "open":
        return []
    rule = execution.rule_of(round_)
    remarks = [*remarks_left(execution, rule), *places_left_empty(execution, rule)] if round_.unasked else []
    outdated = signed_before_change(execution, rule)
    return [*drafts_missing(execution, round_), *remarks, *outdated, *further_approvals(execution, rule)]


def failed_drafts(execution: Execution) -> dict[str, tuple[str, str]]:
    """The documents with a version whose next draft could not be made, as (id, title), by what is said of each."""
    names = sorted(name for name in execution.case.drafts_failed if execution.case.documents.get(name))
    return {_draft_sentence(execution, name, ""): (name, document_name(execution, name)) for name in names}


def _draft_sentence(execution: Execution, document: str, under_way: str) -> str:
    """What is said of a draft that is due: `under_way`, or that it could not be made, and what to do."""
    name, sentence = document_name(execution, document), under_way
    if document in execution.case.drafts_failed:
        sentence = (
            "“{document}” has not been drafted anew: the legal team drafts it again, adds a version, or goes on with "
            "the one that is there."
            if execution.case.documents.get(document)
            else "“{document}” could not be drafted: the legal team drafts it again, or adds a version."
        )
    return execution.say(sentence, document=name)


def newest_versions(execution: Execution, rule: RoundRule) -> dict[str, BoundVersion]:
    """The newest versions of the documents of a round, by document: what a vote is given on."""
    versions = {}
    for document in rule.documents:
        number, content = execution.case.documents.get(document), execution.case.newest_versions.get(document)
        if number:
            sha256, made_at = (content.sha256, content.made_at) if content else (None, None)
            versions[document] = BoundVersion(number, sha256, made_at)
    return versions


def is_current(execution: Execution, round_: Round, document: str) -> bool:
    """Whether a round is bound to the newest version of one of its documents, though a draft may replace it soon."""
    bound, content = round_.versions.get(document), execution.case.newest_versions.get(document)
    if bound is None:
        return execution.case.documents.get(document) is None
    same_content = bound.sha256 is None or content is None or bound.sha256 == content.sha256
    return bound.number == execution.case.documents.get(document) and same_content


def opening_reasons(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against opening a round now: those of `version_reasons`, and signatures on a document of which a
    draft is due that has to be approved first, or that has empty places. Any other round opens, and waits for the
    drafts.
    """
    awaited = drafts_awaited(execution, rule) if rule.kind == "signature" else []
    unapproved = [name for name in awaited if not _is_approved(execution, name, is_new=True)]
    sentence = "“{document}” is being drafted from the answers, and has to be approved before it is signed."
    return [
        *(_draft_sentence(execution, name, sentence) for name in unapproved),
        *places_left_empty(execution, rule),
        *version_reasons(execution, rule),
    ]


def version_reasons(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against a round on the newest versions of its documents: signatures on one that was not approved;
    approval or signatures on one that is not fit for a decision (`unfit_documents`); [] where there are none.
    """
    return [*approval_missing(execution, rule), *unfit_documents(execution, rule)]


def unfit_documents(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against approval or signatures whatever was approved: a file is damaged, or still holds tracked
    changes, comments or hidden text; or everybody has signed a text that the answers have left behind.
    """
    outdated = signed_before_change(execution, rule)
    return [*outdated, *unfit_files(execution, rule), *remarks_left(execution, rule)]


def documents_decided_on(execution: Execution, rule: RoundRule) -> list[str]:
    """The documents of a round that have a version to approve, reject or sign; none of an acknowledgement."""
    decides = rule.kind != "acknowledgement"
    return [name for name in rule.documents if decides and name in execution.case.newest_versions]


def unfit_files(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against a decision on documents whose files are not fit for one (`VersionContent.obstacle`): one for
    each of them. Uploads of such files are refused; they may be there from earlier releases.
    """
    newest = execution.case.newest_versions
    unfit = [name for name in documents_decided_on(execution, rule) if newest[name].obstacle]
    sentence = "Version {n} of “{document}” can be neither approved nor signed; add another version."
    return [
        f"{execution.say(sentence, n=execution.case.documents[name], document=document_name(execution, name))}"
        f" {execution.say(newest[name].obstacle)}"
        for name in unfit
    ]


def remarks_left(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against a decision on documents that are signed in the end, and hold remarks of their authors still:
    one for each of them.
    """
    signed = {name for other in execution.workflow.signatures.values() for name in other.documents}
    newest = execution.case.newest_versions
    marked = [name for name in documents_decided_on(execution, rule) if name in signed and newest[name].remarks]
    sentence = (
        "“{document}” still holds tracked changes, comments, hidden text or fields that change by themselves: make"
        " a clean version of it first."
    )
    return [execution.say(sentence, document=document_name(execution, name)) for name in marked]


def places_left_empty(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against asking for signatures on documents whose drafts have empty places, unless the legal team has
    said that they stay so, or another draft is under way: one for each of them. Signatures that people are asked for
    already go on.
    """
    if rule.kind != "signature":
        return []
    newest, under_way = execution.case.newest_versions, execution.case.drafts_due - execution.case.drafts_failed
    decided = [name for name in documents_decided_on(execution, rule) if name not in under_way]
    sentence = (
        "{empty} Before anybody signs it, the legal team gives the answer and drafts it again, adds a version that is"
        " complete, or goes on with the one that is there."
    )
    left = [name for name in decided if newest[name].is_incomplete]
    return [execution.say(sentence, empty=empty_places(execution, name)) for name in left]


def empty_places(execution: Execution, document: str) -> str:
    """What is said of the empty places of the newest version of a document; "" where it has none."""
    content = execution.case.newest_versions.get(document)
    if content is None or not content.missing:
        return ""
    names = ", ".join(path_title(execution.workflow, path, execution.context.language) for path in content.missing)
    sentence = "“{document}” has blanks: its text uses {names}, which nobody has answered."
    return execution.say(sentence, document=document_name(execution, document), names=names)


def approval_missing(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against signatures on documents whose newest version was not approved: one for each of them; and, for
    each approval, on those that further people have to approve since the answers have changed.

    Every approval rule that has once approved a document must have approved its newest version; where any approval was
    asked for, at least one must have. A document for which none was ever asked is signed without.
    """
    if rule.kind != "signature":
        return []
    lacking = [name for name in rule.documents if not _is_approved(execution, name)]
    sentence = "“{document}” has to be approved first: its newest version has not been."
    unapproved = [execution.say(sentence, document=document_name(execution, name)) for name in lacking]
    return [*further_approvals(execution, rule), *unapproved]


def further_approvals(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against signatures on documents whose approval was given, and would ask others besides by the answers
    as they are now, or which a decision has led past an approval that they ask for now: one for each approval.
    """
    if rule.kind != "signature":
        return []
    approved = [round_ for round_ in execution.case.rounds if (round_.kind, round_.status) == ("approval", "approved")]
    rules = {round_.rule: (round_, execution.rule_of(round_)) for round_ in approved}
    sentence = (
        "The answers have changed since “{round}” was given, and others now have to decide in “{step}”. Ask for"
        " “{round}” again before anybody signs."
    )
    others = [
        execution.say(sentence, round=execution.pick(approval.title), step=step)
        for round_, approval in rules.values()
        if not set(rule.documents).isdisjoint(approval.documents)
        for step in steps_unasked(execution, round_)
    ]
    return [*others, *missed_approvals(execution, rule)]


def next_is_unapproved(execution: Execution, rule: RoundRule, document: str) -> bool:
    """Whether signatures by a rule could not go on with the next version of a document, since it, or another document
    of the rule, would have to be approved first.
    """
    return any(not _is_approved(execution, name, is_new=name == document) for name in rule.documents)


def _is_approved(execution: Execution, document: str, *, is_new: bool = False) -> bool:
    """Whether the approvals that were asked for a document stand for its newest version, or for the next one
    (`is_new`); True where none was. Of each approval the last decision counts: a rejection voids what was approved.
    """
    approvals = [r for r in execution.workflow.approvals.values() if document in r.documents]
    asked_by_rule = {r.id: [round_ for round_ in execution.case.rounds if round_.rule == r.id] for r in approvals}
    required = [(r, asked_by_rule[r.id]) for r in approvals if asked_by_rule[r.id]]

    def stands(rule: RoundRule, rounds: list[Round]) -> bool:
        decisions = [round_ for round_ in rounds if round_.status in ("approved", "rejected")]
        if not decisions or decisions[-1].status == "rejected":
            return False
        return not rule.start_again or (not is_new and is_current(execution, decisions[-1], document))

    standing = [r.id for r, rounds in required if stands(r, rounds)]
    decided = [r.id for r, rounds in required if any(round_.status in ("approved", "superseded") for round_ in rounds)]
    return not required or bool(standing and set(decided) <= set(standing))


def require_ready(execution: Execution, rule: RoundRule) -> None:
    """Raise Refused where a round cannot be opened now (`opening_reasons`)."""
    reasons = opening_reasons(execution, rule)
    if reasons:
        raise Refused(reasons)


def require_approved_version(execution: Execution, round_: Round) -> None:
    """Raise Refused for signatures on versions that cannot be signed (`version_reasons`), or for which nobody is asked
    yet, since places in them are empty.
    """
    rule = execution.rule_of(round_)
    empty = places_left_empty(execution, rule) if round_.unasked else []
    reasons = [*empty, *version_reasons(execution, rule)]
    if reasons:
        raise Refused(reasons)


def require_fit_documents(execution: Execution, rule: RoundRule) -> None:
    """Raise Refused for approval of documents that are not fit for a decision (`unfit_documents`)."""
    reasons = unfit_documents(execution, rule)
    if reasons:
        raise Refused(reasons)
