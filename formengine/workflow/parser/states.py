"""Parser of states and transitions: their part of `workflow.yaml` becomes `State`, `Transition` ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast

from formengine.conditions.durations import Duration
from formengine.source import Path
from formengine.value_format import title_of_id
from formengine.workflow.definition.actions import (
    Do,
    DraftDocumentAction,
    GiveTurnsAction,
    OpenRequestAction,
    PluginAction,
    SetFieldsAction,
    ShareDocumentAction,
)
from formengine.workflow.definition.model import CATEGORIES, SAME, Branch, Category, ChildForEach, State, Transition
from formengine.workflow.parser.corrections import parse_reopening
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.deadlines import parse_deadlines, parse_extension

GROUPS: Final = "groups"
"""Stands in paths of name references for the map that declares groups of states, which no file has."""
_STATE: Final = (
    *("title", "client_sees", "category", "within", "ends", "reopen_within", "decide", "when_true", "deadlines"),
    *("pauses_deadlines", "notify"),
    *("approval", "approved", "rejected", "signatures", "signed", "declined", "expired", "changed"),
    *("acknowledgement", "acknowledged"),
)
_SECTIONS: Final = ("transitions", "approvals", "signatures", "acknowledgements", "roles", "children", "documents")
HOLDERS: Final = ("us", "counterparty")
"""Whose turn it may be with a document from a step on: the legal team's or the other side's."""
_IN_STEP: Final = dict.fromkeys(
    ("notify", "starts", "requires", "when", "who", "to"), "; it stands in the step itself, beside do:"
)
"""Keys of a step that are written as if they were actions."""
_DO: Final = ("set", "draft", "if_written", "share", "turn", "open", "use", "with", "extend", "by", "at_most")
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "draft": ("if_written",),
    "open": ("with",),
    "use": ("with",),
    "extend": ("by", "at_most"),
}
"""By action, the keys that stand beside it."""
_OF_STEPS: Final = frozenset(("from", "to", "who"))
_ROUND_KEYS: Final = _STATE[-10:]
_TRANSITION: Final = (
    *("title", "from", "except", "to", "who", "when", "requires", "requires_document", "requires_comment", "confirm"),
    *("visible_to_client", "approval_first", "do", "notify", "starts", "done", "reopens", "answered_by"),
)
_OF_DOSSIERS: Final = ("approval_first", "reopens", "answered_by")
"""Keys of transitions that those of children do not have."""


def parse_states(owner: WorkflowCursor, *, child: str | None = None) -> dict[str, State]:
    """The states of a workflow, or of a child of kind `child`, by id."""
    owner.require("states", "{draft: {title: Draft}}")
    states = owner.at("states")
    missing = {key for key in _SECTIONS if not owner.at(key).present}
    sections = [entry.name for entry in states.entries() if entry.name in missing and _is_section(entry)]
    steps = [state.name for state in states.entries() if _is_step(state) and state.name not in sections]
    for name in sections or steps[:1]:  # steps among the states follow the section that is indented
        message = f"{name} is indented as if it were a state; begin it in the column of states:"
        if name in steps:
            message = f"{name} is a step, and stands among the states; write it under transitions:"
        states.at(name).error("misplaced", message, at_key=True)
    misplaced = {*sections, *steps}
    return {state.name: _state(state, child) for state in states.entries_by_id() if state.name not in misplaced}


def _is_section(entry: WorkflowCursor) -> bool:
    """Whether what stands among the states is a section of the workflow, with its entries."""
    entries = entry.value.values() if isinstance(entry.value, Mapping) else ()
    return bool(entries) and (entry.name == "transitions" or all(isinstance(part, Mapping) for part in entries))


def _is_step(state: WorkflowCursor) -> bool:
    return isinstance(state.value, Mapping) and len(_OF_STEPS & state.value.keys()) > 1


def _state(cursor: WorkflowCursor, child: str | None) -> State:
    name = cursor.name
    state = cursor.mapping(*[key for key in _STATE if child is None or key not in _ROUND_KEYS])
    title = state.at("title").text_or(title_of_id(name))
    ends = state.at("ends").boolean()
    _check_outcomes(state)
    outcomes = {key: state.at(key).id() for key in _ROUND_KEYS}
    category = state.at("category").choice(CATEGORIES, "done" if ends else "in_progress")
    return State(
        id=name,
        title=title,
        client_sees=state.at("client_sees").text_or(title),
        category=cast(Category, category),
        within=state.at("within").id(),
        ends=ends,
        reopen_within=_reopen_within(state.at("reopen_within")),
        decide=_branches(state.at("decide")),
        deadlines=parse_deadlines(state.at("deadlines"), f"{child}.{name}" if child else name, title),
        pauses_deadlines=state.at("pauses_deadlines").boolean(),
        notify=state.at("notify").id_list(),
        when_true=_tests(state),
        **{**outcomes, "expired": outcomes["expired"] or outcomes["declined"]},
    )


def _check_outcomes(state: WorkflowCursor) -> None:
    """Findings for outcomes (`approved:` ...) without their round, and for `decide` beside a round."""
    acknowledged = bool(state.at("acknowledgement").value)
    written = state.value if isinstance(state.value, Mapping) else {}
    if not acknowledged and any(str(key).startswith("acknowledg") and key not in _ROUND_KEYS for key in written):
        return  # a key that is mistyped, which is a finding already
    for round_key, outcomes in (
        ("approval", ("approved", "rejected")),
        ("signatures", ("signed", "declined") if acknowledged else ("signed", "declined", "expired")),
        ("acknowledgement", ("acknowledged",)),
    ):
        has_round = bool(state.at(round_key).value)
        for key in outcomes if not has_round else ():
            if (outcome := state.get(key)) is not None:
                verb = "lead" if round_key == "signatures" else "leads"
                message = f"`{key}` says where `{round_key}` {verb}, and this state has none; write `{round_key}:`"
                if acknowledged and key in ("approved", "signed"):
                    message = f"`{key}` is not what becomes of an acknowledgement; write `acknowledged:`"
                outcome.error(f"no-{round_key}", message, at_key=True)
        if has_round and state.at("decide").value:
            message = f"a state with `decide` is left at once; give `{round_key}` a state of its own"
            state.at(round_key).error("decide", message, at_key=True)


def _tests(state: WorkflowCursor) -> tuple[Branch, ...]:
    """The lines of `when_true`, which stands in a state where the dossier stays."""
    tests, branches = state.at("when_true"), []
    if tests.value and state.at("decide").value:
        message = "a state with `decide` is left at once; write the conditions of `when_true` in a state of its own"
        tests.error("decide", message, at_key=True)
    for item in tests.items():
        line = item.mapping("when", "go")
        when, go = line.at("when"), line.at("go")
        if not when.present or not go.present:
            item.error("when-true", "a line of `when_true` is {when: CONDITION, go: STATE}")
        elif (condition := when.condition()) is not None:
            branches.append(Branch(condition, go.id() or ""))
    return tuple(branches)


def _reopen_within(cursor: WorkflowCursor) -> Duration | Literal["always"] | None:
    return "always" if cursor.value == "always" else cursor.duration()


def _branches(decide: WorkflowCursor) -> tuple[Branch, ...]:
    branches = []
    for item in decide.items():
        branch = item.mapping("when", "go", "otherwise")
        otherwise, when, go = branch.at("otherwise"), branch.at("when"), branch.at("go")
        if otherwise.present:
            branches.append(Branch(None, otherwise.id() or ""))
        elif when.present and go.present:
            condition, target = when.condition(), go.id()
            if condition is not None:
                branches.append(Branch(condition, target or ""))
        elif not set(item.value if isinstance(item.value, dict) else ()) - {"when", "go", "otherwise"}:  # told already
            item.error("decide", "a line of `decide` is {when: CONDITION, go: STATE}, the last {otherwise: STATE}")
    return tuple(branches)


def parse_transitions(
    transitions: WorkflowCursor, states: Mapping[str, State], *, child: bool = False, who: tuple[str, ...] = ()
) -> dict[str, Transition]:
    """The transitions by id; groups, lists and `any` are expanded to states.

    `who` is the default of the transitions of built-in children, which name no roles.
    """
    return {entry.name: _transition(entry, states, child, who) for entry in transitions.entries_by_id()}


def _transition(cursor: WorkflowCursor, states: Mapping[str, State], child: bool, who: tuple[str, ...]) -> Transition:
    transition = cursor.mapping(*[key for key in _TRANSITION if not (child and key in _OF_DOSSIERS)])
    transition.require("from", "draft")
    transition.require("to", "review")
    if not who:
        transition.require("who", "[requester]")
    return Transition(
        id=cursor.name,
        title=transition.at("title").text_or(title_of_id(cursor.name)),
        sources=_sources(transition, states),
        to=transition.at("to").id() or "",
        who=transition.at("who").id_list() or who,
        when=transition.at("when").condition(),
        requires=transition.at("requires").id_list(),
        requires_document=transition.at("requires_document").id(),
        requires_comment=transition.at("requires_comment").boolean(),
        confirm=transition.at("confirm").boolean(),
        visible_to_client=transition.at("visible_to_client").boolean(),
        approval_first=transition.at("approval_first").id(),
        do=_actions(transition.at("do")),
        notify=transition.at("notify").id_list(),
        starts={
            entry.name: n
            for entry in transition.at("starts").entries()
            if not isinstance(entry.value, Mapping) and (n := entry.count())
        },
        starts_each={
            entry.name: ChildForEach(
                rows, dict(mapping.at("with").mapping().value), mapping.at("visible_to_client").boolean()
            )
            for entry in transition.at("starts").entries()
            if isinstance(entry.value, Mapping)
            and (mapping := entry.mapping("each", "with", "visible_to_client")).require("each", "areas")
            and (rows := mapping.at("each").id())
        },
        stays=transition.at("to").value == SAME and SAME not in states,
        done=transition.at("done").text_or("") or None,
        reopens=parse_reopening(transition),
    )


def _sources(transition: WorkflowCursor, states: Mapping[str, State]) -> tuple[str, ...]:
    excluded = set(expanded_states(transition.at("except"), states))
    sources = expanded_states(transition.at("from"), states)
    remaining = tuple(name for name in dict.fromkeys(sources) if name not in excluded)
    if sources and not remaining:
        message = "`except` leaves out every state of `from`; the step could never be taken"
        transition.at("except").error("no-from", message, at_key=True)
    return remaining


def expanded_states(names: WorkflowCursor, states: Mapping[str, State], owner: Path | None = None) -> list[str]:
    """The states that a `from:`, `except:` or `in:` names, itself, by a group, or by `any`.

    `owner` is the path of what declares the states; None: the machine of the transition that names them.
    """
    groups: dict[str, list[str]] = {}
    for state in states.values():
        if state.within:
            groups.setdefault(state.within, []).append(state.id)
    owner, references = names.path[:-3] if owner is None else owner, names.references
    expanded: list[str] = []
    for cursor in names.ids() if states else ():
        name = cursor.value
        if name == "any":
            expanded += [state.id for state in states.values() if not state.ends]
        elif name in groups:
            references.mark_used(name, (*owner, GROUPS))
            expanded += groups[name]
        elif references.resolve(name, (*states, *groups, "any"), cursor.path, "state", "state", (*owner, "states")):
            expanded.append(name)
    return expanded


def _actions(do: WorkflowCursor) -> tuple[Do, ...]:
    actions: list[Do] = []
    for item in do.items():
        action = item.mapping(*_DO, elsewhere=_IN_STEP)
        if len(action.value.keys() & {"set", "draft", "share", "turn", "open", "use", "extend"}) > 1:
            item.error("do", "an entry of `do` does one thing; begin a line with a dash for each")
        _check_beside(action)
        values = {key: action.at(key).value for key in ("set", "draft", "share", "turn", "open", "use")}
        if isinstance(values["set"], Mapping):
            actions.append(SetFieldsAction(dict(values["set"])))
        elif isinstance(values["draft"], str):
            keeps = action.at("if_written").choice(("ask", "keep"), "ask") == "keep"
            actions.append(DraftDocumentAction(values["draft"], keeps))
        elif isinstance(values["share"], str):
            actions.append(ShareDocumentAction(values["share"]))
        elif isinstance(values["turn"], Mapping) and values["turn"]:
            turns = action.at("turn")
            actions.append(GiveTurnsAction({name: turns.at(name).choice(HOLDERS, "us") for name in turns.value}))
        elif isinstance(values["open"], str):
            actions.append(OpenRequestAction(values["open"], action.at("with").mapping().value))
        elif isinstance(values["use"], str):
            actions.append(PluginAction(values["use"], action.at("with").mapping().value))
        elif isinstance(action.at("extend").value, str):
            actions += parse_extension(action)
        elif isinstance(item.value, dict) and not item.value.keys() <= set(_DO):
            continue  # a mistyped key, which is a finding already
        else:
            message = (
                "an entry of `do` is {set: {field: value}}, {draft: DOCUMENT}, {share: DOCUMENT}, "
                "{turn: {DOCUMENT: us or counterparty}}, {open: REQUEST_TYPE}, {use: ACTION} or "
                "{extend: DEADLINE, by: DURATION}"
            )
            item.error("do", message)
    return tuple(actions)


def _check_beside(action: WorkflowCursor) -> None:
    """Findings for keys that mean nothing beside the action of an entry of `do`."""
    named = [key for key in ("set", "share", "turn", *_BESIDE) if key in action.value]
    for key in sorted(set().union(*_BESIDE.values())) if len(named) == 1 else ():
        if key in action.value and key not in _BESIDE.get(named[0], ()):
            owners = " and ".join(f"`{name}`" for name, keys in _BESIDE.items() if key in keys)
            action.at(key).error(
                "do", f"`{key}` means nothing beside `{named[0]}`, but beside {owners}; take it out", at_key=True
            )
