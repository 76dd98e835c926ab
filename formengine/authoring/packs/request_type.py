"""Request type: a form with its texts in every language, the documents it drafts and its audience.

All is derived from the canonical source (the YAML as plain values, texts still by language), which is hashed and stored
with each submission (F14).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final, Literal

from formengine.authoring.packs.form_parts import PartRule, read_parts
from formengine.authoring.packs.schema_texts import is_text_map, localised, plain_text
from formengine.authoring.packs.shorthand import expanded
from formengine.authoring.packs.title_pattern import fill_title
from formengine.conditions.durations import Duration, parse_duration
from formengine.conditions.fact_types import holds_text
from formengine.conditions.parser import Condition, parse_condition
from formengine.errors import FormError
from formengine.forms.rules import rules_of
from formengine.forms.rules.answer_facts import Types, types_of
from formengine.forms.schema.dialect import dialect_of
from formengine.forms.schema.older_drafts import ConvertedSchema, converted
from formengine.i18n import LANGUAGES, Text, pick
from formengine.value_format import title_of_id
from formengine.workflow.definition.form_pages import pages_of

PREFILLS: Final = (
    "link", "last", "profile", "profile.name", "profile.email", "profile.organisation", "profile.department",
)  # fmt: skip
INTAKES: Final = ("questionnaire", "upload")
AUDIENCE_KEYS: Final = ("roles", "organisations", "departments")
FIELD_TEXTS: Final = ("help", "placeholder", "title", "description")
Audience = str | Mapping[str, tuple[str, ...]]
"""Who is offered a request type: `everyone` (with an account), `public`, or people by `roles`, `organisations` and
`departments` (short names): any of them."""


@dataclass(frozen=True)
class DocumentRule:
    """A document of the dossier: drafted from `template` (`draft_on` submit, or by a step), or taken `from_` a field.

    `template` is the name of a file in the pack's `documents/`, of the first language where `templates` has one for
    each; with both template and field, `when` chooses the template. `language` is that of the text, or the name of the
    field that holds it; `leaves_out` are fields of which the text does not speak.
    """

    id: str
    title: Text | None = None
    template: str | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    leaves_out: tuple[str, ...] = ()
    draft_on: Literal["submit"] | None = None
    when: Condition | None = None
    from_: str | None = None

    def language_for(self, answers: Mapping[str, Any], asked_in: str) -> str:
        """The language that the document is written in; `asked_in` is that of the request.

        What the form or the request type says comes first, where there is a template for it.
        """
        named = answers.get(self.language, self.language) if self.language else None
        candidates = [str(named).lower()] if named else []
        candidates.append(asked_in)
        if self.templates:
            return next((code for code in candidates if code in self.templates), next(iter(self.templates)))
        return next((code for code in candidates if code in LANGUAGES), asked_in)

    def template_in(self, language: str) -> str:
        """The name of the template's file for a language."""
        return self.templates.get(language) or self.template or ""


@dataclass(frozen=True)
class Retention:
    """How long after its end a dossier is kept (`after`), and what happens to it then."""

    after: Duration
    then: Literal["anonymise", "erase"] = "anonymise"


