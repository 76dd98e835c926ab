"""Steps of dossiers and their children: the transitions of the workflow, asked in small forms and taken in one
transaction (W3, W5, W11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from formengine import json_pointer
from formengine.errors import Invalid, NotFound
from formengine.i18n import pick
from formengine.services.access.enforcement import has_permission, is_client_side, require_permission
from formengine.services.case.repository import LoadedCase, check_version, get_dossier, load, load_for_update
from formengine.services.case.step_schemas import step_rules, step_schema
from formengine.services.catalogue.request_types import compile_form, request_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.child_visibility import sees_child
from formengine.services.dossiers.clean_steps import UncleanDocument, cleaned_with_step, unclean_documents
from formengine.services.dossiers.clean_versions import CleanContent, add_clean_content
from formengine.services.dossiers.decided_documents import look_at_decided_documents
from formengine.services.dossiers.step_documents import (
    StepDocument,
    add_document_of_step,
    document_of_step,
    is_ready_with_document,
    other_reasons,
    with_document,
)
from formengine.services.dossiers.version_consequences import (
    EndedSignatures,
    ended_by_step,
    over_uploads_of_step,
    require_consent_to_step,
)
from formengine.services.files.document_safety import examine_answers
from formengine.services.files.dossier_files import take_files
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.workflow.engine import api as engine
from formengine.workflow.engine import case as values
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.obsolete_answers import hidden_inputs

if TYPE_CHECKING:
    from formengine.forms import FieldError, Form


@dataclass(frozen=True)
class StepForm:
    """The form of a step: its fields filled with known values (`form` is None without fields), a comment, a
    confirmation. `reasons` say why the step may not be taken now; empty when it may. `done` is the text for what has
    happened, "" where the workflow has none.
    """

    transition: str
    title: str
    done: str
    form: Form | None
    data: dict[str, Any]
    comment_required: bool
    comment_for_client: bool | None
    """Whether the client reads the comment; None when the actor is on the client's side."""
    confirm: bool
    reasons: list[str]
    fields: dict[str, Any]
    """The JSON Schema of its fields, without the document."""
    document: StepDocument | None = None
    """The document that is added with the step; then its absence is not among the reasons."""
    opens: tuple[str, ...] = ()
    """The kinds of children that the step opens, such as the next hearing, which the fields are about."""
    unclean: tuple[UncleanDocument, ...] = ()
    """The documents that are cleaned with the step; then what they hold is not among the reasons."""
    ends: tuple[EndedSignatures, ...] = ()
    """The open signatures that the step would end: by its drafts, or since it leaves their state (`ended_by_step`)."""
    over_uploads: tuple[str, ...] = ()
    """What is said of its drafts that follow a version which people wrote (`over_uploads_of_step`)."""


@dataclass(frozen=True)
class TransitionButton:
    """A transition that the reader may take now; `confirm` is the question to ask before, if any."""

    id: str
    title: str
    confirm: bool


@dataclass(frozen=True)
class HeldUpSteps:
    """Steps that the reader could take but for the round that they would open, or a document; all for the same reasons,
    which are sentences in the reader's language.
    """

    titles: list[str]
    reasons: list[str]
    failed_drafts: list[tuple[str, str]]
    """The documents, as (id, title), whose failed drafts are the only reasons: the page links to these instead."""


def get_child(work: UnitOfWork, dossier: Dossier, kind: str, number: int) -> Child:
    """A child of a dossier that the actor may see; raises NotFound when it has none of this kind and number."""
    key = (Child.dossier_id == dossier.id, Child.kind == kind, Child.number == number)
    child = work.session.scalar(select(Child).where(*key))
    if child is None:
        raise NotFound(f"no {kind} {number}")
    return child


def step_form(
    work: UnitOfWork, dossier: Dossier, transition: str, child: Child | None = None, version: int | None = None
) -> StepForm:
    """The form of a transition out of the present state. Raises NotFound for any other transition. It reads no file:
    what is wrong with one that nobody has looked at, `perform` says.

    Raises Stale when `version` is given and is not the present one: the transition may be gone because of that change.
    """
    require_permission(work, "dossier.read" if child is None else "dossier.read_children", dossier)
    check_version(work, dossier, version)
    loaded = load(work, dossier)
    form = _build_step_form(loaded, transition, case_child(loaded, child), suggesting=True)
    if form is None:
        raise NotFound(f"no transition {transition} here")
    return form


