"""What authors of forms write who know other tools, with what it is called here; and what JSON's types are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TYPE_NAMES: Final[Mapping[str, str]] = {
    "string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "array": "a list", "object": "a group", "null": "null",
}  # fmt: skip
"""What the types of answers are called in sentences."""
KEYWORDS_MEANT: Final[Mapping[str, str]] = {
    "label": "title", "caption": "title", "options": "enum", "choices": "enum", "values": "enum",
    "names": "enumNames", "help": "description", "hint": "description", "fields": "properties",
    "questions": "properties", "value": "const", "dropdown": "enum", "max": "maximum", "min": "minimum",
}  # fmt: skip
"""Keywords of schemas, by the words of other form builders."""
TYPES_MEANT: Final[Mapping[str, str]] = {
    "text": 'type: string, or $ref: "formengine:text" for several lines',
    "date": "type: string and format: date",
    "datetime": "type: string and format: date-time",
    "date-time": "type: string and format: date-time",
    "email": "type: string and format: email",
    "money": '$ref: "formengine:money" in place of type',
    "file": '$ref: "formengine:file" in place of type',
    "list": "type: array and items, or enum for one choice of several",
    "choice": "enum with the choices in place of type",
    "select": "enum with the choices in place of type",
    "dropdown": "enum with the choices in place of type",
    "radio": "enum with the choices in place of type",
    "enum": "enum with the choices in place of type",
    "multiselect": "type: array and items: {enum: [...]}",
    "checkboxes": "type: array and items: {enum: [...]}",
    "checkbox": "type: boolean",
    "textarea": '$ref: "formengine:text" in place of type',
    "paragraph": '$ref: "formengine:text" in place of type',
    "url": "type: string and format: uri",
    "time": "type: string and format: time",
    "amount": '$ref: "formengine:money" in place of type',
    "currency": '$ref: "formengine:money" in place of type',
    "person": '$ref: "formengine:person" in place of type',
    "people": '$ref: "formengine:people" in place of type',
    "party": '$ref: "formengine:party" in place of type',
    "contact": '$ref: "formengine:contact" in place of type',
    "address": '$ref: "formengine:address" in place of type',
    "country": '$ref: "formengine:country" in place of type',
    "percentage": '$ref: "formengine:percentage" in place of type',
    "phone": '$ref: "formengine:phone" in place of type',
    "files": '$ref: "formengine:files" in place of type',
    "decimal": "type: number",
    "float": "type: number",
    "yes/no": "type: boolean",
}
"""What to write for a word that stands as `type`."""
FORMATS_MEANT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("mail", "courriel"), "format: email"),
    **dict.fromkeys(("url", "link", "website"), "format: uri"),
    **dict.fromkeys(("datetime", "timestamp"), "format: date-time"),
    **dict.fromkeys(("phone", "tel", "telephone"), '$ref: "formengine:phone" in place of type and format'),
    **dict.fromkeys(("money", "currency", "amount"), '$ref: "formengine:money" in place of type and format'),
    **dict.fromkeys(("percent", "percentage"), '$ref: "formengine:percentage" in place of type and format'),
    "country": '$ref: "formengine:country" in place of type and format',
}
"""What to write for a word that stands as `format`."""
CHECK_KEYS_MEANT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("message", "text", "error", "sentence", "title"), "says"),
    **dict.fromkeys(("condition", "check", "if", "rule", "that"), "when"),
    **dict.fromkeys(("rows", "for_each", "list"), "each"),
    **dict.fromkeys(("field", "fields", "shown_at"), "at"),
}
"""Keys of a check between answers."""
