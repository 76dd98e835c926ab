"""Pictures of workflows: the graph of states for a reader, its layout, the SVG, and the line of progress (W16)."""

from formengine.workflow.diagram.graph import Edge, Graph, Node, graph_of
from formengine.workflow.diagram.progress import ProgressStep, progress_line
from formengine.workflow.diagram.svg import diagram_svg

__all__ = ["Edge", "Graph", "Node", "ProgressStep", "diagram_svg", "graph_of", "progress_line"]
