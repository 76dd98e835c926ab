"""Parser of `requests/<id>.yaml`: finds every mistake that needs no compiled form, and makes a `RequestType`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from formengine import json_pointer
from formengine.authoring.config.portal import Portal
from formengine.authoring.config.synonyms import read_words
from formengine.authoring.packs.form_parser import KEYWORDS, check_condition, read_form
from formengine.authoring.packs.form_parts import check_parts
from formengine.authoring.packs.list_columns import check_columns
from formengine.authoring.packs.prefill_parser import FILES, check_prefill
from formengine.authoring.packs.request_type import AUDIENCE_KEYS, INTAKES, RequestType
from formengine.authoring.packs.rules_parser import read_rules
from formengine.authoring.packs.sentences_parser import read_sentences
from formengine.authoring.packs.title_pattern import part_problem, parts_without_text, paths_in
from formengine.authoring.packs.unknown_fields import unknown_fields_once, unplaced_message
from formengine.conditions.condition_words import Words
from formengine.conditions.durations import parse_duration
from formengine.conditions.fact_types import Kinds
from formengine.i18n import LANGUAGES
from formengine.source import Document, Finding, closest, did_you_mean, has_errors
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.site_roles import SITE_ROLES

KEYS: Final = (
    "title", "description", "keywords", "category", "practice_area", "intake", "audience", "legal_notice",
    "dossier_title", "columns", "form", "ui", "checks", "computed", "errors", "documents", "prefill", "parts",
    "retention",
)  # fmt: skip
ELSEWHERE: Final = {
    "drafts": "; how long drafts are kept is said for all forms: drafts: {expire_after: 30 days} in config/portal.yaml",
    "roles": "; the roles are those of workflow.yaml beside the folder requests",
    "states": "; the states are those of workflow.yaml beside the folder requests",
    "transitions": "; the transitions are those of workflow.yaml beside the folder requests",
    "steps": "; the pages of a form are ui: {steps: [...]}",
    "fields": "; the fields are form: {properties: {...}}, and how they look ui: {fields: {...}}",
}
"""Keys of other places, with what to write instead."""
FIELD_KEYS: Final = ("help", "placeholder", "rows", "columns", "widget")
NOT_PUBLIC: Final = frozenset(("formengine:person", "formengine:people", "formengine:dossier"))
"""The field kinds of which a public form would show too much."""
WIDGETS: Final = (
    "text", "textarea", "select", "radios", "checkbox", "checkboxes", "password", "range", "color", "hidden",
)  # fmt: skip


@dataclass(frozen=True)
class CheckContext:
    """What a request type is checked against: its site's portal and the paths of all files.

    `portal_read` is False where the portal itself has errors; categories and practice areas are then not checked.
    `words` are those that plugins add to conditions, `field_kinds` the kinds of fields that they add.
    """

    portal: Portal
    files: Collection[str] = ()
    portal_read: bool = True
    words: Words = field(default_factory=dict)
    field_kinds: Kinds = field(default_factory=dict)


def read_request_type(
    document: Document, name: str, pack: str, context: CheckContext
) -> tuple[RequestType | None, list[Finding]]:
    """The request type that a file describes (None when it has errors), and its findings."""
    cursor = YamlCursor(document)
    if not isinstance(cursor.value, dict):
        cursor.error("kind", "a request type begins with title: and form:, each on a line of its own")
        return None, cursor.findings
    cursor.mapping(*KEYS, elsewhere=ELSEWHERE)
    _check_texts(cursor, context)
    if context.portal_read:
        _check_keywords(cursor.at("keywords"), context.portal.languages)
    _check_classification(cursor, context)
    if (form := cursor.require("form", "{type: object, properties: {...}}")) is not None:
        read_form(form, context.portal.languages)
    if isinstance(cursor.at("form", "properties").value, list):
        return None, cursor.findings  # every name of a field would be unknown
    properties = _properties(cursor)
    _check_ui(cursor, properties, context.portal.languages)
    read_rules(cursor, context.portal.languages, context.words, context.field_kinds)
    read_sentences(cursor.at("errors"), context.portal.languages)
    _check_documents(cursor, properties, context.portal.languages, pack, context.files)
    if (columns := cursor.get("columns")) is not None:
        check_columns(columns, properties, cursor.at("form").value, context.field_kinds)
    check_prefill(cursor.at("prefill"), properties, cursor.at("computed").value or ())
    check_parts(cursor, context.portal.languages)
    _check_public(cursor, properties)
    _check_retention(cursor)
    findings = unknown_fields_once(cursor.findings, _unplaced(cursor, properties))
    return (None if has_errors(findings) else RequestType.from_yaml(name, pack, cursor.value)), findings


def _check_texts(cursor: YamlCursor, context: CheckContext) -> None:
    languages = context.portal.languages
    cursor.require("title", "{en: Non-disclosure agreement, fr: Accord de confidentialité}")
    for key in ("title", "description", "legal_notice"):
        if (text := cursor.get(key)) is not None:
            text.localized_text(languages)
    if (pattern := cursor.get("dossier_title")) is not None:
        title = pattern.localized_text(languages) or ""
        for text_in_language in title.values() if isinstance(title, dict) else (title,):
            _check_title_pattern(pattern, str(text_in_language), cursor, context.field_kinds)


def _check_keywords(cursor: YamlCursor, languages: tuple[str, ...]) -> None:
    """`keywords: {en: [NDA, secrecy], fr: [NDA, secret]}`, or one list for all languages."""
    if isinstance(cursor.value, list):
        read_words(cursor)
        return
    for entry in cursor.entries():
        if entry.name not in languages:
            message = f"{entry.name} is no language of this portal; write keywords: {{{languages[0]}: [...]}}"
            entry.error("language", message, at_key=True)
        read_words(entry)
    missing = [code for code in languages if cursor.value and code not in cursor.value]
    if missing:
        cursor.warn("missing-language", f"keywords has no words in {' and '.join(missing)}; add {missing[0]}: [...]")


def _check_title_pattern(pattern: YamlCursor, text: str, cursor: YamlCursor, kinds: Kinds) -> None:
    properties = _properties(cursor)
    try:
        for path in paths_in(text):
            if _check_is_field(pattern, path[0], properties):
                problem = part_problem(path, cursor.at("form").value, kinds)
                if problem is not None:
                    pattern.error("unknown-field", problem)
                elif (parts := parts_without_text(path, cursor.at("form").value, kinds)) is not None:
                    group = ".".join(path)
                    message = f"a title leaves {{{group}}} out, which has several parts; write one of them: "
                    pattern.warn("title-of-group", f"{message}{{{group}.{parts[0]}}}")
    except ValueError as error:
        pattern.error("dossier-title", str(error))


def _check_is_field(cursor: YamlCursor, name: str, properties: dict[str, Any], *, at_key: bool = False) -> bool:
    """Whether a name is a field of the form; a finding where it is not."""
    if name not in properties:
        hint = did_you_mean(name, properties) or "; add it under properties:, or name a field that is there"
        cursor.error("unknown-field", f"{name} is not a field of this form{hint}", at_key=at_key)
    return name in properties


def _check_classification(cursor: YamlCursor, context: CheckContext) -> None:
    portal = context.portal
    if (category := cursor.get("category")) is not None and context.portal_read:
        category.name_of("category in config/portal.yaml called", portal.categories)
    if (area := cursor.get("practice_area")) is not None and context.portal_read:
        area.name_of("practice area in config/portal.yaml called", portal.practice_areas)
    if (intake := cursor.get("intake")) is not None:
        intake.choice(INTAKES)
    audience = cursor.get("audience")
    if audience is not None and isinstance(audience.value, dict):
        for entry in audience.mapping(*AUDIENCE_KEYS).entries():
            entry.texts()
            for item in entry.ids() if entry.name == "roles" else ():
                item.name_of("role of accounts called", SITE_ROLES)
    elif audience is not None and audience.value not in ("everyone", "public"):
        _check_audience_word(audience)


def _check_public(cursor: YamlCursor, properties: dict[str, Any]) -> None:
    """What a form that strangers fill in cannot have: whatever shows, or needs, the portal's people and dossiers."""
    if cursor.at("audience").value != "public":
        return
    for name in properties:
        field = cursor.at("form", "properties", name)
        for kind in sorted(_kinds_in(field.value) & NOT_PUBLIC):
            message = f"{name} is a {kind}, which shows what strangers may not see; leave it out of a public form"
            field.error("public", message)
    if (parts := cursor.get("parts")) is not None:
        parts.error("public", "a public form has no parts: one person without an account fills it in")


