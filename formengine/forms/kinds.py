"""The field kinds that come with the engine: the schema that `$ref: "formengine:<kind>"` stands for."""

from __future__ import annotations

from typing import Any, Final


def _text(title: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "minLength": 1, **more}


_COUNTRY: Final = {"type": "string", "pattern": "^[A-Z]{2}$"}
_FILE: Final = {
    "type": "object",
    "format": "file",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "size": {"type": "integer", "minimum": 0},
        "type": {"type": "string"},
        "sha256": {"type": "string"},
    },
}
KINDS: Final[dict[str, Any]] = {
    "formengine:money": {
        "type": "object",
        "required": ["amount", "currency"],
        "properties": {
            "amount": _text("Amount", pattern="^-?[0-9]{1,15}(\\.[0-9]{1,4})?$", examples=["1250.00"]),
            "currency": _text("Currency", pattern="^[A-Z]{3}$", examples=["EUR"]),
        },
    },
    "formengine:party": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": _text("Name", maxLength=300),
            "registration": _text("Registration number", maxLength=100),
            "country": {"title": "Country", **_COUNTRY},
            "id": {"type": "string"},
        },
    },
    "formengine:contact": {
        "type": "object",
        "required": ["name", "email"],
        "properties": {
            "name": _text("Name", maxLength=300),
            "email": _text("E-mail address", format="email", maxLength=254),
        },
    },
    "formengine:person": {"type": "string", "minLength": 1},
    "formengine:people": {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
    "formengine:country": _COUNTRY,
    "formengine:address": {
        "type": "object",
        "required": ["lines", "city", "country"],
        "properties": {
            "lines": {"type": "array", "title": "Address", "minItems": 1, "maxItems": 6, "items": {"type": "string"}},
            "postcode": _text("Postcode", maxLength=20),
            "city": _text("City", maxLength=200),
            "country": {"title": "Country", **_COUNTRY},
        },
    },
    "formengine:file": _FILE,
    "formengine:files": {"type": "array", "items": _FILE},
    "formengine:text": {"type": "string"},
    "formengine:markdown": {"type": "string"},
    "formengine:dossier": {"type": "string", "minLength": 1, "maxLength": 60},
    "formengine:iban": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", "examples": ["FR7630006000011234567890189"]},
    "formengine:phone": {"type": "string", "pattern": "^\\+[1-9][0-9]{4,14}$", "examples": ["+33123456789"]},
}
"""`{uri: schema}`. A caller passes `{**KINDS, ...}` to add or replace kinds: see `formengine.forms`."""
