"""Walk over a workflow definition: every name and condition in it, each with its path in `workflow.yaml`.

The checks resolve the names, and `formengine check` prints the conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.conditions.durations import FactLength
from formengine.conditions.parser import Condition
from formengine.source import Path
from formengine.workflow.definition.actions import (
    DraftDocumentAction,
    ExtendDeadlineAction,
    GiveTurnsAction,
    OpenRequestAction,
    PluginAction,
    SetFieldsAction,
    ShareDocumentAction,
)
from formengine.workflow.definition.model import (
    BACK,
    SECTIONS,
    Approver,
    ChildKind,
    DeadlineRule,
    Role,
    RoundRule,
    RoundStep,
    State,
    Transition,
    Workflow,
)

_ENTRIES: Final = {"approval": "approvers", "acknowledgement": "people"}
"""The key of a step that lists its people; a group of signers is such a list itself."""


@dataclass(frozen=True)
class Reference:
    """A value at a path. `child` is the kind of child that declares it (None: the workflow itself).

    `kind` says what `value` is: a `condition`; a `deadline` (its rule); an `extension` (its action, with
    the `step` in `options`); the value that a step gives to a field (`set`), or to an answer of a request that
    it opens (`given`), a `lookup` of
    a role, an `each` that opens children; else a name: of a `state`, `group`,
    `role`, `team`, `position`, `document`, `approval`, `signatures`, `acknowledgement`, `child`, `calendar`, of a
    fact (`date`, `number`, `input` of a step, `shown` on a seat, or `answer` of the form), of a child's own `field`, or
    of a plugin's `action`, `resolver` or `provider`, with its `options`; `cc` is of a role or of a fact, `asked` of a
    fact asked with a vote.
    """

    kind: str
    value: Any
    path: Path
    child: str | None = None
    options: Mapping[str, Any] | None = None


def references(workflow: Workflow) -> Iterator[Reference]:
    """Every reference; in order: roles, deadlines of the dossier, states, transitions, rounds, declared children."""
    yield from _present("calendar", workflow.calendar, ("calendar",))
    yield from _list("role", workflow.sees or (), ("sees",))
    for role in workflow.roles.values():
        yield from _of_role(role)
    yield from _of_deadlines(workflow.deadlines, ("deadlines",), None)
    yield from _of_machine(workflow, (), None)
    for rule in workflow.rounds:
        yield from _of_round(rule)
    for kind in workflow.children.values():
        if not kind.built_in:
            base: Path = ("children", kind.id)
            yield from _list("field", kind.requires, (*base, "requires"), kind.id)
            yield from _of_machine(kind, base, kind.id)


def conditions_of(workflow: Workflow) -> Iterator[tuple[Path, Condition]]:
    """Every condition with its path; that of a child begins with `children` and the child's id."""
    return ((reference.path, reference.value) for reference in references(workflow) if reference.kind == "condition")


def approvers(rule: RoundRule) -> Iterator[tuple[Path, Approver]]:
    """Every approver or signer of a round with its path."""
    return ((path, entry) for step, step_path in _steps(rule) for path, entry in _entries(rule, step, step_path))


def _steps(rule: RoundRule) -> Iterator[tuple[RoundStep, Path]]:
    base: Path = (SECTIONS[rule.kind], rule.id, "order" if rule.kind == "signature" else "steps")
    return ((step, (*base, i)) for i, step in enumerate(rule.steps))


def _entries(rule: RoundRule, step: RoundStep, step_path: Path) -> Iterator[tuple[Path, Approver]]:
    key = _ENTRIES.get(rule.kind)
    base: Path = step_path if key is None else (*step_path, key)
    return (((*base, i), entry) for i, entry in enumerate(step.entries))


def _present(kind: str, value: object, path: Path, child: str | None = None) -> Iterator[Reference]:
    if value is not None:
        yield Reference(kind, value, path, child)


def _list(kind: str, names: Iterable[str], path: Path, child: str | None = None) -> Iterator[Reference]:
    return (Reference(kind, name, (*path, i), child) for i, name in enumerate(names))


def _of_role(role: Role) -> Iterator[Reference]:
    kind, path = role.source_kind, ("roles", role.id, role.source_kind)
    yield from _list("role", role.kept_out, ("roles", role.id, "except"))
    yield from _present("signs_for", role.signs_for, ("roles", role.id, "signs_for"))
    if kind in ("team", "position"):
        yield Reference(kind, role.source_name, path)
    elif kind in ("manager_of", "head_of_department_of"):
        yield Reference("role", role.source_name, path)
    elif kind == "lookup":
        yield Reference(kind, role.options, ("roles", role.id))
    elif kind == "resolver":
        yield Reference(kind, role.source_name, path, options=role.options)


def _of_deadlines(rules: Iterable[DeadlineRule], base: Path, child: str | None) -> Iterator[Reference]:
    for rule in rules:
        path: Path = (*base, int(rule.id.rpartition(".")[2]))
        anchored = rule.after is not None or rule.before is not None
        yield from _present("date", rule.of, (*path, "of" if anchored else "on"), child)
        if isinstance(rule.length, FactLength):
            key = "within" if rule.within is not None else "after" if rule.after is not None else "before"
            yield Reference("number", rule.length.fact, (*path, key, "from"), child)
        yield from _present("condition", rule.when, (*path, "when"), child)
        yield from _present("condition", rule.unless, (*path, "unless"), child)
        yield from _list("role", rule.tell, (*path, "tell"))
        yield from _list("role", rule.then.tell, (*path, "then", "tell"))
        yield from _present("role", rule.then.escalate_to, (*path, "then", "escalate_to"))
        yield from _present("state", rule.then.go, (*path, "then", "go"), child)
        yield from _list("state", rule.stops_in, (*path, "stops_in"), child)
        yield Reference("deadline", rule, path, child)


