"""Prefill of a new request form: answers from the link that led to it, from the person's last request, and from their
profile, as far as the author of the form allows (F10).

A value that the field would refuse is left out, whatever its source: a link may come from anybody.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from formengine import json_pointer
from formengine.authoring import RequestType
from formengine.json_numbers import held_number
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Submission
from formengine.storage.models.people import Department, Organisation

if TYPE_CHECKING:
    from formengine.forms import Form

MAX_VALUE: Final = 2000
"""The length of a parameter of a link; a longer one is ignored."""
MAX_VALUES: Final = 50
"""How many parameters of one field are read."""
LAST_READ: Final = 20
"""How many of the person's requests are looked at for their last answers."""
_MISSING: Final = ("required", "dependentRequired", "dependencies")
_ALIASES: Final = {"company": "organisation", "mail": "email"}
Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Prefill:
    """The answers that a new form begins with, and their sources by property: `link`, `last` or `profile`."""

    data: Mapping[str, Any]
    sources: Mapping[str, str]


def prefill(work: UnitOfWork, request_type: RequestType, form: Form, parameters: Parameters = ()) -> Prefill:
    """What the actor's new form of a request type begins with; `parameters` are those of the address."""
    values = _Values(work, request_type, form, parameters)
    data: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, wanted in request_type.prefill.items():
        if name in form.computed or name in request_type.fields_of_others:
            continue
        for source in wanted:
            candidates = (_asked(form, name, value) for value in values.of(name, source))
            value = next((value for value in candidates if _fits(form, data, name, value)), None)
            if value is not None:
                data[name], sources[name] = value, source.partition(".")[0]
                break
    return Prefill(data, sources)


def _asked(form: Form, name: str, value: Any) -> Any:
    """What a field asks of a value with members: others are left out; None where it asks none of them."""
    if not isinstance(value, dict):
        return value
    held = form.resume(form.draft({name: value})).data
    return held.get(name) or None if isinstance(held, dict) else None


def _fits(form: Form, data: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a field takes a value beside the answers before it; what of the value is missing may still be given."""
    if value is None:
        return False
    errors = form.validate({**data, name: value})
    return not any(json_pointer.first(error.pointer) == name and error.keyword not in _MISSING for error in errors)


@dataclass
class _Values:
    """The values that each source has for a field, the best first."""

    work: UnitOfWork
    request_type: RequestType
    form: Form
    parameters: Parameters
    _last: list[Mapping[str, Any]] | None = None

    def of(self, name: str, source: str) -> Iterator[Any]:
        if source == "link":
            return _from_link(name, self.parameters)
        if source == "last":
            return (answers[name] for answers in self._earlier() if answers.get(name) not in (None, "", [], {}))
        return self._from_profile(name, source.partition(".")[2])

    def _schema(self, name: str) -> Mapping[str, Any]:
        schema = (self.request_type.form.get("properties") or {}).get(name)
        return schema if isinstance(schema, Mapping) else {}

    def _earlier(self) -> list[Mapping[str, Any]]:
        """The answers of the actor's last requests: those of this type first, each kind the newest first."""
        if self._last is None:
            query = (
                select(Submission.request_type, Submission.answers)
                .where(Submission.submitted_by == self.work.person.id)
                .order_by(Submission.submitted_at.desc(), Submission.id.desc())
                .limit(LAST_READ)
            )
            rows = self.work.session.execute(query).all()
            own = [answers for type_id, answers in rows if type_id == self.request_type.id]
            self._last = [*own, *(answers for type_id, answers in rows if type_id != self.request_type.id)]
        return self._last

    def _from_profile(self, name: str, wanted: str) -> Iterator[Any]:
        schema, person = self._schema(name), self.work.person
        kind = schema.get("$ref") if not wanted else None
        organisation = self._organisation
        attributes: dict[str, Callable[[], str]] = {
            "name": lambda: person.name,
            "email": lambda: person.email,
            "organisation": organisation,
            "department": self._department,
        }
        if kind == "formengine:contact":
            yield {"name": person.name, "email": person.email}
        elif kind in ("formengine:person", "formengine:people"):
            yield person.id if kind == "formengine:person" else [person.id]
        elif kind == "formengine:party":
            yield from [{"name": text}] if (text := organisation()) else []
        else:
            by_name = _ALIASES.get(name, name)
            meant = wanted or ("email" if schema.get("format") == "email" else by_name)
            yield from filter(None, [attributes.get(meant, attributes["name"])()])

    def _organisation(self) -> str:
        key = self.work.person.organisation_id
        row = self.work.session.get(Organisation, key) if key is not None else None
        return row.name if row is not None else ""

    def _department(self) -> str:
        key = self.work.person.department_id
        row = self.work.session.get(Department, key) if key is not None else None
        return row.name if row is not None else ""


def _from_link(name: str, parameters: Parameters) -> Iterator[Any]:
    """What the parameters `name`, or `name.member`, of a link may mean for a field: the text, a number or a truth value
    in it, a list of them, or the name of a party.
    """
    texts = [text for key, text in parameters if key == name and text and len(text) <= MAX_VALUE][:MAX_VALUES]
    members = {
        key.removeprefix(f"{name}."): text
        for key, text in parameters
        if key.startswith(f"{name}.") and text and len(text) <= MAX_VALUE
    }
    if len(texts) == 1:
        yield texts[0]
        yield from _as_json(texts[0])
        yield {"name": texts[0], **members}
    if texts:
        yield texts
        values = [value for text in texts for value in _as_json(text)]
        yield from [values] if len(values) == len(texts) else []
    if members and len(members) <= MAX_VALUES:
        yield members


def _as_json(text: str) -> Iterator[Any]:
    """The number or truth value that a text is, in JSON."""
    try:
        value = json.loads(text, parse_float=held_number) if len(text) < 40 else None
    except (ValueError, RecursionError):
        return
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        yield value
