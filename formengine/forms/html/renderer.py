"""Renders a node tree as HTML: each node by its kind, from templates compiled once for each state of a control."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from formengine import json_pointer
from formengine.forms.html.hints import (
    LONG,
    as_range,
    columns,
    file_rules,
    held_text,
    hint,
    is_held,
    label,
    rich,
    size_text,
    suggestions,
    summary,
)
from formengine.forms.html.input_attributes import attributes, input_type
from formengine.forms.html.template_cache import VALUE, CompiledTemplate, compile_template, html, plain, render_template
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import MANY, nullable, radios
from formengine.forms.tree.control_names import SHOWN
from formengine.forms.tree.node import Choice, Node, Row
from formengine.forms.tree.value_fit import options, settled
from formengine.forms.validation.field_error import FieldError

ErrorTexts = Mapping[str, str]
"""Error message by control name."""


class Renderer:
    """Renders trees of one compiled form; its compiled templates are kept in `Node.templates`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._by_kind: dict[str, Callable[[Node, ErrorTexts], str]] = {
            "text": self._text, "number": self._text,
            "textarea": self._textarea, "json": self._textarea, "lines": self._textarea,
            "options": self._options, "several": self._several, "boolean": self._boolean, "checkbox": self._checkbox,
            "null": self._null, "file": self._file, "files": self._file, "object": self._object, "array": self._array,
            "closed": self._closed, "none": self._none,
        }  # fmt: skip

    def html(
        self, root: Node, hidden: Mapping[str, Sequence[str]], errors: Sequence[FieldError],
        only: Collection[str] | None, *, first: bool = True,
    ) -> str:  # fmt: skip
        """The fragment: error summary (focused when `first`), fields, and hidden controls.

        `hidden` are posted values, by control name, that no node of the tree holds. `only` renders these top-level
        properties; the values of the others travel in hidden controls.
        """
        texts = _error_texts(errors)
        out = [summary(root, errors, self.context, first=first)] if errors else []
        carried = {name: values for name, values in hidden.items() if any(values)}
        if root.kind == "object" and not root.unrepresentable:
            shown = [node for node in root.children if only is None or json_pointer.first(node.pointer) in only]
            out += self._fields(root, shown, texts, only)
            if only is not None:
                shown_names = {node.name for node in shown}
                for node in [child for child in root.children if child.name not in shown_names]:
                    for inner in node.walk():
                        carried.update(inner.entries())
        else:
            out.append(self.node(root, texts))
        out += [_hidden(name, value) for name, values in carried.items() for value in values if value]
        if texts:
            out.append(_hidden(SHOWN, " ".join(texts)))
        return "".join(out)

    def _fields(self, root: Node, shown: list[Node], errors: ErrorTexts, only: Collection[str] | None) -> list[str]:
        """The fields of the whole form, in its outermost element."""
        wide = columns(root)
        css = f" ff-columns ff-columns-{wide}" if wide else ""
        dynamic = self.context.dynamic
        out = [f'<div class="ff-form{css}"{" data-dynamic" if dynamic else ""} id="f" tabindex="-1">']
        out.append(self._optional_legend(root, only))
        if "f" in errors:
            out.append(f'<p class="ff-error" id="f-error">{html(errors["f"])}</p>')
        out.append(self._choices(root, errors))
        out += [self.node(node, errors) for node in shown]
        out.append(self._extra_rows(root, errors))
        if dynamic:
            out.append(self._fill(self._template(root, {}, "again"), root, {}))
        out.append("</div>")
        return out

    def _optional_legend(self, root: Node, only: Collection[str] | None) -> str:
        """What the marks beside labels mean, where some fields are optional and some are not."""
        shape = root.shape
        names = [name for name, parts in shape.properties.items() if not any(part is False for part in parts)]
        if len({name in shape.required for name in names if only is None or name in only}) < 2:
            return ""
        text = self.context.say("Answer every question, except those marked (optional).")
        return f'<p class="form-text ff-marks">{html(text)}</p>'

    def node(self, node: Node, errors: ErrorTexts) -> str:
        """One node and all below."""
        if node.unrepresentable:
            return self._json(node, errors)
        fragment = self._held(node, errors) if is_held(node) else self._by_kind[node.kind](node, errors)
        if not node.choices or node.kind in ("object", "array", "none"):
            return fragment
        return self._choices(node, errors) + fragment

    def _template(
        self, node: Node, errors: ErrorTexts, template: str, variables: Callable[[], dict[str, Any]] = dict,
        state: Any = None,
    ) -> CompiledTemplate:  # fmt: skip
        """The template of a control in one state, compiled when first used; only then `variables` are computed."""
        invalid = node.name in errors
        key = (template, state, invalid, node.driver)
        compiled: CompiledTemplate | None = node.templates.get(key)
        if compiled is None:
            keywords = node.shape.keywords
            compiled = node.templates[key] = compile_template(
                template, node.title, node.ui.get("description", keywords.get("description", "")), self.context.locale,
                invalid=invalid, required=node.required, driver=node.driver, help=rich(node.ui.get("help")),
                hint=hint(node, self.context), deprecated=bool(keywords.get("deprecated")), **variables(),
            )  # fmt: skip
        return compiled

    def _fill(
        self, template: CompiledTemplate, node: Node, errors: ErrorTexts, value: str = "", extra: str = "",
        picked: tuple[str, ...] = (), word: str = "",
    ) -> str:  # fmt: skip
        """A template with the node's id, pointer and error in it; `value` and `extra` are HTML."""
        if node.was:
            extra += f'<input type="hidden" name="{node.name}-n" value="{html(node.was)}">'
        error = errors.get(node.name)
        slots = (node.name, html(node.pointer), value, extra, html(error) if error else "")
        return template.fill(slots, picked, word)

    def _text(self, node: Node, errors: ErrorTexts) -> str:
        value = node.raw[0] if node.raw else ""
        if "\n" in value:
            return self._textarea(node, errors)
        kind, shown = input_type(node, value)
        if kind == "hidden" and node.name not in errors:
            return self._fill(self._template(node, errors, "hidden"), node, errors, html(shown))
        state = (kind, self.context.zone) if self.context.zone_named else kind
        template = node.templates.get(("text", state, node.name in errors, node.driver)) or self._template(
            node, errors, "text", lambda: {
                "type": kind, "attributes": as_range(node, value) if kind == "range" else attributes(node, kind),
                "examples": suggestions(node),
            }, state,
        )  # fmt: skip
        return self._fill(template, node, errors, html(shown))

    def _textarea(self, node: Node, errors: ErrorTexts) -> str:
        def variables() -> dict[str, Any]:
            rows = node.ui.get("rows", 3 if node.kind == "lines" else 5)
            return {"rows": rows if isinstance(rows, int) else 5, "suffix": "", "code": node.kind == "json",
                    "attributes": attributes(node, "textarea")}  # fmt: skip

        template = self._template(node, errors, "textarea", variables)
        return self._fill(template, node, errors, html(node.raw[0] if node.raw else ""))

    def _json(self, node: Node, errors: ErrorTexts) -> str:
        """A value that the control cannot represent, as JSON text."""
        template = self._template(node, errors, "textarea", lambda: {"rows": 3, "suffix": "-j", "code": True}, "json")
        return self._choices(node, errors) + self._fill(template, node, errors, html(node.raw[0]))

    def _options(self, node: Node, errors: ErrorTexts) -> str:
        raw = node.raw[-1] if node.raw else ""
        unlisted = raw.startswith("j")  # a value that is none of the options, as JSON
        if settled(node) and not unlisted:
            template = self._template(
                node, errors, "fixed", lambda: {"value_label": self._labels(options(node))[0], "posts": True}
            )
            return self._fill(template, node, errors, "0")
        if node.ui.get("widget") == "hidden" and node.name not in errors:
            return self._fill(self._template(node, errors, "hidden"), node, errors, html(raw))
        if radios(node.required, len(options(node)), node.ui) and not unlisted:
            nothing = () if node.required else (("", self.context.say("No answer")),)
            return self._radios(node, errors, lambda: (*_numbered(self._labels(options(node))), *nothing), (raw,))
        blank = plain(node.ui.get("placeholder")) or ("" if not node.required else self.context.say("Choose…"))
        return self._select(node, errors, options(node), (raw,), blank=blank, many=False)

    def _radios(
        self, node: Node, errors: ErrorTexts, pairs: Callable[[], Sequence[tuple[str, str]]], picked: tuple[str, ...],
        *, type: str = "radio", extra: str = "",
    ) -> str:  # fmt: skip
        """Radio buttons or checkboxes; `pairs` are their values and labels."""
        template = self._template(node, errors, "radios", lambda: {"type": type, "options": tuple(pairs())})
        return self._fill(template, node, errors, "", extra, picked, "checked")

    def _select(
        self, node: Node, errors: ErrorTexts, options: list[tuple[Any, str | None]], picked: tuple[str, ...],
        *, blank: str, many: bool,
    ) -> str:  # fmt: skip
        """A select; the values in `picked` that are none of the options are further options."""
        extra = "".join(
            f'<option value="{html(raw)}" selected>{html(raw[1:])}</option>' for raw in picked if raw.startswith("j")
        )
        template = self._template(node, errors, "select", lambda: {
            "many": many, "choice": False, "blank": blank, "options": self._labels(options),
            "long": len(options) > LONG,
        })  # fmt: skip
        return self._fill(template, node, errors, "", extra, picked, "selected")

    def _several(self, node: Node, errors: ErrorTexts) -> str:
        item_options = self.context.resolver.shape(node.shape.items, None).options or []
        picked = tuple(node.raw)
        widget = node.ui.get("widget")
        if widget == "select" or (len(item_options) > MANY and widget != "checkboxes"):
            return self._select(node, errors, item_options, picked, blank="", many=True)
        extra = "".join(
            f'<div class="form-check"><input class="form-check-input" type="checkbox" id="{node.name}-m{index}" '
            f'name="{node.name}" '
            f'data-pointer="{html(node.pointer)}" value="{html(raw)}" checked><label class="form-check-label" '
            f'for="{node.name}-m{index}">{html(raw[1:])}</label></div>'
            for index, raw in enumerate(raw for raw in picked if raw.startswith("j"))
        )
        order = " ".join(raw for raw in picked if raw.isdigit())
        extra += _hidden(f"{node.name}-r", order) if " " in order else ""
        pairs = lambda: _numbered(self._labels(item_options))  # noqa: E731
        return self._radios(node, errors, pairs, picked, type="checkbox", extra=extra)

    def _boolean(self, node: Node, errors: ErrorTexts) -> str:
        """A question answered by yes or no."""

        def pairs() -> list[tuple[str, str]]:
            answers = [("true", self.context.say("Yes")), ("false", self.context.say("No"))]
            return (
                answers
                if node.required and not nullable(node.shape)
                else [*answers, ("", self.context.say("No answer"))]
            )

        return self._radios(node, errors, pairs, (node.raw[-1] if node.raw else "",))

    def _checkbox(self, node: Node, errors: ErrorTexts) -> str:
        template = self._template(node, errors, "checkbox")
        return self._fill(template, node, errors, picked=tuple(node.raw), word="checked")

    def _held(self, node: Node, errors: ErrorTexts) -> str:
        """A read-only choice, which HTML has no control for: its text, and its value in a hidden control."""
        values = [raw for raw in node.raw if raw]
        extra = "".join(
            f'<input type="hidden" name="{node.name}" data-pointer="{html(node.pointer)}" value="{html(value)}">'
            for value in values
        )
        if node.kind == "several":
            extra += _hidden(f"{node.name}-r", " ".join(values))
        text = html(plain(held_text(node, self.context)))
        template = self._template(node, errors, "fixed", lambda: {"value_label": VALUE, "posts": False})
        return self._fill(template, node, errors, text, extra)

    def _null(self, node: Node, errors: ErrorTexts) -> str:
        nothing = self.context.say("Nothing")
        if node.required:
            template = self._template(node, errors, "fixed", lambda: {"value_label": nothing, "posts": True})
            return self._fill(template, node, errors, "null")
        pairs = (("null", nothing), ("", self.context.say("No answer")))
        return self._radios(node, errors, lambda: pairs, (node.raw[-1] if node.raw else "",))

    def _file(self, node: Node, errors: ErrorTexts) -> str:
        extra = "".join(
            render_template(
                "kept", ID=node.name, POINTER=node.pointer, say=self.context.say, file=file,
                size=size_text(file["size"], self.context.locale) if isinstance(file.get("size"), int) else "",
            )
            for file in node.files
        )  # fmt: skip
        template = self._template(node, errors, "file", lambda: {
            "many": node.kind == "files", "attributes": attributes(node, "file", file_rules(node, self.context)[0]),
        })  # fmt: skip
        return self._fill(template, node, errors, "", extra)

    def _object(self, node: Node, errors: ErrorTexts) -> str:
        inner = "".join([self.node(child, errors) for child in node.children])
        extra = self._choices(node, errors) + inner + self._extra_rows(node, errors)
        if node.opened:
            extra += _hidden(f"{node.name}-o", "1")

        def variables() -> dict[str, Any]:
            css = node.shape.keywords.get("$kind", "")
            return {"css": css if isinstance(css, str) and css.isalpha() else "", "columns": columns(node)}

        return self._fill(self._template(node, errors, "group", variables), node, errors, "", extra)

    def _array(self, node: Node, errors: ErrorTexts) -> str:
        inner = [self._choices(node, errors), *(self.node(child, errors) for child in node.children[: node.first])]
        rows = node.children[node.first :]
        last = len(rows) - 1
        inner += [self._row(row, row.title, errors, index > 0, index < last) for index, row in enumerate(rows)]
        if node.open_ended:
            inner.append(_hidden(f"{node.name}-r", " ".join(node.keys)))
        if node.opened:
            inner.append(_hidden(f"{node.name}-o", "1"))
        template = self._template(
            node, errors, "list", lambda: {"add": node.open_ended, "suffix": "", "first": node.first}
        )
        return self._fill(template, node, errors, "", "".join(inner))

    def _row(self, child: Node, title: str, errors: ErrorTexts, up: bool, down: bool, before: str = "") -> str:
        """A row with its buttons; `up` and `down` say whether it can be moved."""
        template = compile_template("row", "", "", self.context.locale, up=up, down=down)
        inner = before + self.node(child, errors)
        return template.fill((child.name, html(child.pointer), html(title), inner, ""))

    def _extra_rows(self, node: Node, errors: ErrorTexts) -> str:
        if not node.open_ended or node.kind != "object":
            return ""
        inner = "".join(
            self._row(row.node, row.key, errors, False, False, self._key(node, row, errors)) for row in node.extra
        )
        template = compile_template("rows", node.title, "", self.context.locale, suffix="-x")
        keys = " ".join(row.key_id for row in node.extra)
        return template.fill((node.name, html(node.pointer), keys, inner, ""))

    def _key(self, node: Node, row: Row, errors: ErrorTexts) -> str:
        """The control for the property name of a key-value row."""
        name = f"{node.name}-x-{row.key_id}-k"
        names = tuple(row.names) if row.names else None
        template = compile_template(
            "key", "", "", self.context.locale, options=names, key=plain(row.key) if names else "",
            invalid=name in errors,
        )  # fmt: skip
        return template.fill((name, html(node.pointer), html(row.key), "", html(errors.get(name, ""))))

    def _closed(self, node: Node, errors: ErrorTexts) -> str:
        return self._fill(self._template(node, {}, "closed"), node, errors)

    def _none(self, node: Node, errors: ErrorTexts) -> str:
        inner = self._choices(node, errors)
        return f'<div class="ff-union" id="{node.name}" tabindex="-1">{inner}</div>'

    def _choices(self, node: Node, errors: ErrorTexts) -> str:
        return "".join([self._choice(node, choice, errors) for choice in node.choices]) if node.choices else ""

    def _choice(self, node: Node, choice: Choice, errors: ErrorTexts) -> str:
        """The select that chooses a branch or a type."""
        say, invalid = self.context.say, choice.name in errors
        key = ("choice", choice.name.removeprefix(node.name), invalid)
        template = node.templates.get(key)
        if template is None:
            title = say("{title}: which?", title=node.title or say("Form"))
            template = node.templates[key] = compile_template(
                "select", title, "", self.context.locale, required=node.required, invalid=invalid, many=False,
                choice=True, blank=say("Choose…"), options=tuple(map(plain, choice.labels)),
            )  # fmt: skip
        picked = "" if choice.chosen is None else str(choice.chosen)
        slots = (choice.name, html(node.pointer), "", "", html(errors.get(choice.name, "")))
        return str(template.fill(slots, (picked,), "selected"))

    def _labels(self, options: list[tuple[Any, str | None]]) -> tuple[str, ...]:
        return tuple(label(self.context, value, text) for value, text in options)


def _numbered(labels: Sequence[str]) -> list[tuple[str, str]]:
    return [(str(index), text) for index, text in enumerate(labels)]


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{html(value)}">'


def _error_texts(errors: Sequence[FieldError]) -> dict[str, str]:
    """The messages of each control as one text, each message once."""
    texts: dict[str, str] = {}
    for error in errors:
        name = error.control_id or "f"
        if error.message not in texts.get(name, ""):
            texts[name] = f"{texts[name]} {error.message}" if name in texts else error.message
    return texts
