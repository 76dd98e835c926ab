"""What the JSON Schemas of the API are made of: types, objects, and references to the named ones."""

from __future__ import annotations

from typing import Any, Final

from formengine.workflow.definition.model import KINDS

TEXT: Final = {"type": "string"}
TEXTS: Final = {"type": "array", "items": TEXT}
NUMBER: Final = {"type": "integer"}
SWITCH: Final = {"type": "boolean"}
MOMENT: Final = {"type": "string", "format": "date-time"}
MAYBE_NUMBER: Final = {"type": ["integer", "null"]}
MAYBE_TEXT: Final = {"type": ["string", "null"]}
MAYBE_DATE: Final = {"type": ["string", "null"], "format": "date"}
MAYBE_MOMENT: Final = {"type": ["string", "null"], "format": "date-time"}
KIND: Final = {"enum": list(KINDS)}
FREE: Final = {"type": "object", "additionalProperties": True}


def object_schema(
    properties: dict[str, Any], optional: tuple[str, ...] = (), *, closed: bool = False
) -> dict[str, Any]:
    """The schema of an object; input is `closed` to unknown members."""
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    required = [name for name in properties if name not in optional]
    if required:
        schema["required"] = required
    return {**schema, "additionalProperties": False} if closed else schema


def schema_ref(name: str) -> dict[str, str]:
    """A reference to one of COMPONENT_SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


def array_schema(name: str) -> dict[str, Any]:
    """The schema of an array of one of COMPONENT_SCHEMAS."""
    return {"type": "array", "items": schema_ref(name)}


def page_schema(name: str) -> dict[str, Any]:
    """The schema of a list; `next` is to be sent as `after` for the following page, null on the last."""
    return object_schema({"items": array_schema(name), "next": MAYBE_TEXT})
