"""Parser of states, deadlines and transitions: their part of `workflow.yaml` becomes `State`, `DeadlineRule` ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast

from formengine.i18n import Text
from formengine.source import Path
from formengine.workflow.definition.durations import Duration
from formengine.workflow.definition.model import (
    Branch,
    Category,
    Consequence,
    DeadlineRule,
    Do,
    DraftDocumentAction,
    OpenRequestAction,
    PluginAction,
    SetFieldsAction,
    State,
    Transition,
)
from formengine.workflow.parser.cursor import WorkflowCursor

GROUPS: Final = "groups"
CATEGORIES: Final = ("open", "in_progress", "waiting", "done", "cancelled")
_STATE: Final = (
    *("title", "client_sees", "category", "within", "ends", "reopen_within", "decide", "deadlines", "pauses_deadlines"),
    *("approval", "approved", "rejected", "signatures", "signed", "declined", "expired", "changed"),
)
_ROUND_KEYS: Final = _STATE[-8:]
_TRANSITION: Final = (
    *("title", "from", "except", "to", "who", "when", "requires", "requires_document", "requires_comment", "confirm"),
    *("visible_to_client", "approval_first", "do", "notify", "starts"),
)
_DEADLINE: Final = ("name", "within", "after", "before", "on", "of", "when", "unless", "remind", "tell", "then")
_ANCHORS: Final = ("within", "after", "before", "on")


def titled(name: str) -> str:
    """The title of something that has only an id: `send_to_review` is "Send to review"."""
    return name.replace("_", " ").capitalize()


def parse_states(owner: WorkflowCursor, *, child: str | None = None) -> dict[str, State]:
    """The states of a workflow, or of a child of kind `child`, by id."""
    owner.require("states", "{draft: {title: Draft}}")
    return {state.name: _state(state, child) for state in owner.at("states").entries_by_id()}


def _state(cursor: WorkflowCursor, child: str | None) -> State:
    name = cursor.name
    state = cursor.mapping(*[key for key in _STATE if child is None or key not in _ROUND_KEYS])
    title = state.at("title").text_or(titled(name))
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
        **{**outcomes, "expired": outcomes["expired"] or outcomes["declined"]},
    )


def _check_outcomes(state: WorkflowCursor) -> None:
    """Outcomes of a round need the round beside them, and a state with a round cannot `decide`."""
    for round_key, outcomes in (
        ("approval", ("approved", "rejected")),
        ("signatures", ("signed", "declined", "expired")),
    ):
        has_round = bool(state.at(round_key).value)
        for key in outcomes if not has_round else ():
            if (outcome := state.get(key)) is not None:
                message = f"`{key}` says where `{round_key}` lead, and this state has none; write `{round_key}:`"
                outcome.error(f"no-{round_key}", message, at_key=True)
        if has_round and state.at("decide").value:
            message = f"a state with `decide` is left at once; give `{round_key}` a state of its own"
            state.at(round_key).error("decide", message, at_key=True)


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
        else:
            item.error("decide", "a line of `decide` is {when: CONDITION, go: STATE}, the last {otherwise: STATE}")
    return tuple(branches)


def parse_deadlines(deadlines: WorkflowCursor, prefix: str, title: Text) -> tuple[DeadlineRule, ...]:
    """A list of deadlines; `prefix` begins their ids (a state's, or `dossier`), `title` is for those without a name."""
    rules = (_deadline(item, f"{prefix}.{item.name}", title) for item in deadlines.items())
    return tuple(rule for rule in rules if rule is not None)


def _deadline(cursor: WorkflowCursor, ident: str, title: Text) -> DeadlineRule | None:
    deadline = cursor.mapping(*_DEADLINE, *(["stops_in"] if ident.startswith("dossier.") else []))
    anchors = [key for key in _ANCHORS if deadline.at(key).present]
    if len(anchors) != 1:
        message = (
            "a deadline has one anchor: `within: DURATION`, `after:` or `before: DURATION` with `of: DATE`, `on: DATE`"
        )
        cursor.error("anchor", message)
        return None
    anchor = anchors[0]
    length = None if anchor == "on" else deadline.at(anchor).duration()
    of = deadline.at("on" if anchor == "on" else "of").id()
    if anchor in ("after", "before") and of is None:
        cursor.error("anchor", f"`{anchor}` needs `of:` with the date it is reckoned from")
    if (anchor != "on" and length is None) or (anchor != "within" and of is None):
        return None
    return DeadlineRule(
        id=ident,
        name=deadline.at("name").text_or(title),
        within=length if anchor == "within" else None,
        after=length if anchor == "after" else None,
        before=length if anchor == "before" else None,
        of=None if anchor == "within" else of,
        when=deadline.at("when").condition(),
        unless=deadline.at("unless").condition(),
        remind=_reminders(deadline.at("remind")),
        tell=deadline.at("tell").id_list(),
        then=_then(deadline.at("then")),
        stops_in=deadline.at("stops_in").id_list(),
    )


def _reminders(cursor: WorkflowCursor) -> tuple[Duration, ...]:
    """A list of durations; a single one stands for a list of one."""
    cursors = [cursor] if isinstance(cursor.value, str) else cursor.items()
    return tuple(duration for item in cursors if (duration := item.duration()) is not None)


def _then(cursor: WorkflowCursor) -> Consequence:
    then = cursor.mapping("tell", "escalate_to", "raise_priority", "go")
    return Consequence(
        tell=then.at("tell").id_list(),
        escalate_to=then.at("escalate_to").id(),
        raise_priority=then.at("raise_priority").boolean(),
        go=then.at("go").id(),
    )


def parse_transitions(
    transitions: WorkflowCursor, states: Mapping[str, State], *, child: bool = False, who: tuple[str, ...] = ()
) -> dict[str, Transition]:
    """The transitions by id; groups, lists and `any` are expanded to states.

    `who` is the default of the transitions of built-in children, which name no roles.
    """
    return {entry.name: _transition(entry, states, child, who) for entry in transitions.entries_by_id()}


def _transition(cursor: WorkflowCursor, states: Mapping[str, State], child: bool, who: tuple[str, ...]) -> Transition:
    transition = cursor.mapping(*[key for key in _TRANSITION if not (child and key == "approval_first")])
    transition.require("from", "draft")
    transition.require("to", "review")
    if not who:
        transition.require("who", "[requester]")
    return Transition(
        id=cursor.name,
        title=transition.at("title").text_or(titled(cursor.name)),
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
        starts={entry.name: n for entry in transition.at("starts").entries() if (n := entry.count())},
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
        action = item.mapping("set", "draft", "open", "use", "with")
        if len(action.value.keys() & {"set", "draft", "open", "use"}) > 1:
            item.error("do", "an entry of `do` does one thing; begin a line with a dash for each")
        values = {key: action.at(key).value for key in ("set", "draft", "open", "use")}
        if isinstance(values["set"], Mapping):
            actions.append(SetFieldsAction(dict(values["set"])))
        elif isinstance(values["draft"], str):
            actions.append(DraftDocumentAction(values["draft"]))
        elif isinstance(values["open"], str):
            actions.append(OpenRequestAction(values["open"]))
        elif isinstance(values["use"], str):
            actions.append(PluginAction(values["use"], action.at("with").mapping().value))
        else:
            message = (
                "an entry of `do` is {set: {field: value}}, {draft: DOCUMENT}, {open: REQUEST_TYPE} or {use: ACTION}"
            )
            item.error("do", message)
    return tuple(actions)
