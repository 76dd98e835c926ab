"""Settings of a plugin: texts of ini and environment, typed and validated by the JSON Schema that it declares."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import field, make_dataclass
from keyword import iskeyword
from typing import Any, Final

from formengine.errors import SettingError
from formengine.source import did_you_mean

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_SWITCHES: Final = {"on": True, "true": True, "yes": True, "1": True} | dict.fromkeys(
    ("off", "false", "no", "0"), False
)
_READERS: Final[Mapping[str, tuple[Callable[[str], Any], str]]] = {
    "string": (str, "a text"),
    "integer": (int, "a whole number"),
    "number": (float, "a number"),
    "boolean": (lambda text: _SWITCHES[text.lower()], "on or off"),
    "array": (str.split, "words separated by spaces"),
}
"""By JSON type of a setting: what reads its text, and what to write."""


def schema_problem(schema: Any) -> str | None:
    """What is wrong with a declaration of settings, as a sentence for the plugin's author; None when nothing is."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not properties:
        return "the schema is an object with `properties`, one for each setting"
    for name, declared in properties.items():
        if not _NAME.fullmatch(str(name)) or iskeyword(str(name)):
            return f"the setting {name!r} needs a name of lower-case letters, digits and underscores"
        kind = declared.get("type") if isinstance(declared, Mapping) else None
        if kind not in _READERS:
            return f"the setting {name!r} has the type {kind!r}{did_you_mean(str(kind), _READERS)}"
    unknown = set(schema.get("required", ())) - set(properties)
    return f"`required` names {sorted(unknown)[0]!r}, which is not among the properties" if unknown else None


def read_plugin_settings(plugin: str, schema: Mapping[str, Any], texts: Mapping[str, tuple[str, str]]) -> Any:
    """A frozen object with an attribute for each setting: its value, else its default, else None.

    `texts` has text and origin of each setting by name. Raises SettingError with origin and key for a key that is not
    declared, a missing setting, and a value that does not fit; values of settings that are `writeOnly` are not shown.
    """
    properties = schema["properties"]
    for name, (_, origin) in texts.items():
        if name not in properties:
            message = f"there is no such setting{did_you_mean(name, properties)}"
            raise SettingError(_key(plugin, name), "…", message, origin)
    for name in schema.get("required", ()):
        if name not in texts and "default" not in properties[name]:
            variable = f"FORMENGINE_{plugin.upper()}__{name.upper()}"
            raise SettingError(_key(plugin, name), "", f"set it, or the environment variable {variable}")
    values = {name: declared["default"] for name, declared in properties.items() if "default" in declared}
    values |= {name: _value(plugin, name, properties[name], *text) for name, text in texts.items()}
    return frozen_settings(schema, values)


def frozen_settings(schema: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """The object of some values, without a check; what has no value is its default, else None."""
    names: dict[str, Mapping[str, Any]] = dict(schema["properties"])
    members = [(name, Any, field(repr=not declared.get("writeOnly"))) for name, declared in names.items()]
    settings = make_dataclass("PluginSettings", members, frozen=True)
    all_values = {name: values.get(name, declared.get("default")) for name, declared in names.items()}
    return settings(**{name: tuple(v) if isinstance(v, list) else v for name, v in all_values.items()})


def _value(plugin: str, name: str, declared: Mapping[str, Any], text: str, origin: str) -> Any:
    from jsonschema import Draft202012Validator  # slow to import, and only plugins with settings need it

    shown = "…" if declared.get("writeOnly") else text
    read, expected = _READERS[declared["type"]]
    try:
        value = read(text.strip())
    except (ValueError, KeyError):
        raise SettingError(_key(plugin, name), shown, f"write {expected}", origin) from None
    error = next(iter(Draft202012Validator(declared).iter_errors(value)), None)
    if error is None:
        return value
    rule = f"{error.validator}: {json.dumps(error.validator_value, ensure_ascii=False)}"
    raise SettingError(_key(plugin, name), shown, f"it does not fit {rule}", origin)


def _key(plugin: str, name: str) -> str:
    return f"formengine.{plugin}.{name}"