def _kinds_in(schema: Any) -> set[str]:
    """The field kinds that a schema refers to, at any depth."""
    if isinstance(schema, list):
        return {kind for item in schema for kind in _kinds_in(item)}
    if not isinstance(schema, dict):
        return set()
    own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
    return own.union(*(_kinds_in(value) for value in schema.values()))


def _check_audience_word(audience: YamlCursor) -> None:
    """An audience that is neither a map nor a word of the language; no wider one than what was written is suggested."""
    names = audience.value if isinstance(audience.value, list) else [audience.value]
    written = [str(name) for name in names if isinstance(name, str)]
    roles = [meant for name in written if (meant := _site_role(name)) is not None]
    example = f"{{roles: [{', '.join(roles) or 'client'}]}}"
    message = f"audience is a word or a map; write everyone, public, or {example}"
    audience.error("unknown", f"{message} (also organisations: and departments:)")


def _site_role(name: str) -> str | None:
    """The role of the site that a word in the plural, or in capitals, names."""
    word = name.strip().lower()
    return next((role for role in SITE_ROLES if word in (role, f"{role}s")), None)


def _properties(cursor: YamlCursor) -> dict[str, Any]:
    """The form's fields by name, none where the form cannot be read."""
    properties = cursor.at("form", "properties").value
    questions = properties.items() if isinstance(properties, dict) else ()
    return {name: schema for name, schema in questions if isinstance(schema, dict | bool) or name not in KEYWORDS}


