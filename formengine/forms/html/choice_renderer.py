"""Renders choices: radio buttons, selects, checkboxes; and choices that are read-only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.forms.html.hints import LONG, held_text, label
from formengine.forms.html.template_cache import CompiledTemplate, html, plain
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import MANY, nullable, radios
from formengine.forms.tree.node import Node

ErrorTexts = Mapping[str, str]
"""Error message by control name."""


class ChoiceRenderer:
    """The part of the Renderer for controls with options."""

    context: Context

    def _template(self, template: str, node: Node, invalid: bool, **w: Any) -> CompiledTemplate:
        raise NotImplementedError

    def _slots(self, node: Node, errors: ErrorTexts, value: str = "", extra: str = "") -> tuple[str, ...]:
        raise NotImplementedError

    def _options(self, node: Node, errors: ErrorTexts) -> str:
        options = node.shape.options or []
        raw = node.raw[-1] if node.raw else ""
        unlisted = raw.startswith("j")  # a value that is none of the options, as JSON
        invalid = node.name in errors
        if node.shape.const and node.required and not unlisted and len(options) == 1:
            text = label(self.context, *options[0])
            template = self._template("fixed", node, invalid, value_label=text, posts=True)
            return template.fill(self._slots(node, errors, "0"))
        if node.ui.get("widget") == "hidden" and not invalid:
            return self._template("hidden", node, invalid).fill(self._slots(node, errors, html(raw)))
        extra = f'<option value="{html(raw)}" selected>{html(raw[1:])}</option>' if unlisted else ""
        key = ("options", invalid, unlisted)
        cached = node.templates.get(key)
        if cached is None:
            cached = node.templates[key] = self._options_template(node, invalid, unlisted)
        template, word = cached
        return template.fill(self._slots(node, errors, "", extra), (raw,), word)

    def _options_template(self, node: Node, invalid: bool, unlisted: bool) -> tuple[CompiledTemplate, str]:
        """The template of a choice of one option, and the attribute of the option that is chosen."""
        labels = [label(self.context, value, text) for value, text in node.shape.options or []]
        if radios(node.required, len(labels), node.ui) and not unlisted:
            pairs = [(str(index), text) for index, text in enumerate(labels)]
            if not node.required:
                pairs.append(("", self.context.say("No answer")))
            return self._template("radios", node, invalid, type="radio", options=pairs), "checked"
        blank = plain(node.ui.get("placeholder")) or ("" if not node.required else self.context.say("Choose…"))
        template = self._template(
            "select", node, invalid, many=False, choice=False, blank=blank, options=labels, long=len(labels) > LONG
        )
        return template, "selected"

    def _several(self, node: Node, errors: ErrorTexts) -> str:
        options = self.context.resolver.shape(node.shape.items, None).options or []
        labels = [label(self.context, value, text) for value, text in options]
        picked = tuple(node.raw)
        unlisted = [raw for raw in picked if raw.startswith("j")]
        invalid = node.name in errors
        widget = node.ui.get("widget")
        if widget == "select" or (len(options) > MANY and widget != "checkboxes"):
            extra = "".join(f'<option value="{html(raw)}" selected>{html(raw[1:])}</option>' for raw in unlisted)
            template = self._template(
                "select", node, invalid, many=True, choice=False, blank="", options=labels, long=len(labels) > LONG
            )
            return template.fill(self._slots(node, errors, "", extra), picked, "selected")
        extra = "".join(
            f'<div class="form-check"><input class="form-check-input" type="checkbox" id="{node.name}-m{index}" '
            f'name="{node.name}" '
            f'data-pointer="{html(node.pointer)}" value="{html(raw)}" checked><label class="form-check-label" '
            f'for="{node.name}-m{index}">{html(raw[1:])}</label></div>'
            for index, raw in enumerate(unlisted)
        )
        order = " ".join(raw for raw in picked if raw.isdigit())
        extra += f'<input type="hidden" name="{node.name}-r" value="{order}">' if " " in order else ""
        pairs = [(str(index), text) for index, text in enumerate(labels)]
        template = self._template("radios", node, invalid, type="checkbox", options=pairs)
        return template.fill(self._slots(node, errors, "", extra), picked, "checked")

    def _boolean(self, node: Node, errors: ErrorTexts) -> str:
        """A question answered by yes or no."""
        key = ("boolean", node.name in errors)
        template = node.templates.get(key)
        if template is None:
            pairs = [("true", self.context.say("Yes")), ("false", self.context.say("No"))]
            if not node.required or nullable(node.shape):
                pairs.append(("", self.context.say("No answer")))
            template = node.templates[key] = self._template("radios", node, key[1], type="radio", options=pairs)
        return str(template.fill(self._slots(node, errors), (node.raw[-1] if node.raw else "",), "checked"))

    def _checkbox(self, node: Node, errors: ErrorTexts) -> str:
        template = self._template("checkbox", node, node.name in errors)
        return template.fill(self._slots(node, errors), tuple(node.raw), "checked")

    def _held(self, node: Node, errors: ErrorTexts) -> str:
        """A read-only choice, which HTML has no control for: its text, and its value in a hidden control."""
        values = [raw for raw in node.raw if raw]
        extra = "".join(
            f'<input type="hidden" name="{node.name}" data-pointer="{html(node.pointer)}" value="{html(value)}">'
            for value in values
        )
        if node.kind == "several":
            extra += f'<input type="hidden" name="{node.name}-r" value="{html(" ".join(values))}">'
        text = plain(held_text(node, self.context))
        template = self._template("fixed", node, node.name in errors, value_label=text, posts=False)
        return template.fill(self._slots(node, errors, "", extra))

    def _null(self, node: Node, errors: ErrorTexts) -> str:
        invalid = node.name in errors
        nothing = self.context.say("Nothing")
        if node.required:
            template = self._template("fixed", node, invalid, value_label=nothing, posts=True)
            return template.fill(self._slots(node, errors, "null"))
        pairs = [("null", nothing), ("", self.context.say("No answer"))]
        template = self._template("radios", node, invalid, type="radio", options=pairs)
        return template.fill(self._slots(node, errors), (node.raw[-1] if node.raw else "",), "checked")
