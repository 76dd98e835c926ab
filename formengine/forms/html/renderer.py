"""Renders a node tree as HTML: each node by its kind, from templates compiled once for each state of a control."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from formengine import json_pointer
from formengine.forms.html.hints import (
    LONG,
    add_text,
    as_range,
    columns,
    error_summary,
    file_rules,
    hint,
    is_read_only_choice,
    named_alike,
    read_only_text,
    rich,
    size_text,
    suggestions,
    unit,
)
from formengine.forms.html.input_attributes import attributes, input_type
from formengine.forms.html.option_controls import hidden_input, inputs_beside, option_values, order_input, unlisted_text
from formengine.forms.html.summary import value_html
from formengine.forms.html.template_cache import VALUE, CompiledTemplate, compile_template, html, plain, render_template
from formengine.forms.schema.shape import Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import MANY, nullable, radios
from formengine.forms.tree.control_names import PAGE_LANGUAGE, ROOT, SHOWN
from formengine.forms.tree.node import MISSING, Choice, Node, Row
from formengine.forms.tree.select_places import in_page_order
from formengine.forms.tree.value_fit import is_fixed, offered, options
from formengine.forms.tree.write_only import carried_entries
from formengine.forms.validation.field_error import FieldError

ErrorTexts = Mapping[str, str]
"""Error message by control name."""


class Renderer:
    """Renders trees of one compiled form; its compiled templates are kept in `Node.templates`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._language_and_prefix = (context.locale, context.id_prefix)
        self._by_kind: dict[str, Callable[[Node, ErrorTexts], str]] = {
            "text": self._text, "number": self._text,
            "textarea": self._textarea, "json": self._textarea, "lines": self._textarea,
            "options": self._options, "several": self._several, "boolean": self._boolean, "checkbox": self._checkbox,
            "null": self._null, "file": self._file, "files": self._file, "object": self._object, "array": self._array,
            "closed": self._closed, "none": self._none,
        }  # fmt: skip

    def html(
        self, root: Node, hidden: Mapping[str, Sequence[str]], errors: Sequence[FieldError],
        only: Container[str] | None, *, within: Container[str] | None = None, first: bool = True,
        beside: Sequence[tuple[str, str]] = (),
    ) -> str:  # fmt: skip
        """The fragment: error summary (focused when `first`), fields, and hidden controls.

        `hidden` are posted values, by control name, that no node of the tree holds. `only` renders these top-level
        properties; the values of the others travel in hidden controls. With `within`, nothing is on the page but these
        properties, hidden or not, and what belongs to none where "" is among them. `beside`: see `error_summary`.
        """
        texts = _error_texts(errors)
        out = [error_summary(root, errors, self.context, beside, first=first)] if errors or beside else []
        away: list[Node] = []
        if root.kind == "object" and not root.unrepresentable:
            own = [node for node in root.children if within is None or json_pointer.first(node.pointer) in within]
            shown = [node for node in own if only is None or json_pointer.first(node.pointer) in only]
            out += self._fields(root, shown, texts, only if only is not None else within, within)
            shown_names = {node.name for node in shown}
            away = [node for node in own if node.name not in shown_names]
        else:
            out.append(self.node(root, texts))
        carried = carried_entries(hidden, away, self.context.seal)
        out += [hidden_input(name, value) for name, values in carried.items() for value in values if value]
        out.append(hidden_input(PAGE_LANGUAGE, self.context.number_language))
        if texts:
            out.append(hidden_input(SHOWN, " ".join(texts)))
        return "".join(out)

    def _fields(
        self, root: Node, shown: list[Node], errors: ErrorTexts, only: Container[str] | None,
        within: Container[str] | None,
    ) -> list[str]:  # fmt: skip
        """The fields of the whole form, in its outermost element."""
        wide = columns(root)
        css = f" ff-columns ff-columns-{wide}" if wide else ""
        dynamic = self.context.dynamic or self.context.live
        root_id = f"{self.context.id_prefix}{ROOT}"
        out = [f'<div class="ff-form{css}"{" data-dynamic" if dynamic else ""} id="{root_id}" tabindex="-1">']
        out.append(self._optional_legend(root, only))
        if ROOT in errors:
            out.append(f'<p class="ff-error" id="{root_id}-error">{html(errors[ROOT])}</p>')
        whole = within is None or "" in within
        out.append(self._inside(root, shown, errors, selects=whole))
        out.append(self._extra_rows(root, errors) if whole else "")
        if dynamic:
            depends = self.context.dynamic
            template = self._template(root, {}, "again", lambda: {"depends": depends}, depends)
            out.append(self._fill(template, root, {}))
        out.append("</div>")
        return out

    def _optional_legend(self, root: Node, only: Container[str] | None) -> str:
        """What the marks beside labels mean, where some fields are optional and some are not."""
        computed = {json_pointer.first(child.pointer) for child in root.children if child.computed}
        fields = [field for field in self.context.fields.fields(root.shape, "") if field.name not in computed]
        if len({field.required for field in fields if only is None or field.name in only}) < 2:
            return ""
        text = self.context.say("Answer every question, except those marked (optional).")
        return f'<p class="form-text ff-marks">{html(text)}</p>'

    def node(self, node: Node, errors: ErrorTexts) -> str:
        """One node and all below; what is `writeOnly` is never shown."""
        if node.write_only:
            node = replace(node, raw=(), files=(), value=MISSING, unrepresentable=False)
        if node.computed:
            return self._computed(node, errors)
        if node.unrepresentable:
            return self._json(node, errors)
        drawn_as_text = node.read_only and is_read_only_choice(node)
        fragment = self._read_only(node, errors) if drawn_as_text else self._by_kind[node.kind](node, errors)
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
                template, node.title, node.ui.get("description", keywords.get("description", "")),
                *self._language_and_prefix, invalid=invalid, required=node.required, driver=node.driver,
                help=rich(node.ui.get("help")), hint=hint(node, self.context),
                deprecated=bool(keywords.get("deprecated")), **variables(),
            )  # fmt: skip
        return compiled

    def _fill(
        self, template: CompiledTemplate, node: Node, errors: ErrorTexts, value: str = "", extra: str = "",
        picked: tuple[str, ...] = (), word: str = "",
    ) -> str:  # fmt: skip
        """A template with the node's id, pointer and error in it; `value` and `extra` are HTML."""
        extra += inputs_beside(node, self.context, told=node.name in errors)
        slots = (node.name, html(node.pointer), value, extra, html(errors.get(node.name, "")))
        return template.fill(slots, picked, word)

    def _text(self, node: Node, errors: ErrorTexts) -> str:
        value = node.raw[0] if node.raw else ""
        if "\n" in value or "\r" in value:  # which a box of one line would drop
            return self._textarea(node, errors)
        kind, shown = input_type(node, value)
        if kind == "hidden" and node.name not in errors:
            return self._fill(self._template(node, errors, "hidden"), node, errors, html(shown))
        state = (kind, self.context.zone) if self.context.zone_named else kind
        template = node.templates.get(("text", state, node.name in errors, node.driver)) or self._template(
            node, errors, "text", lambda: {
                "type": kind, "attributes": as_range(node, value) if kind == "range" else attributes(node, kind),
                "examples": suggestions(node), "unit": unit(node, kind),
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
        unlisted = raw != "" and raw not in offered(node.shape)
        if node.ui.get("widget") == "hidden" and node.name not in errors:
            return self._fill(self._template(node, errors, "hidden"), node, errors, html(raw))
        if is_fixed(node) and not unlisted:
            label = option_values(self.context, options(node))[0][1]
            template = self._template(node, errors, "fixed", lambda: {"value_label": label, "posts": True})
            return self._fill(template, node, errors, html(raw))
        if radios(node.required, len(options(node)), node.ui) and not unlisted:
            nothing = () if node.required else (("", self.context.say("No answer")),)
            return self._radios(node, errors, lambda: (*option_values(self.context, options(node)), *nothing), (raw,))
        blank = plain(node.ui.get("placeholder")) or self.context.say("Choose…" if node.required else "No answer")
        return self._select(node, errors, node.shape, (raw,), blank=blank, many=False)

    def _radios(
        self, node: Node, errors: ErrorTexts, pairs: Callable[[], Sequence[tuple[str, str]]], picked: tuple[str, ...],
        *, type: str = "radio", extra: str = "",
    ) -> str:  # fmt: skip
        """Radio buttons or checkboxes; `pairs` are their values and labels."""
        template = self._template(node, errors, "radios", lambda: {"type": type, "options": tuple(pairs())})
        return self._fill(template, node, errors, "", extra, tuple(map(html, picked)), "checked")

    def _select(
        self, node: Node, errors: ErrorTexts, shape: Shape, picked: tuple[str, ...],
        *, blank: str, many: bool,
    ) -> str:  # fmt: skip
        """A select; the values in `picked` that are none of the options are further options."""
        unlisted = [raw for raw in picked if raw and raw not in offered(shape)]
        further = "".join(
            [f'<option value="{html(raw)}" selected>{html(unlisted_text(raw))}</option>' for raw in unlisted]
        )
        template = self._template(node, errors, "select", lambda: {
            "many": many, "choice": False, "blank": blank, "options": option_values(self.context, shape.options or []),
            "long": len(offered(shape)) > LONG,
        })  # fmt: skip
        control = self._fill(template, node, errors, further, "", tuple(map(html, picked)), "selected")
        return control + order_input(node) if many else control

    def _several(self, node: Node, errors: ErrorTexts) -> str:
        items = self.context.resolver.shape(node.shape.items, None)
        picked = tuple(node.raw)
        widget = node.ui.get("widget")
        if widget == "select" or (len(offered(items)) > MANY and widget != "checkboxes"):
            return self._select(node, errors, items, picked, blank="", many=True)
        own_id = f"{self.context.id_prefix}{node.name}-m"
        extra = "".join(
            f'<div class="form-check"><input class="form-check-input" type="checkbox" id="{own_id}{index}" '
            f'name="{node.name}" data-pointer="{html(node.pointer)}" value="{html(raw)}" checked>'
            f'<label class="form-check-label" for="{own_id}{index}">{html(unlisted_text(raw))}</label></div>'
            for index, raw in enumerate(raw for raw in picked if raw not in offered(items))
        )
        pairs = lambda: option_values(self.context, items.options or [])  # noqa: E731
        return self._radios(node, errors, pairs, picked, type="checkbox", extra=extra + order_input(node))

    def _boolean(self, node: Node, errors: ErrorTexts) -> str:
        """A question answered by yes or no."""

        def pairs() -> list[tuple[str, str]]:
            answers = [("true", self.context.say("Yes")), ("false", self.context.say("No"))]
            is_needed = node.required and not nullable(node.shape)
            return answers if is_needed else [*answers, ("", self.context.say("No answer"))]

        return self._radios(node, errors, pairs, (node.raw[-1] if node.raw else "",))

    def _checkbox(self, node: Node, errors: ErrorTexts) -> str:
        template = self._template(node, errors, "checkbox")
        return self._fill(template, node, errors, picked=tuple(node.raw), word="checked")

    def _read_only(self, node: Node, errors: ErrorTexts) -> str:
        """A read-only choice, which HTML has no control for: its text, and its value in a hidden control."""
        values = [file["id"] for file in node.files] or [raw for raw in node.raw if raw]
        name = f"{node.name}-f" if node.files else node.name
        extra = "".join(
            f'<input type="hidden" name="{name}" data-pointer="{html(node.pointer)}" value="{html(value)}">'
            for value in values
        )
        if node.kind == "several":
            extra += order_input(node)
        text = html(plain(read_only_text(node, self.context)))
        template = self._template(node, errors, "fixed", lambda: {"value_label": VALUE, "posts": False})
        return self._fill(template, node, errors, text, extra)

    def _computed(self, node: Node, errors: ErrorTexts) -> str:
        """A computed answer: its value as people read it; there is no control, because a post never changes it."""
        text = value_html(node, self.context) or html(self.context.say("Not known yet"))
        return self._fill(self._template(node, errors, "computed"), node, errors, "", text)

    def _null(self, node: Node, errors: ErrorTexts) -> str:
        nothing = self.context.say("Nothing")
        if node.required:
            template = self._template(node, errors, "fixed", lambda: {"value_label": nothing, "posts": True})
            return self._fill(template, node, errors, html(node.raw[-1] if node.raw else ""))
        pairs = (("null", nothing), ("", self.context.say("No answer")))
        return self._radios(node, errors, lambda: pairs, (node.raw[-1] if node.raw else "",))

    def _file(self, node: Node, errors: ErrorTexts) -> str:
        locale, prefix = self._language_and_prefix
        extra = "".join(
            render_template(
                "kept", PREFIX=prefix, ID=node.name, POINTER=node.pointer, say=self.context.say,
                file=file, size=size_text(file["size"], locale) if isinstance(file.get("size"), int) else "",
            )
            for file in node.files
        )  # fmt: skip
        template = self._template(node, errors, "file", lambda: {
            "many": node.kind == "files", "attributes": attributes(node, "file", file_rules(node, self.context)[0]),
        })  # fmt: skip
        return self._fill(template, node, errors, "", extra)

    def _object(self, node: Node, errors: ErrorTexts) -> str:
        extra = self._inside(node, node.children, errors) + self._extra_rows(node, errors)
        if node.opened:
            extra += hidden_input(f"{node.name}-o", "1")

        def variables() -> dict[str, Any]:
            css = node.shape.keywords.get("$kind", "")
            css = css if isinstance(css, str) and css.isalpha() else ""
            return {"css": css, "columns": columns(node), "named_alike": named_alike(node)}

        return self._fill(self._template(node, errors, "group", variables, named_alike(node)), node, errors, "", extra)

    def _array(self, node: Node, errors: ErrorTexts) -> str:
        inner = [self._choices(node, errors), *(self.node(child, errors) for child in node.children[: node.first])]
        rows = node.children[node.first :]
        last = len(rows) - 1
        if node.read_only:
            inner += [self.node(row, errors) for row in rows]
        else:
            inner += [self._row(row, row.title, errors, index > 0, index < last) for index, row in enumerate(rows)]
        if node.open_ended or node.row_order:
            inner.append(hidden_input(f"{node.name}-r", " ".join(node.row_order)))
        if node.opened:
            inner.append(hidden_input(f"{node.name}-o", "1"))
        template = self._template(node, errors, "list", lambda: {
            "add": add_text(node, self.context), "suffix": "", "first": node.first,
        })  # fmt: skip
        return self._fill(template, node, errors, "", "".join(inner))

    def _row(self, child: Node, title: str, errors: ErrorTexts, up: bool, down: bool, before: str = "") -> str:
        """A row with its buttons; `up` and `down` say whether it can be moved."""
        template = compile_template("row", "", "", *self._language_and_prefix, up=up, down=down)
        inner = before + self.node(child, errors)
        return template.fill((child.name, html(child.pointer), html(title), inner, ""))

    def _extra_rows(self, node: Node, errors: ErrorTexts) -> str:
        if not node.open_ended or node.kind != "object":
            return ""
        inner = "".join(
            self._row(row.node, row.key, errors, False, False, self._key(node, row, errors)) for row in node.extra
        )
        template = compile_template("rows", node.title, "", *self._language_and_prefix, suffix="-x")
        keys = " ".join(row.key_id for row in node.extra)
        return template.fill((node.name, html(node.pointer), keys, inner, ""))

    def _key(self, node: Node, row: Row, errors: ErrorTexts) -> str:
        """The control for the property name of a key-value row."""
        name = node.key_name(row.key_id)
        names = tuple(row.names) if row.names else None
        template = compile_template(
            "key", "", "", *self._language_and_prefix, options=names, key=plain(row.key) if names else "",
            invalid=name in errors, lines="\n" in row.key or "\r" in row.key,
        )  # fmt: skip
        return template.fill((name, html(node.pointer), html(row.key), "", html(errors.get(name, ""))))

    def _closed(self, node: Node, errors: ErrorTexts) -> str:
        return self._fill(self._template(node, {}, "closed"), node, errors)

    def _none(self, node: Node, errors: ErrorTexts) -> str:
        inner = self._choices(node, errors)
        inner += inputs_beside(node, self.context, told=False)
        return f'<div class="ff-union" id="{self.context.id_prefix}{node.name}" tabindex="-1">{inner}</div>'

    def _inside(self, node: Node, shown: Sequence[Node], errors: ErrorTexts, *, selects: bool = True) -> str:
        order = in_page_order(node, shown) if node.choices and selects else shown
        parts = [self._choice(node, part, errors) if isinstance(part, Choice) else self.node(part, errors)
                 for part in order]  # fmt: skip
        return "".join(parts)

    def _choices(self, node: Node, errors: ErrorTexts) -> str:
        return "".join([self._choice(node, choice, errors) for choice in node.selects]) if node.choices else ""

    def _choice(self, node: Node, choice: Choice, errors: ErrorTexts) -> str:
        """The select that chooses a branch or a type."""
        say, invalid = self.context.say, choice.name in errors
        if choice.fixed:
            return "" if choice.chosen is None else hidden_input(choice.name, choice.values[choice.chosen])
        key = ("choice", choice.name.rpartition("-")[2], invalid)
        template = node.templates.get(key)
        if template is None:
            title = say("{title}: which?", title=node.title or say("Form"))
            template = node.templates[key] = compile_template(
                "select", title, "", *self._language_and_prefix, required=node.required, invalid=invalid, many=False,
                choice=True, blank=say("Choose…"), mark_optional=node.kind == "none",
                options=tuple(zip(choice.values, map(plain, choice.labels), strict=True)),
            )  # fmt: skip
        picked = "" if choice.chosen is None else choice.values[choice.chosen]
        slots = (choice.name, html(node.pointer), "", "", html(errors.get(choice.name, "")))
        return str(template.fill(slots, (picked,), "selected"))


def _error_texts(errors: Sequence[FieldError]) -> dict[str, str]:
    """The messages of each control as one text, each message once."""
    texts: dict[str, str] = {}
    for error in errors:
        name = error.control_id or ROOT
        if error.message not in texts.get(name, ""):
            texts[name] = f"{texts[name]} {error.message}" if name in texts else error.message
    return texts
