"""Parser of rounds: `approvals:`, `signatures:` and `acknowledgements:` of `workflow.yaml` become `RoundRule`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from formengine.conditions.durations import Duration, repeats
from formengine.i18n import Text
from formengine.workflow.definition.model import Approver, LateRule, RoundKind, RoundRule, RoundStep
from formengine.workflow.definition.round_rules import IN_APP, CommentRule
from formengine.workflow.definition.usual_titles import usual_title
from formengine.workflow.definition.vote_rules import Share, Voting
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.vote_rules import is_counted, parse_need, parse_voting

_APPROVAL: Final = (
    *("title", "steps", "document", "rejection", "not_same_person_as", "may_delegate", "if_document_changes"),
    *("if_nobody", "remind", "late", "needs_permission", "visible_to_client", "shows", "fixed", "notify"),
    *("need", "quorum", "abstain", "casting_vote", "asks"),
)
_SIGNATURES: Final = (
    *("title", "provider", "with", "document", "order", "if_document_changes", "remind", "expires", "may_delegate"),
    *("if_nobody", "late", "not_same_person_as", "shows", "fixed", "cc", "notify"),
)
_ACKNOWLEDGEMENT: Final = (
    *("title", "steps", "button", "statement", "document", "comment", "remind", "late", "expires", "adds", "need"),
    *("if_document_changes", "if_nobody", "shows", "fixed", "notify"),
)
_PEOPLE_ELSEWHERE: Final = ("people", "approvers", "order")
"""Where authors name the people of an acknowledgement instead of in its steps."""
COMMENTS: Final = ("none", "optional", "required")
_OUTCOMES: Final[Mapping[RoundKind, tuple[str, ...]]] = {
    "approval": ("approved", "rejected"),
    "signature": ("signed", "declined", "expired"),
    "acknowledgement": ("acknowledged", "expired"),
}
_SOURCES: Final = ("role", "team", "person", "position")


def parse_approvals(approvals: WorkflowCursor) -> dict[str, RoundRule]:
    """The approvals by id."""
    return {entry.name: _approval(entry) for entry in approvals.entries_by_id()}


def _approval(cursor: WorkflowCursor) -> RoundRule:
    approval = cursor.mapping(*_APPROVAL)
    approval.require("steps", "[{approvers: [finance]}]")
    approval.at("needs_permission").choice(("collaborate",))
    need, voting = parse_need(approval.at("need"), 1), parse_voting(approval, Voting())
    steps = tuple(_step(item, need, voting) for item in approval.at("steps").items())
    default = "counts" if is_counted(steps) else "stops"
    rejection = approval.at("rejection").choice(("stops", "counts", "returns_one_step"), default)
    if rejection == "stops" and default == "counts":
        message = "votes are counted here, and `rejection: stops` lets a single no end them; write `rejection: counts`"
        approval.at("rejection").warn("counted", message)
    return RoundRule(
        id=cursor.name,
        kind="approval",
        steps=steps,
        rejection=cast(Any, rejection),
        visible_to_client=approval.at("visible_to_client").boolean(),
        voting=voting,
        **_common(approval, "approval"),
    )


def _step(cursor: WorkflowCursor, need: int | Share, voting: Voting) -> RoundStep:
    """A step of an approval; `need` and `voting` hold where it does not say otherwise."""
    step = cursor.mapping("name", "approvers", "when", "need", "quorum", "abstain", "casting_vote", "asks", "shows")
    approvers = step.at("approvers")
    step.require("approvers", "[{role: finance, need: 2}]")
    one_approver = approvers.value is not None and not isinstance(approvers.value, list)
    entries = _approvers([approvers] if one_approver else approvers.items(), parse_need(step.at("need"), need))
    name = step.at("name").text_or(_title_of(entries))
    return RoundStep(
        name, entries, when=step.at("when").condition(), shows=_shows(step), voting=parse_voting(step, voting)
    )


def _title_of(entries: tuple[Approver, ...]) -> Text:
    return usual_title(entries[0].source.partition(":")[2]) if entries else ""


def _approvers(cursors: Iterable[WorkflowCursor], need: int | Share = 1) -> tuple[Approver, ...]:
    return tuple(approver for cursor in cursors if (approver := _approver(cursor, need)) is not None)


def _approver(cursor: WorkflowCursor, default: int | Share) -> Approver | None:
    if isinstance(cursor.value, str):
        return Approver(f"role:{cursor.value}", default)
    approver = cursor.mapping(*_SOURCES, "need", "when")
    sources = [key for key in _SOURCES if isinstance(approver.at(key).value, str)]
    if len(sources) != 1:
        who = "whoever reads it" if cursor.path[:1] == ("acknowledgements",) else "an approver"
        message = f"{who} is a role id, or exactly one of {{role | team | person | position: X}}"
        cursor.error("approver", message)
        return None
    named = approver.at(sources[0])
    if sources[0] == "person" and "@" not in named.value:
        named.warn("person", f"a person is named by the e-mail address of their account, not by {named.value}")
    need, condition = parse_need(approver.at("need"), default), approver.at("when").condition()
    return Approver(f"{sources[0]}:{named.value}", need, condition)


def parse_signatures(signatures: WorkflowCursor) -> dict[str, RoundRule]:
    """The rounds of signatures by id."""
    return {entry.name: _signature(entry) for entry in signatures.entries_by_id()}


def _signature(cursor: WorkflowCursor) -> RoundRule:
    signature = cursor.mapping(*_SIGNATURES)
    signature.require("document", "agreement")
    if signature.at("if_document_changes").value == "keep":
        message = "a signature counts for the version that was signed, so `keep` has no effect here; leave it out"
        signature.at("if_document_changes").warn("keep", message)
    signature.require("order", "[[counterparty], [signatory]]")
    steps = []
    for group in signature.at("order").items():
        entries = _approvers(group.items() if isinstance(group.value, list) else [group])
        steps.append(RoundStep(name=_title_of(entries), entries=entries))
    return RoundRule(
        id=cursor.name,
        kind="signature",
        steps=tuple(steps),
        expires=signature.at("expires").duration(),
        provider=signature.at("provider").id() or IN_APP,
        options=signature.at("with").mapping().value,
        cc=signature.at("cc").id_list(),
        **_common(signature, "signature"),
    )


def parse_acknowledgements(acknowledgements: WorkflowCursor) -> dict[str, RoundRule]:
    """The acknowledgements by id."""
    return {entry.name: _acknowledgement(entry) for entry in acknowledgements.entries_by_id()}


def _acknowledgement(cursor: WorkflowCursor) -> RoundRule:
    rule = cursor.mapping(*_ACKNOWLEDGEMENT, *_written_instead(cursor, _PEOPLE_ELSEWHERE, "steps"))
    if not any(rule.at(key).present for key in _PEOPLE_ELSEWHERE):
        rule.require("steps", "[{people: [staff]}]")
    need, comment = parse_need(rule.at("need"), 0), rule.at("comment").choice(COMMENTS, "none")
    return RoundRule(
        id=cursor.name,
        kind="acknowledgement",
        steps=tuple(_readers(item, need, comment) for item in rule.at("steps").items()),
        expires=rule.at("expires").duration(),
        button=rule.at("button").text_or("") or None,
        statement=rule.at("statement").text_or("") or None,
        adds=rule.at("adds").id_list(),
        **_common(rule, "acknowledgement"),
    )


def _written_instead(cursor: WorkflowCursor, keys: tuple[str, ...], meant: str) -> tuple[str, ...]:
    """Those of the keys that stand where another one is meant, each a finding that says what to write."""
    value = cursor.value if isinstance(cursor.value, Mapping) else {}
    mistaken = tuple(key for key in keys if key in value and meant not in value)
    for key in mistaken:
        wanted = "people:" if meant == "people" else "steps: [{people: [...]}]"
        message = f"who acknowledges is not named by `{key}:`; write `{wanted}`"
        cursor.at(key).error("unknown-key", message, at_key=True)
    return mistaken


def _readers(cursor: WorkflowCursor, need: int | Share, comment: str) -> RoundStep:
    """A step of an acknowledgement; `need` and `comment` hold where it does not say otherwise."""
    mistaken = _written_instead(cursor, ("approvers", "signers"), "people")
    step = cursor.mapping("name", "people", "when", "need", "comment", "shows", *mistaken)
    people = step.at("people")
    if not mistaken:
        step.require("people", "[staff]")
    one_entry = people.value is not None and not isinstance(people.value, list)
    entries = _approvers([people] if one_entry else people.items(), parse_need(step.at("need"), need))
    return RoundStep(
        name=step.at("name").text_or(_title_of(entries)),
        entries=entries,
        when=step.at("when").condition(),
        shows=_shows(step),
        comment=cast(CommentRule, step.at("comment").choice(COMMENTS, comment)),
    )


def _common(rule: WorkflowCursor, kind: RoundKind) -> dict[str, Any]:
    """The fields that all kinds of rounds share."""
    changes = rule.at("if_document_changes").choice(("start_again", "keep"), "start_again")
    return {
        "title": rule.at("title").text_or(usual_title(rule.name)),
        "documents": _documents(rule),
        "not_same_person_as": rule.at("not_same_person_as").id_list(),
        "may_delegate": rule.at("may_delegate").boolean(),
        "start_again": changes == "start_again",
        "if_nobody": rule.at("if_nobody").choice(("refuse", "skip"), "refuse"),
        "remind": _interval(rule.at("remind")),
        "late": _late(rule.at("late")),
        "shows": _shows(rule),
        "fixed": rule.at("fixed").boolean(),
        "notify": _notified(rule, _OUTCOMES[kind]),
    }


def _interval(cursor: WorkflowCursor) -> Duration | None:
    """A length that comes round; a warning where it is not written so, as `2 days` reads like a single reminder."""
    length = cursor.duration(every=True)
    if length is not None and not repeats(cursor.value):
        cursor.warn("every", f"people are reminded again and again here; write {cursor.label}: every {length}")
    return length


def _documents(rule: WorkflowCursor) -> tuple[str, ...]:
    """The documents that a round is about: one, or a list of several, each once."""
    written = rule.at("document").ids()
    if rule.at("document").value == []:
        rule.at("document").error("no-document", "this list is empty; name at least one document, or leave the key out")
    for index, cursor in enumerate(written):
        if cursor.value in [earlier.value for earlier in written[:index]]:
            cursor.error("document-twice", f"`{cursor.value}` stands in this list already; name each document once")
    return tuple(dict.fromkeys(cursor.value for cursor in written))


def _notified(rule: WorkflowCursor, outcomes: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The roles that are told of a round, by its outcome."""
    notify = rule.at("notify").mapping("opened", *outcomes, "done")
    return {key: notify.at(key).id_list() for key in ("opened", *outcomes, "done") if notify.at(key).present}


def _shows(owner: WorkflowCursor) -> tuple[str, ...] | None:
    """The facts that a seat shows; an empty list shows none, and without the key the engine chooses them."""
    return owner.at("shows").id_list() if owner.at("shows").present else None


def _late(cursor: WorkflowCursor) -> LateRule | None:
    late = cursor.mapping("after", "escalate_to", "tell")
    if not late.value:
        return None
    after = late.at("after").duration()
    if after is None:
        if not late.at("after").present:
            cursor.error("late", "`late` needs `after:` with a duration")
        return None
    return LateRule(after=after, escalate_to=late.at("escalate_to").id(), tell=late.at("tell").id_list())
