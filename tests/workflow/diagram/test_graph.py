"""The graph of a workflow for a reader, and its picture: every state, every way, in the reader's words (W16)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from formengine.workflow import load_workflow
from formengine.workflow.definition.model import BACK, SAME, Workflow
from formengine.workflow.diagram import Graph, diagram_svg, graph_of
from formengine.workflow.diagram.layout import layout_of, title_lines
from tests.support.platforms import ROOT

PACKS = sorted((ROOT / "workflows").glob("*/workflow.yaml"))


def workflow_of(pack: str) -> Workflow:
    workflow, _findings = load_workflow(ROOT / "workflows" / pack / "workflow.yaml")
    assert workflow is not None
    return workflow


def order(graph: Graph) -> list[str]:
    return [node.id for node in graph.nodes]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.parent.name)
def test_the_legal_team_sees_every_state_and_every_way(path: object) -> None:
    """W16: nothing that can happen is missing in the picture."""
    workflow, _findings = load_workflow(path)  # type: ignore[arg-type]
    assert workflow is not None
    graph = graph_of(workflow, "en")
    assert sorted(order(graph)) == sorted(workflow.states)
    ways = {(edge.source, edge.target) for edge in graph.edges}
    for step in workflow.transitions.values():
        for source in step.sources:
            if step.to not in (BACK, SAME, source):
                assert (source, step.to) in ways, step.id
    for state in workflow.states.values():
        assert {(state.id, target) for target in state.exits() if target != state.id} <= ways


def test_a_client_sees_own_words_and_no_name_of_a_step() -> None:
    """W2, W16: states that are called the same to clients are one; the names of steps are the legal team's."""
    graph = graph_of(workflow_of("litigation_notice"), "en", client=True)
    titles = [node.title for node in graph.nodes]
    assert titles.count("Before the court") == 1
    assert "Pleadings" not in titles
    assert all(edge.titles == () for edge in graph.edges)
    assert all(edge.source != edge.target for edge in graph.edges)


def test_reading_order() -> None:
    """W16: a state comes after those that lead to it, ends come late, and a detour does not push the work down."""
    rows = order(graph_of(workflow_of("contract_review"), "en"))
    assert rows[:2] == ["submitted", "in_review"]
    assert rows.index("approval") < rows.index("signature") < rows.index("executed") < rows.index("ended")
    assert rows.index("executed") < rows.index("withdrawn")
    advice = order(graph_of(workflow_of("legal_advice"), "en"))
    assert advice.index("under_review") < advice.index("answered") < advice.index("dormant")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_picture_marks_where_the_dossier_is(language: str) -> None:
    """W16: an image with a title and a description; no script, no style, nothing of a title is markup."""
    graph = graph_of(workflow_of("legal_advice"), language)
    svg = diagram_svg(graph, language, here="under_review", visited=["received"])
    root = ElementTree.fromstring(svg)  # our own text
    assert root.get("role") == "img"
    told = {node.get("id"): node.text for node in root if node.get("id")}
    assert all(told[name] for name in (root.get("aria-labelledby") or "").split())
    here = [group for group in root.iter() if "fe-flow-here" in (group.get("class") or "")]
    assert [text.text for text in here[0].iter("text")] == (
        ["Under review", "You are here"] if language == "en" else ["À l’étude", "Vous êtes ici"]
    )
    assert len([group for group in root.iter() if "fe-flow-visited" in (group.get("class") or "")]) == 1
    assert "style=" not in svg
    assert "<script" not in svg


def test_the_picture_escapes_titles() -> None:
    """T9: what an author writes is text in the picture, too."""
    workflow = workflow_of("nda")
    graph = graph_of(workflow, "en")
    node = graph.nodes[0]
    evil = Graph(
        (type(node)(node.id, '<script>"x"', node.states, node.category, node.ends), *graph.nodes[1:]), graph.edges
    )
    assert "<script" not in diagram_svg(evil, "en", here=node.id)


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.parent.name)
def test_ways_do_not_run_over_each_other(path: object) -> None:
    """W16: two ways in one lane would be read as one; and the picture is no wider than a telephone."""
    workflow, _findings = load_workflow(path)  # type: ignore[arg-type]
    assert workflow is not None
    layout = layout_of(graph_of(workflow, "en"))
    spans = [(lane.x, min(*lane.sources, lane.target), max(*lane.sources, lane.target)) for lane in layout.lanes]
    for number, (x, first, last) in enumerate(spans):
        for other_x, other_first, other_last in spans[number + 1 :]:
            assert x != other_x or last < other_first or other_last < first
    assert layout.width <= 358
    assert all(lower.top >= upper.bottom for upper, lower in zip(layout.boxes, layout.boxes[1:], strict=False))


def test_every_way_ends_in_an_arrow() -> None:
    """W16: as many heads as there are arrows between neighbours and lanes."""
    graph = graph_of(workflow_of("contract_review"), "en")
    layout = layout_of(graph)
    heads = re.findall("fe-flow-head", diagram_svg(graph, "en"))
    assert len(heads) == len(layout.arrows) + len(layout.lanes)


def test_long_titles_are_cut() -> None:
    """W16: a box has three lines at most."""
    lines = title_lines("word " * 40)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert title_lines("x" * 60) == ("x" * 24 + "…",)