def _of_machine(definition: Workflow | ChildKind, base: Path, child: str | None) -> Iterator[Reference]:
    for state in definition.states.values():
        yield from _of_state(state, (*base, "states", state.id), child)
    for transition in definition.transitions.values():
        yield from _of_transition(transition, (*base, "transitions", transition.id), child)


def _of_state(state: State, path: Path, child: str | None) -> Iterator[Reference]:
    yield from _present("group", state.within, (*path, "within"), child)
    for i, branch in enumerate(state.decide):
        yield Reference("state", branch.go, (*path, "decide", i, "otherwise" if branch.when is None else "go"), child)
        yield from _present("condition", branch.when, (*path, "decide", i, "when"), child)
    for i, branch in enumerate(state.when_true):
        yield Reference("state", branch.go, (*path, "when_true", i, "go"), child)
        yield from _present("condition", branch.when, (*path, "when_true", i, "when"), child)
    for key, target in state.outcomes().items():
        if not (key == "expired" and target == state.declined):  # the parser's default
            yield Reference("state", target, (*path, key), child)
    yield from _list("role", state.notify, (*path, "notify"))
    yield from _present("approval", state.approval, (*path, "approval"))
    yield from _present("signatures", state.signatures, (*path, "signatures"))
    yield from _present("acknowledgement", state.acknowledgement, (*path, "acknowledgement"))
    yield from _of_deadlines(state.deadlines, (*path, "deadlines"), child)


def _of_transition(transition: Transition, path: Path, child: str | None) -> Iterator[Reference]:
    if transition.to and transition.to != BACK and not transition.stays:
        yield Reference("state", transition.to, (*path, "to"), child)
    yield from _list("role", transition.who, (*path, "who"))
    yield from _list("role", transition.notify, (*path, "notify"))
    yield from _present("condition", transition.when, (*path, "when"), child)
    yield from _list("input", transition.requires, (*path, "requires"), child)
    yield from _present("document", transition.requires_document, (*path, "requires_document"))
    yield from _present("approval", transition.approval_first, (*path, "approval_first"))
    yield from (Reference("child", kind, (*path, "starts", kind)) for kind in transition.starts)
    for kind, children in transition.starts_each.items():
        yield Reference("child", kind, (*path, "starts", kind))
        yield Reference("each", children, (*path, "starts", kind), child)
    if transition.reopens is not None:
        yield from _list("answer", transition.reopens.parts or (), (*path, "reopens"))
    for i, action in enumerate(transition.do):
        entry: Path = (*path, "do", i)
        if isinstance(action, SetFieldsAction):
            yield from (Reference("set", value, (*entry, "set", name), child) for name, value in action.values.items())
        elif isinstance(action, OpenRequestAction):
            yield from (Reference("given", value, (*entry, "with", k), child) for k, value in action.values.items())
        elif isinstance(action, DraftDocumentAction):
            yield Reference("document", action.document, (*entry, "draft"))
        elif isinstance(action, ShareDocumentAction):
            yield Reference("document", action.document, (*entry, "share"))
        elif isinstance(action, GiveTurnsAction):
            yield from (Reference("document", name, (*entry, "turn", name)) for name in action.holders)
        elif isinstance(action, ExtendDeadlineAction):
            yield Reference("extension", action, entry, child, options={"step": transition})
            yield from _present("number", action.by_fact, (*entry, "by", "from"), child)
        elif isinstance(action, PluginAction):
            yield Reference("action", action.action, (*entry, "use"), options=action.options)


def _of_round(rule: RoundRule) -> Iterator[Reference]:
    path: Path = (SECTIONS[rule.kind], rule.id)
    yield from _list("document", rule.documents, (*path, "document"))
    yield from _list("role", rule.not_same_person_as, (*path, "not_same_person_as"))
    yield from _list("shown", rule.shows or (), (*path, "shows"))
    yield from _list("cc", rule.cc, (*path, "cc"))
    yield from _list("role", rule.adds, (*path, "adds"))
    for outcome, roles in rule.notify.items():
        yield from _list("role", roles, (*path, "notify", outcome))
    if rule.late is not None:
        yield from _present("role", rule.late.escalate_to, (*path, "late", "escalate_to"))
        yield from _list("role", rule.late.tell, (*path, "late", "tell"))
    yield from _present("role", rule.voting.casting_vote, (*path, "casting_vote"))
    yield from _list("asked", rule.voting.asks, (*path, "asks"))
    if rule.kind == "signature":
        yield Reference("provider", rule.provider, (*path, "provider"), options=rule.options)
    for step, step_path in _steps(rule):
        yield from _present("condition", step.when, (*step_path, "when"))
        yield from _list("shown", step.shows or (), (*step_path, "shows"))
        if step.voting.casting_vote != rule.voting.casting_vote:
            yield from _present("role", step.voting.casting_vote, (*step_path, "casting_vote"))
        if step.voting.asks != rule.voting.asks:
            yield from _list("asked", step.voting.asks, (*step_path, "asks"))
        for entry_path, entry in _entries(rule, step, step_path):
            kind, _, name = entry.source.partition(":")
            if kind != "person":
                yield Reference(kind, name, (*entry_path, kind))
            yield from _present("condition", entry.when, (*entry_path, "when"))
