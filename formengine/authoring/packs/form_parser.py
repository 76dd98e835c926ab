"""Parser of `form:`: checks its texts and shorthand, and reports the mistakes that `forms/schema/advice.py` finds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from formengine.authoring.packs.form_mistakes import (
    check_constant_condition,
    check_option_names,
    check_question_required,
    check_reference,
    misplaced_questions,
    report_misplaced,
    report_unwrapped,
    unwrapped_questions,
)
from formengine.authoring.packs.schema_texts import TEXTS
from formengine.authoring.packs.shorthand import KEYS as SHORTHAND
from formengine.authoring.packs.shorthand import condition_schema, referred
from formengine.authoring.packs.untyped_questions import check_types
from formengine.conditions.condition_checks import condition_problems
from formengine.conditions.fact_types import describe
from formengine.conditions.hints import read_condition
from formengine.conditions.parser import Comparison, comparisons
from formengine.errors import FormError
from formengine.forms.schema.advice import Remark, is_group_of_definitions, remarks
from formengine.forms.schema.dialect import dialect_of
from formengine.forms.schema.older_drafts import OF_DRAFT_4
from formengine.json_schema import KEYWORDS as OF_FORMS
from formengine.json_schema import MAP_KEYWORDS, Path, every_schema
from formengine.source.yaml_cursor import YamlCursor, identifier_like

LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems", "enum", "examples", "required")
KEYWORDS: Final = OF_FORMS | frozenset(SHORTHAND) | {"client"}
_NAME: Final = re.compile(r"[\x21-\x7e]+")
"""A name without blanks and accents; capitals and dashes stand in many schemas that others wrote."""
_DOTTED: Final = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)(?=\s)")


def read_form(form: YamlCursor, languages: tuple[str, ...]) -> None:
    """Check a form's schema; whether it is valid JSON Schema is found when the form is compiled."""
    if not isinstance(form.value, dict):
        form.error("kind", "form takes a JSON Schema: {type: object, properties: {...}}")
        return
    properties = form.at("properties")
    if isinstance(properties.value, list):
        message = "properties takes a map: a name and its schema on each line, without dashes"
        properties.error("kind", message, at_key=True)
        return
    is_map = form.value.get("type", "object") == "object"
    if not is_map or not (isinstance(properties.value, dict) or unwrapped_questions(form.value, KEYWORDS)):
        form.error("kind", "a form is a map of fields: {type: object, properties: {...}}")
    read_schema(form, languages)


def read_schema(form: YamlCursor, languages: tuple[str, ...]) -> None:
    """Check a schema that an author wrote, and all its subschemas."""
    keywords = KEYWORDS | (OF_DRAFT_4 if _dialect(form.value) == "draft-4" else frozenset())
    misplaced: set[Path] = set()
    for path, schema in every_schema(form.value):
        cursor = form.at(*path)
        _check_shape(cursor, schema)
        check_reference(cursor, schema)
        check_option_names(cursor, schema, languages)
        for key in TEXTS & schema.keys():
            if isinstance(schema[key], dict):
                cursor.at(key).localized_text(languages)
        _check_shorthand(cursor, schema, path, form.value)
        names = [] if is_group_of_definitions(path, schema, keywords) else misplaced_questions(schema, keywords)
        misplaced |= {(*path, name) for name in names}
        if unwrapped := unwrapped_questions(schema, keywords) if names else []:
            report_unwrapped(cursor, unwrapped)
        for name in () if unwrapped else names:
            report_misplaced(cursor, name, schema, keywords)
    check_types(form)
    for remark in remarks(form.value, keywords):
        if remark.path not in misplaced:
            _report(form, remark)


def _report(form: YamlCursor, remark: Remark) -> None:
    report = form.at(*remark.path).error if remark.severity == "error" else form.at(*remark.path).warn
    report(remark.code, remark.message, at_key=remark.at_key)


def _dialect(schema: Any) -> str:
    """The dialect of a schema; that of today where the one it names is not known."""
    try:
        return dialect_of(schema, "2020-12")
    except FormError:
        return "2020-12"


