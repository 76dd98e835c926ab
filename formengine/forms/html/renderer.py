"""Renders a node tree as HTML: each node by its kind, from templates compiled once for each state of a control."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.html.choice_renderer import ChoiceRenderer, ErrorTexts
from formengine.forms.html.hints import (
    as_range,
    columns,
    file_rules,
    hint,
    is_held,
    rich,
    size_text,
    suggestions,
    summary,
)
from formengine.forms.html.input_attributes import attributes, input_type
from formengine.forms.html.template_cache import CompiledTemplate, compile_template, html, plain
from formengine.forms.schema.resolver import Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_names import SHOWN
from formengine.forms.tree.node import NO_UI, Choice, Node, Row
from formengine.forms.validation.field_error import FieldError

_MAX_TEMPLATES: Final = 20_000


class Renderer(ChoiceRenderer):
    """Renders trees of one compiled form; keeps only templates, which depend on the form alone."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._templates: dict[tuple[Any, ...], CompiledTemplate] = {}
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
        out += [
            f'<input type="hidden" name="{name}" value="{html(value)}">'
            for name, values in carried.items()
            for value in values
            if value
        ]
        if texts:
            out.append(f'<input type="hidden" name="{SHOWN}" value="{html(" ".join(texts))}">')
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
            out.append(self._template("again", root, False).fill(self._slots(root, {})))
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

    def _template(self, template: str, node: Node, invalid: bool, **w: Any) -> CompiledTemplate:
        """The template of a control in one state, compiled when first used; `w` are variables of the template."""
        keywords = node.shape.keywords
        about = node.ui.get("description", keywords.get("description", ""))
        variables = [tuple(value) if isinstance(value, list) else value for value in w.values()]
        note, old = hint(node, self.context), bool(keywords.get("deprecated"))
        key = (template, invalid, node.title, node.required, id(node.ui), node.driver, about, note, old, *variables)
        compiled = self._templates.get(key)
        if compiled is None:
            compiled = compile_template(
                template, node.title, about, self.context.locale, invalid=invalid, required=node.required,
                driver=node.driver, help=rich(node.ui.get("help")), hint=note, deprecated=old, **w,
            )  # fmt: skip
            self._keep(key, compiled)
        return compiled

    def _keep(self, key: tuple[Any, ...], compiled: CompiledTemplate) -> CompiledTemplate:
        if len(self._templates) < _MAX_TEMPLATES:
            self._templates[key] = compiled
        return compiled

    def _slots(self, node: Node, errors: ErrorTexts, value: str = "", extra: str = "") -> tuple[str, ...]:
        if node.was:
            extra += f'<input type="hidden" name="{node.name}-n" value="{html(node.was)}">'
        error = errors.get(node.name)
        return node.name, html(node.pointer), value, extra, html(error) if error else ""

    def _text(self, node: Node, errors: ErrorTexts) -> str:
        value = node.raw[0] if node.raw else ""
        if "\n" in value:
            return self._textarea(node, errors)
        kind, shown = input_type(node, value)
        key = (kind, node.name in errors)
        template = node.templates.get(key)
        if template is None:
            template = node.templates[key] = self._text_template(node, value, *key)
        return str(template.fill(self._slots(node, errors, html(shown))))

    def _text_template(self, node: Node, value: str, kind: str, invalid: bool) -> CompiledTemplate:
        if kind == "hidden" and not invalid:
            return self._template("hidden", node, invalid)
        pairs = as_range(node, value) if kind == "range" else attributes(node, kind)
        return self._template("text", node, invalid, type=kind, attributes=pairs, examples=suggestions(node))

    def _textarea(self, node: Node, errors: ErrorTexts) -> str:
        key = ("textarea", node.name in errors)
        template = node.templates.get(key)
        if template is None:
            rows = node.ui.get("rows", 3 if node.kind == "lines" else 5)
            template = node.templates[key] = self._template(
                "textarea", node, key[1], rows=rows if isinstance(rows, int) else 5, suffix="",
                code=node.kind == "json", attributes=attributes(node, "textarea"),
            )  # fmt: skip
        return str(template.fill(self._slots(node, errors, html(node.raw[0] if node.raw else ""))))

    def _json(self, node: Node, errors: ErrorTexts) -> str:
        """A value that the control cannot represent, as JSON text."""
        template = self._template("textarea", node, node.name in errors, rows=3, suffix="-j", code=True, attributes=())
        return self._choices(node, errors) + template.fill(self._slots(node, errors, html(node.raw[0])))

    def _file(self, node: Node, errors: ErrorTexts) -> str:
        extra = "".join(
            compile_template(
                "kept",
                node.title,
                "",
                self.context.locale,
                file={key: plain(value) for key, value in file.items()},
                size=size_text(file["size"], self.context.locale) if isinstance(file.get("size"), int) else "",
            ).fill((node.name, html(node.pointer), "", "", ""))
            for file in node.files
        )
        accept = attributes(node, "file", file_rules(node, self.context)[0])
        template = self._template("file", node, node.name in errors, many=node.kind == "files", attributes=accept)
        return template.fill(self._slots(node, errors, "", extra))

    def _object(self, node: Node, errors: ErrorTexts) -> str:
        inner = "".join([self.node(child, errors) for child in node.children])
        extra = self._choices(node, errors) + inner + self._extra_rows(node, errors)
        if node.opened:
            extra += f'<input type="hidden" name="{node.name}-o" value="1">'
        css = node.shape.keywords.get("$kind", "")
        css = css if isinstance(css, str) and css.isalpha() else ""
        template = self._template("group", node, node.name in errors, css=css, columns=columns(node))
        return template.fill(self._slots(node, errors, "", extra))

    def _array(self, node: Node, errors: ErrorTexts) -> str:
        inner = [self._choices(node, errors), *(self.node(child, errors) for child in node.children[: node.first])]
        rows = node.children[node.first :]
        last = len(rows) - 1
        inner += [self._row(row, row.title, errors, index > 0, index < last) for index, row in enumerate(rows)]
        if node.open_ended:
            inner.append(f'<input type="hidden" name="{node.name}-r" value="{" ".join(node.keys)}">')
        if node.opened:
            inner.append(f'<input type="hidden" name="{node.name}-o" value="1">')
        template = self._template("list", node, node.name in errors, add=node.open_ended, suffix="", first=node.first)
        return template.fill(self._slots(node, errors, "", "".join(inner)))

    def _row(self, child: Node, title: str, errors: ErrorTexts, up: bool, down: bool, before: str = "") -> str:
        """A row with its buttons; `up` and `down` say whether it can be moved."""
        inner = before + self.node(child, errors)
        key = ("row", up, down)
        template = self._templates.get(key) or self._keep(
            key, compile_template("row", "", "", self.context.locale, up=up, down=down)
        )
        return template.fill((child.name, html(child.pointer), html(title), inner, ""))

    def _extra_rows(self, node: Node, errors: ErrorTexts) -> str:
        if not node.open_ended or node.kind != "object":
            return ""
        inner = "".join(
            self._row(row.node, row.key, errors, False, False, self._key(node, row, errors)) for row in node.extra
        )
        key = ("rows", node.title)
        template = self._templates.get(key) or self._keep(
            key, compile_template(*key, "", self.context.locale, suffix="-x")
        )
        keys = " ".join(row.key_id for row in node.extra)
        return template.fill((node.name, html(node.pointer), keys, inner, ""))

    def _key(self, node: Node, row: Row, errors: ErrorTexts) -> str:
        """The control for the property name of a key-value row."""
        name = f"{node.name}-x-{row.key_id}-k"
        invalid = name in errors
        key = ("key", invalid, tuple(row.names or ()), row.key if row.names else "")
        template = self._templates.get(key) or self._keep(
            key,
            compile_template("key", "", "", self.context.locale, options=row.names, key=plain(key[3]), invalid=invalid),
        )
        return template.fill((name, html(node.pointer), html(row.key), "", html(errors.get(name, ""))))

    def _closed(self, node: Node, errors: ErrorTexts) -> str:
        return self._template("closed", node, False).fill(self._slots(node, errors))

    def _none(self, node: Node, errors: ErrorTexts) -> str:
        inner = self._choices(node, errors)
        return f'<div class="ff-union" id="{node.name}" tabindex="-1">{inner}</div>'

    def _choices(self, node: Node, errors: ErrorTexts) -> str:
        return "".join([self._choice(node, choice, errors) for choice in node.choices]) if node.choices else ""

    def _choice(self, node: Node, choice: Choice, errors: ErrorTexts) -> str:
        """The select that chooses a branch or a type."""
        title = self.context.say("{title}: which?", title=node.title or self.context.say("Form"))
        control = Node(choice.name, node.pointer, "options", Shape(), title, node.required, NO_UI)
        template = self._template(
            "select", control, choice.name in errors, many=False, choice=True,
            blank=self.context.say("Choose…"),
            options=[plain(label) for label in choice.labels],
        )  # fmt: skip
        picked = "" if choice.chosen is None else str(choice.chosen)
        return template.fill(self._slots(control, errors), (picked,), "selected")


def _error_texts(errors: Sequence[FieldError]) -> dict[str, str]:
    """The messages of each control as one text, each message once."""
    texts: dict[str, str] = {}
    for error in errors:
        name = error.control_id or "f"
        if error.message not in texts.get(name, ""):
            texts[name] = f"{texts[name]} {error.message}" if name in texts else error.message
    return texts
