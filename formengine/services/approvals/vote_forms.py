"""The form of the fields that an approval asks for with a vote (W22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from formengine.errors import Invalid, NotFound
from formengine.i18n import pick
from formengine.services.access.enforcement import require_permission
from formengine.services.approvals.decision_panels import DecisionPanel, decision_panel
from formengine.services.approvals.shown_documents import document_hashes
from formengine.services.case.repository import LoadedCase, load
from formengine.services.case.step_schemas import step_rules, step_schema
from formengine.services.catalogue.request_types import compile_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.files.dossier_files import take_files
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.bound_versions import hash_of_all
from formengine.workflow.engine.case import Round, Seat

if TYPE_CHECKING:
    from formengine.forms import Form


@dataclass(frozen=True)
class VoteForm:
    """The form asked on a seat: `data` are present values, `fields` the JSON Schema, `round` the title of the round,
    `documents` are those that it is about, `shown_hash` that of their newest versions.

    `panel` is what its holder reads beside the buttons.
    """

    seat: int
    round: str
    documents: tuple[str, ...]
    shown_hash: str | None
    form: Form
    data: dict[str, Any]
    fields: dict[str, Any]
    panel: DecisionPanel


def vote_form(work: UnitOfWork, dossier: Dossier, seat_id: int) -> VoteForm:
    """The form of the actor's own open seat. Raises NotFound for any other seat, and for one without fields."""
    require_permission(work, "dossier.read", dossier)
    loaded = load(work, dossier)
    own = engine.open_seats_of(loaded.case, work.actor_id or "")
    seat = next((seat for _, seat in own if seat.key == seat_id), None)
    form = None if seat is None else build_vote_form(loaded, seat, suggesting=True)
    if form is None:
        raise NotFound(f"seat {seat_id} asks for no fields")
    return form


def build_vote_form(loaded: LoadedCase, seat: Seat, *, suggesting: bool = False) -> VoteForm | None:
    """The form of an open seat; None where no fields are asked. With `suggesting`, it is to be filled in."""
    round_ = _round_of(loaded, seat)
    inputs = engine.vote_inputs(loaded.workflow, loaded.case, loaded.context, round_, seat)
    if not inputs.names:
        return None
    schema, data = step_schema(loaded, inputs)
    rule, work = loaded.workflow.round_rule(round_.rule), loaded.work
    rules = step_rules(loaded, inputs)
    form = compile_form(work, schema, work.language, suggesting=suggesting, rules=rules)
    title, panel = pick(rule.title, work.language), decision_panel(loaded, round_, seat)
    shown_hash = hash_of_all(document_hashes(loaded, round_))
    return VoteForm(seat.key or 0, title, rule.documents, shown_hash, form, data, schema, panel)


def _round_of(loaded: LoadedCase, seat: Seat) -> Round:
    return next(round_ for round_ in loaded.case.rounds if any(other is seat for other in round_.seats))


def checked_fields(loaded: LoadedCase, seat: Seat | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a vote, validated; their files become the dossier's. Raises Invalid.

    The engine says which are missing or not asked.
    """
    form = build_vote_form(loaded, seat) if seat is not None and seat.status == "open" else None
    if form is None or not fields:
        return dict(fields)
    errors = form.form.validate({**form.data, **fields}, before=form.data)
    if errors:
        raise Invalid(errors)
    return take_files(loaded.work, loaded.dossier, form.form.files(fields), fields).data
