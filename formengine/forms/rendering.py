"""The HTML of a tree: each node by its kind, pieces cached by what they look like, holes filled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from formengine.forms.controls import MANY, nullable, radios
from formengine.forms.found import FieldError
from formengine.forms.looks import attributes, text_type
from formengine.forms.nodes import Choice, Node, Row
from formengine.forms.parts import Context
from formengine.forms.pieces import Piece, draw, html, piece, plain
from formengine.forms.shapes import Shape
from formengine.forms.texts_of_values import to_json
from formengine.forms.wording import shown
from formengine.texts import say_n

_MAX_PIECES: Final = 20_000
Errors = Mapping[str, str]


class Renderer:
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
        self, root: Node, entries: Mapping[str, list[str]], errors: Sequence[FieldError], only: Collection[str] | None
    ) -> str:
        """The fragment: error summary, fields, and what travels hidden."""
        by_id: dict[str, str] = {}
        for one in errors:
            by_id.setdefault(one.control_id or "f", one.message)
        out = [self._summary(root, errors)] if errors else []
        drawn: list[Node] = [root]
        if root.kind == "object" and not root.misfit:
            steps = [
                one
                for one in root.children
                if only is None or one.pointer[1:].replace("~1", "/").replace("~0", "~") in only
            ]
            inner = self._inside(root, by_id) if only is None else "".join([self.node(one, by_id) for one in steps])
            error = f'<p class="ff-error" id="f-error">{html(by_id["f"])}</p>' if "f" in by_id else ""
            inner = error + self._choices(root, by_id) + inner + self._extra_rows(root, by_id)
            out.append(f'<div class="ff-form" id="f" tabindex="-1">{inner}</div>')
            hidden = [] if only is None else [one for one in root.children if one not in steps]
        else:
            out.append(self.node(root, by_id))
            hidden = []
        out.append(self._carried(drawn, hidden, entries))
        return "".join(out)

    def node(self, node: Node, errors: Errors) -> str:
        """One node and all below."""
        if node.misfit:
            return self._misfit(node, errors)
        drawn = self._drawers[node.kind](node, errors)
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
        about = node.ui.get("description", node.shape.notes.get("description", ""))
        looks = [tuple(one) if isinstance(one, list) else one for one in w.values()]
        key = (template, invalid, node.title, node.required, id(node.ui), node.driver, about, *looks)
        known = self._pieces.get(key)
        if known is None:
            known = piece(
                template, node.title, about, self.context.locale, invalid=invalid, required=node.required,
                driver=node.driver, help=plain(node.ui.get("help")), **w,
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
        return self._piece(
            "text", node, invalid, type=kind, attributes=attributes(node, kind), examples=_examples(node)
        )

    def _textarea(self, node: Node, errors: Errors) -> str:
        rows = node.ui.get("rows", 3 if node.kind == "lines" else 5)
        drawn = self._piece(
            "textarea", node, node.name in errors, rows=rows if isinstance(rows, int) else 5, suffix="",
            code=node.kind == "json", attributes=attributes(node, "textarea"),
        )  # fmt: skip
        return drawn.fill(self._holes(node, errors, html(node.raw[0] if node.raw else "")))

    def _misfit(self, node: Node, errors: Errors) -> str:
        drawn = self._piece("textarea", node, node.name in errors, rows=3, suffix="-j", code=True, attributes=())
        return self._choices(node, errors) + drawn.fill(self._holes(node, errors, html(node.raw[0])))

    def _options(self, node: Node, errors: Errors) -> str:
        options = node.shape.options or []
        raw = node.raw[-1] if node.raw else ""
        misfit = raw.startswith("j")
        invalid = node.name in errors
        if node.shape.const and node.required and not misfit and len(options) == 1:
            label = _label(self.context, *options[0])
            return self._piece("fixed", node, invalid, value_label=label).fill(self._holes(node, errors, "0"))
        extra = f'<option value="{html(raw)}" selected>{html(raw[1:])}</option>' if misfit else ""
        drawn, word = self.options_piece(node, invalid=invalid, misfit=misfit)
        return drawn.fill_picked(self._holes(node, errors, "", extra), (raw,), word)

    def options_piece(self, node: Node, *, invalid: bool = False, misfit: bool = False) -> tuple[Piece, str]:
        """The piece of a choice among options, and the word for what is picked in it."""
        options = node.shape.options or []
        labels = [_label(self.context, value, label) for value, label in options]
        if radios(node.required, len(options), node.ui) and not misfit:
            pairs = [(str(n), label) for n, label in enumerate(labels)]
            if not node.required:
                pairs.append(("", self.context.say("No answer")))
            return self._piece("radios", node, invalid, type="radio", options=pairs), "checked"
        blank = plain(node.ui.get("placeholder")) or ("" if not node.required else self.context.say("Choose…"))
        drawn = self._piece("select", node, invalid, many=False, choice=False, owner="", blank=blank, options=labels)
        return drawn, "selected"

    def _several(self, node: Node, errors: Errors) -> str:
        options = self.context.resolver.shape(node.shape.items, None).options or []
        labels = [_label(self.context, value, label) for value, label in options]
        picked = tuple(node.raw)
        misfits = [one for one in picked if one.startswith("j")]
        invalid = node.name in errors
        if len(options) > MANY or node.ui.get("widget") == "select":
            extra = "".join(f'<option value="{html(one)}" selected>{html(one[1:])}</option>' for one in misfits)
            drawn = self._piece("select", node, invalid, many=True, choice=False, owner="", blank="", options=labels)
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
        pairs = [(str(n), label) for n, label in enumerate(labels)]
        drawn = self._piece("radios", node, invalid, type="checkbox", options=pairs)
        return drawn.fill_picked(self._holes(node, errors, "", extra), picked, "checked")

    def _boolean(self, node: Node, errors: Errors) -> str:
        pairs = [("true", self.context.say("Yes")), ("false", self.context.say("No"))]
        if not node.required or nullable(node.shape):
            pairs.append(("", self.context.say("No answer")))
        raw = node.raw[-1] if node.raw else ""
        drawn = self._piece("radios", node, node.name in errors, type="radio", options=pairs)
        return drawn.fill_picked(self._holes(node, errors), (raw,), "checked")

    def _checkbox(self, node: Node, errors: Errors) -> str:
        drawn = self._piece("checkbox", node, node.name in errors)
        return drawn.fill_picked(self._holes(node, errors), tuple(node.raw), "checked")

    def _null(self, node: Node, errors: Errors) -> str:
        if node.required:
            return self._piece("fixed", node, node.name in errors, value_label=self.context.say("Nothing")).fill(
                self._holes(node, errors, "null")
            )
        pairs = [("null", self.context.say("Nothing")), ("", self.context.say("No answer"))]
        drawn = self._piece("radios", node, node.name in errors, type="radio", options=pairs)
        return drawn.fill_picked(self._holes(node, errors), (node.raw[-1] if node.raw else "",), "checked")

    def _file(self, node: Node, errors: Errors) -> str:
        extra = "".join(
            piece("kept", node.title, "", self.context.locale, file={k: plain(v) for k, v in one.items()}).fill(
                (node.name, html(node.pointer), "", "", "")
            )
            for one in node.files
        )
        drawn = self._piece(
            "file", node, node.name in errors, many=node.kind == "files", attributes=attributes(node, "file")
        )
        return drawn.fill(self._holes(node, errors, "", extra))

    def _inside(self, node: Node, errors: Errors) -> str:
        return "".join(
            [one if isinstance(one, str) else self.node(one, errors) for one in node.inside or node.children]
        )

    def _object(self, node: Node, errors: Errors) -> str:
        inner = self._inside(node, errors)
        extra = self._choices(node, errors) + inner + self._extra_rows(node, errors)
        if node.opened:
            extra += f'<input type="hidden" name="{node.name}-o" value="1">'
        css = node.shape.notes.get("$kind", "")
        css = css if isinstance(css, str) and css.isalpha() else ""
        return self._piece("group", node, node.name in errors, css=css).fill(self._holes(node, errors, "", extra))

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
        drawn = self._piece("list", node, node.name in errors, add=node.open_ended, suffix="", first=node.first)
        return drawn.fill(self._holes(node, errors, "", extra))

    def _row(self, child: Node, title: str, errors: Errors, up: bool, down: bool, before: str = "") -> str:
        key = ("row", up, down)
        known = self._pieces.get(key) or self._kept(key, piece("row", "", "", self.context.locale, up=up, down=down))
        return known.fill((child.name, html(child.pointer), html(title), before + self.node(child, errors), ""))

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
        bare = Node(choice.name, node.pointer, "options", Shape(), title, True)
        drawn = self._piece(
            "select", bare, choice.name in errors, many=False, choice=True, owner=node.name,
            blank=self.context.say("Choose…"),
            options=[plain(one) for one in choice.labels],
        )  # fmt: skip
        picked = "" if choice.chosen is None else str(choice.chosen)
        return drawn.fill_picked(self._holes(bare, errors), (picked,), "selected")

    def _summary(self, root: Node, errors: Sequence[FieldError]) -> str:
        titles = {node.name: node.title for node in root.walk()}
        rows = []
        for one in errors:
            name = one.control_id or "f"
            title = titles.get(name) or titles.get(name.rpartition("-")[0], "")
            rows.append({"control_id": name, "title": title, "message": one.message})
        heading = say_n(self.context.locale, "There is one thing to mend", "There are {n} things to mend", len(rows))
        return draw("summary", heading=heading, errors=rows)


def _label(context: Context, value: Any, label: str | None) -> str:
    if label is not None:
        return plain(label)
    if isinstance(value, bool):
        return context.say("Yes") if value else context.say("No")
    return context.say("Nothing") if value is None else plain(shown(value))


def _examples(node: Node) -> tuple[str, ...]:
    found = node.shape.notes.get("examples")
    if not isinstance(found, list) or node.kind != "text":
        return ()
    return tuple(plain(one if isinstance(one, str) else to_json(one)) for one in found[:50])
