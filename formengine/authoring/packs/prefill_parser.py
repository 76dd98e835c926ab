"""`prefill:` of a request type: where the first value of a field may come from (F10).

`link` is a parameter of the address, `last` the person's last request that has the field, `profile` the person's
account and organisation: `profile` alone takes what fits the field, `profile.organisation` names it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from formengine.authoring.packs.request_type import PREFILLS
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor

FILES: Final = ("formengine:file", "formengine:files")
OF_PROFILE: Final = ("formengine:contact", "formengine:person", "formengine:people", "formengine:party")
"""The field kinds that a profile fills as a whole."""


def check_prefill(cursor: YamlCursor, properties: Mapping[str, Any], computed: Collection[str]) -> None:
    """The findings of `prefill:`: unknown fields and sources, and fields that nothing fits."""
    for entry in cursor.entries():
        if entry.name not in properties:
            message = f"{entry.name} is not a field of this form{did_you_mean(entry.name, properties)}"
            entry.error("unknown-field", message)
            continue
        schema = properties[entry.name] if isinstance(properties[entry.name], Mapping) else {}
        if entry.name in computed:
            entry.error("prefill", f"{entry.name} is computed, so nothing else fills it in; take this line out")
        elif schema.get("$ref") in FILES:
            entry.error("prefill", f"{entry.name} is a file, which people choose themselves; take this line out")
        for item in entry.items() if isinstance(entry.value, list) else (entry,):
            _check_source(item, entry.name, schema)


def _check_source(item: YamlCursor, name: str, schema: Mapping[str, Any]) -> None:
    source = item.choice(PREFILLS)
    kind, is_text = schema.get("$ref"), "string" in _types(schema)
    if source == "profile" and not is_text and kind not in OF_PROFILE:
        item.error("prefill", f"a profile has nothing for {name}, which is no text, contact, person or party")
    elif source.startswith("profile.") and not is_text:
        item.error("prefill", f"{source} is a text, and {name} is none; write profile, last or link")


def _types(schema: Mapping[str, Any]) -> Collection[str]:
    types = schema.get("type", ())
    texts = ("formengine:text", "formengine:markdown")
    return ("string",) if schema.get("$ref") in texts else (types,) if isinstance(types, str) else types
