"""Moving a dossier: the steps of its workflow, asked in small forms, taken in one transaction (W3, W5, W11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formengine.errors import Invalid, NotFound
from formengine.forms import Form
from formengine.i18n import pick
from formengine.services.access.enforcement import allowed, demand, is_client_side
from formengine.services.case.repository import Casework, check_version, keep, look, take
from formengine.services.catalogue.request_types import form_from
from formengine.services.core.audit_log import append
from formengine.services.core.unit_of_work import Work
from formengine.services.dossiers.step_schemas import child_schema, step_schema
from formengine.services.files.uploads import adopt, settled
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.workflow.engine import api as engine
from formengine.workflow.engine import case as values


@dataclass(frozen=True)
class StepForm:
    """What a step asks before it is taken: a form (None when it asks no fact) filled with what is known, a comment,
    a confirmation. `reasons` say why the step may not be taken now; empty when it may."""

    transition: str
    title: str
    form: Form | None
    data: dict[str, Any]
    comment_required: bool
    confirm: bool
    reasons: list[str]
    fields: dict[str, Any]
    """The facts that it asks, as JSON Schema."""


@dataclass(frozen=True)
class TransitionButton:
    """A transition that the reader may take now; `confirm` asks them again first."""

    id: str
    title: str
    confirm: bool


def step_form(
    work: Work, dossier: Dossier, transition: str, child: Child | None = None, version: int | None = None
) -> StepForm:
    """What a transition out of the present state asks of the actor; NotFound for any other transition.

    Raises Stale when `version` is given and is not the present one: the transition may be gone because of it.
    """
    demand(work, "dossier.read", dossier)
    check_version(work, dossier, version)
    casework = look(work, dossier)
    place = child_value(casework, child)
    reasons = buttons_of(casework, place).get(transition)
    if reasons is None:
        raise NotFound(f"no transition {transition} here")
    asked = engine.asked(casework.workflow, casework.case, casework.around, transition, place)
    rule = transition_of(casework, transition, place)
    schema, data = step_schema(casework, asked)
    return StepForm(
        transition=transition,
        title=pick(rule.title, work.language),
        form=form_from(work, schema, None, work.language, suggesting=True) if schema["properties"] else None,
        data=data,
        comment_required=asked.comment_required,
        confirm=asked.confirm,
        reasons=reasons,
        fields=schema,
    )


def transition_of(casework: Casework, transition: str, child: values.Child | None) -> Any:
    """The rule of a transition, of the dossier or of one of its children."""
    if child is None:
        return casework.workflow.transitions[transition]
    return casework.workflow.children[child.kind].transitions[transition]


def buttons(work: Work, dossier: Dossier, child: Child | None = None) -> dict[str, list[str]]:
    """The transitions out of the present state: those with no reason against them may be taken by the actor now."""
    casework = look(work, dossier)
    return buttons_of(casework, child_value(casework, child))


def buttons_of(casework: Casework, child: values.Child | None = None) -> dict[str, list[str]]:
    """The same, on a casework in hand. Whom the access table does not let act gets no button at all."""
    work = casework.work
    if not allowed(work, "dossier.act", casework.dossier):
        return {}
    return engine.allowed(casework.workflow, casework.case, casework.around, work.actor_id or "", child)


def step_buttons(casework: Casework, child: values.Child | None = None) -> list[TransitionButton]:
    """The transitions that the actor may take now, of the dossier or of a child (W5)."""
    transitions: Mapping[str, Any] = (
        casework.workflow.transitions if child is None else casework.workflow.children[child.kind].transitions
    )
    language = casework.work.language
    return [
        TransitionButton(id, pick(transitions[id].title, language), transitions[id].confirm)
        for id, reasons in buttons_of(casework, child).items()
        if not reasons
    ]


def child_value(casework: Casework, child: Child | None) -> values.Child | None:
    """The engine's value of a child's row."""
    if child is None:
        return None
    found = next((c for c in casework.case.children if (c.kind, c.number) == (child.kind, child.number)), None)
    if found is None or (is_client_side(casework.work) and not found.visible_to_client):
        raise NotFound(f"no {child.kind} {child.number}")
    return found


def perform(
    work: Work,
    reference: str,
    transition: str,
    version: int,
    fields: Mapping[str, Any] | None = None,
    comment: str | None = None,
    child: Child | None = None,
) -> Dossier:
    """Take a step; `version` is the dossier's as the actor saw it.

    Raises NotFound, Stale (somebody else was first), Invalid (what was filled in), Refused with every reason.
    """
    casework = take(work, reference, version=version)
    place = child_value(casework, child)
    given = dict(fields or {})
    given = _judged(casework, transition, place, given)
    by = work.actor_id or ""
    effects = engine.perform(
        casework.workflow, casework.case, casework.around, transition, by, fields=given, comment=comment, child=place
    )
    keep(casework, effects)
    return casework.dossier


def _judged(casework: Casework, transition: str, child: values.Child | None, given: dict[str, Any]) -> dict[str, Any]:
    """What was filled in, checked against the step's own form before the engine sees it; its files are adopted."""
    if transition not in buttons_of(casework, child):
        return given  # the engine says why
    asked = engine.asked(casework.workflow, casework.case, casework.around, transition, child)
    schema, data = step_schema(casework, asked)
    if not schema["properties"]:
        return given
    work = casework.work
    form = form_from(work, schema, None, work.language)
    errors = form.validate({**data, **given})
    if errors:
        raise Invalid(errors)
    return _with_files(casework, form, given)


