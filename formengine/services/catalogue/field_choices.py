"""The options of fields that depend on the actor and the site: people, counterparties, dossiers, currency and
country.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, select

from formengine import forms
from formengine.authoring import Site
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, readable_dossiers
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import selectable_people
from formengine.storage.models.dossiers import Dossier, Submission

if TYPE_CHECKING:
    from formengine.forms import Form

_DOSSIER, _SUBMISSION = Dossier.__table__.c, Submission.__table__.c
_DOSSIERS_SEARCHED: Final = 300
"""The number of latest dossiers whose counterparties are suggested."""
_MAX_COUNTERPARTIES: Final = 150


def choice_kinds(work: UnitOfWork, text: str, *, suggesting: bool = False) -> dict[str, Any]:
    """The field kinds whose options depend on the actor and the site; only those that `text`, the schema as JSON,
    mentions are looked up.

    With `suggesting`, for a form to be filled in, suggestions are looked up as well; validation does not need them.
    """
    kinds = _portal_kinds(current_site(work))
    if '"formengine:person"' in text or '"formengine:people"' in text:
        person_kind = {"type": "string", "oneOf": [{"const": p.id, "title": p.name} for p in selectable_people(work)]}
        kinds["formengine:person"] = person_kind if person_kind["oneOf"] else {"type": "string"}
        kinds["formengine:people"] = {"type": "array", "uniqueItems": True, "items": kinds["formengine:person"]}
    if suggesting and '"formengine:party"' in text and (names := known_counterparties(work)):
        kinds["formengine:party-name"] = {**forms.KINDS["formengine:party-name"], "examples": names}
    return kinds


def _portal_kinds(site: Site) -> dict[str, Any]:
    """Money with the portal's currency preselected, and countries with the portal's own first."""
    kinds: dict[str, Any] = {}
    if site.portal.currency:
        kinds["formengine:currency"] = {**forms.KINDS["formengine:currency"], "default": site.portal.currency}
    calendar = site.calendars.get(site.portal.calendar or "", {})
    if country := calendar.get("country"):
        kinds["formengine:country"] = {**forms.KINDS["formengine:country"], "examples": [country]}
    return kinds


def known_counterparties(work: UnitOfWork) -> list[str]:
    """The names of counterparties in the latest dossiers that the actor may see, without repeats, sorted (F12)."""
    fields = work.platform.definitions.derived(work.session, "party fields", _party_fields)
    if not fields:
        return []
    rows = work.session.execute(_counterparty_query(tuple(fields), readable_dossiers(work)))
    names = {
        name for type_id, *row in rows for name, types in zip(row, fields.values(), strict=True) if type_id in types
    }
    return sorted(filter(None, names), key=str.casefold)[:_MAX_COUNTERPARTIES]


@lru_cache(maxsize=256)
def _counterparty_query(fields: tuple[str, ...], readable: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The query for the counterparties' names in some fields, with the request types, of the latest dossiers."""
    latest = (
        select(_SUBMISSION.request_type, *(_SUBMISSION.answers[field, "name"].as_string() for field in fields))
        .join(Dossier.__table__, _DOSSIER.submission_id == _SUBMISSION.id)
        .where(readable)
        .order_by(_DOSSIER.id.desc())
        .limit(_DOSSIERS_SEARCHED)
    ).subquery()
    return select(latest).distinct()


def _party_fields(site: Site) -> dict[str, set[str]]:
    """The names of the fields of kind `party`, with the request types that have them."""
    fields: dict[str, set[str]] = {}
    for id, request_type in site.request_types.items():
        for name, schema in (request_type.form.get("properties") or {}).items():
            if isinstance(schema, Mapping) and schema.get("$ref") == "formengine:party":
                fields.setdefault(name, set()).add(id)
    return fields


def invalid_dossier_references(work: UnitOfWork, form: Form, data: Any) -> list[FieldError]:
    """Errors for the dossiers in answers that do not exist or that the actor may not see; the message is the same for
    both.
    """
    errors = []
    for pointer, reference in form.values_of_kind("dossier", data):
        query = select(Dossier.id).where(Dossier.reference == str(reference), readable_dossiers(work))
        if work.session.scalar(query) is None:
            message = say(
                work.language, "There is no dossier {reference} among those you may see.", reference=reference
            )
            errors.append(FieldError(pointer, None, "dossier", message))
    return errors