def _check_ui(cursor: YamlCursor, properties: dict[str, Any], languages: tuple[str, ...]) -> None:
    ui = cursor.at("ui").mapping("steps", "fields")
    page_of: dict[str, int] = {}
    steps = ui.at("steps")
    for number, step in enumerate(steps.items(), 1):
        _check_page(step, number, properties, page_of, languages)
    if unplaced := _unplaced(cursor, properties):
        steps.error("steps", unplaced_message(unplaced))
    for entry in ui.at("fields").entries():
        _check_field_ui(entry, properties, languages)


def _unplaced(cursor: YamlCursor, properties: dict[str, Any]) -> list[str]:
    """The fields that stand on no page of a form with pages."""
    steps = cursor.at("ui", "steps").value
    pages = [step.get("fields") for step in (steps if isinstance(steps, list) else ()) if isinstance(step, dict)]
    placed = {str(name) for fields in pages for name in (fields if isinstance(fields, list) else [fields])}
    if not placed & properties.keys():
        return []
    misspelt = {closest(name, properties) for name in placed - properties.keys()}  # told there
    return [name for name, schema in properties.items() if name not in placed | misspelt and schema is not False]


def _check_page(
    step: YamlCursor, number: int, properties: dict[str, Any], page_of: dict[str, int], languages: tuple[str, ...]
) -> None:
    """A page of a long form; `page_of` maps each field to the number of its page, and is filled here."""
    if not isinstance(step.value, dict):
        step.error("kind", "a page is written {title: ..., fields: [...]}")
        return
    step.mapping("id", "title", "fields")
    if (page_id := step.get("id")) is not None:
        page_id.id()
    title = step.require("title", "{en: The parties, fr: Les parties}")
    fields = step.require("fields", "[counterparty]")
    if title:
        title.localized_text(languages)
    for item in fields.items() if fields else ():
        name = item.text()
        if name is None or not _check_is_field(item, name, properties):
            continue
        if name in page_of:
            item.error("steps", f"{name} stands on page {page_of[name]} already; keep it on one page")
        page_of.setdefault(name, number)


