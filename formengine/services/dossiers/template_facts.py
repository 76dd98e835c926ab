"""What a Word template is filled with: the fields of form and workflow with their types, and answers (S1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from formengine.authoring import Pack, RequestType, Site
from formengine.authoring.config.companies import companies_in
from formengine.authoring.packs.request_type import DocumentRule
from formengine.authoring.packs.schema_texts import localised
from formengine.documents import Writing
from formengine.documents.word_templates.field_types import TEXT, FieldType, types_of
from formengine.documents.word_templates.lint import TemplateFields
from formengine.documents.word_templates.presence import Presence, known_by, presences

ALWAYS: Final = {"reference": TEXT, "today": FieldType("date")}
"""What every template may name besides fields: the reference of the dossier, and the day on which it is drafted."""
OF_DOSSIER: Final = frozenset(("requested_for", "watchers", "priority", "priority_reason", "confidentiality"))
"""Fields that say how a dossier is handled; no text need speak of them."""
_NOT_TEXT: Final = ("file", "files", "person", "people", "dossier")


def field_types(site: Site, request_type: RequestType, pack: Pack, language: str) -> dict[str, FieldType]:
    """The types of everything that a template may name, with the words of a language."""
    kinds, companies = site.kinds_for(language), companies_in(site.companies, language)
    fields = {"properties": {name: localised(schema, language) for name, schema in pack.workflow.fields.items()}}
    form = types_of(request_type.schema(language), kinds, companies)
    return {**types_of(fields, kinds, companies), **form, **ALWAYS}


def template_fields(site: Site, request_type: RequestType, rule: DocumentRule, language: str) -> TemplateFields:
    """What the template of a document may name, for its check."""
    types = field_types(site, request_type, site.packs[request_type.pack], language)
    chosen_by = known_by(rule.when)
    named = {rule.language, rule.from_, *rule.leaves_out, *chosen_by, *OF_DOSSIER}
    schema = request_type.schema(language).get("properties") or {}
    expected = {
        name: str(schema[name].get("title") or name)
        for name in request_type.properties
        if name not in named and types[name].kind not in _NOT_TEXT and isinstance(schema.get(name), Mapping)
    }
    presence = presences(request_type.form, request_type.source.get("computed") or {})
    return TemplateFields(types, {**presence, **dict.fromkeys(ALWAYS, Presence(True))}, expected, rule.when)


def writing_for(site: Site, request_type: RequestType, pack: Pack, language: str, people: Mapping[str, str]) -> Writing:
    """How the facts of a dossier are written in a language; `people` are the names of accounts by id."""
    types = field_types(site, request_type, pack, language)
    return Writing(language, types, companies_in(site.companies, language), people)


def people_in(facts: Mapping[str, Any], types: Mapping[str, FieldType]) -> set[str]:
    """The ids of the accounts in facts, whose names are written in their place."""
    return {id_ for name, value in facts.items() for id_ in _people(value, types.get(name))}


def _people(value: Any, type_: FieldType | None) -> Iterable[str]:
    if type_ is None:
        return
    if type_.kind == "person" and isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _people(item, type_.item)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _people(member, type_.members.get(name))