def _with_files(casework: Casework, form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    told, files = settled(casework.work, form, given)
    adopt(casework.dossier, files)
    return told


def open_child(
    work: Work, reference: str, kind: str, fields: Mapping[str, Any], visible_to_client: bool = False
) -> Child:
    """Open a hearing, milestone or task on a dossier (P26, W10). A client's own is always visible to the client."""
    casework = take(work, reference)
    demand_child(casework, kind)
    form = child_form(work, casework.dossier, kind)
    errors = form.validate(dict(fields))
    if errors:
        raise Invalid(errors)
    told = _with_files(casework, form, fields)
    visible = visible_to_client or is_client_side(work)
    by = work.actor_id or ""
    effects = engine.open_child(
        casework.workflow, casework.case, casework.around, kind, by, told, visible_to_client=visible
    )
    keep(casework, effects)
    casework.flush_keys()
    made = casework.case.children[-1]
    assert made.key is not None
    return work.session.get_one(Child, made.key)


def demand_child(casework: Casework, kind: str) -> None:
    """NotFound for a kind that the workflow has not, or that the actor may not open."""
    if kind not in casework.workflow.children or not may_open_child(casework, kind):
        raise NotFound(f"no {kind} can be opened here")


def may_open_child(casework: Casework, kind: str) -> bool:
    """The legal team opens any; clients add milestones alone (P26)."""
    work = casework.work
    if not allowed(work, "dossier.act", casework.dossier):
        return False
    return not is_client_side(work) or kind == "milestone"


def child_form(work: Work, dossier: Dossier, kind: str) -> Form:
    """The form that a new child asks; NotFound for a kind that may not be opened here."""
    casework = look(work, dossier)
    demand_child(casework, kind)
    rule = casework.workflow.children[kind]
    return form_from(work, child_schema(casework, rule), None, work.language, suggesting=True)


def child_fields(work: Work, dossier: Dossier, kind: str) -> list[str]:
    """The names of the fields that a new child asks; NotFound for a kind that may not be opened here."""
    casework = look(work, dossier)
    demand_child(casework, kind)
    return list(casework.workflow.children[kind].fields)


def show_child(work: Work, reference: str, kind: str, number: int, visible: bool) -> None:
    """Make a child visible to the client, or hide it (P27)."""
    casework = take(work, reference, "dossier.share")
    found = next((c for c in casework.case.children if (c.kind, c.number) == (kind, number)), None)
    if found is None:
        raise NotFound(f"no {kind} {number}")
    found.visible_to_client = visible
    casework.case.version += 1
    keep(casework, [])
    append(work, "child_shown", {"kind": kind, "number": number, "visible": visible}, casework.dossier)
