"""States, deadlines and transitions as written, made into definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, cast

from formengine.source import Path
from formengine.workflow.definition.durations import Duration
from formengine.workflow.definition.model import (
    Branch,
    Category,
    DeadlineRule,
    Do,
    DraftDocumentAction,
    OpenRequestAction,
    PluginAction,
    SetFieldsAction,
    State,
    Then,
    Transition,
)
from formengine.workflow.parser.reader import Reader

GROUPS: Final = "groups"
CATEGORIES: Final = ("open", "in_progress", "waiting", "done", "cancelled")
_STATE: Final = (
    *("title", "client_sees", "category", "within", "ends", "reopen_within", "decide", "deadlines", "pauses_deadlines"),
    *("approval", "approved", "rejected", "signatures", "signed", "declined", "expired"),
)
_ROUND_KEYS: Final = _STATE[-7:]
_TRANSITION: Final = (
    *("title", "from", "except", "to", "who", "when", "requires", "requires_document", "requires_comment", "confirm"),
    *("visible_to_client", "approval_first", "do", "notify", "starts"),
)
_DEADLINE: Final = ("name", "within", "after", "before", "on", "of", "when", "unless", "remind", "tell", "then")
_ANCHORS: Final = ("within", "after", "before", "on")


def titled(name: str) -> str:
    """A title made of an id: `send_to_review` is "Send to review"."""
    return name.replace("_", " ").capitalize()


def parse_states(reader: Reader, value: object, path: Path, *, child: str | None = None) -> dict[str, State]:
    """The states of a workflow, or of a child of kind `child`."""
    found = reader.by_id(value, path)
    if not found:
        reader.lacks(path[:-1], "states", "a workflow needs `states`: each an id with its title")
    return {name: _state(reader, name, one, (*path, name), child) for name, one in found.items()}


def _state(reader: Reader, name: str, value: object, path: Path, child: str | None) -> State:
    keys = [key for key in _STATE if child is None or key not in _ROUND_KEYS]
    given = reader.mapping(value, path, keys)
    title = reader.text(given.get("title"), (*path, "title"), titled(name))
    ends = reader.flag(given, "ends", path)
    _check_outcomes(reader, given, path)
    outcomes = {key: reader.name(given.get(key), (*path, key)) for key in _ROUND_KEYS}
    prefix = f"{child}.{name}" if child else name
    return State(
        id=name,
        title=title,
        client_sees=reader.text(given.get("client_sees"), (*path, "client_sees"), title),
        category=cast(Category, reader.choice(given, "category", path, CATEGORIES, "done" if ends else "in_progress")),
        within=reader.name(given.get("within"), (*path, "within")),
        ends=ends,
        reopen_within=_reopen(reader, given, path),
        decide=_decide(reader, given.get("decide"), (*path, "decide")),
        deadlines=parse_deadlines(reader, given.get("deadlines"), (*path, "deadlines"), prefix, title),
        pauses_deadlines=reader.flag(given, "pauses_deadlines", path),
        **{**outcomes, "expired": outcomes["expired"] or outcomes["declined"]},
    )


def _check_outcomes(reader: Reader, given: Mapping[str, Any], path: Path) -> None:
    """Where a round leads stands beside the round, and a round rests in its state."""
    for asks, outcomes in (("approval", ("approved", "rejected")), ("signatures", ("signed", "declined", "expired"))):
        for key in outcomes if not given.get(asks) else ():
            if given.get(key) is not None:
                message = f"`{key}` says where `{asks}` lead, and this state has none; write `{asks}:`"
                reader.error((*path, key), f"no-{asks}", message, at_key=True)
        if given.get(asks) and given.get("decide"):
            message = f"a state with `decide` is left at once; give `{asks}` a state of its own"
            reader.error((*path, asks), "decide", message, at_key=True)


def _reopen(reader: Reader, given: Mapping[str, Any], path: Path) -> Duration | Literal["always"] | None:
    value = given.get("reopen_within")
    return "always" if value == "always" else reader.duration(value, (*path, "reopen_within"))


def _decide(reader: Reader, value: object, path: Path) -> tuple[Branch, ...]:
    branches = []
    for i, entry in enumerate(reader.sequence(value, path)):
        place = (*path, i)
        line = reader.mapping(entry, place, ("when", "go", "otherwise"))
        if "otherwise" in line:
            go = reader.name(line["otherwise"], (*place, "otherwise"))
            branches.append(Branch(None, go or ""))
        elif "when" in line and "go" in line:
            condition = reader.condition(line["when"], (*place, "when"))
            go = reader.name(line["go"], (*place, "go"))
            if condition is not None:
                branches.append(Branch(condition, go or ""))
        else:
            reader.error(
                place, "decide", "a line of `decide` is {when: CONDITION, go: STATE}, the last {otherwise: STATE}"
            )
    return tuple(branches)


def parse_deadlines(reader: Reader, value: object, path: Path, prefix: str, title: Any) -> tuple[DeadlineRule, ...]:
    """A list of deadlines; `prefix` begins their ids (a state's, or `dossier`), `title` names the nameless."""
    rules = (
        _deadline(reader, one, (*path, i), f"{prefix}.{i}", title) for i, one in enumerate(reader.sequence(value, path))
    )
    return tuple(rule for rule in rules if rule is not None)


def _deadline(reader: Reader, value: object, path: Path, ident: str, title: Any) -> DeadlineRule | None:
    keys = (*_DEADLINE, "stops_in") if ident.startswith("dossier.") else _DEADLINE
    given = reader.mapping(value, path, keys)
    anchors = [key for key in _ANCHORS if key in given]
    if len(anchors) != 1:
        message = (
            "a deadline has one anchor: `within: DURATION`, `after:` or `before: DURATION` with `of: DATE`, `on: DATE`"
        )
        reader.error(path, "anchor", message)
        return None
    anchor = anchors[0]
    length = None if anchor == "on" else reader.duration(given[anchor], (*path, anchor))
    of = reader.name(given["on"], (*path, "on")) if anchor == "on" else reader.name(given.get("of"), (*path, "of"))
    if anchor in ("after", "before") and of is None:
        reader.error(path, "anchor", f"`{anchor}` needs `of:` with the date it is reckoned from")
    if (anchor != "on" and length is None) or (anchor != "within" and of is None):
        return None
    reminders = (
        reader.duration(one, (*path, "remind", i)) for i, one in enumerate(_listed(reader, given, "remind", path))
    )
    return DeadlineRule(
        id=ident,
        name=reader.text(given.get("name"), (*path, "name"), title),
        within=length if anchor == "within" else None,
        after=length if anchor == "after" else None,
        before=length if anchor == "before" else None,
        of=None if anchor == "within" else of,
        when=reader.condition(given.get("when"), (*path, "when")),
        unless=reader.condition(given.get("unless"), (*path, "unless")),
        remind=tuple(reminder for reminder in reminders if reminder is not None),
        tell=_ids(reader, given, "tell", path),
        then=_then(reader, given.get("then"), (*path, "then")),
        stops_in=_ids(reader, given, "stops_in", path),
    )


def _listed(reader: Reader, given: Mapping[str, Any], key: str, path: Path) -> list[Any]:
    value = given.get(key)
    return [value] if isinstance(value, str) else reader.sequence(value, (*path, key))


def _ids(reader: Reader, given: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    return tuple(name for name, _ in reader.names(given.get(key), (*path, key)))


def _then(reader: Reader, value: object, path: Path) -> Then:
    given = reader.mapping(value, path, ("tell", "escalate_to", "raise_priority", "go"))
    return Then(
        tell=_ids(reader, given, "tell", path),
        escalate_to=reader.name(given.get("escalate_to"), (*path, "escalate_to")),
        raise_priority=reader.flag(given, "raise_priority", path),
        go=reader.name(given.get("go"), (*path, "go")),
    )


def parse_transitions(
    reader: Reader,
    value: object,
    path: Path,
    states: Mapping[str, State],
    *,
    child: bool = False,
    who: tuple[str, ...] = (),
) -> dict[str, Transition]:
    """The transitions; groups, lists and `any` become states. `who` stands where a built-in names nobody."""
    found = reader.by_id(value, path)
    return {name: _transition(reader, name, one, (*path, name), states, child, who) for name, one in found.items()}


def _transition(
    reader: Reader, name: str, value: object, path: Path, states: Mapping[str, State], child: bool, who: tuple[str, ...]
) -> Transition:
    given = reader.mapping(value, path, [key for key in _TRANSITION if not (child and key == "approval_first")])
    for key in ("from", "to", *(() if who else ("who",))):
        if not given.get(key):
            reader.lacks(path, key, f"the transition `{name}` does not say `{key}`")
    return Transition(
        id=name,
        title=reader.text(given.get("title"), (*path, "title"), titled(name)),
        sources=_sources(reader, given, path, states),
        to=reader.name(given.get("to"), (*path, "to")) or "",
        who=_ids(reader, given, "who", path) or who,
        when=reader.condition(given.get("when"), (*path, "when")),
        requires=_ids(reader, given, "requires", path),
        requires_document=reader.name(given.get("requires_document"), (*path, "requires_document")),
        requires_comment=reader.flag(given, "requires_comment", path),
        confirm=reader.flag(given, "confirm", path),
        visible_to_client=reader.flag(given, "visible_to_client", path),
        approval_first=reader.name(given.get("approval_first"), (*path, "approval_first")),
        do=_do(reader, given.get("do"), (*path, "do")),
        notify=_ids(reader, given, "notify", path),
        starts=_starts(reader, given.get("starts"), (*path, "starts")),
    )


def _sources(reader: Reader, given: Mapping[str, Any], path: Path, states: Mapping[str, State]) -> tuple[str, ...]:
    without, all_of = set(_expand(reader, given, "except", path, states)), _expand(reader, given, "from", path, states)
    left = tuple(fromkey for fromkey in dict.fromkeys(all_of) if fromkey not in without)
    if all_of and not left:
        message = "`except` leaves out every state of `from`; the step could never be taken"
        reader.error((*path, "except"), "no-from", message, at_key=True)
    return left


def _expand(reader: Reader, given: Mapping[str, Any], key: str, path: Path, states: Mapping[str, State]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for state in states.values():
        if state.within:
            groups.setdefault(state.within, []).append(state.id)
    found: list[str] = []
    for name, place in reader.names(given.get(key), (*path, key)) if states else ():
        if name == "any":
            found += [state.id for state in states.values() if not state.ends]
        elif name in groups:
            reader.spoken.uses(name, (*path[:-2], GROUPS))
            found += groups[name]
        elif reader.spoken.has(name, (*states, *groups, "any"), place, "state", "state", (*path[:-2], "states")):
            found.append(name)
    return found


def _do(reader: Reader, value: object, path: Path) -> tuple[Do, ...]:
    found: list[Do] = []
    for i, entry in enumerate(reader.sequence(value, path)):
        place = (*path, i)
        one = reader.mapping(entry, place, ("set", "draft", "open", "use", "with"))
        if len(one.keys() & {"set", "draft", "open", "use"}) > 1:
            reader.error(place, "do", "an entry of `do` does one thing; begin a line with a dash for each")
        if isinstance(one.get("set"), Mapping):
            found.append(SetFieldsAction(dict(one["set"])))
        elif isinstance(one.get("draft"), str):
            found.append(DraftDocumentAction(one["draft"]))
        elif isinstance(one.get("open"), str):
            found.append(OpenRequestAction(one["open"]))
        elif isinstance(one.get("use"), str):
            found.append(PluginAction(one["use"], reader.mapping(one.get("with"), (*place, "with"))))
        else:
            message = (
                "an entry of `do` is {set: {field: value}}, {draft: DOCUMENT}, {open: REQUEST_TYPE} or {use: ACTION}"
            )
            reader.error(place, "do", message)
    return tuple(found)


def _starts(reader: Reader, value: object, path: Path) -> dict[str, int]:
    counted = {kind: reader.count(n, (*path, kind)) for kind, n in reader.mapping(value, path).items()}
    return {kind: n for kind, n in counted.items() if n}
