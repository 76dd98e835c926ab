"""Finds what in the `ui` of a form reaches nobody: fields or options that do not exist, values that no option takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.schema.form_finding import FormFinding
from formengine.forms.ui.rjsf_import import SAME
from formengine.i18n import say
from formengine.source import did_you_mean

_OPTIONS: Final = (*SAME, "columns", "widget")
_TEXTS: Final = ("help", "placeholder", "title", "description")
_COUNTS: Final = ("rows", "columns")
_KEYS: Final = ("fields", "steps")


def option_findings(written: Mapping[str, Any], names: Collection[str], locale: str) -> list[FormFinding]:
    """Warnings about the `ui` as its author wrote it. `names` are the names of all properties, at any depth."""
    findings = [
        _finding(locale, (key,), "unknown-option", "There is no option {name}", str(key), _KEYS)
        for key, value in written.items()
        if key not in _KEYS and not str(key).startswith("ui:") and not isinstance(value, Mapping)
    ]
    for field, options in (written.get("fields") or {}).items():
        steps = json_pointer.split(field) if str(field).startswith("/") else [str(field)] if field else []
        unknown = next((step for step in steps if step not in names and step != "*"), None)
        if unknown is not None:
            path = ("fields", str(field))
            findings.append(_finding(locale, path, "unknown-field", "There is no field {name}", unknown, names))
        findings += _of_field(str(field), options, locale)
    return findings


def _of_field(field: str, options: Any, locale: str) -> Iterator[FormFinding]:
    if not isinstance(options, Mapping):
        text = say(locale, "The options of a field are a map, such as {example}.", example='{"help": "..."}')
        yield FormFinding("ui", json_pointer.join(["fields", field]), "warning", "option-value", text)
        return
    for name, value in options.items():
        path = ("fields", field, str(name))
        if name not in _OPTIONS:
            yield _finding(locale, path, "unknown-option", "There is no option {name}", str(name), _OPTIONS)
        elif name in _COUNTS and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            text = say(locale, "{name} takes a whole number from 1, not {value}.", name=name, value=f"{value!r:.40}")
            yield FormFinding("ui", json_pointer.join(path), "warning", "option-value", text)
        elif name in _TEXTS and not isinstance(value, str):
            text = say(locale, "{name} takes a text, not {value}.", name=name, value=f"{value!r:.40}")
            yield FormFinding("ui", json_pointer.join(path), "warning", "option-value", text)


def _finding(
    locale: str, path: tuple[str, ...], code: str, sentence: str, name: str, known: Collection[str]
) -> FormFinding:  # fmt: skip
    text = say(locale, sentence, name=name) + (did_you_mean(name, known) or ".")
    return FormFinding("ui", json_pointer.join(path), "warning", code, text)
