"""What a template may say of a form: the types of its fields, and its answers as values for the sandboxed process.

A type is read from a JSON Schema in the language of the document; `formengine:` kinds keep their meaning (money, party,
country ...), which the schema behind them has lost. Values travel as JSON: every object is `{"$": KIND, ...}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from formengine import json_pointer
from formengine.documents.word_templates.typed_text import plain_text
from formengine.forms.kinds.text_input import format_input

KINDS: Final = (
    "money", "party", "contact", "address", "country", "currency", "person", "people", "file", "files", "text",
    "dossier",
)  # fmt: skip
_DEPTH: Final = 20


@dataclass(frozen=True)
class FieldType:
    """The type of a field: `kind` is one of KINDS, or string, iban, number, boolean, date, date_time, choice, list,
    object or any.

    `titles` are those of the options of a choice, by value; `members` the types of the parts of an object, of which
    `required` are always there once the object is.
    """

    kind: str
    titles: Mapping[Any, str] = field(default_factory=dict)
    members: Mapping[str, FieldType] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    item: FieldType | None = None

    @property
    def is_company(self) -> bool:
        """Whether it is a choice among our companies, with the particulars of each."""
        return self.kind == "choice" and self.members is COMPANY.members


ANY: Final = FieldType("any")
TEXT: Final = FieldType("string")
_SPEAKER: Final = FieldType("object", members={"name": TEXT, "title": TEXT}, required=frozenset(("name", "title")))
_ADDRESS: Final = FieldType(
    "address",
    members={
        "lines": FieldType("list", item=TEXT),
        "postcode": TEXT,
        "city": TEXT,
        "country": FieldType("country"),
    },
    required=frozenset(("lines", "city", "country")),
)
_BUILTIN: Final[Mapping[str, FieldType]] = {
    "money": FieldType(
        "money",
        members={"amount": FieldType("number"), "currency": FieldType("currency")},
        required=frozenset(("amount", "currency")),
    ),
    "party": FieldType(
        "party",
        members={"name": TEXT, "registration": TEXT, "country": FieldType("country"), "id": TEXT},
        required=frozenset(("name",)),
    ),
    "contact": FieldType("contact", members={"name": TEXT, "email": TEXT}, required=frozenset(("name", "email"))),
    "address": _ADDRESS,
    "file": FieldType("file", members={"name": TEXT}, required=frozenset(("name",))),
    "files": FieldType("files", item=FieldType("file", members={"name": TEXT}, required=frozenset(("name",)))),
    "people": FieldType("people", item=FieldType("person")),
}
COMPANY: Final = FieldType(
    "object",
    members={
        "name": TEXT,
        "form": TEXT,
        "capital": TEXT,
        "registration": TEXT,
        "address": _ADDRESS,
        "represented_by": _SPEAKER,
    },
    required=frozenset(("name", "form", "registration", "address", "represented_by")),
)
"""The particulars of a company of `config/companies.yaml`."""


def types_of(schema: Mapping[str, Any], kinds: Mapping[str, Any], companies: Mapping[str, Any]) -> dict[str, FieldType]:
    """The types of the fields of a form, by name.

    `kinds` are the field kinds in the document's language; a choice among keys of `companies` has their particulars.
    """
    reader = _Reader(schema, kinds, companies)
    return {name: reader.type_of(property_) for name, property_ in _properties(schema).items()}


def object_type(members: Mapping[str, FieldType]) -> FieldType:
    """The type of all answers of a form."""
    return FieldType("object", members=members)


@dataclass(frozen=True)
class _Reader:
    root: Mapping[str, Any]
    kinds: Mapping[str, Any]
    companies: Mapping[str, Any]

    def type_of(self, schema: Any, depth: int = 0) -> FieldType:
        if not isinstance(schema, Mapping) or depth > _DEPTH:
            return ANY
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self._referred(reference, schema, depth)
        if choices := _choices(schema):
            members = COMPANY if self.companies and set(choices) <= self.companies.keys() else ANY
            return FieldType("choice", titles=choices, members=members.members, required=members.required)
        if "properties" in schema:
            members_ = {name: self.type_of(member, depth + 1) for name, member in _properties(schema).items()}
            return FieldType("object", members=members_, required=frozenset(schema.get("required") or ()))
        if "items" in schema:
            return FieldType("list", item=self.type_of(schema["items"], depth + 1))
        return FieldType(_simple_kind(schema))

    def _referred(self, reference: str, schema: Mapping[str, Any], depth: int) -> FieldType:
        name = reference.removeprefix("formengine:")
        if name in _BUILTIN:
            return _BUILTIN[name]
        if name in KINDS:
            return FieldType(name)
        target = self.kinds.get(reference) if not reference.startswith("#") else self._local(reference)
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        return self.type_of({**target, **siblings}, depth + 1) if isinstance(target, Mapping) else ANY

    def _local(self, reference: str) -> Any:
        return json_pointer.resolve(self.root, reference)


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = schema.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _choices(schema: Mapping[str, Any]) -> dict[Any, str]:
    """The options of a choice with their titles; {} for another schema."""
    options = schema.get("oneOf") or schema.get("anyOf") or ()
    titles = {o["const"]: str(o.get("title") or o["const"]) for o in options if isinstance(o, Mapping) and "const" in o}
    if len(titles) == len(options) and titles:
        return titles
    values = schema.get("enum")
    return {value: str(value) for value in values} if isinstance(values, list) and _are_texts(values) else {}


def _are_texts(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def _simple_kind(schema: Mapping[str, Any]) -> str:
    kind, format_ = schema.get("type"), schema.get("format")
    if format_ == "date":
        return "date"
    if format_ == "date-time":
        return "date_time"
    if format_ == "iban":
        return "iban"
    kinds = {"integer": "number", "number": "number", "boolean": "boolean", "string": "string", "array": "list"}
    return kinds.get(kind, "any") if isinstance(kind, str) else "any"


def values_of(
    data: Mapping[str, Any],
    types: Mapping[str, FieldType],
    companies: Mapping[str, Any],
    people: Mapping[str, str],
) -> dict[str, Any]:
    """Answers and facts as values for a template, by name. `people` are the names of accounts by id."""
    encoder = _Encoder(companies, people)
    return {name: encoder.encode(value, types.get(name, ANY)) for name, value in data.items()}


@dataclass(frozen=True)
class _Encoder:
    companies: Mapping[str, Any]
    people: Mapping[str, str]

    def encode(self, value: Any, type_: FieldType) -> Any:
        if value is None or isinstance(value, bool | int | float):
            titled = type_.titles.get(value) if type_.kind == "choice" and value is not None else None
            return value if titled is None else {"$": "choice", "value": str(value), "text": titled}
        if isinstance(value, Mapping):
            kind = type_.kind if type_.kind in KINDS else "object"
            members = {str(name): self.encode(member, type_.members.get(name, ANY)) for name, member in value.items()}
            return {"$": kind, "members": members}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.encode(item, type_.item or ANY) for item in value]
        return self._scalar(value, type_)

    def _scalar(self, value: Any, type_: FieldType) -> Any:
        if isinstance(value, datetime):
            return {"$": "date_time", "value": value.isoformat()}
        if isinstance(value, date):
            return {"$": "date", "value": value.isoformat()}
        stored = str(value)
        text = plain_text(stored)
        if type_.kind == "number" or isinstance(value, Decimal):
            return {"$": "decimal", "value": text}
        if type_.kind == "choice":
            company = self.companies.get(stored) if type_.members else None
            particulars = self.encode(company, COMPANY)["members"] if isinstance(company, Mapping) else {}
            value = stored if stored in type_.titles else text
            return {"$": "choice", "value": value, "text": type_.titles.get(stored, text), "members": particulars}
        if type_.kind in ("date", "date_time", "country"):
            return {"$": type_.kind, "value": text}
        if type_.kind == "iban":
            return {"$": "choice", "value": text, "text": format_input("iban", text, "")}
        if type_.kind == "person":
            return {"$": "choice", "value": text, "text": plain_text(self.people.get(stored, stored))}
        return text