def _check_shape(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    """Keywords whose value has to be a map, a list or a text."""
    for key, value in schema.items():
        if key in MAP_KEYWORDS and not isinstance(value, dict):
            cursor.at(key).error("kind", f"{key} takes a map: a name and its schema on each line")
        elif key == "properties":
            _check_questions(cursor.at(key))
        elif key == "required" and isinstance(value, bool | str) and cursor.path[-2:-1] == ("properties",):
            check_question_required(cursor.at(key), _required_beside(cursor), cursor.name)
        elif key in LISTS and not (isinstance(value, list) and (value or key in ("required", "examples"))):
            instead = "[first, second]"
            if key == "enum" and isinstance(value, dict) and value:
                titled = f"oneOf: [{{const: {next(iter(value))}, title: ...}}, ...]"
                instead = f"[{', '.join(value)}]; where choices have titles, write {titled}"
            cursor.at(key).error("kind", f"{key} takes a list: {instead}")
        elif key == "$ref" and not isinstance(value, str):
            cursor.at(key).error("kind", '$ref takes a text: "formengine:money"')


def _check_questions(properties: YamlCursor) -> None:
    """Keywords of the form that are indented too far, and questions that say nothing of themselves."""
    for question in properties.entries():
        name, meant = question.name, identifier_like(question.name)
        if meant is not None and not _NAME.fullmatch(name):
            message = f"no condition and no calculation can name `{name}`; write {meant}, and the words under title:"
            question.warn("name", message, at_key=True)
        if isinstance(question.value, dict | bool):
            continue
        if name in OF_FORMS:
            message = (
                f"{name} stands under properties:, as if it were a question; begin it in the column of properties:"
            )
            question.error("misplaced", message, at_key=True)
        else:
            question.error("kind", f"{name} takes a map; write for example {name}: {{title: ..., type: string}}")


def _required_beside(question: YamlCursor) -> list[str] | None:
    """The `required` of the object that a question belongs to."""
    owner: Any = question.document.value
    for key in question.path[:-2]:
        owner = owner[key]
    required = owner.get("required") if isinstance(owner, dict) else None
    return required if isinstance(required, list) else None


def _check_shorthand(cursor: YamlCursor, schema: dict[str, Any], path: Path, form: Any) -> None:
    siblings = schema.get("properties")
    properties = siblings if isinstance(siblings, dict) else {}
    for name, property_ in properties.items():
        for key in SHORTHAND if isinstance(property_, dict) else ():
            if key in property_:
                condition = cursor.at("properties", name, key)
                if not check_constant_condition(condition, schema.get("required")) and not _check_own(condition, name):
                    check_condition(condition, properties, form)
    for key in SHORTHAND:
        if key in schema and path[-2:-1] != ("properties",):
            cursor.at(key).error("shorthand", f"{key} goes on a field, under properties", at_key=True)


def _beside(source: object, properties: Mapping[str, Any]) -> str | None:
    """What to write for a name with a dot: a field's condition reads the fields beside it, by their own names."""
    for name in properties:
        meant = identifier_like(name)
        if str(source).startswith(f"{name} ") and meant not in (None, name):
            return f"{source}: no condition can name {name}; rename the field {meant}"
    match = _DOTTED.match(source) if isinstance(source, str) else None
    if match is None:
        return None
    if match[2] in properties:
        return f"{source}: write {match[2]}{match.string[match.end() :]}, as {match[2]} stands beside this field"
    problem = f"{source}: the condition of a field reads fields beside it, and cannot look into {match[1]}"
    return f"{problem}; ask for it in a field beside"


def _check_own(condition: YamlCursor, name: str) -> bool:
    """Whether a field's condition reads the field's own answer (an error; of `required_when` a warning)."""
    try:
        leaves = list(comparisons(read_condition(condition.value)))
    except ValueError:
        return False
    if not any(isinstance(leaf, Comparison) and name in leaf.facts for leaf in leaves):
        return False
    if condition.name == "show_when":
        message = f"{name} cannot be shown by its own answer, which nobody can give while it is hidden"
        condition.error("condition", f"{message}; name another field")
    else:
        message = f"whether {name} has to be answered depends on its own answer"
        condition.warn("condition", f"{message}; name another field, or write it among checks:")
    return True


def check_condition(
    cursor: YamlCursor, properties: dict[str, Any], form: Any = None, *, any_type: bool = False
) -> None:
    """A condition on answers, whose references lead into `form`; with `any_type` it need not be expressible in JSON
    Schema (decimal text).
    """
    try:
        condition = read_condition(cursor.value)
    except ValueError as error:
        cursor.error("condition", _beside(cursor.value, properties) or str(error))
        return
    schemas = {name: referred(field, form) for name, field in properties.items() if isinstance(field, dict)}
    types = {name: describe(name, field, {}) for name, field in schemas.items()}
    problems = list(condition_problems(condition, types))
    wrong_types = [message for code, message in problems if code in ("type", "currency")]
    try:
        condition_schema(cursor.value, properties, form)
        inexpressible = []
    except ValueError as error:
        inexpressible = [] if any_type and str(error).endswith("cannot be used on it") else [str(error)]
    for message in [*wrong_types, *inexpressible, *(message for _, message in problems)][:1]:
        cursor.error("condition", message)
