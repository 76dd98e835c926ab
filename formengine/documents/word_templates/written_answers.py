"""The answers that a template writes bare: where one is missing, its place would stay empty in the document.

`{{ total }}` is bare; within `{% if total %}`, or as `{{ total|default("…") }}`, the author has said what is written
without it. The places are those of which `ExpressionCheck` says that an answer may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from jinja2 import Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from formengine.documents.word_templates.expressions import path_of

FILTER: Final = "answer written here"
"""No author can write this name: it has blanks."""
_SAY_WHAT_THEN: Final = ("default", "d", "yes_no", "length", "count", "sum", "plural")
"""Filters that write something where there is no answer."""


class AnswerRecorder(ImmutableSandboxedEnvironment):
    """An environment that notes, in `missing`, the paths of the answers that a document writes although there are
    none, in their order.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.missing: dict[str, None] = {}

    def from_string(self, source: Any, *rest: Any, **options: Any) -> Any:
        """A template whose bare answers are noted while it is filled."""
        tree = self.parse(source) if isinstance(source, str) else source
        return super().from_string(_Marker().visit(tree), *rest, **options)

    def note(self, value: Any, path: str) -> Any:
        """The value itself; a missing one is noted."""
        if value is None or isinstance(value, Undefined) or (isinstance(value, str | list) and not value):
            self.missing[path] = None
        return value


class _Marker(NodeTransformer):
    """Sends each bare answer of a template through the filter `FILTER`, with its path."""

    def __init__(self) -> None:
        self._own: dict[str, str | None] = {"loop": None}

    @contextmanager
    def _named(self, names: dict[str, str | None]) -> Iterator[None]:
        before, self._own = self._own, {**self._own, **names}
        yield
        self._own = before

    def visit_If(self, node: nodes.If) -> nodes.If:
        """Tests write nothing."""
        node.body, node.else_ = self._visited(node.body), self._visited(node.else_)
        node.elif_ = self._visited(node.elif_)
        return node

    def visit_For(self, node: nodes.For) -> nodes.For:
        """An entry of a list is called by the list: `deliverables.amount`, whatever the variable is called."""
        targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
        names = [target.name for target in targets if isinstance(target, nodes.Name)]
        rows = self._path(node.iter) if len(names) == 1 else None
        with self._named(dict.fromkeys(names, rows)):
            node.body = self._visited(node.body)
        node.else_ = self._visited(node.else_)
        return node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Assign:
        """What an author sets may be empty on purpose."""
        if isinstance(node.target, nodes.Name):
            self._own = {**self._own, node.target.name: None}
        return node

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.CondExpr:
        """The test of an inline `if` writes nothing."""
        node.expr1 = self.visit(node.expr1)
        node.expr2 = self.visit(node.expr2) if node.expr2 is not None else None
        return node

    def visit_Or(self, node: nodes.Or) -> nodes.Or:
        """What stands left of `or` and `and` is a test."""
        node.right = self.visit(node.right)
        return node

    visit_And = visit_Or

    def visit_Compare(self, node: nodes.Expr) -> nodes.Expr:
        """Comparisons and tests write yes or no."""
        return node

    visit_Test = visit_Not = visit_Compare

    def visit_Call(self, node: nodes.Call) -> nodes.Call:
        """What is called is no answer."""
        node.args = self._visited(node.args)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Filter:
        """A filter writes what it is given, but for those that say what is written without it."""
        if node.name not in _SAY_WHAT_THEN:
            node.node = self.visit(node.node) if node.node is not None else None
            if node.name != "party":
                node.args = self._visited(node.args)
                node.kwargs = self._visited(node.kwargs)
        return node

    def visit_Name(self, node: nodes.Expr) -> nodes.Expr:
        """A field, or a part of one."""
        path = self._path(node)
        if path is None:
            return node
        return nodes.Filter(node, FILTER, [nodes.Const(path)], [], None, None, lineno=node.lineno)

    visit_Getattr = visit_Getitem = visit_Name

    def _path(self, node: nodes.Node) -> str | None:
        """The path of an answer of the form or the workflow; None for another expression."""
        chain = path_of(node)
        if chain is None:
            return None
        first = self._own.get(chain[0], chain[0])
        return None if first is None else ".".join((first, *chain[1:]))

    def _visited(self, parts: list[Any]) -> list[Any]:
        return [self.visit(part) for part in parts]
