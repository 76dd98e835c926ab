"""What the fields of a form offer, and what they may name: people, counterparties, dossiers, the site's own country."""

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
"""How many dossiers back counterparties are remembered."""
_MAX_COUNTERPARTIES: Final = 150


def choice_kinds(work: UnitOfWork, text: str, *, suggesting: bool = False) -> dict[str, Any]:
    """The field kinds that depend on who asks and where; `text`, the schema as JSON, says which are looked up.

    Suggestions judge nothing: they are looked up only for a form that is to be filled in.
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
    """The portal's currency is chosen beforehand; its country stands first among countries."""
    kinds: dict[str, Any] = {}
    if site.portal.currency:
        kinds["formengine:currency"] = {**forms.KINDS["formengine:currency"], "default": site.portal.currency}
    calendar = site.calendars.get(site.portal.calendar or "", {})
    if country := calendar.get("country"):
        kinds["formengine:country"] = {**forms.KINDS["formengine:country"], "examples": [country]}
    return kinds


def known_counterparties(work: UnitOfWork) -> list[str]:
    """The names of the counterparties in the latest dossiers that the actor may see, each once, in order (F12)."""
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
    """The name in each of the fields, with the request type, of the latest dossiers."""
    latest = (
        select(_SUBMISSION.request_type, *(_SUBMISSION.answers[field, "name"].as_string() for field in fields))
        .join(Dossier.__table__, _DOSSIER.submission_id == _SUBMISSION.id)
        .where(readable)
        .order_by(_DOSSIER.id.desc())
        .limit(_DOSSIERS_SEARCHED)
    ).subquery()
    return select(latest).distinct()


def _party_fields(site: Site) -> dict[str, set[str]]:
    """The names of the fields that ask for a party, with the request types in which they do."""
    fields: dict[str, set[str]] = {}
    for id, request_type in site.request_types.items():
        for name, schema in (request_type.form.get("properties") or {}).items():
            if isinstance(schema, Mapping) and schema.get("$ref") == "formengine:party":
                fields.setdefault(name, set()).add(id)
    return fields


def invalid_dossier_references(work: UnitOfWork, form: Form, data: Any) -> list[FieldError]:
    """The dossiers that answers name and the actor may not see, or that are not there: no difference is told."""
    errors = []
    for pointer, reference in form.places("dossier", data):
        query = select(Dossier.id).where(Dossier.reference == str(reference), readable_dossiers(work))
        if work.session.scalar(query) is None:
            message = say(
                work.language, "There is no dossier {reference} among those you may see.", reference=reference
            )
            errors.append(FieldError(pointer, None, "dossier", message))
    return errors
