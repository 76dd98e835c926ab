"""Ten schemas with what forms ask of a validator: conditions, unions, patterns, formats, money, tuples, `unevaluated*`.

Each with answers that fit and with answers in which several things are wrong.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Case(NamedTuple):
    """A schema, data that fit it, and data that do not."""

    schema: Any
    valid: Any
    invalid: list[Any]


_MONEY: Final = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {
        "amount": {"type": "string", "pattern": "^-?(?:0|[1-9]\\d{0,14})(?:\\.\\d{1,4})?$"},
        "currency": {"enum": ["EUR", "USD", "GBP", "CHF", "JPY"]},
    },
    "additionalProperties": False,
}
_PERSON: Final = {
    "type": "object",
    "required": ["name", "email"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 120},
        "email": {"type": "string", "format": "email"},
        "born": {"type": "string", "format": "date"},
    },
}


def _conditions() -> Case:
    """Thirty-five questions, a third of which are called up by others; a `pattern` and a `multipleOf` among them."""
    properties: dict[str, Any] = {f"q{number}": {"type": "string", "maxLength": 80} for number in range(35)}
    properties |= {f"q{number}": {"enum": ["yes", "no"]} for number in range(0, 35, 3)}
    properties |= {
        "q1": {"type": "string", "pattern": "^[\\w .-]{1,40}$"},
        "q2": {"type": "number", "multipleOf": 0.01},
    }
    rules = [
        {
            "if": {"properties": {f"q{number}": {"const": "yes"}}, "required": [f"q{number}"]},
            "then": {"required": [f"q{number + 1}"]},
            "else": {"properties": {f"q{number + 1}": {"maxLength": 10}}},
        }
        for number in range(0, 33, 3)
    ]
    answers: dict[str, Any] = dict.fromkeys(properties, "a short answer") | {
        f"q{number}": "yes" for number in range(0, 35, 3)
    }
    answers["q1"], answers["q2"] = "Acme Ltd.", 19.99
    missing = {name: value for name, value in answers.items() if name not in ("q4", "q10", "q22")}
    return Case(
        {"type": "object", "properties": properties, "required": ["q0", "q1"], "allOf": rules},
        answers,
        [missing, answers | {"q2": 19.999, "q1": "?", "q3": "perhaps"}, answers | {"q3": "no"}],
    )


def _unevaluated_properties() -> Case:
    party = {"allOf": [_PERSON, {"properties": {"role": {"enum": ["tenant", "landlord"]}}, "required": ["role"]}]}
    schema = {
        "type": "object",
        "properties": {"parties": {"type": "array", "items": {**party, "unevaluatedProperties": False}}},
        "anyOf": [{"properties": {"rent": _MONEY}, "required": ["rent"]}, {"properties": {"free": {"const": True}}}],
        "unevaluatedProperties": False,
    }
    one = {"name": "Ada", "email": "ada@example.com", "role": "tenant"}
    valid = {"parties": [one] * 12, "rent": {"amount": "950.00", "currency": "EUR"}}
    return Case(schema, valid, [valid | {"extra": 1}, {"parties": [one | {"x": 1}] * 4 + [{"name": ""}]}])


def _unevaluated_items() -> Case:
    schema = {
        "type": "array",
        "prefixItems": [{"type": "string", "format": "date"}, {"type": "number"}],
        "contains": {"type": "string", "pattern": "^ref-"},
        "unevaluatedItems": False,
    }
    return Case(schema, ["2026-11-29", 4, "ref-1", "ref-2"], [["2026-11-29", 4, "ref-1", 5], ["2026", "4", 1, 2]])


def _tuples() -> Case:
    row = {
        "type": "array",
        "prefixItems": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}, {"type": "boolean"}],
        "items": False,
        "minItems": 3,
    }
    good = ["Table", 2, True]
    return Case(
        {"type": "array", "items": row, "uniqueItems": False}, [good] * 30, [[good] * 20 + [["", 0, 1, 2], ["Chair"]]]
    )


def _patterns() -> Case:
    patterns = {
        "reference": "^[A-Z]{2}-\\d{4}/\\d{2}$", "word": "^\\w+$", "no_spaces": "^\\S*$", "name": "^[\\p{L} '-]+$",
        "secret": "^(?=.*\\d)(?=.*[a-z]).{8,}$", "ref": "^(?!TMP)[A-Z]+$", "any": "^.{1,40}$", "number": "\\b\\d+\\b",
    }  # fmt: skip
    valid = {
        "reference": "AB-1234/26", "word": "lease_2", "no_spaces": "lease-2", "name": "Zoë d’Arc".replace("’", "'"),
        "secret": "abcdefg1", "ref": "LEASE", "any": "any text at all", "number": "no 12",
    }  # fmt: skip
    schema = {
        "type": "object",
        "properties": {name: {"type": "string", "pattern": pattern} for name, pattern in patterns.items()},
        "patternProperties": {"^x-\\w+$": {"type": "string"}},
        "additionalProperties": False,
    }
    return Case(
        schema, valid | {"x-a": "1"}, [dict.fromkeys(valid, "TMP ?"), valid | {"y": 1, "x-a": 1}, valid | {"word": "?"}]
    )


def _formats() -> Case:
    texts = {
        "date": "2026-11-29", "time": "14:30:00Z", "date-time": "2026-11-29T14:30:00Z", "duration": "P3M",
        "email": "ada@example.com", "hostname": "example.com", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
        "uri": "https://example.com", "uuid": "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "json-pointer": "/a/0",
        "regex": "^a+$", "uri-reference": "/page",
    }  # fmt: skip
    schema = {"type": "object", "properties": {name: {"type": "string", "format": name} for name in texts}}
    wrong = dict.fromkeys(texts, "\\ [")
    return Case(schema, texts, [wrong, texts | {"date": "2026-02-30"}])


def _money() -> Case:
    line = {
        "type": "object",
        "required": ["what", "price"],
        "properties": {
            "what": {"type": "string", "minLength": 1},
            "price": {"$ref": "#/$defs/money"},
            "share": {"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01},
        },
    }
    schema = {
        "type": "object",
        "properties": {"lines": {"type": "array", "items": line, "minItems": 1}, "total": {"$ref": "#/$defs/money"}},
        "$defs": {"money": _MONEY},
    }
    price = {"amount": "1250.00", "currency": "EUR"}
    good = {"what": "Counsel", "price": price, "share": 33.33}
    bad = {"what": "", "price": {"amount": "1,250", "currency": "DEM"}, "share": 33.333}
    return Case(schema, {"lines": [good] * 25, "total": price}, [{"lines": [good] * 20 + [bad] * 2}, {"lines": []}])


def _unions() -> Case:
    branches = [
        {"properties": {"kind": {"const": "person"}, "who": _PERSON}, "required": ["kind", "who"]},
        {
            "properties": {"kind": {"const": "firm"}, "number": {"type": "string", "pattern": "^\\d{8}$"}},
            "required": ["kind", "number"],
        },
        {"properties": {"kind": {"const": "state"}, "country": {"enum": ["FR", "DE"]}}, "required": ["kind"]},
    ]
    person = {"kind": "person", "who": {"name": "Ada", "email": "ada@example.com"}}
    parties = [person, {"kind": "firm", "number": "12345678"}, {"kind": "state", "country": "FR"}] * 5
    wrong = [
        {"kind": "firm", "number": "1"},
        {"kind": "person", "who": {"name": ""}},
        {"kind": "state", "country": "X"},
    ]
    return Case({"type": "array", "items": {"type": "object", "oneOf": branches}}, parties, [parties + wrong, wrong])


def _references() -> Case:
    schema = {
        "$id": "https://example.com/tree",
        "type": "object",
        "required": ["title"],
        "properties": {
            "title": {"$ref": "#title"},
            "children": {"type": "array", "items": {"$ref": "https://example.com/tree"}},
        },
        "$defs": {"title": {"$anchor": "title", "type": "string", "minLength": 1}},
    }
    leaf = {"title": "Clause", "children": []}
    tree = {"title": "Part", "children": [{"title": "Chapter", "children": [leaf] * 4}] * 5}
    return Case(schema, tree, [{"title": "", "children": [tree, {"children": [{"title": 1}]}]}])


def _dependencies() -> Case:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"card": {"type": "string"}, "pay": {"enum": ["card", "bank"]}, "iban": {"type": "string"}},
        "dependencies": {
            "card": ["name"],
            "pay": {
                "oneOf": [
                    {"properties": {"pay": {"const": "card"}}, "required": ["card"]},
                    {"properties": {"pay": {"const": "bank"}, "iban": {"minLength": 15}}, "required": ["iban"]},
                ]
            },
        },
        "propertyNames": {"pattern": "^[a-z]+$"},
        "minProperties": 1,
    }
    return Case(
        schema, {"card": "1", "name": "Ada", "pay": "card"}, [{"card": "1", "pay": "bank", "iban": "x"}, {"A": 1}]
    )


CASES: Final[dict[str, Case]] = {
    "conditions (35 questions)": _conditions(),
    "unevaluatedProperties": _unevaluated_properties(),
    "unevaluatedItems": _unevaluated_items(),
    "tuples": _tuples(),
    "patterns": _patterns(),
    "formats": _formats(),
    "money": _money(),
    "unions": _unions(),
    "references": _references(),
    "dependencies": _dependencies(),
}
