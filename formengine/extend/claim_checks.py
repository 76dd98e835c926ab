"""Judges what a plugin registers, before it is put into service: a mistake stops the start with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from formengine.conditions.fact_types import JSON_TYPE_KINDS
from formengine.conditions.parser import OPERATORS
from formengine.forms.rules.author_sentences import ANY, KEYWORDS, SAYS, is_text
from formengine.jobs import KINDS
from formengine.registry import PluginJob
from formengine.services.job_kinds import register_jobs
from formengine.source import did_you_mean

_FUNCTIONS: Final = {
    "guards": "check",
    "actions": "action",
    "resolvers": "resolver",
    "words": "test",
    "jobs": "function",
}
_METHODS: Final = {"providers": ("start", "recall", "status"), "calendars": ("add", "between")}


def problem_of(slot: str, name: Any, value: Any) -> str | None:
    """What is wrong with a claim, as a sentence for the plugin's author; None when nothing is.

    `slot` is the field of Vocabulary or Registry that it is for.
    """
    if not isinstance(name, str) or not name.strip():
        return "the name is a text that is not empty"
    if slot in _FUNCTIONS and not callable(getattr(value, _FUNCTIONS[slot])):
        return f"`{_FUNCTIONS[slot]}` is no function"
    if slot == "site_checks" and not callable(value):
        return "`check` is no function"
    if slot in _METHODS:
        plugin = value.provider if slot == "providers" else value
        missing = [method for method in _METHODS[slot] if not callable(getattr(plugin, method, None))]
        if missing:
            return f"it has no method `{missing[0]}`"
    special = _SPECIAL.get(slot)
    return (special and special(name, value)) or _params_problem(getattr(value, "params", None))


def _params_problem(params: Any) -> str | None:
    return None if params is None else _schema_problem("params", params)


def _schema_problem(parameter: str, schema: Any) -> str | None:
    from jsonschema import Draft202012Validator  # only where a plugin brings a schema: it is slow to import
    from jsonschema.exceptions import SchemaError

    if not isinstance(schema, Mapping):
        return f"`{parameter}` is no JSON Schema: write an object"
    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        return f"`{parameter}` is no JSON Schema: {error.json_path}: {error.message}"
    return None


def _word_problem(name: str, word: Any) -> str | None:
    if name in OPERATORS:
        return "this word is built in; choose another"
    if isinstance(word.types, str):
        return f'`types` is a list: write types=["{word.types}"]'
    for kind in word.types:
        if kind not in JSON_TYPE_KINDS and not any(kind in kinds for kinds in JSON_TYPE_KINDS.values()):
            return f"`types` has {kind!r}, which is no JSON type{did_you_mean(str(kind), JSON_TYPE_KINDS)}"
    return None


def _field_kind_problem(name: str, schema: Any) -> str | None:
    prefix, colon, rest = name.partition(":")
    if prefix == "formengine":
        return "the prefix `formengine` is taken by built-in kinds; choose one of your own"
    if not (prefix and colon and rest):
        return "write the name with a prefix of your own, such as `acme:matter_number`"
    return _schema_problem("schema", schema) or _says_problem(schema.get(SAYS))


def _says_problem(says: Any) -> str | None:
    if says is None or is_text(says):
        return None
    if not isinstance(says, Mapping) or not all(map(is_text, says.values())):
        return "`says` is a sentence (or one by language), or sentences by keyword"
    unknown = next((keyword for keyword in says if keyword not in KEYWORDS and keyword != ANY), None)
    if unknown is None:
        return None
    return f"`says` has {unknown!r}, which is no keyword{did_you_mean(str(unknown), [*KEYWORDS, ANY])}"


def _job_problem(name: str, job: PluginJob) -> str | None:
    register_jobs()
    if name in KINDS:
        return "this name is that of a built-in job; choose another"
    if not isinstance(job.tries, int) or job.tries < 1:
        return "`tries` is a whole number of at least 1"
    waits = (job.first_wait, job.longest_wait)
    if not all(isinstance(wait, int | float) and wait >= 0 for wait in waits):
        return "`first_wait` and `longest_wait` are seconds"
    return None


def _settings_problem(name: str, schema: Any) -> str | None:
    return _schema_problem("schema", schema)


_SPECIAL: Final[Mapping[str, Callable[[str, Any], str | None]]] = {
    "words": _word_problem,
    "field_kinds": _field_kind_problem,
    "jobs": _job_problem,
    "settings": _settings_problem,
}
