"""Opening of hearings, milestones and tasks: who may, and the form that asks for their fields (P26, W10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from formengine.errors import Invalid, NotFound
from formengine.services.access.enforcement import has_permission, is_client_side
from formengine.services.case.repository import LoadedCase, load, load_for_update
from formengine.services.case.step_schemas import child_schema
from formengine.services.catalogue.request_types import compile_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.files.dossier_files import take_files
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.workflow.engine import api as engine

if TYPE_CHECKING:
    from formengine.forms import Form


def open_child(
    work: UnitOfWork, reference: str, kind: str, fields: Mapping[str, Any], visible_to_client: bool = False
) -> Child:
    """Open a hearing, milestone or task on a dossier (P26, W10). One that a client opens is always visible to the
    client.

    Raises NotFound for an unknown dossier or kind, Refused, and Invalid for the fields.
    """
    loaded = load_for_update(work, reference)
    require_child_kind(loaded, kind)
    form = child_form(work, loaded.dossier, kind, whole=True)
    errors = form.validate(dict(fields), before=None)
    if errors:
        raise Invalid(errors)
    values_by_name = take_files(work, loaded.dossier, form.files(fields), fields).data
    visible = visible_to_client or is_client_side(work)
    loaded.run(engine.open_child, kind, work.actor_id or "", values_by_name, visible_to_client=visible)
    loaded.flush_keys()
    value = loaded.case.children[-1]
    assert value.key is not None
    return work.session.get_one(Child, value.key)


def require_child_kind(loaded: LoadedCase, kind: str) -> None:
    """Raise NotFound for a kind of child that the workflow does not have or the actor may not open."""
    if kind not in loaded.workflow.children or not may_open_child(loaded, kind):
        raise NotFound(f"no {kind} can be opened here")


def may_open_child(loaded: LoadedCase, kind: str) -> bool:
    """Whether the actor may open a child of a kind: the legal team any, clients only milestones (P26)."""
    work = loaded.work
    if not has_permission(work, "dossier.act", loaded.dossier) or loaded.dossier.ended_at is not None:
        return False
    return not is_client_side(work) or kind == "milestone"


def child_form(work: UnitOfWork, dossier: Dossier, kind: str, *, whole: bool = False) -> Form:
    """The form of a new child; raises NotFound for a kind that may not be opened here. `whole`: with all its fields,
    not those alone that are asked when it is opened.
    """
    loaded = load(work, dossier)
    require_child_kind(loaded, kind)
    rule = loaded.workflow.children[kind]
    return compile_form(work, child_schema(loaded, rule, is_new=not whole), work.language, suggesting=True)


def child_fields(work: UnitOfWork, dossier: Dossier, kind: str) -> list[str]:
    """The names of the fields of a new child; raises NotFound for a kind that may not be opened here."""
    loaded = load(work, dossier)
    require_child_kind(loaded, kind)
    return list(loaded.workflow.children[kind].fields)
