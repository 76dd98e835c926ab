"""The HTML of a tree: each node by its kind, pieces cached by what they look like, holes filled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.html.choice_renderer import Choosing, Errors
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
from formengine.forms.html.input_attributes import attributes, text_type
from formengine.forms.html.template_cache import Piece, html, piece, plain
from formengine.forms.schema.resolver import Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_names import SHOWN
from formengine.forms.tree.node import Choice, Node, Row
from formengine.forms.validation.field_error import FieldError

_MAX_PIECES: Final = 20_000


class Renderer(Choosing):
    """Draws trees of one compiled form; keeps only pieces, which depend on the form alone."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._pieces: dict[tuple[Any, ...], Piece] = {}
        self._drawers: dict[str, Callable[[Node, Errors], str]] = {
            "text": self._text, "number": self._text,
            "textarea": self._textarea, "json": self._textarea, "lines": self._textarea,
            "options": self._options, "several": self._several, "boolean": self._boolean, "checkbox": self._checkbox,
            "null": self._null, "file": self._file, "files": self._file, "object": self._object, "array": self._array,
            "closed": self._closed, "none": self._none,
        }  # fmt: skip

    def html(
        self, root: Node, entries: Mapping[str, list[str]], errors: Sequence[FieldError], only: Collection[str] | None,
        *, first: bool = True,
    ) -> str:  # fmt: skip
        """The fragment: error summary (which takes the focus when `first`), fields, and what travels hidden."""
        by_id: dict[str, str] = {}
        for one in errors:
            name = one.control_id or "f"
            if one.message not in by_id.get(name, ""):
                by_id[name] = f"{by_id[name]} {one.message}" if name in by_id else one.message
        out = [summary(root, errors, self.context, first=first)] if errors else []
        drawn: list[Node] = [root]
        if root.kind == "object" and not root.misfit:
            steps = [one for one in root.children if only is None or json_pointer.first(one.pointer) in only]
            inner = self._inside(root, by_id) if only is None else [self.node(one, by_id) for one in steps]
            error = f'<p class="ff-error" id="f-error">{html(by_id["f"])}</p>' if "f" in by_id else ""
            inner = [self._marks(root, only), error, self._choices(root, by_id), *inner, self._extra_rows(root, by_id)]
            wide = columns(root)
            css = f" ff-columns ff-columns-{wide}" if wide else ""
            live = ""
            if self.context.dynamic:
                live = " data-dynamic"
                inner.append(self._piece("again", root, False).fill(self._holes(root, {})))
            out += [f'<div class="ff-form{css}"{live} id="f" tabindex="-1">', *inner, "</div>"]
            hidden = [] if only is None else [one for one in root.children if one not in steps]
        else:
            out.append(self.node(root, by_id))
            hidden = []
        out.append(self._carried(drawn, hidden, entries))
        if by_id:
            out.append(f'<input type="hidden" name="{SHOWN}" value="{html(" ".join(by_id))}">')
        return "".join(out)

    def _marks(self, root: Node, only: Collection[str] | None) -> str:
        """What the marks beside labels mean, where some fields are marked and some are not."""
        shape = root.shape
        drawn = [name for name, parts in shape.properties.items() if not any(part is False for part in parts)]
        if len({name in shape.required for name in drawn if only is None or name in only}) < 2:
            return ""
        said = self.context.say("Answer every question, except those marked (optional).")
        return f'<p class="form-text ff-marks">{html(said)}</p>'

    def node(self, node: Node, errors: Errors) -> str:
        """One node and all below."""
        if node.misfit:
            return self._misfit(node, errors)
        drawn = self._held(node, errors) if is_held(node) else self._drawers[node.kind](node, errors)
        if node.kind in ("object", "array", "none") or not node.choices:
            return drawn
        return self._choices(node, errors) + drawn

    def _carried(self, drawn: list[Node], undrawn: list[Node], entries: Mapping[str, list[str]]) -> str:
        """What was typed where nothing is drawn now, in hidden controls."""
        here: set[str] = set()
        away: dict[str, list[str]] = {}
        apart = {id(one) for one in undrawn}

        def gather(node: Node) -> None:
            if id(node) in apart:
                for one in node.walk():
                    away.update(one.entries())
                return
            here.update(node.entries())
            for child in node.children:
                gather(child)
            for row in node.extra:
                gather(row.node)

        for node in drawn:
            gather(node)
        if entries:
            away = {**{name: held for name, held in entries.items() if name not in here}, **away}
        return "".join(
            f'<input type="hidden" name="{name}" value="{html(one)}">'
            for name, held in away.items()
            for one in held
            if one
        )

    def _piece(self, template: str, node: Node, invalid: bool, **w: Any) -> Piece:
        about = node.ui.get("description", node.shape.keywords.get("description", ""))
        looks = [tuple(one) if isinstance(one, list) else one for one in w.values()]
        said, old = hint(node, self.context), bool(node.shape.keywords.get("deprecated"))
        key = (template, invalid, node.title, node.required, id(node.ui), node.driver, about, said, old, *looks)
        known = self._pieces.get(key)
        if known is None:
            known = piece(
                template, node.title, about, self.context.locale, invalid=invalid, required=node.required,
                driver=node.driver, help=rich(node.ui.get("help")), hint=said, deprecated=old, **w,
            )  # fmt: skip
            self._kept(key, known)
        return known

    def _kept(self, key: tuple[Any, ...], drawn: Piece) -> Piece:
        if len(self._pieces) < _MAX_PIECES:
            self._pieces[key] = drawn
        return drawn

    def _holes(self, node: Node, errors: Errors, value: str = "", extra: str = "") -> tuple[str, ...]:
        if node.was:
            extra += f'<input type="hidden" name="{node.name}-n" value="{html(node.was)}">'
        return (node.name, html(node.pointer), value, extra, html(errors.get(node.name, "")))

    def _text(self, node: Node, errors: Errors) -> str:
        value = node.raw[0] if node.raw else ""
        if "\n" in value:
            return self._textarea(node, errors)
        drawn = self.text_piece(node, value, invalid=node.name in errors)
        return drawn.fill(self._holes(node, errors, html(text_type(node, value)[1])))

    def text_piece(self, node: Node, value: str, *, invalid: bool = False) -> Piece:
        """The piece of a one-line control that shows a value."""
        kind, _ = text_type(node, value)
        if kind == "hidden" and not invalid:
            return self._piece("hidden", node, invalid)
        found = as_range(node, value) if kind == "range" else attributes(node, kind)
        return self._piece("text", node, invalid, type=kind, attributes=found, examples=suggestions(node))

    def _textarea(self, node: Node, errors: Errors) -> str:
        drawn = self.textarea_piece(node, invalid=node.name in errors)
        return drawn.fill(self._holes(node, errors, html(node.raw[0] if node.raw else "")))

    def textarea_piece(self, node: Node, *, invalid: bool = False) -> Piece:
        """The piece of a control of several lines."""
        rows = node.ui.get("rows", 3 if node.kind == "lines" else 5)
        return self._piece(
            "textarea", node, invalid, rows=rows if isinstance(rows, int) else 5, suffix="",
            code=node.kind == "json", attributes=attributes(node, "textarea"),
        )  # fmt: skip

    def _misfit(self, node: Node, errors: Errors) -> str:
        drawn = self._piece("textarea", node, node.name in errors, rows=3, suffix="-j", code=True, attributes=())
        return self._choices(node, errors) + drawn.fill(self._holes(node, errors, html(node.raw[0])))

    def _file(self, node: Node, errors: Errors) -> str:
        extra = "".join(
            piece(
                "kept",
                node.title,
                "",
                self.context.locale,
                file={k: plain(v) for k, v in one.items()},
                size=size_text(one["size"], self.context.locale) if isinstance(one.get("size"), int) else "",
            ).fill((node.name, html(node.pointer), "", "", ""))
            for one in node.files
        )
        looks = attributes(node, "file", file_rules(node, self.context)[0])
        drawn = self._piece("file", node, node.name in errors, many=node.kind == "files", attributes=looks)
        return drawn.fill(self._holes(node, errors, "", extra))

    def _inside(self, node: Node, errors: Errors) -> list[str]:
        return [one if isinstance(one, str) else self.node(one, errors) for one in node.inside or node.children]

    def _object(self, node: Node, errors: Errors) -> str:
        inner = "".join(self._inside(node, errors))
        extra = self._choices(node, errors) + inner + self._extra_rows(node, errors)
        if node.opened:
            extra += f'<input type="hidden" name="{node.name}-o" value="1">'
        return self.group_piece(node, invalid=node.name in errors).fill(self._holes(node, errors, "", extra))

    def group_piece(self, node: Node, *, invalid: bool = False) -> Piece:
        """The piece around the fields of an object."""
        css = node.shape.keywords.get("$kind", "")
        css = css if isinstance(css, str) and css.isalpha() else ""
        return self._piece("group", node, invalid, css=css, columns=columns(node))

    def _array(self, node: Node, errors: Errors) -> str:
        fixed = node.children[: node.first]
        rows = node.children[node.first :]
        inner = "".join([self.node(one, errors) for one in fixed])
        for number, one in enumerate(rows):
            inner += self._row(one, one.title, errors, number > 0, number < len(rows) - 1)
        extra = self._choices(node, errors) + inner
        if node.open_ended:
            extra += f'<input type="hidden" name="{node.name}-r" value="{" ".join(node.keys)}">'
        if node.opened:
            extra += f'<input type="hidden" name="{node.name}-o" value="1">'
        drawn = self.list_piece(node, invalid=node.name in errors, add=node.open_ended)
        return drawn.fill(self._holes(node, errors, "", extra))

    def list_piece(self, node: Node, *, invalid: bool = False, add: bool = True) -> Piece:
        """The piece around the rows of a list."""
        return self._piece("list", node, invalid, add=add, suffix="", first=node.first)

    def _row(self, child: Node, title: str, errors: Errors, up: bool, down: bool, before: str = "") -> str:
        inner = before + self.node(child, errors)
        return self.row_piece(up, down).fill((child.name, html(child.pointer), html(title), inner, ""))

    def row_piece(self, up: bool, down: bool) -> Piece:
        """The piece around a row, with the buttons that it has."""
        key = ("row", up, down)
        return self._pieces.get(key) or self._kept(key, piece("row", "", "", self.context.locale, up=up, down=down))

    def _extra_rows(self, node: Node, errors: Errors) -> str:
        if not node.open_ended or node.kind != "object":
            return ""
        inner = "".join(
            self._row(row.node, row.key, errors, False, False, self._key(node, row, errors)) for row in node.extra
        )
        about = ("rows", node.title)
        drawn = self._pieces.get(about) or self._kept(about, piece(*about, "", self.context.locale, suffix="-x"))
        keys = " ".join(row.key_id for row in node.extra)
        return drawn.fill((node.name, html(node.pointer), keys, inner, ""))

    def _key(self, node: Node, row: Row, errors: Errors) -> str:
        name = f"{node.name}-x-{row.key_id}-k"
        invalid = name in errors
        about = ("key", invalid, tuple(row.names or ()), row.key if row.names else "")
        drawn = self._pieces.get(about) or self._kept(
            about, piece("key", "", "", self.context.locale, options=row.names, key=plain(about[3]), invalid=invalid)
        )
        return drawn.fill((name, html(node.pointer), html(row.key), "", html(errors.get(name, ""))))

    def _closed(self, node: Node, errors: Errors) -> str:
        return self._piece("closed", node, False).fill(self._holes(node, errors))

    def _none(self, node: Node, errors: Errors) -> str:
        inner = self._choices(node, errors)
        return f'<div class="ff-union" id="{node.name}" tabindex="-1">{inner}</div>'

    def _choices(self, node: Node, errors: Errors) -> str:
        return "".join([self._choice(node, choice, errors) for choice in node.choices])

    def _choice(self, node: Node, choice: Choice, errors: Errors) -> str:
        title = self.context.say("{title}: which?", title=node.title or self.context.say("Form"))
        bare = Node(choice.name, node.pointer, "options", Shape(), title, node.required)
        drawn = self._piece(
            "select", bare, choice.name in errors, many=False, choice=True,
            blank=self.context.say("Choose…"),
            options=[plain(one) for one in choice.labels],
        )  # fmt: skip
        picked = "" if choice.chosen is None else str(choice.chosen)
        return drawn.fill_picked(self._holes(bare, errors), (picked,), "selected")
