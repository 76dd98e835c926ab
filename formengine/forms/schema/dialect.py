"""The JSON Schema dialects: which one a schema is written in, and which keywords each of them knows."""

from __future__ import annotations

import re
from typing import Any, Final

from formengine.errors import FormError
from formengine.json_schema import Path, every_schema

DIALECTS: Final = ("2020-12", "2019-09", "draft-7", "draft-6", "draft-4")
DRAFT_URI: Final = "https://json-schema.org/draft/2020-12/schema"
_NUMBERS: Final = {"2020-12": 2020, "2019-09": 2019, "draft-7": 7, "draft-6": 6, "draft-4": 4}
_URI: Final = re.compile(r"https?://json-schema\.org/(?:(?:draft/|draft-)([0-9-]+)/)?(?:hyper-)?schema[#/]*", re.ASCII)
_BY_NAME: Final = {"2020-12": "2020-12", "2019-09": "2019-09", "07": "draft-7", "06": "draft-6", "05": "draft-4",
                   "04": "draft-4"}  # fmt: skip
"""Dialects by the name in `$schema`; draft 5 changed nothing in draft 4 but its words."""
FIRST_DRAFT_WITH: Final = {
    "const": 6, "contains": 6, "propertyNames": 6, "if": 7, "then": 7, "else": 7,
    **dict.fromkeys(("$anchor", "dependentRequired", "dependentSchemas", "minContains", "maxContains"), 2019),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties", "contentSchema", "$vocabulary"), 2019),
    **dict.fromkeys(("$recursiveRef", "$recursiveAnchor"), 2019),
    **dict.fromkeys(("prefixItems", "$dynamicRef", "$dynamicAnchor"), 2020),
}  # fmt: skip
"""The draft (4, 6, 7, 2019 or 2020) in which a keyword that asserts or refers appeared; the others were always there.
"""


def number_of(dialect: str) -> int:
    """A dialect as a number, by which dialects are in order."""
    return _NUMBERS[dialect]


def uri_of(dialect: str) -> str:
    """What `$schema` says for a dialect."""
    if dialect in ("2020-12", "2019-09"):
        return f"https://json-schema.org/draft/{dialect}/schema"
    return f"http://json-schema.org/draft-0{number_of(dialect)}/schema#"


def declared_dialect(schema: Any) -> str | None:
    """The dialect that the `$schema` of a schema names; None where it says nothing, or nothing that is known."""
    uri = schema.get("$schema") if isinstance(schema, dict) else None
    match = _URI.fullmatch(uri) if isinstance(uri, str) else None
    return _BY_NAME.get(match[1] or "") if match else None


def dialect_of(schema: Any, default: str) -> str:
    """The dialect that a schema's `$schema` names, else the one it shows unmistakable signs of, else the default.

    Signs: `exclusiveMinimum` or `exclusiveMaximum` that is true or false, or an `id` that begins with # (draft 4);
    `$recursiveRef` or `$recursiveAnchor` (2019-09); a list under `items`, or a `$id` that names a place (draft 7).
    Raises FormError for a dialect that is not supported.
    """
    if default not in DIALECTS:
        known = ", ".join(f'"{dialect}"' for dialect in DIALECTS)
        raise FormError("", f"the dialect {default!r} is not known; say one of {known}")
    uri = schema.get("$schema") if isinstance(schema, dict) else None
    match = _URI.fullmatch(uri) if isinstance(uri, str) else None
    if isinstance(uri, str) and not (match and (match[1] is None or match[1] in _BY_NAME)):
        raise FormError("/$schema", _unknown(uri))
    if match and match[1]:
        return _BY_NAME[match[1]]
    sign = shown_sign(schema) if default == "2020-12" else None
    return sign[0] if sign else default


def _unknown(uri: str) -> str:
    if "draft-03" in uri or "draft-02" in uri or "draft-01" in uri:
        return (
            "this draft is too old to be read; name required fields in a list beside properties, write allOf for "
            f"extends, not for disallow and multipleOf for divisibleBy, then $schema: {DRAFT_URI}"
        )
    meant = re.search(r"(?<!\d)(?:0?([4-7])(?!\d)|2019-09)", uri)
    name = "2020-12" if meant is None else meant[0] if meant[1] is None else _BY_NAME[f"0{meant[1]}"]
    return f"{uri} is not known here; write {uri_of(name)}"


def shown_sign(schema: Any) -> tuple[str, Path] | None:
    """The older dialect that a schema shows itself to be of, and the path of the keyword that only that one has.

    Schemas within it that have a `$schema` of their own say nothing about it.
    """
    sign: tuple[str, Path] | None = None
    others: set[Path] = set()
    for path, inner in every_schema(schema):
        if (path and "$schema" in inner) or any(path[:length] in others for length in range(1, len(path))):
            others.add(path)
            continue
        for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
            if isinstance(inner.get(keyword), bool):
                return "draft-4", (*path, keyword)
        if str(inner.get("id", "")).startswith("#"):
            return "draft-4", (*path, "id")
        recursive = next((keyword for keyword in ("$recursiveRef", "$recursiveAnchor") if keyword in inner), None)
        if recursive is not None:
            sign = "2019-09", (*path, recursive)
        elif sign is None and isinstance(inner.get("items"), list):
            sign = "draft-7", (*path, "items")
        elif sign is None and isinstance(inner.get("$id"), str) and inner["$id"].partition("#")[2]:
            sign = "draft-7", (*path, "$id")
    return sign
