"""The JSON Schema dialects: 2020-12 and draft 7."""

from __future__ import annotations

from typing import Any, Final

from formengine.errors import FormError
from formengine.json_schema import every_schema

DIALECTS: Final = ("2020-12", "draft-7")


def dialect_of(schema: Any, default: str) -> str:
    """The dialect that a schema's `$schema` names, else the default. Raises FormError for one that is not supported.

    A schema without `$schema` that has a list under `items` is draft 7: 2020-12 forbids it.
    """
    declared = schema.get("$schema") if isinstance(schema, dict) else None
    if isinstance(declared, str):
        uri = declared.rstrip("#")
        if uri.endswith("json-schema.org/draft-07/schema"):
            return "draft-7"
        if uri.endswith("json-schema.org/draft/2020-12/schema"):
            return "2020-12"
        raise FormError("/$schema", f"{declared} is not known here; write https://json-schema.org/draft/2020-12/schema")
    if default not in DIALECTS:
        raise FormError("", f'the dialect {default!r} is not known; say "2020-12" or "draft-7"')
    has_items_list = any(isinstance(inner.get("items"), list) for _, inner in every_schema(schema))
    return "draft-7" if has_items_list else default
