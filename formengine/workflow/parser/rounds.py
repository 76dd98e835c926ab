"""Parser of approval and signature rounds: `approvals:` and `signatures:` of `workflow.yaml` become `RoundRule`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from formengine.workflow.definition.model import Approver, LateRule, RoundRule, RoundStep
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.states import titled

_APPROVAL: Final = (
    *("title", "steps", "document", "rejection", "not_same_person_as", "may_delegate", "if_document_changes"),
    *("if_nobody", "remind", "late", "needs_permission", "visible_to_client"),
)
_SIGNATURES: Final = (
    *("title", "provider", "with", "document", "order", "if_document_changes", "remind", "expires", "may_delegate"),
    *("if_nobody", "late", "not_same_person_as"),
)
_SOURCES: Final = ("role", "team", "person", "position")


def parse_approvals(approvals: WorkflowCursor) -> dict[str, RoundRule]:
    return {entry.name: _approval(entry) for entry in approvals.entries_by_id()}


def _approval(cursor: WorkflowCursor) -> RoundRule:
    approval = cursor.mapping(*_APPROVAL)
    approval.require("steps", "[{approvers: [finance]}]")
    rejection = approval.at("rejection").choice(("stops", "counts", "returns_one_step"), "stops")
    approval.at("needs_permission").choice(("collaborate",))
    return RoundRule(
        id=cursor.name,
        kind="approval",
        steps=tuple(_step(item) for item in approval.at("steps").items()),
        rejection=cast(Any, rejection),
        visible_to_client=approval.at("visible_to_client").boolean(),
        **_common(approval),
    )


def _step(cursor: WorkflowCursor) -> RoundStep:
    step = cursor.mapping("name", "approvers", "when")
    approvers = step.at("approvers")
    step.require("approvers", "[{role: finance, need: 2}]")
    one_approver = approvers.value is not None and not isinstance(approvers.value, list)
    entries = _approvers([approvers] if one_approver else approvers.items())
    name = step.at("name").text_or(_title_of(entries))
    return RoundStep(name=name, entries=entries, when=step.at("when").condition())


def _title_of(entries: tuple[Approver, ...]) -> str:
    return titled(entries[0].source.partition(":")[2]) if entries else ""


def _approvers(cursors: Iterable[WorkflowCursor]) -> tuple[Approver, ...]:
    return tuple(approver for cursor in cursors if (approver := _approver(cursor)) is not None)


def _approver(cursor: WorkflowCursor) -> Approver | None:
    if isinstance(cursor.value, str):
        return Approver(f"role:{cursor.value}")
    approver = cursor.mapping(*_SOURCES, "need", "when")
    sources = [key for key in _SOURCES if isinstance(approver.at(key).value, str)]
    if len(sources) != 1:
        message = "an approver is a role id, or exactly one of {role | team | person | position: X}"
        cursor.error("approver", message)
        return None
    need, condition = approver.at("need"), approver.at("when").condition()
    quorum = 0 if need.value == "all" else need.count() if need.present else 1
    return Approver(f"{sources[0]}:{approver.at(sources[0]).value}", 1 if quorum is None else quorum, condition)


def parse_signatures(signatures: WorkflowCursor) -> dict[str, RoundRule]:
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
        provider=signature.at("provider").id() or "in_app",
        options=signature.at("with").mapping().value,
        **_common(signature),
    )


def _common(rule: WorkflowCursor) -> dict[str, Any]:
    """The fields that approvals and signatures share."""
    changes = rule.at("if_document_changes").choice(("start_again", "keep"), "start_again")
    return {
        "title": rule.at("title").text_or(titled(rule.name)),
        "document": rule.at("document").id(),
        "not_same_person_as": rule.at("not_same_person_as").id_list(),
        "may_delegate": rule.at("may_delegate").boolean(),
        "start_again": changes == "start_again",
        "if_nobody": rule.at("if_nobody").choice(("refuse", "skip"), "refuse"),
        "remind": rule.at("remind").duration(),
        "late": _late(rule.at("late")),
    }


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
