"""A form: JSON Schema in, HTML out, posted controls in, data and errors out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any, Final

from formengine.forms.html.error_locations import ErrorLocator
from formengine.forms.html.focus import focus_after_operation, focus_on_property
from formengine.forms.html.renderer import Renderer
from formengine.forms.html.summary import Change, Link, entries, summarise
from formengine.forms.kinds.builtin import KINDS, kinds_for_display
from formengine.forms.schema.checks import check_schema, registry_of, with_document
from formengine.forms.schema.dialect import dialect_of
from formengine.forms.schema.normalize import Normaliser
from formengine.forms.schema.resolver import Resolver
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_names import segment
from formengine.forms.tree.field_cache import FieldCache
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.post import Post, read_post
from formengine.forms.tree.uploads import Files, MemoryFiles
from formengine.forms.tree_builder import Builder, TooManyNodes
from formengine.forms.ui.options import read_ui, unsupported_widgets
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.validator import SchemaChecker
from formengine.i18n import say
from formengine.json_schema import every_schema

Controls = Iterable[tuple[str, Any]]
_MAX_HIDDEN: Final = 2000
"""How many answers of controls that are not shown travel with a page; real forms have a few dozen."""


class Form:
    """A compiled form. Threads may share it: rendering and reading change nothing but its caches.

    `schema`: JSON Schema, texts as plain strings; `ui`: see `read_ui`; `locale`: the language of our own texts;
    `kinds`: field kinds by URI; `files`: the store of uploads. Raises FormError(pointer, message).
    """

    def __init__(
        self, schema: Any, ui: Mapping[str, Any] | None = None, locale: str = "en", dialect: str = "2020-12",
        kinds: Mapping[str, Any] = KINDS, files: Files | None = None,
    ) -> None:  # fmt: skip
        self.schema, self.locale = schema, locale
        dialect = dialect_of(schema, dialect)
        registry = registry_of(dict(kinds))
        check_schema(schema, dialect, registry)
        self._checker = SchemaChecker(schema, dialect, registry)
        display_registry, base = with_document(registry_of(kinds_for_display(dict(kinds), locale)), schema, dialect)
        normaliser = Normaliser(dialect)
        self._root = normaliser.run(schema, display_registry.resolver(base))
        conditions = _Conditions(normaliser)
        resolver = Resolver(normaliser.targets, conditions.hold)
        names = _names(self._root).union(*map(_names, normaliser.targets.values()))
        fields = read_ui(ui or {})
        self._context = Context(
            resolver, conditions.hold, fields, locale, files or MemoryFiles(),
            frozenset(map(segment, names)), FieldCache(resolver, fields),
            any(map(resolver.depends, (self._root, *normaliser.targets.values()))),
        )  # fmt: skip
        self.findings = unsupported_widgets(self._context.ui, self._root, resolver, locale)
        """Widgets in `ui` that their fields do not support, as (path, sentence); the usual control stands in."""
        self._renderer = Renderer(self._context)

    def with_files(self, files: Files) -> Form:
        """The same compiled form with another store of uploads, such as one person's."""
        form = copy(self)
        form._context = replace(self._context, files=files)
        return form

    def in_zone(self, zone: str, *, named: bool = False) -> Form:
        """The same compiled form in which date-times are typed by the clock of a zone (an IANA name; UTC otherwise).

        `named` writes the name of the zone at their controls, for readers whose own clock shows another time.
        """
        form = copy(self)
        form._context = replace(self._context, zone=zone, zone_named=named)
        form._renderer = Renderer(form._context)
        return form

    def render(
        self, data: Any = None, errors: Sequence[FieldError] = (), draft: Mapping[str, Any] | None = None,
        *, only: Collection[str] | None = None,
    ) -> str:  # fmt: skip
        """The fields as one HTML fragment. `only` renders these top-level properties; the others travel hidden.

        `data` is JSON; `draft` an `Answers.draft`. Defaults prefill only when both are None.
        """
        if draft is not None:
            return self.resume(draft).html(only=only, errors=errors)
        root = self._build(MISSING if data is None else data, {}, defaults=data is None)[0]
        return self._renderer.html(root, {}, ErrorLocator(root).place(errors) if errors else (), only)

    def read(self, controls: Controls) -> Answers:
        """The answers in a post: (name, value) pairs in document order, each value a str or an Upload. Never raises."""
        return Answers(self, read_post(controls, self._context.segments))

    def resume(self, draft: Mapping[str, Any]) -> Answers:
        """The answers in a saved draft."""
        pairs = [
            (name, value)
            for name, values in draft.items()
            if isinstance(values, (list, tuple))
            for value in values
            if isinstance(value, str)
        ]
        return self.read(pairs)

    def draft(self, data: Any) -> dict[str, list[str]]:
        """The draft of a form that holds these data."""
        root = self._tree(data)
        return {name: values for node in root.walk() for name, values in node.entries().items()}

    def nodes(self, data: Any) -> list[Node]:
        """Every node of the form that holds these data, in document order."""
        return list(self._tree(data).walk())

    def validate(self, data: Any) -> list[FieldError]:
        """The errors of JSON data that was not posted by this form; no part of the data is dropped."""
        raw = self._checker.errors(data)
        if not raw:
            return []
        return ErrorLocator(self._tree(data)).errors(raw, self.locale)

    def summary(
        self, data: Any, *, link: Link | None = None, only: Collection[str] | None = None,
        change: Change | None = None, zone: str = "UTC",
    ) -> str:  # fmt: skip
        """The answers as an HTML `<dl>`. `link(file)` returns the URL of a file, or None; `change(property, title)` the
        HTML of a button that leads back to an answer; `zone` is the time zone of date-times."""
        context = replace(self._context, zone=zone)
        return summarise(self._tree(data), context, link, only, change)

    def entries(self, data: Any, *, zone: str = "UTC") -> list[tuple[str, str]]:
        """The answers as plain text: (title, text) of each answered top-level field, for mails and lists."""
        return entries(self._tree(data), replace(self._context, zone=zone))

    def places(self, kind: str, data: Any) -> list[tuple[str, Any]]:
        """The values of one field kind, such as "dossier", in data: (pointer, value)."""
        nodes = self._tree(data).walk()
        return [
            (node.pointer, node.value)
            for node in nodes
            if node.shape.keywords.get("$kind") == kind and not node.unrepresentable and node.value is not MISSING
        ]

    def files(self, data: Any) -> list[tuple[str, dict[str, Any]]]:
        """The file references in data, at the fields that the schema declares as files: (pointer, reference)."""
        references = []
        for node in self._tree(data).walk():
            if node.kind in ("file", "files") and not node.unrepresentable:
                many = node.kind == "files"
                references += [
                    (f"{node.pointer}/{index}" if many else node.pointer, file) for index, file in enumerate(node.files)
                ]
        return references

    def _tree(self, data: Any) -> Node:
        return self._build(data, {}, defaults=False)[0]

    def _build(
        self, data: Any, entries: dict[str, list[str]], *, defaults: bool, post: Post | None = None
    ) -> tuple[Node, bool]:
        """The tree for data (or MISSING, or POSTED), and whether it was too large and an empty one is returned."""
        builder = Builder(self._context, entries, defaults=defaults, fresh=post.fresh if post else None)
        if post:
            builder.uploads = post.uploads
        try:
            return builder.root(self._root, data), False
        except (TooManyNodes, RecursionError):
            return Builder(self._context, {}, defaults=False).root(self._root, MISSING), True


