"""A form: JSON Schema in, HTML out, posted controls in, data and errors out."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from markupsafe import Markup

from formengine import json_pointer
from formengine.conditions.condition_words import NO_WORDS, Words
from formengine.errors import FormError
from formengine.forms.findings import form_findings
from formengine.forms.html.error_locations import ErrorLocator, limit_error, located_errors
from formengine.forms.html.focus import focus_after_operation, focus_on_property
from formengine.forms.html.renderer import Renderer
from formengine.forms.html.summary import Change, Link, answer_of, entries, summarise, text_of
from formengine.forms.kinds.builtin import KINDS
from formengine.forms.rules import check_rules
from formengine.forms.rules.answer_checks import KEYWORD, read_checks, rule_failures
from formengine.forms.rules.answer_facts import present, types_of
from formengine.forms.rules.author_sentences import AuthorSentences
from formengine.forms.rules.computed_answers import read_computed, with_read_only
from formengine.forms.schema.checks import check_schema, display_registry_of, registry_of, with_document
from formengine.forms.schema.form_finding import FormFinding
from formengine.forms.schema.json_values import MAX_ROWS, may_be_over, require_drawable, require_kind, require_moment
from formengine.forms.schema.normalize import Normaliser
from formengine.forms.schema.resolver import FormTooLarge, Resolver
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_names import segment
from formengine.forms.tree.field_cache import FieldCache
from formengine.forms.tree.node import (
    MISSING,
    NO_CHOICES,
    Choices,
    Node,
    count_of_controls,
    file_references,
    undrawn_root,
    values_of_kind,
)
from formengine.forms.tree.post import MAX_CONTROLS, Post, read_draft, read_post
from formengine.forms.tree.read_only import Before, changed_nodes, posted_before, values_by_name
from formengine.forms.tree.unchanged_values import keep_unchanged
from formengine.forms.tree.uploads import Files, store_of
from formengine.forms.tree.write_only import Seal, open_sealed
from formengine.forms.tree_builder import Builder
from formengine.forms.ui.options import read_ui
from formengine.forms.ui.rjsf_import import schema_with_ui
from formengine.forms.validation.conditions import FormConditions
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.validator import SchemaChecker
from formengine.i18n import require_locale
from formengine.time_zones import require_zone

Controls = Iterable[tuple[str, Any]]


class Form:
    """A compiled form. Threads may share it: rendering and reading change nothing but its caches.

    `schema`: JSON Schema, texts as plain strings; `ui`: see `read_ui`; `locale`: the language of our own texts;
    `dialect`: one of `DIALECTS` where `$schema` does not say; `kinds`: field kinds by URI; `files`: the store of
    uploads; `rules`: what the schema cannot say, `{"checks": [...], "computed": {...}, "errors": {...}}` (see
    `AnswerChecks`, `ComputedAnswers` and `AuthorSentences`); `words`: more words for conditions. Raises
    FormError(pointer, message) for a schema, or a rule, that it refuses.
    """

    def __init__(
        self, schema: Any, ui: Mapping[str, Any] | None = None, locale: str = "en", dialect: str = "2020-12",
        kinds: Mapping[str, Any] = KINDS, files: Files | None = None, rules: Mapping[str, Any] | None = None,
        words: Words = NO_WORDS,
    ) -> None:  # fmt: skip
        self.schema, self.locale = schema, require_locale(locale)
        require_kind("kinds", kinds, Mapping, 'a map of URIs to schemas, such as {**KINDS, "acme:site": {...}}')
        registry = registry_of(kinds)
        conversion = check_schema(schema, dialect, registry)
        rules, types = check_rules(rules), types_of(conversion.schema, kinds)
        self.computed = read_computed(rules.get("computed"), types)  # never read from a post
        self._checks = read_checks(rules.get("checks"), types, self.locale, words)
        self._moment: datetime | None = None
        ui = ui or {}
        fields = read_ui(ui)
        schema = with_read_only(schema_with_ui(conversion.schema, ui), self.computed)
        self._checker = SchemaChecker(schema, registry)
        self._sentences = AuthorSentences(rules.get("errors"), self.locale)
        display_registry, base = with_document(display_registry_of(kinds, self.locale), schema)
        normaliser = Normaliser()
        self._root = normaliser.run(schema, display_registry.resolver(base))
        row, entry = normaliser.fields_of_rows(self._root)
        self._may_be_over = partial(may_be_over, rows=MAX_ROWS, values=MAX_CONTROLS, fields=row, named=entry)
        conditions = FormConditions(normaliser)
        resolver = Resolver(self._root, normaliser.targets, conditions.hold)
        self._context = Context(
            resolver, conditions.hold, fields, self.locale, store_of(files),
            frozenset(map(segment, normaliser.property_names(self._root))), FieldCache(resolver, fields),
            any(map(resolver.depends, (self._root, *normaliser.targets.values()))),
            bool(self.computed or self._checks), normaliser.keeps_answers(self._root),
        )  # fmt: skip
        about = (self.schema, dialect, kinds, self.locale, ui, rules, conversion, self._root, resolver, normaliser)
        self._find = partial(form_findings, *about, self.computed, self._checks)
        self._renderer = Renderer(self._context)
        try:
            Builder(self._context, {}, defaults=True, limit=MAX_CONTROLS).root(self._root, MISSING)
        except (FormTooLarge, RecursionError):
            raise FormError("", f"a form may have {MAX_CONTROLS:,} fields, and this schema asks for more") from None

    @cached_property
    def findings(self) -> list[FormFinding]:
        """What `formengine check` says of the form: what will not do what its author meant."""
        return self._find()

    def __repr__(self) -> str:
        keywords = self.schema if isinstance(self.schema, dict) else {}
        return f"<Form {keywords.get('title', '')!r} ({self.locale}): {', '.join(keywords.get('properties', ())):.60}>"

    def with_files(self, files: Files) -> Form:
        """The same compiled form with another store of uploads, such as one person's."""
        return self._with(replace(self._context, files=store_of(files)))

    def at(self, moment: datetime) -> Form:
        """The same compiled form at a moment (with a time zone) that is not the present, for rules that say `today`."""
        form = copy(self)
        form._moment = require_moment(moment)
        return form

    def with_ids(self, prefix: str) -> Form:
        """The same compiled form with ids that begin with `prefix`, for a page of two forms. The names of controls, and
        `FieldError.control_id`, have none. Keep it, as a form. ValueError for what is no beginning of an id."""
        return self._with(self._context.with_ids(prefix))

    def in_zone(self, zone: str, *, named: bool = False) -> Form:
        """The same compiled form with date-times typed by the clock of a zone (an IANA name; ValueError for another);
        `named` writes the zone's name there, for readers by another clock.
        """
        return self._with(replace(self._context, zone=require_zone(zone), zone_named=named))

    def sealed_by(self, seal: Seal) -> Form:
        """The same compiled form, on whose pages what was typed into write-only fields of other pages travels sealed;
        without a seal, it is asked for again."""
        return self._with(replace(self._context, seal=seal))

    def _with(self, context: Context) -> Form:
        form = copy(self)
        form._context, form._renderer = context, Renderer(context)
        return form

    def render(
        self, data: Any = None, errors: Sequence[FieldError] = (), draft: Mapping[str, Any] | None = None,
        *, only: Container[str] | None = None,
    ) -> Markup:  # fmt: skip
        """The fields as one HTML fragment. `only` renders these top-level properties; the others travel hidden.

        `data` is JSON; `draft` an `Answers.draft`. Defaults prefill only when both are None.
        """
        if draft is not None:
            return self.resume(draft).html(only=only, errors=errors)
        root = self._build(MISSING if data is None else data, {}, defaults=data is None, shown=True, calculated=True)[0]
        placed = ErrorLocator(root).place(errors) if errors else ()
        return Markup(self._renderer.html(root, {}, placed, only))  # every text in it is escaped  # nosec B704

    def read(self, controls: Controls, data: Any = None) -> Answers:
        """The answers in a post: (name, value) pairs in document order, each value a str or an Upload.

        `data` are the answers that the page was rendered for, None for a new form: read-only ones stay as they are, and
        a date-time that is the same moment as before keeps its text.
        """
        require_drawable(data)
        standing = values_by_name(self._tree(data), data) if data is not None and self._context.keeps_answers else None
        return Answers(self, read_post(controls, self._context.segments, standing or ()), data, standing)

    def resume(self, draft: Mapping[str, Any]) -> Answers:
        """The answers in a saved draft; where part of it is of another form, that is an error (`draft`)."""
        require_kind("draft", draft, Mapping, "a map: the `draft` of Answers, as it was")
        return Answers(self, read_draft(draft, self._context.segments), None, None)

    def draft(self, data: Any, *, fresh: bool = False, choices: Choices = NO_CHOICES) -> dict[str, list[str]]:
        """The draft of a form that holds these data; with `fresh` of a new one, where defaults stand beside them.
        `choices` are the branches and types that were chosen for the data, if any (`Answers.choices`)."""
        data = MISSING if fresh and not data else data
        return self._build(data, {}, defaults=fresh, shown=fresh, calculated=fresh, choices=choices)[0].all_entries()

    def text_of(self, node: Node) -> str:
        """The value of a node of this form as plain text on one line or several, for people."""
        return text_of(node, self._context)

    def nodes(self, data: Any, choices: Choices = NO_CHOICES) -> list[Node]:
        """Every node of the form that holds these data, in document order; `choices` as in `draft`."""
        return list(self._build(data, {}, defaults=False, choices=choices)[0].walk())

    def complete(self, data: Any) -> Any:
        """JSON data with the computed answers: the form's own, whatever the data say of them."""
        require_drawable(data)
        if not self.computed or not isinstance(data, Mapping):
            return data
        sent = {name: value for name, value in data.items() if name not in self.computed}
        root = self._build(sent, {}, defaults=False, calculated=True)[0]
        nodes = [node for node in root.children if node.computed and node.value is not MISSING]
        return {**sent, **{json_pointer.first(node.pointer): node.value for node in nodes}}

    def validate(self, data: Any, *, before: Any = MISSING) -> list[FieldError]:
        """The errors of JSON data that was not posted; nothing is dropped, but computed answers are the form's own.

        With `before`, the answers that stood there (None: none), it is an error to change a read-only one of them, or
        the constant or default of a read-only field.
        """
        data = self.complete(data)
        raw, compares = self._checker.errors(data), before is not MISSING and self._context.keeps_answers
        failures = rule_failures(self._checks, self.computed, data, self._now, lambda: self._tree(data).children)
        many = self._may_be_over(data)
        if not (many or raw or compares or failures):
            return []
        root, over = self._build(data, {}, defaults=False)
        if over:
            return [limit_error(over, self.locale)]
        locator = ErrorLocator(root, self._sentences)
        errors = located_errors(locator, raw, failures, self.computed, self.locale)
        errors += locator.rows_over_limit(self.locale)
        errors = locator.sorted(errors) if failures or many else errors
        standing = values_by_name(self._tree(before), before) if compares and before is not None else {}
        changed = changed_nodes(root, data, standing) if compares else ()
        return errors + [locator.read_only_error(node, self.locale) for node in changed]

    @property
    def _now(self) -> datetime:
        return present(self._moment, self._context.zone)

    def summary(
        self, data: Any, *, link: Link | None = None, only: Collection[str] | None = None,
        change: Change | None = None, zone: str = "UTC", folds: bool = False,
    ) -> Markup:  # fmt: skip
        """The answers as an HTML `<dl>`. `link(file)` returns the URL of a file, or None; `change(property, title)` the
        HTML of a button that leads back to an answer; `zone` is that of date-times; `folds` folds long ones."""
        context = replace(self._context, zone=zone, folds=folds)
        return Markup(summarise(self._tree(data), context, link, only, change))  # escaped  # nosec B704

    def answer_html(self, data: Any, name: str, *, link: Link | None = None, zone: str = "UTC") -> tuple[str, Markup]:
        """The title of a top-level field and its answer as HTML, without the title; "" where it is not answered."""
        title, answer = answer_of(self._tree(data), name, replace(self._context, zone=zone), link)
        return title, Markup(answer)  # escaped  # nosec B704

    def entries(self, data: Any, *, zone: str = "UTC") -> list[tuple[str, str]]:
        """The answers as plain text: (title, text) of each answered top-level field, for mails and lists."""
        return entries(self._tree(data), replace(self._context, zone=zone))

    def values_of_kind(self, kind: str, data: Any, *, misfits: bool = False) -> list[tuple[str, Any]]:
        """The values of one field kind, such as "dossier", in data: (pointer, value); with `misfits` wrong ones too."""
        return values_of_kind(self._tree(data).walk(), kind, misfits=misfits)

    def files(self, data: Any) -> list[tuple[str, dict[str, Any]]]:
        """The file references in data, at the fields that the schema declares as files: (pointer, reference)."""
        return file_references(self._tree(data).walk())

    def _tree(self, data: Any) -> Node:
        return self._build(data, {}, defaults=False)[0]

    def _build(
        self, data: Any, entries: dict[str, list[str]], *, defaults: bool, post: Post | None = None,
        standing: Before | None = None, shown: bool = False, calculated: bool = False, choices: Choices = NO_CHOICES,
    ) -> tuple[Node, str]:  # fmt: skip
        """The tree for data (or MISSING, or POSTED), and "limit" or "depth" where it was too large to draw (else ""):
        data are then one node that shows them as JSON, and a post is none at all, whose entries travel on unchanged.

        `standing` are the values that the page showed before it was posted, where a field is read-only. `calculated`:
        computed answers are worked out anew, not taken from the data.
        """
        if data is not Context.POSTED and data is not MISSING:
            require_drawable(data)
        fresh = post.fresh if post else None
        builder = Builder(self._context, entries, defaults=defaults, fresh=fresh, before=standing, shown=shown)
        builder.computed, builder.now, builder.choices = self.computed, self._now if calculated else None, choices
        if post:
            builder.uploads, builder.page_language = post.uploads, post.language
        over = "limit"
        if post is None or not post.over:
            try:
                root = builder.root(self._root, data)
                if post or count_of_controls(root, builder.count) <= MAX_CONTROLS:
                    return root, ""
            except (FormTooLarge, RecursionError) as error:
                over = error.keyword if isinstance(error, FormTooLarge) else "depth"
        return undrawn_root(MISSING if data is Context.POSTED else data), over


