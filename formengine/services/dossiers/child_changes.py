"""Changes of hearings, milestones and tasks: their fields, and whether the client sees them (P26, P27, D8, D9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from formengine.errors import Invalid, NotFound
from formengine.services.access.enforcement import current_site, has_permission, is_client_side
from formengine.services.case.repository import LoadedCase, check_version, load, load_for_update
from formengine.services.case.step_schemas import child_schema
from formengine.services.catalogue.request_types import compile_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.child_visibility import sees_child
from formengine.services.files.dossier_files import take_files
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Child

if TYPE_CHECKING:
    from formengine.forms import Form


@dataclass(frozen=True)
class ChildForm:
    """The form of a child with what it holds now."""

    form: Form
    data: dict[str, Any]


def may_change_child(loaded: LoadedCase, child: Child) -> bool:
    """Whether the actor may change the fields of a child: of a kind that is built in, the legal team; clients a
    milestone that they added themselves, where `config/portal.yaml` lets them, until it has ended (D9).

    The fields of a child that a workflow declares are changed by its steps.
    """
    work, rule = loaded.work, loaded.workflow.children[child.kind]
    if not rule.built_in or loaded.dossier.ended_at is not None:
        return False
    if not has_permission(work, "dossier.act", loaded.dossier) or not sees_child(loaded, child):
        return False
    if not is_client_side(work):
        return True
    own = child.kind == "milestone" and child.opened_by == work.actor_id and not rule.states[child.state].ends
    return own and current_site(work).portal.clients_change_milestones


def change_form(work: UnitOfWork, dossier: Dossier, kind: str, number: int, version: int | None = None) -> ChildForm:
    """The form to change a child with; raises NotFound where the actor may not change it, and Stale where `version` is
    given and is not the present one.
    """
    check_version(work, dossier, version)
    loaded = load(work, dossier)
    return _form_of(loaded, _changeable(loaded, kind, number))


def change_child(
    work: UnitOfWork, reference: str, kind: str, number: int, version: int, fields: Mapping[str, Any]
) -> None:
    """Give a child these fields in place of those that it has.

    Raises NotFound where the actor may not change it, Stale for another version than the present one, Invalid for the
    fields, and Refused.
    """
    loaded = load_for_update(work, reference, version=version)
    child = _changeable(loaded, kind, number)
    shown = _form_of(loaded, child)
    errors = shown.form.validate(dict(fields), before=shown.data)
    if errors:
        raise Invalid(errors)
    values = take_files(work, loaded.dossier, shown.form.files(fields), fields).data
    loaded.run(engine.change_child, child, work.actor_id, values)


def changeable_fields(work: UnitOfWork, dossier: Dossier, kind: str, number: int) -> list[str]:
    """The names of the fields of a child that the actor may change now, [] for none; raises NotFound for a child that
    they do not see.
    """
    loaded = load(work, dossier)
    child = _child(loaded, kind, number)
    if not sees_child(loaded, child):
        raise NotFound(f"no {kind} {number}")
    return list(loaded.workflow.children[kind].fields) if may_change_child(loaded, child) else []


def update_child(
    work: UnitOfWork,
    reference: str,
    kind: str,
    number: int,
    version: int,
    changes: Mapping[str, Any],
    visible: bool | None = None,
) -> None:
    """Change some fields of a child, None for one that is to be empty, and show it to the client or hide it.

    Raises as `change_child` and `set_child_visibility`; what is as it was stays without an entry in the history.
    """
    loaded = load_for_update(work, reference, version=version)
    child = _child(loaded, kind, number)
    was_visible, merged = child.visible_to_client, {**child.fields, **changes}
    fields = {name: value for name, value in merged.items() if value is not None}
    if fields != child.fields:
        change_child(work, reference, kind, number, version, fields)
    if visible is not None and visible != was_visible:
        set_child_visibility(work, reference, kind, number, visible)


def set_child_visibility(work: UnitOfWork, reference: str, kind: str, number: int, visible: bool) -> None:
    """Show a child to the client, or hide it (P27). Raises NotFound for an unknown child, and Refused."""
    loaded = load_for_update(work, reference, "dossier.share")
    loaded.run(engine.show_child, _child(loaded, kind, number), work.actor_id, visible)


def _changeable(loaded: LoadedCase, kind: str, number: int) -> Child:
    child = _child(loaded, kind, number)
    if not may_change_child(loaded, child):
        raise NotFound(f"no {kind} {number} to change")
    return child


def _child(loaded: LoadedCase, kind: str, number: int) -> Child:
    child = next((row for row in loaded.case.children if (row.kind, row.number) == (kind, number)), None)
    if child is None:
        raise NotFound(f"no {kind} {number}")
    return child


def _form_of(loaded: LoadedCase, child: Child) -> ChildForm:
    schema = child_schema(loaded, loaded.workflow.children[child.kind])
    return ChildForm(compile_form(loaded.work, schema, loaded.work.language, suggesting=True), dict(child.fields))