def _check_field_ui(cursor: YamlCursor, properties: dict[str, Any], languages: tuple[str, ...]) -> None:
    field = json_pointer.first(cursor.name) if cursor.name.startswith("/") else cursor.name
    _check_is_field(cursor, field, properties, at_key=True)
    if not isinstance(cursor.value, dict):
        cursor.error("kind", f"{cursor.name} takes a map: {{help: ...}}")
        return
    cursor.mapping(*FIELD_KEYS)
    for key in ("help", "placeholder"):
        if (text := cursor.get(key)) is not None:
            text.localized_text(languages)
    if (widget := cursor.get("widget")) is not None:
        widget.choice(WIDGETS)
    for key in ("rows", "columns"):
        if (number := cursor.get(key)) is not None:
            number.count()


def _check_documents(
    cursor: YamlCursor, properties: dict[str, Any], languages: tuple[str, ...], pack: str, files: Collection[str]
) -> None:
    for document in cursor.at("documents").entries_by_id():
        name = document.name
        if not isinstance(document.value, dict):
            document.error("kind", f"{name} takes a map: {{title: ..., template: {name}.docx, draft_on: submit}}")
            continue
        document.mapping("title", "template", "language", "leaves_out", "draft_on", "when", "from")
        if (title := document.get("title")) is not None:
            title.localized_text(languages)
        if (draft_on := document.get("draft_on")) is not None:
            draft_on.choice(("submit",))
        _check_template(document, pack, files, languages)
        _check_language(document, properties)
        for name_left_out in document.at("leaves_out").ids():
            _check_is_field(name_left_out, str(name_left_out.value), properties)
        _check_uploaded(document, properties)
        _check_when(document, properties, cursor.at("form").value)


def _check_template(document: YamlCursor, pack: str, files: Collection[str], languages: tuple[str, ...]) -> None:
    template = document.get("template")
    named = [template] if template else []
    if template and isinstance(template.value, dict):
        named = list(template.entries())
        if missing := [code for code in languages if code not in template.value]:
            template.error(
                "languages", f"there is no template in {', '.join(missing)}; write one file for each language"
            )
    for file in named:
        _check_file(file, f"workflows/{pack}/documents/", files)
    if template is None and document.get("from") is None:
        message = (
            "a document needs template: (a file in documents/) or from: (a field with an uploaded file); "
            "one that people write is declared in documents: of workflow.yaml"
        )
        document.error("missing", message)


def _check_file(file: YamlCursor, folder: str, files: Collection[str]) -> None:
    name = file.text()
    if name is not None and f"{folder}{name}" not in files:
        templates = [path.removeprefix(folder) for path in files if path.startswith(folder)]
        file.error("unknown-file", f"there is no file {folder}{name}{did_you_mean(name, templates)}")


def _check_language(document: YamlCursor, properties: dict[str, Any]) -> None:
    """The language of a document is a language, or a field of the form that holds one."""
    language = document.get("language")
    name = language.text() if language else None
    if language is not None and name is not None and name not in LANGUAGES and name not in properties:
        options = [*LANGUAGES, *properties]
        message = f"language takes {' or '.join(LANGUAGES)}, or the field of the form that holds it"
        language.error("language", f"{message}{did_you_mean(name, options)}")


def _check_uploaded(document: YamlCursor, properties: dict[str, Any]) -> None:
    source = document.get("from")
    name = source.text() if source else None
    if source is None or name is None or not _check_is_field(source, name, properties):
        return
    schema = properties[name]
    if not isinstance(schema, dict) or schema.get("$ref") not in FILES:
        source.error("kind", f"{name} is no file; give that field $ref: formengine:file")


def _check_when(document: YamlCursor, properties: dict[str, Any], form: Any) -> None:
    when = document.get("when")
    if when is None:
        return
    check_condition(when, properties, form, any_type=True)
    if document.get("template") is None or document.get("from") is None:
        when.warn("when", "when chooses between template and from; without both of them it is not read", at_key=True)


def _check_retention(cursor: YamlCursor) -> None:
    retention = cursor.get("retention")
    if retention is None:
        return
    retention.mapping("after", "then")
    if (after := retention.require("after", "10 years")) is not None:
        after.parsed(parse_duration, "duration")
    if (outcome := retention.get("then")) is not None:
        outcome.choice(("anonymise", "erase"))
