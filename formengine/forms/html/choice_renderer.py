"""How choices are drawn: radio buttons, a select, checkboxes; and those that are only read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.forms.html.hints import LONG, held_text, label
from formengine.forms.html.template_cache import Piece, html, plain
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import MANY, nullable, radios
from formengine.forms.tree.node import Node

Errors = Mapping[str, str]


class Choosing:
    """The part of the Renderer that draws choices."""

    context: Context

    def _piece(self, template: str, node: Node, invalid: bool, **w: Any) -> Piece:
        raise NotImplementedError

    def _holes(self, node: Node, errors: Errors, value: str = "", extra: str = "") -> tuple[str, ...]:
        raise NotImplementedError

    def _options(self, node: Node, errors: Errors) -> str:
        options = node.shape.options or []
        raw = node.raw[-1] if node.raw else ""
        misfit = raw.startswith("j")
        invalid = node.name in errors
        if node.shape.const and node.required and not misfit and len(options) == 1:
            said = label(self.context, *options[0])
            drawn = self._piece("fixed", node, invalid, value_label=said, posts=True)
            return drawn.fill(self._holes(node, errors, "0"))
        if node.ui.get("widget") == "hidden" and not invalid:
            return self._piece("hidden", node, invalid).fill(self._holes(node, errors, html(raw)))
        extra = f'<option value="{html(raw)}" selected>{html(raw[1:])}</option>' if misfit else ""
        drawn, word = self.options_piece(node, invalid=invalid, misfit=misfit)
        return drawn.fill_picked(self._holes(node, errors, "", extra), (raw,), word)

    def options_piece(self, node: Node, *, invalid: bool = False, misfit: bool = False) -> tuple[Piece, str]:
        """The piece of a choice among options, and the word for what is picked in it."""
        options = node.shape.options or []
        labels = [label(self.context, value, text) for value, text in options]
        if radios(node.required, len(options), node.ui) and not misfit:
            pairs = [(str(n), text) for n, text in enumerate(labels)]
            if not node.required:
                pairs.append(("", self.context.say("No answer")))
            return self._piece("radios", node, invalid, type="radio", options=pairs), "checked"
        blank = plain(node.ui.get("placeholder")) or ("" if not node.required else self.context.say("Choose…"))
        drawn = self._piece(
            "select", node, invalid, many=False, choice=False, blank=blank, options=labels, long=len(labels) > LONG
        )
        return drawn, "selected"

    def _several(self, node: Node, errors: Errors) -> str:
        options = self.context.resolver.shape(node.shape.items, None).options or []
        labels = [label(self.context, value, text) for value, text in options]
        picked = tuple(node.raw)
        misfits = [one for one in picked if one.startswith("j")]
        invalid = node.name in errors
        widget = node.ui.get("widget")
        if widget == "select" or (len(options) > MANY and widget != "checkboxes"):
            extra = "".join(f'<option value="{html(one)}" selected>{html(one[1:])}</option>' for one in misfits)
            drawn = self._piece(
                "select", node, invalid, many=True, choice=False, blank="", options=labels, long=len(labels) > LONG
            )
            return drawn.fill_picked(self._holes(node, errors, "", extra), picked, "selected")
        extra = "".join(
            f'<div class="form-check"><input class="form-check-input" type="checkbox" id="{node.name}-m{n}" '
            f'name="{node.name}" '
            f'data-pointer="{html(node.pointer)}" value="{html(one)}" checked><label class="form-check-label" '
            f'for="{node.name}-m{n}">{html(one[1:])}</label></div>'
            for n, one in enumerate(misfits)
        )
        order = " ".join(one for one in picked if one.isdigit())
        extra += f'<input type="hidden" name="{node.name}-r" value="{order}">' if " " in order else ""
        pairs = [(str(n), text) for n, text in enumerate(labels)]
        drawn = self._piece("radios", node, invalid, type="checkbox", options=pairs)
        return drawn.fill_picked(self._holes(node, errors, "", extra), picked, "checked")

    def _boolean(self, node: Node, errors: Errors) -> str:
        raw = node.raw[-1] if node.raw else ""
        drawn = self.boolean_piece(node, invalid=node.name in errors)
        return drawn.fill_picked(self._holes(node, errors), (raw,), "checked")

    def boolean_piece(self, node: Node, *, invalid: bool = False) -> Piece:
        """The piece of a question answered by yes or no."""
        pairs = [("true", self.context.say("Yes")), ("false", self.context.say("No"))]
        if not node.required or nullable(node.shape):
            pairs.append(("", self.context.say("No answer")))
        return self._piece("radios", node, invalid, type="radio", options=pairs)

    def _checkbox(self, node: Node, errors: Errors) -> str:
        drawn = self._piece("checkbox", node, node.name in errors)
        return drawn.fill_picked(self._holes(node, errors), tuple(node.raw), "checked")

    def _held(self, node: Node, errors: Errors) -> str:
        """A value that is only read, where browsers know no control that is: it travels hidden."""
        held = [one for one in node.raw if one]
        extra = "".join(
            f'<input type="hidden" name="{node.name}" data-pointer="{html(node.pointer)}" value="{html(one)}">'
            for one in held
        )
        if node.kind == "several":
            extra += f'<input type="hidden" name="{node.name}-r" value="{html(" ".join(held))}">'
        said = plain(held_text(node, self.context))
        drawn = self._piece("fixed", node, node.name in errors, value_label=said, posts=False)
        return drawn.fill(self._holes(node, errors, "", extra))

    def _null(self, node: Node, errors: Errors) -> str:
        if node.required:
            return self._piece(
                "fixed", node, node.name in errors, value_label=self.context.say("Nothing"), posts=True
            ).fill(self._holes(node, errors, "null"))
        pairs = [("null", self.context.say("Nothing")), ("", self.context.say("No answer"))]
        drawn = self._piece("radios", node, node.name in errors, type="radio", options=pairs)
        return drawn.fill_picked(self._holes(node, errors), (node.raw[-1] if node.raw else "",), "checked")