def _build_step_form(
    loaded: LoadedCase, transition: str, child: values.Child | None, *, suggesting: bool = False
) -> StepForm | None:
    """The form of a transition out of the present state, built once in a unit of work; None for any other transition.

    With `suggesting`, for a form to be filled in, it also offers what the actor's dossiers contain.
    """

    def build() -> StepForm | None:
        reasons = transitions_of_case(loaded, child).get(transition)
        if reasons is None:
            return None
        inputs = engine.transition_inputs(loaded.workflow, loaded.case, loaded.context, transition, child)
        own = loaded.workflow.children[child.kind].fields if child else ()
        schema, data = step_schema(loaded, inputs, own)
        language, rule = loaded.work.language, transition_rule(loaded, transition, child)
        document = document_of_step(loaded, rule, inputs.names)
        asked = schema if document is None else with_document(schema, document)
        if document is not None:
            reasons = other_reasons(loaded, rule, reasons)
        unclean = unclean_documents(loaded, transition) if reasons and child is None else []
        shown = rule.comment_for_client or (child is not None and child.visible_to_client)
        return StepForm(
            transition=transition,
            title=pick(rule.title, language),
            done=pick(rule.done, language),
            form=compile_form(
                loaded.work, asked, language, suggesting=suggesting, rules=step_rules(loaded, inputs, own)
            )
            if asked["properties"]
            else None,
            data=data,
            comment_required=inputs.comment_required,
            comment_for_client=None if is_client_side(loaded.work) else shown,
            confirm=inputs.confirm,
            reasons=[] if unclean else reasons,
            fields=schema,
            document=document,
            opens=tuple(rule.starts),
            unclean=tuple(unclean),
            ends=() if child is not None else tuple(ended_by_step(loaded, rule)),
            over_uploads=() if child is not None else tuple(over_uploads_of_step(loaded, rule)),
        )

    child_key = (child.kind, child.number) if child else None
    work, case = loaded.work, loaded.case
    return work.remember(("step form", loaded.dossier.id, case.version, work.actor_id, transition, child_key), build)


def transition_rule(loaded: LoadedCase, transition: str, child: values.Child | None) -> Any:
    """The rule of a transition, of the dossier or of one of its children."""
    if child is None:
        return loaded.workflow.transitions[transition]
    return loaded.workflow.children[child.kind].transitions[transition]


def available_transitions(work: UnitOfWork, dossier: Dossier, child: Child | None = None) -> dict[str, list[str]]:
    """The transitions out of the present state, with the reasons against each; one without reasons may be taken now."""
    loaded = load(work, dossier)
    return transitions_of_case(loaded, case_child(loaded, child))


def transitions_of_case(loaded: LoadedCase, child: values.Child | None = None) -> dict[str, list[str]]:
    """The same for a loaded case. People who may not act by the access table get no transitions at all."""
    work = loaded.work
    if not has_permission(work, _acting(child), loaded.dossier):
        return {}
    return engine.available_transitions(loaded.workflow, loaded.case, loaded.context, work.actor_id or "", child)


def _acting(child: object) -> str:
    """The permission to act on a dossier, or on a child of it."""
    return "dossier.act" if child is None else "dossier.act_in_children"


def step_buttons(loaded: LoadedCase, child: values.Child | None = None) -> list[TransitionButton]:
    """The transitions that the actor may take now, of the dossier or of a child (W5); those that lack nothing but a
    document that the actor may add, or a clean version of one that they may make, with the step are among them.
    """
    return _buttons(loaded, transitions_of_case(loaded, child), child)


def steps_now(loaded: LoadedCase) -> tuple[list[TransitionButton], list[HeldUpSteps]]:
    """The buttons of a dossier (`step_buttons`), and the steps that would be among them but for their rounds, or for a
    document that others may add.
    """
    work = loaded.work
    if not has_permission(work, _acting(None), loaded.dossier):
        return [], []
    verdicts = engine.transition_verdicts(loaded.workflow, loaded.case, loaded.context, work.actor_id or "")
    buttons = _buttons(loaded, {id: verdict.reasons for id, verdict in verdicts.items()}, None)
    offered = {button.id for button in buttons}
    titles_by_reasons: dict[tuple[str, ...], list[str]] = {}
    for id, verdict in verdicts.items():
        if verdict.held_up and id not in offered:
            title = pick(loaded.workflow.transitions[id].title, work.language)
            titles_by_reasons.setdefault(tuple(verdict.reasons), []).append(title)
    drafts_behind = partial(engine.drafts_holding_up, loaded.workflow, loaded.case, loaded.context)
    return buttons, [
        HeldUpSteps(titles, list(reasons), drafts_behind(reasons)) for reasons, titles in titles_by_reasons.items()
    ]


def _buttons(
    loaded: LoadedCase, reasons_by_id: Mapping[str, list[str]], child: values.Child | None
) -> list[TransitionButton]:
    transitions: Mapping[str, Any] = (
        loaded.workflow.transitions if child is None else loaded.workflow.children[child.kind].transitions
    )
    language = loaded.work.language
    return [
        TransitionButton(id, pick(transitions[id].title, language), transitions[id].confirm)
        for id, reasons in reasons_by_id.items()
        if not reasons
        or is_ready_with_document(loaded, transitions[id], reasons)
        or (child is None and unclean_documents(loaded, id))
    ]