class Answers:
    """A post as read by `Form.read`: its data, its errors, and the page that shows both again."""

    def __init__(self, form: Form, post: Post) -> None:
        self._form, self._post = form, post
        self._root, self._over = form._build(Context.POSTED, post.entries, defaults=False, post=post)
        self.operation: bool = post.operation
        """Whether the post pressed a button that changes the form."""
        self.data: Any = None if self._root.value is MISSING else self._root.value
        """The answers as JSON: those of fields not shown are dropped, types are restored."""

    @cached_property
    def errors(self) -> list[FieldError]:
        """The errors, in the order of the form."""
        errors = self._locator.errors(self._form._checker.errors(self.data), self._form.locale)
        read_errors = self._locator.read_errors(self._post.replaced, self._form.locale)
        unclear = {e.pointer for e in read_errors if e.keyword in ("amount", "skipped", "doubled")}  # their only error
        errors = [error for error in errors if error.pointer not in unclear] + read_errors
        if self._over or self._post.over:
            errors.append(
                FieldError("", "f", "limit", say(self._form.locale, "There is too much here; take something out."))
            )
        return self._locator.sorted(errors)

    def refuse(self, errors: Iterable[FieldError]) -> None:
        """Add errors that only the caller can detect, such as a reference to nothing; shown at their controls."""
        placed = [
            FieldError(error.pointer, self._locator.id(error.pointer), error.keyword, error.message) for error in errors
        ]
        self.errors = self._locator.sorted([*self.errors, *placed])

    @cached_property
    def _locator(self) -> ErrorLocator:
        return ErrorLocator(self._root)

    @cached_property
    def _shown(self) -> dict[str, list[str]]:
        """What the controls on the page hold, by name."""
        return {name: values for node in self._root.walk() for name, values in node.entries().items()}

    @cached_property
    def _hidden(self) -> dict[str, list[str]]:
        """What was posted for controls that are not on the page now; later answers may bring them back."""
        shown = self._shown
        hidden = ((name, values) for name, values in self._post.entries.items() if name not in shown)
        return dict(islice(hidden, _MAX_HIDDEN))

    @property
    def valid(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    @cached_property
    def draft(self) -> dict[str, list[str]]:
        """The content of all controls, as JSON: save it and pass it to `render(draft=...)` later."""
        return {**self._hidden, **self._shown}

    @property
    def lingering(self) -> list[FieldError]:
        """The errors that the previous page showed and that still hold, for a page rendered while people fill it in."""
        return [error for error in self.errors if error.control_id in self._post.shown]

    def html(
        self, *, only: Collection[str] | None = None, errors: Sequence[FieldError] | None = None, first: bool = True,
        focus: str = "",
    ) -> str:  # fmt: skip
        """The same form with these answers and, unless a button was pressed, their errors.

        The focus is on the error summary when `first`; after a button, on what it changed; else on the control of the
        property `focus`.
        """
        shown = list(errors) if errors is not None else [] if self.operation else self.errors
        placed = self._locator.place(shown) if shown else []
        first = first and not self.operation
        fragment = self._form._renderer.html(self._root, self._hidden, placed, only, first=first)
        if self.operation:
            return focus_after_operation(fragment, self._root, self._post, self._form._context)
        return focus_on_property(fragment, self._root, focus) if focus else fragment


class _Conditions:
    """Evaluates conditions (`if` schemas) on data; each schema is compiled when first used."""

    def __init__(self, normaliser: Normaliser) -> None:
        self._normaliser, self._checkers = normaliser, dict[int, tuple[Any, Callable[[Any], bool]]]()
        self._registry = registry_of({})

    def hold(self, schema: Any, value: Any) -> bool:
        """Whether a value is valid under a normalised schema."""
        compiled = self._checkers.get(id(schema))
        if compiled is None:
            checker = SchemaChecker(self._normaliser.standalone(schema), "2020-12", self._registry)
            compiled = self._checkers[id(schema)] = (schema, checker.is_valid)
        return compiled[1](value)


def _names(schema: Any) -> set[str]:
    """Every property name in a schema, at any depth."""
    return {name for _, inner in every_schema(schema) for name in inner.get("properties", ())}
