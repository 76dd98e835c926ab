"""Answers carried to a new form: from an earlier dossier (F10, *Start from this one*), and from the form of another
request type that somebody had begun to fill in (F11, *Change request type*).

They are carried by value. What the new form does not ask, or does not take, is told as text, to be moved by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from formengine import json_pointer
from formengine.authoring import RequestType
from formengine.errors import DefinitionError, NotFound
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.case.repository import get_dossier
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.changed_forms import (
    COPY,
    LONGEST_TOLD,
    OTHER_TYPE,
    CarriedForm,
    FormChanges,
    carry_controls,
)
from formengine.services.drafts.request_drafts import PREFIX
from formengine.services.drafts.storage import get_draft
from formengine.storage.models.drafts import Draft

if TYPE_CHECKING:
    from formengine.forms import Form

_MISSING = ("required", "dependentRequired", "dependencies")


def answers_of_dossier(work: UnitOfWork, request_type: RequestType, form: Form, reference: str) -> CarriedForm:
    """The present answers of a dossier that the actor may read, for a new request of the same type, without its files.

    Raises NotFound for a dossier that the actor may not read, and for one of another request type.
    """
    dossier = get_dossier(work, reference)
    submission = dossier.submission
    if dossier.request_type != request_type.id:
        raise NotFound(f"{reference} is no {request_type.id}")
    older = work.platform.definitions.request_type(work.session, submission.form_hash)
    own = {name: value for name, value in submission.answers.items() if name not in request_type.fields_of_others}
    try:
        typed_on = request_form(work, older, suggesting=True)
        data, files = _without_files(typed_on, own)
        controls = typed_on.draft(data)
    except DefinitionError:  # a list that the older form names is gone
        data, files, controls = own, (), {}
    carried = carry_controls(work, request_type, form, controls, older.hash, work.language, data)
    if older.hash == request_type.hash:
        carried = CarriedForm(form.draft(data), FormChanges())
    return replace(carried, changes=replace(carried.changes, origin=COPY, source=reference, files=files))


def answers_of_other_type(work: UnitOfWork, request_type: RequestType, form: Form, draft_id: str) -> CarriedForm:
    """What the actor's draft of another request type holds, for this one: answers of fields with the same name and
    type. What stood there by default is not told of. Raises NotFound for any other draft.
    """
    draft = get_draft(work, work.person.id, draft_id)
    source = type_of_draft(work, draft)
    data = draft.data or {}
    try:
        typed_on = request_form(work, source, suggesting=True)
        by_default = typed_on.resume(typed_on.draft({}, fresh=True)).data or {}
        typed = {name: value for name, value in data.items() if name not in typed_on.computed}
        texts = {name: _texts(typed_on, name, value) for name, value in typed.items() if by_default.get(name) != value}
    except DefinitionError:
        texts = {}
    asked = [name for name in request_type.properties if name not in request_type.fields_of_others]
    kept = {name: value for name, value in data.items() if name in asked and _same_kind(source, request_type, name)}
    refused = {json_pointer.first(error.pointer) for error in _refusals(form, kept)}
    kept = {name: value for name, value in kept.items() if name not in refused}
    left = [name for name in data if name not in kept and name not in form.computed]

    def told(names: Collection[str]) -> tuple[tuple[str, str], ...]:
        pairs = [texts.get(name, []) for name in names]
        return tuple((title, text[:LONGEST_TOLD]) for pair in pairs for title, text in pair if text)

    changes = FormChanges(
        gone=told([name for name in left if name not in asked]),
        changed=told([name for name in left if name in asked]),
        origin=OTHER_TYPE,
        source=source.title_in(work.language),
        replaces=f"{draft.id} {draft.version}",
    )
    return CarriedForm(form.draft(kept, fresh=True), changes)


def _texts(form: Form, name: str, value: Any) -> list[tuple[str, str]]:
    """A top-level answer as (title, text), and what in it is write-only by its title alone."""
    data = {name: value}
    secret = [node for node in form.nodes(data) if node.write_only and node.answered and not node.children]
    hidden = say(form.locale, "Never shown: type it again where it is asked for.")
    return [*form.entries(data)[:1], *((node.title, hidden) for node in secret)]


def type_of_draft(work: UnitOfWork, draft: Draft) -> RequestType:
    """The version of the request type that a draft was filled in on; raises NotFound for the draft of another form."""
    if not draft.about.startswith(PREFIX):
        raise NotFound(f"no draft of a request: {draft.id}")
    return work.platform.definitions.request_type(work.session, draft.form_hash)


def _same_kind(source: RequestType, target: RequestType, name: str) -> bool:
    """Whether two request types ask for the same kind of value under a name; options and bounds are not compared."""
    schemas = [(request_type.form.get("properties") or {}).get(name) for request_type in (source, target)]
    kinds = [(schema.get("$ref"), schema.get("type")) for schema in schemas if isinstance(schema, Mapping)]
    return len(kinds) == 2 and kinds[0] == kinds[1]


def _refusals(form: Form, data: Mapping[str, Any]) -> list[FieldError]:
    """The errors of answers that are there; what is missing may still be given."""
    return [error for error in form.validate(data) if error.keyword not in _MISSING]


def _without_files(form: Form, data: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Answers without their files, and the names of these."""
    references = form.files(data)
    kept = deepcopy(dict(data))
    for pointer, _reference in reversed(references):  # later rows of a list first: the numbers of the others stay
        _remove(kept, pointer)
    kept = {name: value for name, value in kept.items() if value != [] or data[name] == []}
    return kept, tuple(str(reference.get("name", "")) for _pointer, reference in references)


def _remove(data: Any, pointer: str) -> None:
    *path, last = json_pointer.split(pointer)
    for part in path:
        data = data[int(part)] if isinstance(data, list) else data[part]
    del data[int(last) if isinstance(data, list) else last]