def case_child(loaded: LoadedCase, child: Child | None) -> values.Child | None:
    """The engine's value of a child's row; raises NotFound for a child that is not on this dossier."""
    if child is None:
        return None
    value = next((c for c in loaded.case.children if (c.kind, c.number) == (child.kind, child.number)), None)
    if value is None or not sees_child(loaded, value):
        raise NotFound(f"no {child.kind} {child.number}")
    return value


def perform(
    work: UnitOfWork,
    reference: str,
    transition: str,
    version: int,
    fields: Mapping[str, Any] | None = None,
    comment: str | None = None,
    child: Child | None = None,
    clean: Mapping[str, int | None] | None = None,
    *,
    ends_signatures: bool = False,
    over_upload: bool = False,
) -> Dossier:
    """Take a step; `version` is the dossier's version that the actor saw. `clean` are the numbers of the versions that
    they agreed to have cleaned with it, by document. `ends_signatures` says that they agree that the step, or a
    version which it drafts, ends open signatures, `over_upload` that its drafts follow versions that people wrote.

    Raises NotFound; Stale when the dossier has changed since; Invalid for the fields; Refused with every reason against
    it; and Refused where there is none, but it would do either without consent.
    """
    examine_answers(work, (fields or {}).values())
    if child is None:
        look_at_decided_documents(work, get_dossier(work, reference, permission="dossier.act"), transition)
    cleaned = _cleaned_contents(work, reference, transition, clean) if clean and child is None else []
    loaded = load_for_update(work, reference, _acting(child), version)
    value = case_child(loaded, child)
    checked = _validate_fields(loaded, transition, value, dict(fields or {}))
    step = _build_step_form(loaded, transition, value) if fields else None
    if step is not None and step.document is not None and not step.reasons:
        checked = add_document_of_step(loaded, step.document, checked)
    for content in cleaned:
        add_clean_content(loaded, content)
    rule = loaded.workflow.transitions.get(transition) if child is None else None
    if rule is not None and transitions_of_case(loaded).get(transition) == []:  # else the engine tells the reasons
        require_consent_to_step(loaded, rule, ends_signatures=ends_signatures, over_upload=over_upload)
    return loaded.run(engine.perform, transition, work.actor_id or "", fields=checked, comment=comment, child=value)


def _cleaned_contents(
    work: UnitOfWork, reference: str, transition: str, clean: Mapping[str, int | None]
) -> list[CleanContent]:
    """The clean contents of the documents that have to be cleaned for a step; [] where none has to be."""
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.act", dossier)
    return cleaned_with_step(work, dossier, unclean_documents(load(work, dossier), transition), clean)


def _validate_fields(
    loaded: LoadedCase, transition: str, child: values.Child | None, fields: dict[str, Any]
) -> dict[str, Any]:
    """The fields of a step, validated with its form before the engine sees them; their files become the dossier's."""
    step = _build_step_form(loaded, transition, child)
    if step is None or step.form is None or step.reasons:
        return fields  # the engine says why a step may not be taken, and what is missing besides
    if step.document is not None and step.document.field not in fields:
        return fields  # the engine says that the document is missing
    errors = step.form.validate({**_still_asked(loaded, step, fields), **fields}, before=step.data)
    if not errors and child is None:
        errors = _form_errors(loaded, fields)
    if errors:
        raise Invalid(errors)
    return take_files(loaded.work, loaded.dossier, step.form.files(fields), fields).data


def _still_asked(loaded: LoadedCase, step: StepForm, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The known values of a step's form, without the answers that the request's form no longer shows beside these
    fields.
    """
    hidden = hidden_inputs(Execution(loaded.workflow, loaded.case, loaded.context), fields, None)
    return {name: value for name, value in step.data.items() if name not in hidden}


def _form_errors(loaded: LoadedCase, fields: Mapping[str, Any]) -> list[FieldError]:
    """The errors of answers that a step writes over, in the form that asked for them: its conditions hold here, too
    (F19). What was wrong before the step, or is wrong elsewhere, is not among them.
    """
    names = {name for name in fields if name not in loaded.workflow.fields}
    if not names:
        return []
    work, execution = loaded.work, Execution(loaded.workflow, loaded.case, loaded.context)
    request_type = work.platform.definitions.request_type(work.session, loaded.dossier.submission.form_hash)
    form, answers = request_form(work, request_type), engine.correctable_answers(execution)
    before = {(error.pointer, error.keyword) for error in form.validate(answers)}
    after = form.validate({**answers, **{name: fields[name] for name in names}})
    return [e for e in after if json_pointer.first(e.pointer) in names and (e.pointer, e.keyword) not in before]
