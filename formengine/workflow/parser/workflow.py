"""A workflow document made into definitions; what does not fit becomes findings. Names are checked by `checking`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from formengine.source import Path, did_you_mean
from formengine.workflow.definition.fact_types import count_types, fact_types
from formengine.workflow.definition.model import ChildKind, Kind, Role, Schema, State, Transition, Workflow
from formengine.workflow.definition.vocabulary import Vocabulary
from formengine.workflow.engine.state_machine import BACK
from formengine.workflow.parser.reader import Reader
from formengine.workflow.parser.rounds import parse_approvals, parse_signatures
from formengine.workflow.parser.states import parse_deadlines, parse_states, parse_transitions, titled

ANY: Final = "any"
KINDS: Final = ("matter", "litigation", "contract")
SITE_ROLES: Final = ("legal_admin", "counsel")
_WORKFLOW: Final = (
    *("title", "kind", "starts_in", "calendar", "fields", "roles", "states", "transitions", "approvals", "signatures"),
    *("children", "deadlines"),
)
_ROLE_SOURCES: Final = ("is", "team", "position", "field", "manager_of", "head_of_department_of", "resolver")
_CHILD: Final = ("title", "fields", "requires", "starts_in", "states", "transitions")


def parse(
    reader: Reader, pack_id: str, forms: Mapping[str, Schema], documents: tuple[str, ...], vocabulary: Vocabulary
) -> Workflow:
    """The definitions as far as they can be read; whether they may run is for the findings to say."""
    given = _top(reader)
    states = parse_states(reader, given.get("states"), ("states",))
    roles = _roles(reader, given.get("roles"))
    kind = cast(Kind, reader.choice(given, "kind", (), KINDS, "matter"))
    if "kind" not in given:
        reader.lacks((), "kind", f"the workflow does not say its `kind`: {', '.join(KINDS)}")
    title = reader.text(given.get("title"), ("title",), titled(pack_id))
    fields = _fields(reader, given.get("fields"), ("fields",))
    children = _children(reader, given.get("children"), kind, roles, vocabulary)
    return Workflow(
        id=pack_id,
        title=title,
        kind=kind,
        starts_in=_starts_in(reader, given, (), states),
        fields=fields,
        roles=roles,
        states=states,
        transitions=parse_transitions(reader, given.get("transitions"), ("transitions",), states),
        approvals=parse_approvals(reader, given.get("approvals"), ("approvals",)),
        signatures=parse_signatures(reader, given.get("signatures"), ("signatures",)),
        children=children,
        deadlines=parse_deadlines(reader, given.get("deadlines"), ("deadlines",), "dossier", title),
        calendar=reader.name(given.get("calendar"), ("calendar",)),
        fact_types={**fact_types(fields, forms), **count_types(children)},
        documents=documents,
        vocabulary=vocabulary,
    )


def _top(reader: Reader) -> dict[str, Any]:
    """The workflow's own keys; ids that have a meaning already are findings."""
    given = reader.mapping(reader.document.value, (), _WORKFLOW)
    states = given.get("states")
    states = states if isinstance(states, Mapping) else {}
    for name, state in states.items():
        if name in (ANY, BACK):
            reader.error(
                ("states", name), "reserved", f"`{name}` has a meaning of its own; rename the state", at_key=True
            )
        within = state.get("within") if isinstance(state, Mapping) else None
        if isinstance(within, str) and within in (*states, ANY, BACK):
            message = f"the group `{within}` has the name of a state; call it otherwise"
            reader.error(("states", name, "within"), "reserved", message)
    return given


def _starts_in(reader: Reader, given: Mapping[str, Any], path: Path, states: Mapping[str, State]) -> str:
    name = reader.name(given.get("starts_in"), (*path, "starts_in"))
    if name is None:
        reader.lacks(path, "starts_in", "it does not say which state it `starts_in`")
    elif states:
        reader.spoken.has(name, states, (*path, "starts_in"), "state", "state", (*path, "states"))
    return name or ""


def _fields(reader: Reader, value: object, path: Path) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for name, schema in reader.by_id(value, path).items():
        if isinstance(schema, Mapping):
            found[name] = dict(schema)
            continue
        reader.error(
            (*path, name), "shape", f"the field `{name}` needs a schema, such as {{title: Court, type: string}}"
        )
    return found


def _roles(reader: Reader, value: object) -> dict[str, Role]:
    found = {}
    for name, one in reader.by_id(value, ("roles",)).items():
        role = _role(reader, name, one, ("roles", name))
        if role is not None:
            found[name] = role
    return found


def _role(reader: Reader, name: str, value: object, path: Path) -> Role | None:
    given = reader.mapping(value, path, (*_ROLE_SOURCES, "title", "one_person", "outside", "with"))
    sources = [key for key in _ROLE_SOURCES if given.get(key) is not None]
    if len(sources) != 1:
        message = f"the role `{name}` needs exactly one source: {', '.join(_ROLE_SOURCES)}"
        reader.error(path, "role", message, at_key=True)
        return Role(id=name, source="nobody:", title=titled(name))
    key = sources[0]
    of = reader.name(given[key], (*path, key)) or ""
    if key == "is" and of not in ("submitter", "requested_for", "watchers"):
        known = ("submitter", "requested_for", "watchers")
        reader.error((*path, "is"), "role", f"`is` cannot be `{of}`{did_you_mean(of, known)}")
    return Role(
        id=name,
        source=of if key == "is" else f"{key}:{of}",
        title=reader.text(given.get("title"), (*path, "title"), titled(name)),
        one_person=reader.flag(given, "one_person", path),
        outside=reader.flag(given, "outside", path),
        options=reader.mapping(given.get("with"), (*path, "with")),
    )


def _children(
    reader: Reader, value: object, kind: str, roles: Mapping[str, Role], vocabulary: Vocabulary
) -> dict[str, ChildKind]:
    given = reader.by_id(value, ("children",))
    found = {name: _child(reader, name, one, ("children", name)) for name, one in given.items()}
    staff = (*SITE_ROLES, *[role.id for role in roles.values() if role.one_person])
    for builtin in vocabulary.children.values():
        if builtin.id not in found and (not builtin.kinds or kind in builtin.kinds):
            silent = Reader(reader.document, reader.words)
            found[builtin.id] = _child(silent, builtin.id, builtin.definition, ("children", builtin.id), staff)
    return found


def _child(reader: Reader, name: str, value: object, path: Path, who: tuple[str, ...] = ()) -> ChildKind:
    given = reader.mapping(value, path, _CHILD)
    states = parse_states(reader, given.get("states"), (*path, "states"), child=name)
    transitions: dict[str, Transition] = parse_transitions(
        reader, given.get("transitions"), (*path, "transitions"), states, child=True, who=who
    )
    return ChildKind(
        id=name,
        title=reader.text(given.get("title"), (*path, "title"), titled(name)),
        fields=_fields(reader, given.get("fields"), (*path, "fields")),
        requires=tuple(one for one, _ in reader.names(given.get("requires"), (*path, "requires"))),
        starts_in=_starts_in(reader, given, path, states),
        states=states,
        transitions=transitions,
        built_in=bool(who),
    )
