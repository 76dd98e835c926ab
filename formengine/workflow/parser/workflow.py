"""Parser of `workflow.yaml`: a document becomes a `Workflow`. `workflow.checks` finds names that do not exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from formengine.conditions.fact_types import Kinds
from formengine.source import Document
from formengine.value_format import title_of_id
from formengine.workflow.definition.fact_types import count_types, fact_types, own_types
from formengine.workflow.definition.model import BACK, KINDS, SAME, ChildKind, Kind, Role, Schema, State, Workflow
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES
from formengine.workflow.definition.tables import Table
from formengine.workflow.definition.usual_titles import usual_title
from formengine.workflow.definition.vocabulary import Vocabulary
from formengine.workflow.parser.corrections import with_answer_step
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.deadlines import parse_deadlines
from formengine.workflow.parser.documents import parse_documents
from formengine.workflow.parser.rounds import parse_acknowledgements, parse_approvals, parse_signatures
from formengine.workflow.parser.states import parse_states, parse_transitions

ANY: Final = "any"
_WORKFLOW: Final = (
    *("title", "kind", "starts_in", "calendar", "fields", "roles", "states", "transitions", "approvals", "signatures"),
    *("acknowledgements", "children", "deadlines", "documents", "sees"),
)
_ROLE_SOURCES: Final = ("is", "team", "position", "field", "manager_of", "head_of_department_of", "lookup", "resolver")
_CHILD: Final = ("title", "fields", "requires", "starts_in", "states", "transitions")
SEEN: Final = "sees"
"""What `client:` of a field says so that the client reads its value."""


def parse(
    document: WorkflowCursor,
    pack_id: str,
    forms: Mapping[str, Schema],
    documents: tuple[str, ...] | None,
    vocabulary: Vocabulary,
    tables: Mapping[str, Table] | None = None,
) -> Workflow:
    """The workflow of a document, as far as it can be read; what cannot becomes findings of the cursor."""
    top = document.mapping(*_WORKFLOW)
    fields = _fields(top.at("fields"))
    top.facts = {**own_types(), **fact_types(fields, forms, vocabulary.field_kinds)}
    _check_reserved_names(top.at("states"))
    states = parse_states(top)
    roles = _roles(top.at("roles"))
    top.require("kind", "contract")
    kind = top.at("kind").choice(KINDS) if top.get("kind") else ""
    title = top.at("title").text_or(title_of_id(pack_id))
    at_transitions = top.at("transitions")
    children = _children(top.at("children"), kind, roles, vocabulary)
    document_rules = parse_documents(top.at("documents"), states)
    return Workflow(
        id=pack_id,
        title=title,
        kind=cast(Kind, kind or "matter"),
        starts_in=_starts_in(top, states),
        fields=fields,
        roles=roles,
        states=states,
        transitions=with_answer_step(at_transitions, parse_transitions(at_transitions, states), states, roles),
        approvals=parse_approvals(top.at("approvals")),
        signatures=parse_signatures(top.at("signatures")),
        acknowledgements=parse_acknowledgements(top.at("acknowledgements")),
        children=children,
        deadlines=parse_deadlines(top.at("deadlines"), "dossier", title),
        calendar=top.at("calendar").id(),
        fact_types={**top.facts, **count_types(children)},
        documents=None if documents is None and not document_rules else (*(documents or ()), *document_rules),
        document_rules=document_rules,
        sees=top.at("sees").id_list() if top.at("sees").present else None,
        tables=tables or {},
        vocabulary=vocabulary,
    )


def _check_reserved_names(states: WorkflowCursor) -> None:
    """Findings for ids of states and groups that are reserved words, or name a state and a group at once."""
    ids = states.value if isinstance(states.value, Mapping) else {}
    for state in map(states.at, ids):
        if state.name in (ANY, BACK):
            message = f"`{state.name}` has a meaning of its own; rename the state"
            state.error("reserved", message, at_key=True)
        if state.name == SAME:
            message = "`to: same` is for steps that leave nothing; here it leads to this state: rename it"
            state.warn("reserved", message, at_key=True)
        group = state.get("within")
        if group is not None and group.value in (*ids, ANY, BACK):
            message = f"the group `{group.value}` has the name of a state; call it otherwise"
            group.error("reserved", message)


def _starts_in(owner: WorkflowCursor, states: Mapping[str, State]) -> str:
    starts_in = owner.at("starts_in")
    owner.require("starts_in", next(iter(states), "draft"))
    name = starts_in.id()
    if name is not None and states:
        owner.references.resolve(name, states, starts_in.path, "state", "state", (*owner.path, "states"))
    return name or ""


def _fields(cursor: WorkflowCursor) -> dict[str, Schema]:
    fields: dict[str, Schema] = {}
    for entry in cursor.entries_by_id():
        if isinstance(entry.value, Mapping):
            fields[entry.name] = dict(entry.value)
            if entry.value.get("client", SEEN) != SEEN:
                message = f"`{entry.name}` is not shown to the client: write client: {SEEN}, or leave the key out"
                entry.at("client").warn("client", message)
            continue
        message = f"the field `{entry.name}` needs a schema, such as {{title: Court, type: string}}"
        entry.error("shape", message)
    return fields


def _roles(cursor: WorkflowCursor) -> dict[str, Role]:
    return {entry.name: _role(entry) for entry in cursor.entries_by_id()}


def _names_a_person(cursor: WorkflowCursor) -> bool:
    """Whether a role is given to a person, or to a word without a source (a finding)."""
    value = cursor.value
    if isinstance(value, str):
        instead = "position" if "@" in value else "team"
    elif isinstance(value, Mapping) and "person" in value and not any(key in value for key in _ROLE_SOURCES):
        instead = "position"
    else:
        return False
    message = f"a role says where its people come from; write {cursor.name}: {{{instead}: ID}}"
    who = " and who holds it" if instead == "position" else " and its members"
    message += f", and the {instead}{who} in config/teams.yaml"
    cursor.error("role", message, at_key=True)
    return True


def _role(cursor: WorkflowCursor) -> Role:
    if _names_a_person(cursor):
        return Role(id=cursor.name, source="nobody:", title=usual_title(cursor.name))
    name, role = (
        cursor.name,
        cursor.mapping(
            *_ROLE_SOURCES, "title", "one_person", "outside", "signs_for", "with", "where", "take", "except"
        ),
    )
    sources = [key for key in _ROLE_SOURCES if role.get(key) is not None]
    if len(sources) != 1:
        message = f"the role `{name}` needs exactly one source: {', '.join(_ROLE_SOURCES)}"
        cursor.error("role", message, at_key=True)
        return Role(id=name, source="nobody:", title=usual_title(name))
    source = role.at(sources[0])
    if source.name == "is":
        role_source = source.choice(("submitter", "requested_for", "watchers"), "nobody:", code="role")
    else:
        role_source = f"{source.name}:{source.id() or ''}"
    return Role(
        id=name,
        source=role_source,
        title=role.at("title").text_or(usual_title(name)),
        one_person=role.at("one_person").boolean(),
        outside=role.at("outside").boolean(),
        options=_role_options(role, source),
        kept_out=role.at("except").id_list(),
        signs_for=role.at("signs_for").id(),
    )


def _role_options(role: WorkflowCursor, source: WorkflowCursor) -> Mapping[str, Any]:
    """The options of a resolver, or the look-up that gives the role its people."""
    if source.name != "lookup":
        for key in ("where", "take"):
            if role.at(key).present:
                role.at(key).error("role", f"`{key}` belongs to `lookup:`, in a role whose people are looked up")
        options: Mapping[str, Any] = role.at("with").mapping().value
        return options
    return {key: role.at(key).value for key in ("lookup", "where", "take") if role.at(key).present}


def _children(
    cursor: WorkflowCursor, kind: str, roles: Mapping[str, Role], vocabulary: Vocabulary
) -> dict[str, ChildKind]:
    """The children that a workflow declares, and those built in for its kind: all of them where the kind cannot be
    read, so that nothing follows from it."""
    children = {entry.name: _child(entry, vocabulary.field_kinds) for entry in cursor.entries_by_id()}
    staff = (*LEGAL_TEAM_ROLES, *[role.id for role in roles.values() if role.one_person])
    for builtin in vocabulary.children.values():
        if builtin.id not in children and (not builtin.kinds or not kind or kind in builtin.kinds):
            source = Document("", {"children": {builtin.id: dict(builtin.definition)}})
            builtin_cursor = WorkflowCursor(source, cursor.words).at("children", builtin.id)
            children[builtin.id] = _child(builtin_cursor, vocabulary.field_kinds, staff)
    return children


def _child(cursor: WorkflowCursor, kinds: Kinds, who: tuple[str, ...] = ()) -> ChildKind:
    child = cursor.mapping(*_CHILD)
    fields = _fields(child.at("fields"))
    child.facts = {**child.facts, **fact_types(fields, {}, kinds)}
    states = parse_states(child, child=cursor.name)
    return ChildKind(
        id=cursor.name,
        title=child.at("title").text_or(title_of_id(cursor.name)),
        fields=fields,
        requires=child.at("requires").id_list(),
        starts_in=_starts_in(child, states),
        states=states,
        transitions=parse_transitions(child.at("transitions"), states, child=True, who=who),
        built_in=bool(who),
    )
