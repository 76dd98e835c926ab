"""Names and types: every state, role, fact, approval, document, child and plugin that a workflow speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from formengine.source import Path, closest, did_you_mean
from formengine.workflow.checks.facts import FactChecker, check_options
from formengine.workflow.definition.model import (
    ChildKind,
    DeadlineRule,
    DraftDocumentAction,
    PluginAction,
    Schema,
    SetFieldsAction,
    State,
    Transition,
    Workflow,
)
from formengine.workflow.engine.state_machine import BACK
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.states import GROUPS
from formengine.workflow.parser.workflow import SITE_ROLES

SIGNATURES: Final[tuple[str, str, Path]] = ("signatures", "signatures", ("signatures",))


def check_names(
    cursor: WorkflowCursor, workflow: Workflow, forms: Mapping[str, Schema], calendars: Mapping[str, Any] | None
) -> None:
    """Every name that stands for something else."""
    names = Names(cursor, workflow, forms)
    known = {*(calendars or {}), *workflow.vocabulary.calendars}
    if workflow.calendar is not None and calendars is not None:
        names.one(workflow.calendar, known, ("calendar",), "calendar", "calendar")
    names.deadlines(workflow.deadlines, ("deadlines",), workflow.states)
    names.states(workflow.states, (), None)
    names.transitions(workflow.transitions, (), workflow.states, None)
    for kind in workflow.children.values():
        if not kind.built_in:
            names.child(kind)
    for part, rules in (("approvals", workflow.approvals), ("signatures", workflow.signatures)):
        for rule in rules.values():
            names.round(rule, (part, rule.id))


class Names:
    """Checks names against what a workflow and its surroundings know."""

    def __init__(self, cursor: WorkflowCursor, workflow: Workflow, forms: Mapping[str, Schema]) -> None:
        self.cursor, self.workflow = cursor, workflow
        self.facts = FactChecker(cursor, workflow, bool(forms))
        self.roles = {*workflow.roles, *SITE_ROLES}

    def one(self, name: str, known: Iterable[str], path: Path, kind: str, code: str, home: Path | None = None) -> bool:
        return self.cursor.references.resolve(name, known, path, kind, code, home)

    def role(self, name: str | None, path: Path) -> None:
        if name is not None:
            self.one(name, self.roles, path, "role", "role", ("roles",))

    def role_list(self, names: Iterable[str], path: Path) -> None:
        for i, name in enumerate(names):
            self.role(name, (*path, i))

    def document(self, name: str | None, path: Path) -> None:
        if name is not None and self.workflow.documents:
            self.one(name, self.workflow.documents, path, "document", "document")

    def deadlines(
        self, rules: Iterable[DeadlineRule], path: Path, states: Mapping[str, State], child: str | None = None
    ) -> None:
        for rule in rules:
            place = (*path, int(rule.id.rpartition(".")[2]))
            if rule.of is not None:
                key = "of" if self.cursor.at(*place, "of").present else "on"
                self.facts.date(rule.of, (*place, key), child)
            self.facts.condition(rule.when, (*place, "when"), child)
            self.facts.condition(rule.unless, (*place, "unless"), child)
            self.role_list(rule.tell, (*place, "tell"))
            self.role_list(rule.then.tell, (*place, "then", "tell"))
            self.role(rule.then.escalate_to, (*place, "then", "escalate_to"))
            home: Path = ("children", child, "states") if child else ("states",)
            if rule.then.go is not None:
                self.one(rule.then.go, states, (*place, "then", "go"), "state", "state", home)
            for i, state in enumerate(rule.stops_in):
                self.one(state, states, (*place, "stops_in", i), "state", "state", home)
            then = rule.then
            if not (then.tell or then.escalate_to or then.raise_priority or then.go):
                message = "nothing happens when this deadline is missed; write `then:` with tell, escalate_to or go"
                self.cursor.at(*place).warn("deadline-without-then", message)

    def states(self, states: Mapping[str, State], base: Path, child: str | None) -> None:
        groups = {state.within for state in states.values() if state.within}
        for state in states.values():
            path = (*base, "states", state.id)
            self.group(state.within, groups, (*path, "within"), (*base, GROUPS))
            for i, branch in enumerate(state.decide):
                key = "otherwise" if branch.when is None else "go"
                self.one(branch.go, states, (*path, "decide", i, key), "state", "state", (*base, "states"))
                self.facts.condition(branch.when, (*path, "decide", i, "when"), child)
            for key, name in _outcomes(state):
                self.one(name, states, (*path, key), "state", "state", (*base, "states"))
            if state.approval is not None:
                self.one(
                    state.approval, self.workflow.approvals, (*path, "approval"), "approval", "approval", ("approvals",)
                )
            if state.signatures is not None:
                self.one(state.signatures, self.workflow.signatures, (*path, "signatures"), *SIGNATURES)
            self.deadlines(state.deadlines, (*path, "deadlines"), states, child)

    def group(self, name: str | None, groups: set[str], path: Path, home: Path) -> None:
        """A group that no transition speaks of, and whose name is nearly that of one that some do, is mistyped."""
        used = {group for group in groups if self.cursor.references.is_used(group, home)}
        if name is not None and name not in used and closest(name, used) is not None:
            message = f"no transition speaks of the group `{name}`{did_you_mean(name, used)}"
            self.cursor.at(*path).error("unknown-group", message)

    def transitions(
        self, transitions: Mapping[str, Transition], base: Path, states: Mapping[str, State], child: str | None
    ) -> None:
        for transition in transitions.values():
            path = (*base, "transitions", transition.id)
            if transition.to and transition.to != BACK:
                self.one(transition.to, states, (*path, "to"), "state", "state", (*base, "states"))
            self.role_list(transition.who, (*path, "who"))
            self.role_list(transition.notify, (*path, "notify"))
            self.facts.condition(transition.when, (*path, "when"), child)
            for i, name in enumerate(transition.requires):
                self.facts.known(name, (*path, "requires", i), child, asked=True)
            self.document(transition.requires_document, (*path, "requires_document"))
            if transition.approval_first is not None:
                place = (*path, "approval_first")
                self.one(
                    transition.approval_first, self.workflow.approvals, place, "approval", "approval", ("approvals",)
                )
            for kind in transition.starts:
                self.one(kind, self.workflow.children, (*path, "starts", kind), "child", "child", ("children",))
            self._do(transition, path, child)

    def _do(self, transition: Transition, path: Path, child: str | None) -> None:
        for i, one in enumerate(transition.do):
            place = (*path, "do", i)
            if isinstance(one, SetFieldsAction):
                for name, value in one.values.items():
                    self.facts.value(name, value, (*place, "set", name), child)
            elif isinstance(one, DraftDocumentAction):
                self.document(one.document, (*place, "draft"))
            elif isinstance(one, PluginAction):
                known = self.workflow.vocabulary.actions
                if self.one(one.action, known, (*place, "use"), "action", "plugin"):
                    check_options(self.cursor, known[one.action].params, one.options, (*place, "with"))

    def child(self, kind: ChildKind) -> None:
        base = ("children", kind.id)
        for i, name in enumerate(kind.requires):
            self.one(name, kind.fields, (*base, "requires", i), "field", "field")
        self.states(kind.states, base, kind.id)
        self.transitions(kind.transitions, base, kind.states, kind.id)

    def round(self, rule: Any, path: Path) -> None:
        self.document(rule.document, (*path, "document"))
        self.role_list(rule.not_same_person_as, (*path, "not_same_person_as"))
        if rule.late is not None:
            self.role(rule.late.escalate_to, (*path, "late", "escalate_to"))
            self.role_list(rule.late.tell, (*path, "late", "tell"))
        providers = self.workflow.vocabulary.providers
        if rule.kind == "signature" and self.one(
            rule.provider, providers, (*path, "provider"), "signature provider", "plugin"
        ):
            check_options(self.cursor, providers[rule.provider].params, rule.options, (*path, "with"))
        for i, step in enumerate(rule.steps):
            place = (*path, "steps", i) if rule.kind == "approval" else (*path, "order", i)
            self.facts.condition(step.when, (*place, "when"), None)
            for j, entry in enumerate(step.entries):
                where = (*place, "approvers", j) if rule.kind == "approval" else (*place, j)
                kind, _, name = entry.source.partition(":")
                if kind == "role":
                    self.role(name, (*where, "role"))
                self.facts.condition(entry.when, (*where, "when"), None)


def _outcomes(state: State) -> Iterator[tuple[str, str]]:
    for key in ("approved", "rejected", "signed", "declined", "expired"):
        name = getattr(state, key)
        if name is not None and not (key == "expired" and name == state.declined):
            yield key, name
