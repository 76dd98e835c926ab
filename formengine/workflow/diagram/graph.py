"""The graph of a workflow's states for a reader: nodes in reading order, and the ways between them (W16).

The legal team sees every state, and the name of each way. A client sees the states by `client_sees`: states that are
called the same are one node, and the ways have no names, because these are the legal team's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from formengine.i18n import pick, say
from formengine.workflow.definition.model import BACK, SAME, Branch, State, Workflow
from formengine.workflow.engine.explanations import sentence

Ways = dict[tuple[str, str], list[str]]
"""The titles of the ways between nodes, by source and target."""
_OUTCOMES: Final = {
    "approved": "Approved",
    "rejected": "Rejected",
    "signed": "Signed",
    "declined": "Declined",
    "acknowledged": "Acknowledged",
    "expired": "Not signed in time",
    "changed": "The document has changed",
}


@dataclass(frozen=True)
class Node:
    """One or several states that the reader knows by one title; `ends` where the dossier can end there."""

    id: str
    title: str
    states: tuple[str, ...]
    category: str
    ends: bool
    chooses: bool = False
    """Whether it is left at once, by a decision of the engine (`decide`)."""


@dataclass(frozen=True)
class Edge:
    """A way from a node to another; `titles` are the names of the steps that take it, none for a client."""

    source: str
    target: str
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """Nodes in reading order (each after those that lead to it, where there is no loop), and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def leaving(self, node: str) -> list[Edge]:
        """The edges out of a node."""
        return [edge for edge in self.edges if edge.source == node]

    def node_of(self, state: str) -> Node | None:
        """The node that a state belongs to; None for an unknown state."""
        return next((node for node in self.nodes if state in node.states), None)


def graph_of(workflow: Workflow, language: str, *, client: bool = False) -> Graph:
    """The graph of a workflow in a language, as the legal team or a client reads it."""
    titles = {id: state_title(state, language, client=client) for id, state in workflow.states.items()}
    ids: dict[str, str] = {}
    for state, title in titles.items():
        ids.setdefault(title if client else state, state)
    node_ids = {state: ids[title if client else state] for state, title in titles.items()}
    ways: Ways = {}
    for source, target, title in _ways(workflow, language):
        if node_ids[source] != node_ids[target]:
            ways.setdefault((node_ids[source], node_ids[target]), []).append(title)
    order = _reading_order(workflow, node_ids[workflow.starts_in], ways)
    nodes = [_node(workflow, id, titles, node_ids) for id in order]
    edges = [
        Edge(source, target, () if client else tuple(dict.fromkeys(names)))
        for (source, target), names in ways.items()
        if source in order
    ]
    return Graph(tuple(nodes), tuple(edges))


def state_title(state: State, language: str, *, client: bool) -> str:
    """The title of a state for a reader."""
    return pick(state.client_sees if client else state.title, language)


def _node(workflow: Workflow, id: str, titles: dict[str, str], node_ids: dict[str, str]) -> Node:
    members = tuple(state for state, node in node_ids.items() if node == id)
    states = [workflow.states[state] for state in members]
    return Node(
        id=id,
        title=titles[id],
        states=members,
        category=workflow.states[id].category,
        ends=any(state.ends for state in states),
        chooses=all(state.decide for state in states),
    )


def _ways(workflow: Workflow, language: str) -> Iterator[tuple[str, str, str]]:
    """Every way between two states, in the order in which they are written: (source, target, title)."""
    for state in workflow.states.values():
        for outcome, target in state.outcomes().items():
            yield state.id, target, say(language, _OUTCOMES[outcome])
        for branch in (*state.decide, *state.when_true):
            yield state.id, branch.go, _branch_title(workflow, branch, language)
        for transition in workflow.leaving(state.id):
            if transition.to not in (BACK, SAME):
                yield state.id, transition.to, pick(transition.title, language)
        for deadline in state.deadlines:
            if deadline.then.go:
                yield state.id, deadline.then.go, say(language, "Missed: {name}", name=pick(deadline.name, language))


def _branch_title(workflow: Workflow, branch: Branch, language: str) -> str:
    if branch.when is None:
        return say(language, "otherwise")
    return sentence(workflow, branch.when, language)


def _reading_order(workflow: Workflow, start: str, ways: Ways) -> list[str]:
    """The nodes that can be reached, each after those that lead to it but for loops; what is written first, first.

    Ways back do not count: those that reopen what has ended, and those out of a waiting state into a loop. Nodes that
    nothing else leads to come after all others. Ends come as late as they can.
    """
    targets: dict[str, list[str]] = {}
    for source, target in ways:
        if not workflow.states[source].ends:
            targets.setdefault(source, []).append(target)
    reach = {node: set(_walk(node, targets)) for node in dict.fromkeys(node for way in ways for node in way)}

    def onward(source: str) -> list[str]:
        waits = workflow.states[source].category == "waiting"
        following = [target for target in targets.get(source, []) if not (waits and source in reach[target])]
        return sorted(following, key=lambda target: workflow.states[target].ends)

    kept = {source: onward(source) for source in reach}
    order = _walk(start, kept)
    for source, target in ways:
        if source in order and target not in order:
            order += [node for node in _walk(target, kept) if node not in order]
    return order


def _walk(start: str, targets: Mapping[str, list[str]]) -> list[str]:
    """The nodes that can be reached, in the reverse of the order in which a depth-first walk leaves them; the last way
    out of a node is walked first.
    """
    finished: list[str] = []
    seen = {start}
    stack = [(start, iter(reversed(targets.get(start, []))))]
    while stack:
        node, following = stack[-1]
        target = next((target for target in following if target not in seen), None)
        if target is None:
            finished.append(node)
            stack.pop()
        else:
            seen.add(target)
            stack.append((target, iter(reversed(targets.get(target, [])))))
    return finished[::-1]