@dataclass(frozen=True, eq=False)
class RequestType:
    """One request type of a pack; `source` is its canonical YAML as plain JSON values. Equal when the hash is."""

    id: str
    pack: str
    source: Mapping[str, Any]

    @classmethod
    def from_yaml(cls, type_id: str, pack: str, value: Any) -> RequestType:
        """The request type of a YAML file; numbers that remember how they were written become plain ones."""
        return cls(type_id, pack, json.loads(canonical(value)))

    @cached_property
    def hash(self) -> str:
        """The sha256 of its pack, its id and its source."""
        return hashlib.sha256(f"{self.pack}/{self.id}:{canonical(self.source)}".encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RequestType) and other.hash == self.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def title(self) -> Text:
        """The title, by default that of the id."""
        return _text(self.source.get("title")) or title_of_id(self.id)

    @property
    def description(self) -> Text:
        """What the catalogue says about it; empty where nothing is said."""
        return _text(self.source.get("description")) or ""

    @property
    def legal_notice(self) -> Text | None:
        """Shown above Submit; must be accepted when there is one."""
        return _text(self.source.get("legal_notice"))

    @property
    def dossier_title(self) -> Text | None:
        """The pattern of its dossiers' titles (`title_pattern`)."""
        return _text(self.source.get("dossier_title"))

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """By column of an exported list (`list_columns.COLUMNS`), the field that fills it, with its parts."""
        return {str(name): str(path) for name, path in (self.source.get("columns") or {}).items()}

    @property
    def category(self) -> str | None:
        """The id of its category in `portal.yaml`."""
        return self.source.get("category")

    @property
    def practice_area(self) -> str | None:
        """The id of its practice area in `portal.yaml`."""
        return self.source.get("practice_area")

    @property
    def intake(self) -> str:
        """How it begins: one of INTAKES."""
        return str(self.source.get("intake") or "questionnaire")

    @cached_property
    def audience(self) -> Audience:
        """Who is offered it; everyone with an account where nothing is said."""
        source = self.source.get("audience") or "everyone"
        if isinstance(source, str):
            return source
        return {key: _several(source.get(key)) for key in AUDIENCE_KEYS}

    @cached_property
    def documents(self) -> Mapping[str, DocumentRule]:
        """The documents of its dossiers, by id."""
        types = types_of(self.form)
        return {name: _document(name, rule, types) for name, rule in (self.source.get("documents") or {}).items()}

    @cached_property
    def pages(self) -> Mapping[str, tuple[str, ...]]:
        """The fields of each page of the form, by the page's `id`, else by its title as an id."""
        return pages_of(self.source)

    @property
    def document_titles(self) -> Mapping[str, Text]:
        """The titles of the documents that have one here, by id; others have that of the workflow, or their id."""
        return {name: rule.title for name, rule in self.documents.items() if rule.title}

    @cached_property
    def keywords(self) -> tuple[str, ...]:
        """The words that it is found by besides its texts, of all languages."""
        source = self.source.get("keywords") or ()
        lists = source.values() if isinstance(source, Mapping) else (source,)
        return tuple(dict.fromkeys(str(word) for words in lists for word in _several(words)))

    @cached_property
    def prefill(self) -> Mapping[str, tuple[str, ...]]:
        """Where a field's first value may come from, by property: some of PREFILLS, the first that has one (F10)."""
        return {name: _several(sources) for name, sources in (self.source.get("prefill") or {}).items()}

    @cached_property
    def parts(self) -> Mapping[str, PartRule]:
        """The parts of the form that others than the requester fill in, by id (F20)."""
        return read_parts(self.source.get("parts"))

    @cached_property
    def fields_of_others(self) -> frozenset[str]:
        """The fields that stand in a part of somebody else than the requester."""
        return frozenset(name for part in self.parts.values() for name in part.fields)

    @cached_property
    def retention(self) -> Retention | None:
        """How long its dossiers are kept; None: for ever."""
        source = self.source.get("retention")
        return Retention(parse_duration(source["after"]), source.get("then") or "anonymise") if source else None

    @cached_property
    def properties(self) -> tuple[str, ...]:
        """The names of the form's fields, in order."""
        return tuple(self.form.get("properties") or ())

    @property
    def form(self) -> dict[str, Any]:
        """The form as written: texts by language, shorthand not expanded, in the draft of JSON Schema that it says."""
        form: dict[str, Any] = self.source.get("form") or {}
        return form

    @cached_property
    def converted_form(self) -> ConvertedSchema:
        """The form in JSON Schema 2020-12, otherwise as written; as it is where its draft cannot be read."""
        try:
            return converted(self.form, dialect_of(self.form, "2020-12"))
        except FormError:
            return ConvertedSchema(self.form)

    @cached_property
    def _schemas(self) -> dict[str, dict[str, Any]]:
        return {}

    def schema(self, language: str) -> dict[str, Any]:
        """The form as JSON Schema in one language, shorthand expanded; shared, so not to be changed."""
        if language not in self._schemas:
            self._schemas[language] = self._with_read_only(expanded(localised(self.converted_form.schema, language)))
        return self._schemas[language]

    @cached_property
    def schema_in_all(self) -> dict[str, Any]:
        """The form as JSON Schema with its texts still by language: workflows read the titles of facts from it."""
        return self._with_read_only(expanded(deepcopy(self.converted_form.schema)))

    def _with_read_only(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema with its computed answers read-only."""
        from formengine.forms.rules.computed_answers import with_read_only

        computed: dict[str, Any] = with_read_only(schema, self.source.get("computed"))
        return computed

    def ui(self, language: str) -> dict[str, Any]:
        """Pages, help and widgets in one language: `{steps: [{title, fields}], fields: {name: {help, ...}}}`."""
        ui = self.source.get("ui") or {}
        steps = [{**step, "title": plain_text(step.get("title"), language) or ""} for step in ui.get("steps") or ()]
        fields = {
            name: {key: plain_text(value, language) if key in FIELD_TEXTS else value for key, value in options.items()}
            for name, options in (ui.get("fields") or {}).items()
        }
        return {**ui, **({"steps": steps} if steps else {}), **({"fields": fields} if fields else {})}

    @property
    def rules(self) -> dict[str, Any]:
        """What the form's schema cannot say, for `Form(rules=...)`; texts by language."""
        return rules_of(self.source)

    def title_in(self, language: str) -> str:
        """The title in one language."""
        return pick(self.title, language)

    def title_for(self, answers: Mapping[str, Any], language: str, requester: str, zone: str = "UTC") -> str:
        """The title of the dossier that these answers open; `requester` is the name of who asks."""
        pattern = pick(self.dossier_title, language) if self.dossier_title else ""
        return fill_title(pattern, answers, self.schema(language), self.title_in(language), requester, language, zone)

    def titles_for(self, answers: Mapping[str, Any], requester: str, zone: str = "UTC") -> dict[str, str] | None:
        """The title of that dossier by language; None where it is the same in all."""
        own = self.dossier_title if isinstance(self.dossier_title, Mapping) else {}
        languages = dict.fromkeys((*LANGUAGES, *own))
        titles = {language: self.title_for(answers, language, requester, zone) for language in languages}
        return titles if len(set(titles.values())) > 1 else None

    def to_json(self) -> dict[str, Any]:
        """A JSON value for storage; the source is a text in it, because a database may reorder keys."""
        return {"id": self.id, "pack": self.pack, "source": canonical(self.source)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RequestType:
        """The request type that `to_json` was called on, with the same hash."""
        return cls(id=value["id"], pack=value["pack"], source=json.loads(value["source"]))


def canonical(source: Any) -> str:
    """A JSON value as text; keys keep their order, which is the order of fields on the page."""
    return json.dumps(source, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def _text(value: Any) -> Text | None:
    if isinstance(value, str):
        return value
    if is_text_map(value):
        return dict(value)
    return str(value) if isinstance(value, int | float) else None


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _document(name: str, source: Mapping[str, Any], types: Types) -> DocumentRule:
    template, when = source.get("template"), source.get("when")
    templates = {str(code): str(name) for code, name in template.items()} if isinstance(template, Mapping) else {}
    return DocumentRule(
        id=name,
        title=_text(source.get("title")),
        template=next(iter(templates.values()), None) if templates else str(template) if template else None,
        templates=templates,
        language=str(source["language"]) if source.get("language") else None,
        leaves_out=_several(source.get("leaves_out")),
        draft_on="submit" if source.get("draft_on") == "submit" else None,
        when=parse_condition(when, holds_text=partial(holds_text, types)) if when is not None else None,
        from_=source.get("from"),
    )
