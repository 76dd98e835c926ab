"""The request types that a person may choose from, and their forms, compiled once (P6, P7, P9)."""

from __future__ import annotations

import hashlib
import json
import threading
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from formengine import forms
from formengine.authoring import RequestType
from formengine.errors import NotFound
from formengine.services.access.enforcement import current_site, has_permission, require_permission
from formengine.services.catalogue.field_choices import choice_kinds
from formengine.services.catalogue.search_index import search_index
from formengine.services.catalogue.word_forms import query_words
from formengine.services.core.answer_seal import AnswerSeal
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.files.uploads import FileStore
from formengine.storage.models.people import Department, Organisation, Person
from formengine.time_zones import NamedZone

if TYPE_CHECKING:
    from formengine.forms import Form

_COMPILED_FORMS: Final[dict[str, Form]] = {}
_TEXTS: Final[dict[int, tuple[object, str]]] = {}
"""By the id() of a request type's schema: the schema itself, which keeps the id valid, and schema, ui and
rules as JSON text.
"""
_LOCK = threading.Lock()
_MAX_COMPILED_FORMS = 500


def offered_request_types(work: UnitOfWork) -> list[RequestType]:
    """The request types that are offered to the actor, in the order of the portal's categories, then by title."""
    require_permission(work, "catalogue.read")
    site = current_site(work)
    order = {category: position for position, category in enumerate(site.portal.categories)}
    offered = [request_type for request_type in site.request_types.values() if is_in_audience(work, request_type)]
    return sorted(
        offered,
        key=lambda request_type: (
            order.get(request_type.category or "", len(order)),
            request_type.title_in(work.language),
        ),
    )


@dataclass(frozen=True)
class CatalogueSearch:
    """The request types that a search of the catalogue has found, the best first; not `complete` where none has all of
    the words, and these have most of them.
    """

    types: list[RequestType]
    complete: bool = True


def search_request_types(work: UnitOfWork, text: str = "", category: str | None = None) -> CatalogueSearch:
    """Those offered to the actor that a text finds (`search_index`), the best first; with `category` those in it.

    Without a text they are in the order of the catalogue.
    """
    offered = offered_request_types(work)
    if category is not None:
        offered = [request_type for request_type in offered if request_type.category == category]
    if not query_words(text):
        return CatalogueSearch(offered)
    index = work.platform.definitions.derived(work.session, "search index", search_index)
    result = index.find(text, {request_type.id for request_type in offered})
    matching = [request_type for request_type in offered if request_type.id in result.scores]
    matching.sort(key=lambda request_type: -result.scores[request_type.id])
    return CatalogueSearch(matching, result.complete)


def get_request_type(work: UnitOfWork, type_id: str, *, any_audience: bool = False) -> RequestType:
    """A request type that is offered to the actor, or with `any_audience` to anybody; raises NotFound for any other."""
    request_type = current_site(work).request_types.get(type_id)
    if request_type is None or not (any_audience or is_in_audience(work, request_type)):
        raise NotFound(f"no request type {type_id}")
    return request_type


def is_offered(work: UnitOfWork, type_id: str) -> bool:
    """Whether the actor may send a new request of a type."""
    request_type = current_site(work).request_types.get(type_id)
    return request_type is not None and has_permission(work, "request.submit") and is_in_audience(work, request_type)


def is_in_audience(work: UnitOfWork, request_type: RequestType) -> bool:
    """Whether the actor is in the audience of a request type: everybody with an account, or named roles, organisations
    or departments.
    """
    audience = request_type.audience
    if not isinstance(work.actor, Person):
        return False
    if isinstance(audience, str):
        return True  # everyone who has an account; the public, all the more
    person = work.actor
    organisation = work.session.get(Organisation, person.organisation_id) if person.organisation_id else None
    department = work.session.get(Department, person.department_id) if person.department_id else None
    return (
        person.role in audience["roles"]
        or (organisation is not None and organisation.short in audience["organisations"])
        or (department is not None and department.short in audience["departments"])
    )


def fold_text(text: str) -> str:
    """A text for searching: lower case, without accents.

    >>> fold_text("Préjudice ŒUVRE")
    'prejudice œuvre'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def request_form(
    work: UnitOfWork, request_type: RequestType, language: str | None = None, *, suggesting: bool = False
) -> Form:
    """The compiled form of a request type in a language, with the site's lists and the people to choose from.

    With `suggesting`, for a form to be filled in, it also offers what the actor's dossiers contain. The form is
    compiled once, shared between threads, and bound to the actor's files.
    """
    language = language or work.language
    schema = request_type.schema(language)
    text = _TEXTS.get(id(schema))
    if text is None or text[0] is not schema:
        if len(_TEXTS) >= _MAX_COMPILED_FORMS:
            _TEXTS.clear()
        text = _TEXTS[id(schema)] = (
            schema,
            _as_text([schema, request_type.ui(language), request_type.rules]),
        )
    return _compiled(
        work, schema, lambda: request_type.ui(language), language, text[1], suggesting, rules=request_type.rules
    )


def hidden_answers(work: UnitOfWork, request_type: RequestType, answers: Mapping[str, Any]) -> frozenset[str]:
    """The fields of a request type's form that it does not show beside these answers."""
    from formengine.forms.corrected_answers import hidden_fields

    return hidden_fields(request_form(work, request_type), answers)


def compile_form(
    work: UnitOfWork,
    schema: Mapping[str, Any],
    language: str,
    *,
    suggesting: bool = False,
    rules: Mapping[str, Any] | None = None,
) -> Form:
    """The compiled form of another schema of the site, such as that of a step's fields, bound to the actor's files."""
    text = _as_text([schema, None, rules])
    return _compiled(work, schema, lambda: None, language, text, suggesting, rules=rules)


def _compiled(
    work: UnitOfWork,
    schema: Mapping[str, Any],
    ui: Callable[[], Mapping[str, Any] | None],
    language: str,
    text: str,
    suggesting: bool,
    *,
    rules: Mapping[str, Any] | None,
) -> Form:
    """The form of a schema, compiled once per publication, language, `text` of schema, ui and rules, and options."""
    import formengine.forms.corrected_answers  # noqa: F401  # takes long: not later, under the write lock

    choices = choice_kinds(work, text, suggesting=suggesting)
    site_hash = work.platform.definitions.publication(work.session).hash
    plugins = work.platform.registry.vocabulary.field_kinds
    content = "\0".join((site_hash, language, text, _as_text([plugins, choices])))
    key = hashlib.sha256(content.encode()).hexdigest()
    form = _COMPILED_FORMS.get(key)
    if form is None:
        kinds = {**current_site(work).kinds_for(language), **plugins, **choices}
        words = work.platform.registry.vocabulary.words
        form = forms.Form(schema, ui=ui(), locale=language, kinds=kinds, rules=rules, words=words)
        with _LOCK:
            if len(_COMPILED_FORMS) >= _MAX_COMPILED_FORMS:
                _COMPILED_FORMS.clear()
            form = _COMPILED_FORMS.setdefault(key, form)
    seal = AnswerSeal(work.platform.settings.secret, work.actor_id or "")
    form = form.with_files(FileStore(work)).at(work.now).sealed_by(seal)
    return form.in_zone(work.portal_zone, named=isinstance(work.zone, NamedZone))


def _as_text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def field_kinds_for(work: UnitOfWork, language: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The field kinds with the site's lists, those of plugins, and those whose options depend on the actor
    (`field_choices`).
    """
    kinds = {**current_site(work).kinds_for(language), **work.platform.registry.vocabulary.field_kinds}
    return {**kinds, **choice_kinds(work, json.dumps(schema))}
