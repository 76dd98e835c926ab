"""The passes in which an object is built whose schema depends on its own values, until these call up nothing more.

A chain of questions, each shown for the answer to the one before, takes a pass for each. Rules that contradict
themselves never settle: *A hides B*, and *without B, A is none*. Their passes end where they begin to repeat, with all
that any of them asks for, so that nothing typed is lost unsaid.
"""

from __future__ import annotations

from typing import Any

from formengine.forms.schema.shape import Shape


class BuildPasses:
    """The passes over one object so far. The last of them has `ended` set before it, and is the one that counts."""

    def __init__(self) -> None:
        self.ended = False
        self._numbers: dict[int, int] = {}  # of the passes, by the identity of their shape
        self._passes: list[tuple[Shape, Any, int]] = []

    def value_after(self, shape: Shape, value: Any, held: Any) -> Any:
        """The value for which to build again, after a pass for `value` that came to `shape` and `held` other values.

        A chain settles one of its conditions with each pass, so that it needs no more passes than its shape has
        conditions and unions. Rules that go round come back to a shape, most of them after two passes for each
        condition (each question of a ring hides the next); what has taken longer never settles either.
        """
        first = self._numbers.get(id(shape))
        size = len(held) if isinstance(held, (dict, list)) else 0
        most = 2 * (len(shape.conditions) + len(shape.unions)) + 2
        if first is None and len(self._passes) < most:
            self._numbers[id(shape)] = len(self._passes)
            self._passes.append((shape, value, size))  # holding the shape keeps its id from being reused
            return held
        self.ended = True
        circle = self._passes[first or 0 :]
        return max(circle, key=lambda before: before[2])[1] if circle else held