class Answers:
    """A post as read by `Form.read`: its data, its errors, and the page that shows both again."""

    _within: Container[str] | None = None  # the only properties that may stand on the page, hidden or not

    def __init__(self, form: Form, post: Post, before: Any = None, standing: Before | None = None) -> None:
        self._form, self._post, self._standing = form, post, standing
        open_sealed(post.entries, form._context.seal)
        self._root, self._over = form._build(
            Context.POSTED, post.entries, defaults=False, post=post, standing=standing, calculated=True
        )
        self.refused: list[FieldError] = []
        """The errors that `refuse` added."""
        self.operation: bool = post.operation
        """Whether the post pressed a button that changes the form."""
        self.data: Any = None if self._root.value is MISSING else self._root.value
        """The answers as JSON: those of fields not shown are dropped, types are restored."""
        if before is not None:
            earlier = partial(form._tree, before)
            self.data = keep_unchanged(self._root, self.data, before, earlier, form._context.holds)
        self._judged = self.data

    @cached_property
    def errors(self) -> list[FieldError]:
        """The errors, in the order of the form."""
        form = self._form
        if over := self._over or (self._root.unrepresentable and form._build(self.data, {}, defaults=False)[1]):
            return [limit_error(over, form.locale)]
        failures = rule_failures(form._checks, form.computed, self._judged, form._now, lambda: self._root.children)
        raw = form._checker.errors(self._judged)
        errors = located_errors(self._locator, raw, failures, form.computed, form.locale)
        if form._context.keeps_answers and form._context.dynamic:  # data may still fit the branch that was left
            changed = changed_nodes(form._tree(self._judged), self._judged, self._standing or {})
            errors += [self._locator.read_only_error(node, form.locale) for node in changed]
        return self._locator.sorted(self._locator.with_read_errors(errors, self._post, form.locale))

    def __repr__(self) -> str:
        state = "an operation" if self.operation else "valid" if self.valid else f"{len(self.errors)} errors"
        return f"<Answers: {state}, {self.data!s:.60}>"

    def refuse(self, errors: Iterable[FieldError]) -> None:
        """Add errors that only the caller can detect, such as a reference to nothing; shown at their controls.

        An error is placed by its `control_id`, else by its pointer; what was refused there is not missing.
        """
        self.refused = [*self.refused, *self._locator.place(errors)]
        refused = {error.control_id for error in self.refused}
        kept = [error for error in self.errors if error.keyword != "required" or error.control_id not in refused]
        self.errors = self._locator.sorted([*kept, *(error for error in self.refused if error not in kept)])

    @property
    def choices(self) -> Choices:
        """The branches and types that are chosen on the page, by JSON Pointer."""
        return {node.pointer: node.choices for node in self._root.walk() if node.choices}

    def asks(self, pointer: str) -> bool:
        """Whether the form has a field for the answer at a JSON Pointer, or for the one that it is part of."""
        name = json_pointer.first(pointer)
        return any(json_pointer.first(node.pointer) == name for node in self._root.children)

    @cached_property
    def _locator(self) -> ErrorLocator:
        return ErrorLocator(self._root, self._form._sentences)

    @cached_property
    def _shown(self) -> dict[str, list[str]]:
        """What the controls on the page hold, by name."""
        return self._root.all_entries()

    @cached_property
    def hidden(self) -> dict[str, list[str]]:
        """What was posted for controls that are not on the page now, or read-only; later answers may bring it back."""
        unchanged = posted_before(self._root, self._post.entries) if self._form._context.dynamic else {}
        return self._post.entries_beside(self._shown, self._form._context.number_language) | unchanged

    @property
    def valid(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    @cached_property
    def draft(self) -> dict[str, list[str]]:
        """The content of all controls, as JSON: save it and pass it to `render(draft=...)` later."""
        return {**self.hidden, **self._shown}

    @property
    def lingering(self) -> list[FieldError]:
        """The errors that the previous page showed and that still hold, and the checks that do not hold now, for a page
        rendered while people fill it in."""
        return [error for error in self.errors if error.control_id in self._post.shown or error.keyword == KEYWORD]

    def html(
        self, *, only: Container[str] | None = None, errors: Sequence[FieldError] | None = None, first: bool = True,
        focus: str = "", beside: Sequence[tuple[str, str]] = (),
    ) -> Markup:  # fmt: skip
        """The same form with these answers and, unless a button was pressed, their errors.

        The focus is on the error summary when `first`; after a button, on what it changed; else on the control of the
        property `focus`. `beside` are errors of controls around the form, as (id, message), for the error summary.
        """
        own = [] if self.operation else self.errors
        always = self._locator.of_post(self._post, self._form.locale) if self._post.incomplete else []
        told = [*(own if errors is None else errors), *always]
        placed = self._locator.place(dict.fromkeys(told)) if told else []
        fragment = self._form._renderer.html(
            self._root, self.hidden, placed, only,
            within=self._within, first=first and not self.operation, beside=beside,
        )  # fmt: skip
        if self.operation:
            fragment = focus_after_operation(fragment, self._root, self._post, self._form._context)
        fragment = focus_on_property(fragment, self._root, focus, self._form._context) if focus else fragment
        return Markup(fragment)  # every text in it is escaped  # nosec B704
