"""A form that changed while somebody filled it in: what they typed, carried to the present form by value (F8).

Nothing is dropped in silence: what the new form has no place for, or refuses, is given as text to be moved by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from formengine import forms
from formengine.authoring import RequestType
from formengine.errors import DefinitionError, NotFound
from formengine.forms.schema.branches import target_of
from formengine.i18n import pick
from formengine.json_schema import every_schema
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from formengine.forms import Form

MOST_TOLD: Final = 100
"""Fields that are told of each kind of change."""
LONGEST_TOLD: Final = 20_000
COPY: Final = "copy"
OTHER_TYPE: Final = "type"


@dataclass(frozen=True)
class FormChanges:
    """What another form means for the answers that were given on an older one.

    `gone` and `unfit` are (title, answer as text): fields that are no longer there, and answers that the field does not
    take any more; `changed` as well, for answers that mean something else now; `new` and `required` are titles.

    `origin` says where the answers come from, where it is not an older version of the form: COPY (of the dossier
    `source`, whose `files` were not copied), or OTHER_TYPE (the title of that request type). `replaces` is the draft on
    it, as "id version": it goes when this form is sent.
    """

    gone: tuple[tuple[str, str], ...] = ()
    unfit: tuple[tuple[str, str], ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    new: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    notice: bool = False
    origin: str = ""
    source: str = ""
    files: tuple[str, ...] = ()
    replaces: str = ""

    def __bool__(self) -> bool:
        told = self.gone or self.unfit or self.changed or self.new or self.required
        return bool(told or self.notice or self.origin)

    def to_json(self) -> dict[str, Any]:
        """A JSON value, for a hidden control: what is to be moved by hand stays on the page until it is sent."""
        return {name: value for name, value in vars(self).items() if value}

    @classmethod
    def from_json(cls, value: Any) -> FormChanges:
        """The changes of `to_json`; what cannot be read is left out."""
        if not isinstance(value, Mapping):
            return cls()
        gone, unfit, changed = (_pairs(value.get(name)) for name in ("gone", "unfit", "changed"))
        new, required, files = (_titles(value.get(name)) for name in ("new", "required", "files"))
        origin, source = value.get("origin"), str(value.get("source", ""))[:300]
        known = origin if origin in (COPY, OTHER_TYPE) else ""
        replaces = str(value.get("replaces", ""))[:50]
        return cls(gone, unfit, changed, new, required, value.get("notice") is True, known, source, files, replaces)


@dataclass(frozen=True)
class CarriedForm:
    """Controls for the present form, and what it means for them that they come from another one."""

    controls: Mapping[str, Sequence[str]]
    changes: FormChanges


def carry_controls(
    work: UnitOfWork,
    request_type: RequestType,
    form: Form,
    controls: Mapping[str, Sequence[str]],
    form_hash: str,
    language: str,
    data: Mapping[str, Any] | None = None,
) -> CarriedForm:
    """Controls that were filled in on the form with a hash, in a language, for the present `form` of a request type.

    `data` are the answers, for a form that cannot be read any more (a list that it names is gone), and for controls
    that have another name since an upgrade. Else controls of the present form, or of one that is not known, stay as
    they are.
    """
    if (form_hash, language) == (request_type.hash, work.language):
        return _restored(controls, data, form)
    if not form_hash:
        return CarriedForm(controls, FormChanges())
    try:
        older = _older_type(work, request_type, form_hash)
        typed_on = request_form(work, older, language, suggesting=True)
        shown_in = request_form(work, older, suggesting=True)
    except NotFound:
        return CarriedForm(controls, FormChanges())
    except DefinitionError:
        return _from_data(form, data or {}, older.form)
    controls = _restored(controls, data, typed_on).controls
    if language != work.language:
        controls = forms.carry(controls, typed_on, shown_in).draft
    carried = forms.carry(controls, shown_in, form)

    def told(fields: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((title, carried.texts.get(pointer, "")[:LONGEST_TOLD]) for pointer, title in fields[:MOST_TOLD])

    changes = FormChanges(
        gone=told(carried.gone),
        unfit=told(carried.unfit),
        changed=told(carried.changed),
        new=tuple(dict.fromkeys(title for _pointer, title in carried.new[:MOST_TOLD])),
        required=tuple(dict.fromkeys(title for _pointer, title in carried.required[:MOST_TOLD])),
        notice=pick(older.legal_notice, work.language) != pick(request_type.legal_notice, work.language),
    )
    return CarriedForm(carried.draft, changes)


def _restored(controls: Mapping[str, Sequence[str]], data: Mapping[str, Any] | None, form: Form) -> CarriedForm:
    """Controls of a form, with the answers that were saved beside them where it names their controls otherwise now."""
    if not data:
        return CarriedForm(controls, FormChanges())
    restored = forms.restore(controls, data, form)
    gone = tuple((title, text[:LONGEST_TOLD]) for title, text in restored.gone[:MOST_TOLD])
    return CarriedForm(restored.controls, FormChanges(gone=gone))


def older_form(work: UnitOfWork, request_type: RequestType, form_hash: str, language: str) -> Form | None:
    """The form of a request type with a hash, in a language, to read what was typed on it; None where there is none,
    or it cannot be compiled any more.
    """
    try:
        return request_form(work, _older_type(work, request_type, form_hash), language, suggesting=True)
    except (NotFound, DefinitionError):
        return None


def _older_type(work: UnitOfWork, request_type: RequestType, form_hash: str) -> RequestType:
    """The version of a request type with a hash; raises NotFound for one of another request type."""
    if form_hash == request_type.hash:
        return request_type
    older = work.platform.definitions.request_type(work.session, form_hash[:64])
    if older.id != request_type.id:
        raise NotFound(f"no version {form_hash[:64]} of {request_type.id}")
    return older


def _from_data(form: Form, data: Mapping[str, Any], older: Mapping[str, Any]) -> CarriedForm:
    """The answers alone, where the `older` form that they were given on cannot be compiled any more. Of those that are
    gone, what is write-only is named without its text.
    """
    controls = form.draft(dict(data))
    kept = form.resume(controls).data
    gone = [name for name in data if not isinstance(kept, dict) or name not in kept][:MOST_TOLD]
    texts = {name: "" if _is_write_only(name, older) else _as_text(data[name]) for name in gone}
    return CarriedForm(controls, FormChanges(gone=tuple(texts.items())))


def _is_write_only(name: str, form: Mapping[str, Any]) -> bool:
    """Whether any schema of a form declares a property as write-only, or something in it."""
    maps = (part.get("properties") for _, part in every_schema(form))
    waiting, visited = [properties.get(name) for properties in maps if isinstance(properties, dict)], set[int]()
    while waiting:
        schema = waiting.pop()
        if id(schema) in visited:
            continue
        visited.add(id(schema))
        for _, part in every_schema(schema):
            if part.get("writeOnly") is True:
                return True
            waiting.append(target_of(part, form))
    return False


def _as_text(value: Any) -> str:
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[:LONGEST_TOLD]


def _titles(value: Any) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else []
    return tuple(text[:LONGEST_TOLD] for text in texts[:MOST_TOLD] if isinstance(text, str))


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    pairs = [_titles(pair) for pair in (value if isinstance(value, list) else [])[:MOST_TOLD]]
    return tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)
