"""A part of a form: the fields that one of several people fills in, with the answers of the others behind them (F20).

The others' answers decide what is asked (conditions), and whether a field of the part fits; they never stand on the
page, not in hidden controls either, and what is posted for their fields is not read.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from formengine import json_pointer
from formengine.forms.form import Answers, Controls, Form
from formengine.forms.rules.answer_checks import KEYWORD as CHECK
from formengine.forms.schema.json_values import require_kind
from formengine.forms.tree.control_names import OPERATION, PAGE_LANGUAGE, SHOWN, property_of, segment
from formengine.forms.tree.node import MISSING, NO_CHOICES, Choices
from formengine.forms.tree.post import controls_of_draft, is_of_another_draft, read_post
from formengine.forms.tree.read_only import values_by_name
from formengine.forms.validation.field_error import FieldError


@dataclass(frozen=True)
class PartFields(Container[str]):
    """The top-level properties of a part: those named, or with `rest` all others, and what belongs to no property.

    >>> "budget" in PartFields(frozenset(("budget",))), "" in PartFields(frozenset(("budget",)), rest=True)
    (True, True)
    """

    names: frozenset[str]
    rest: bool = False

    def __contains__(self, name: object) -> bool:
        return (name in self.names) != self.rest

    def holds(self, control: str) -> bool:
        """Whether a control belongs to one of these properties, by its name."""
        return (property_of(control) in self._segments) != self.rest

    @cached_property
    def _segments(self) -> frozenset[str]:
        return frozenset(map(segment, self.names))

    def of(self, data: Any) -> dict[str, Any]:
        """The members of data that belong to these properties."""
        return {name: value for name, value in data.items() if name in self} if isinstance(data, Mapping) else {}

    def errors_in(self, errors: Iterable[FieldError]) -> list[FieldError]:
        """The errors that belong to these properties; one of the form as a whole belongs to the whole alone."""
        return [error for error in errors if error.pointer and json_pointer.first(error.pointer) in self]


class FormPart(Form):
    """A compiled form as one of several people fills it in: the same methods, and data are those of the part alone.

    `others` are the answers of the other parts so far, as JSON data.
    """

    def __init__(
        self, form: Form, fields: PartFields, others: Mapping[str, Any], sees: Collection[str] = ()
    ) -> None:  # fmt: skip
        """`sees` are the fields of others that are shown with the part: checks that read no more are judged here."""
        self.__dict__.update(form.__dict__)
        self.part_fields, self._whole, self._sees = fields, form, frozenset(sees)
        self.others = {name: value for name, value in others.items() if name not in fields}

    def render(
        self, data: Any = None, errors: Sequence[FieldError] = (), draft: Mapping[str, Any] | None = None,
        *, only: Container[str] | None = None,
    ) -> Markup:  # fmt: skip
        """The fields of the part as one HTML fragment; defaults prefill only when `data` and `draft` are None."""
        if draft is None:
            fresh = self._build(MISSING, {}, defaults=True, shown=True)[0]
            draft = fresh.all_entries() if data is None else self._whole.draft({**self.others, **data})
        return self.resume(draft).html(only=only, errors=errors)

    def draft(self, data: Any, *, fresh: bool = False, choices: Choices = NO_CHOICES) -> dict[str, list[str]]:
        """The draft of the part that holds these data, beside the answers of the others."""
        entries = self._whole.draft({**self.others, **data}, fresh=fresh, choices=choices)
        return {name: values for name, values in entries.items() if self.part_fields.holds(name)}

    def read(self, controls: Controls, data: Any = None) -> PartAnswers:
        """The answers of the part in a post; controls of other parts are ignored."""
        return self._read(controls, data)

    def resume(self, draft: Mapping[str, Any]) -> PartAnswers:
        """The answers of the part in a saved draft; where part of it is of another form, that is an error (`draft`)."""
        require_kind("draft", draft, Mapping, "a map: the `draft` of Answers, as it was")
        controls = controls_of_draft(draft)
        is_of_another = is_of_another_draft(self._own(controls), self._context.segments)
        return self._read(controls, None, of_another_form=is_of_another)

    def _read(self, controls: Controls, data: Any, *, of_another_form: bool = False) -> PartAnswers:
        before = {**self.others, **(data or {})} or None
        keeps = before is not None and self._context.keeps_answers
        standing = values_by_name(self._tree(before), before) if keeps else None
        pairs = [*self._pairs_of_others(), *self._own(controls)]
        post = read_post(pairs, self._context.segments, standing or (), of_another_form=of_another_form)
        return PartAnswers(self, post, before, standing)

    def complete(self, data: Any) -> Any:
        """The data of the part with its computed answers, which others' answers go into; those of other parts are
        left out, whatever the data say of them.
        """
        completed = self._whole.complete({**self.others, **data})
        foreign = {name for name in data if name not in self.computed}
        return {name: value for name, value in completed.items() if name in self.part_fields or name in foreign}

    def validate(self, data: Any, *, before: Any = MISSING) -> list[FieldError]:
        """The errors of the part's own fields, beside the answers of the others."""
        whole = {**self.others, **self.part_fields.of(data)}
        compared = before if before is MISSING else {**self.others, **(before or {})}
        return self.own_errors(self._whole.validate(whole, before=compared), whole)

    def own_errors(self, errors: Iterable[FieldError], whole: Mapping[str, Any]) -> list[FieldError]:
        """The errors of the part's own fields, without checks that read an answer which its people do not see: those
        are judged with the whole form.
        """
        own = self.part_fields.errors_in(errors)
        if not any(error.keyword == CHECK for error in own):
            return own
        known = {name: value for name, value in whole.items() if name in self.part_fields or name in self._sees}
        failing = {(error.pointer, error.message) for error in self._whole.validate(known) if error.keyword == CHECK}
        return [error for error in own if error.keyword != CHECK or (error.pointer, error.message) in failing]

    def asked(self, data: Mapping[str, Any]) -> list[str]:
        """The part's top-level fields that the form shows beside these data and the others', conditions included."""
        pointers = (node.pointer for node in self.nodes({**self.others, **data}))
        names = dict.fromkeys(json_pointer.first(pointer) for pointer in pointers if pointer)
        return [name for name in names if name in self.part_fields]

    def _pairs_of_others(self) -> Iterator[tuple[str, str]]:
        entries = self._whole.draft(self.others) if self.others else {}
        for name, values in entries.items():
            if not self.part_fields.holds(name):
                yield from ((name, value) for value in values)

    def _own(self, controls: Controls) -> Iterator[tuple[str, Any]]:
        """The controls of a post that belong to the part; a file of another part is none of its own."""
        foreign = {str(reference.get("id")) for _, reference in self.files(self.others)}
        for name, value in controls:
            if name == OPERATION:
                owned = isinstance(value, str) and self.part_fields.holds([*value.split(" "), ""][1])
            else:
                owned = name in (SHOWN, PAGE_LANGUAGE) or (isinstance(name, str) and self.part_fields.holds(name))
            if owned and not (isinstance(value, str) and value in foreign):
                yield name, value


class PartAnswers(Answers):
    """A post as `FormPart.read` reads it: `data` and `errors` are the part's own; `whole` has the others' answers."""

    _form: FormPart

    def __init__(self, form: FormPart, *args: Any) -> None:
        super().__init__(form, *args)
        self.whole, self._within = self.data, form.part_fields
        self.data = form.part_fields.of(self.whole)

    @cached_property
    def errors(self) -> list[FieldError]:
        return self._form.own_errors(super().errors, self.whole if isinstance(self.whole, dict) else {})

    @cached_property
    def _shown(self) -> dict[str, list[str]]:
        return self._owned(self._root.all_entries())

    @cached_property
    def hidden(self) -> dict[str, list[str]]:
        return self._owned(super().hidden)

    def _owned(self, entries: Mapping[str, list[str]]) -> dict[str, list[str]]:
        return {name: values for name, values in entries.items() if self._form.part_fields.holds(name)}


def fields_of(names: Collection[str]) -> PartFields:
    """The fields of a part that names them."""
    return PartFields(frozenset(names))


def fields_but(names: Collection[str]) -> PartFields:
    """The fields of whoever fills in the rest of the form: all but those named."""
    return PartFields(frozenset(names), rest=True)
