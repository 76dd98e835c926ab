"""What the portal does around the engine, in memory: fields judged by their schemas, who may read and open what, the
mails about a new dossier (W15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from formengine import json_pointer
from formengine.conditions.evaluation import is_empty
from formengine.errors import FormError, Refused
from formengine.i18n import pick, say
from formengine.json_schema import map_subschemas
from formengine.source import closest
from formengine.value_format import title_of_id
from formengine.workflow.definition.model import Schema, Workflow
from formengine.workflow.definition.round_rules import IN_APP
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.acknowledgements import people_asked_to_acknowledge
from formengine.workflow.engine.case import Case, Child, Effect, EngineContext, HistoryRecorded, NotifyPeople
from formengine.workflow.engine.children import handles_child
from formengine.workflow.engine.execution import STORED_LANGUAGE, Execution
from formengine.workflow.engine.in_charge import children_in_charge, people_in_charge_of
from formengine.workflow.engine.new_dossier import people_to_tell
from formengine.workflow.engine.notices import is_sent_signed_copy
from formengine.workflow.engine.readers import OWN, asks_for_restriction, sees
from formengine.workflow.engine.seats import open_seats
from formengine.workflow.engine.shown_facts import shown_facts
from formengine.workflow.engine.step_titles import step_title
from formengine.workflow.simulated_directory import StaticDirectory
from formengine.workflow.simulated_values import Seat

if TYPE_CHECKING:
    from formengine.forms import FieldError, Form
    from formengine.forms.corrected_answers import CorrectedAnswers

_OF_THE_LEGAL_SIDE: Final = ("team:", "position:", "legal_admin", "counsel")
_WHOLE_FORMS: dict[tuple[int, str, str], tuple[Workflow, Mapping[str, Any], Form | None]] = {}
"""The forms compiled so far, by workflow (which is kept, so that its id stays its own), request type and language; with
the kinds of fields that they were compiled for.
"""
_MAX_WHOLE_FORMS: Final = 64


def is_restricted(case: Case) -> bool:
    """Whether the answers restrict the dossier to its own people and the legal admins (U11)."""
    return asks_for_restriction(case.answers)


def is_client(workflow: Workflow, directory: StaticDirectory, person: str | None) -> bool:
    """Whether somebody is a client: one of the request's own people, who is in no team and holds no position."""
    keys = {key for key, people in directory.people.items() if person in people}
    own = {role.id for role in workflow.roles.values() if role.source_kind in OWN}
    legal = any(key.startswith(_OF_THE_LEGAL_SIDE) or (key in workflow.roles and key not in own) for key in keys)
    return person is not None and not legal


def require_reader(
    workflow: Workflow, case: Case, context: EngineContext, directory: StaticDirectory, by: str | None
) -> None:
    """Raise Refused for somebody to whom the portal does not show the dossier: a restricted one is for those who see it
    by the workflow; any other also for counsel, or where the workflow has no `sees` (or no counsel are declared).
    """
    counsel = directory.people.get("counsel")
    is_open = workflow.sees is None or counsel is None or by in counsel  # without `sees`, `who` alone decides
    everybody = not is_restricted(case) and is_open
    if by is not None and not everybody and not sees(Execution(workflow, case, context), by):
        raise Refused([say(context.language, "Your account does not allow this.")])


def child_refusals(
    workflow: Workflow, case: Case, context: EngineContext, directory: StaticDirectory, by: str, child: Child | None
) -> list[str]:
    """The reason against somebody to whom the portal does not show a child; [] for whoever is in charge of it (W23).

    A client does not see one that is hidden from clients, unless the workflow has them handle it (P27).
    """
    execution = Execution(workflow, case, context)
    if child is None or by in people_in_charge_of(execution, child) or child.visible_to_client:
        return []
    if not is_client(workflow, directory, by) or handles_child(execution, child, by):
        return []
    return [say(context.language, "Your account does not allow this.")]


def require_actor(
    workflow: Workflow, case: Case, context: EngineContext, directory: StaticDirectory, by: str, child: Child | None
) -> list[str]:
    """Raise Refused for somebody to whom the portal does not show the dossier, but for who is in charge of the child;
    returns the reason against somebody to whom it does not show that child.
    """
    if child is None or by not in people_in_charge_of(Execution(workflow, case, context), child):
        require_reader(workflow, case, context, directory, by)
    return child_refusals(workflow, case, context, directory, by, child)


def allowed(
    workflow: Workflow, case: Case, context: EngineContext, directory: StaticDirectory, by: str, child: Child | None
) -> dict[str, list[str]]:
    """The transitions that the portal offers, and why it refuses the others."""
    hidden = child_refusals(workflow, case, context, directory, by, child)
    steps = engine.available_transitions(workflow, case, context, by, child)
    return {step: reasons or hidden for step, reasons in steps.items()}


def require_collaborator(directory: StaticDirectory, by: str, language: str) -> None:
    """Raise Refused for an account that may not approve, reject or sign (P25); people outside act by their links."""
    if "@" not in by and not directory.may_collaborate(by):
        raise Refused([say(language, "Your account does not have the permission to approve, reject or sign.")])


def readers(workflow: Workflow, case: Case, context: EngineContext, people: Iterable[str]) -> list[str]:
    """Those of the people who may be told of the dossier; people outside are told of their own seats alone."""
    execution = Execution(workflow, case, context)
    everybody = not is_restricted(case)
    return [person for person in dict.fromkeys(people) if everybody or "@" in person or sees(execution, person)]


def recipients(workflow: Workflow, case: Case, context: EngineContext, effect: NotifyPeople) -> list[str]:
    """Those whom a mail of the engine reaches: people who may be told of the dossier, and those who read a page of
    their own alone: asked to acknowledge (W19), or in charge of a child (W23).
    """
    told = readers(workflow, case, context, effect.to)
    asked = set(children_in_charge(Execution(workflow, case, context)))
    if effect.kind.startswith("acknowledgement_"):
        asked |= people_asked_to_acknowledge(case)
    to = [person for person in dict.fromkeys(effect.to) if person in told or person in asked]
    return [person for person in to if not _is_sent_copy(workflow, case, effect, person)]


def _is_sent_copy(workflow: Workflow, case: Case, effect: NotifyPeople, person: str) -> bool:
    """Whether somebody is mailed the signed PDF instead; a provider elsewhere mails none."""
    if not is_sent_signed_copy(case, effect, person):
        return False
    return workflow.round_rule(str(effect.data["rule"])).provider == IN_APP


def mails_of(
    workflow: Workflow, case: Case, context: EngineContext, effects: Iterable[Effect]
) -> Iterator[tuple[str, str]]:
    """The kinds and recipients of the mails of an operation: to people who may read, one of a kind for each entry of
    the history.
    """
    entry, told = 0, set[tuple[str, str, int]]()
    for effect in effects:
        entry += isinstance(effect, HistoryRecorded)
        if not isinstance(effect, NotifyPeople):
            continue
        for person in recipients(workflow, case, context, effect):
            if (effect.kind, person, entry) not in told:
                told.add((effect.kind, person, entry))
                yield effect.kind, person


def shown_seats(workflow: Workflow, case: Case, directory: StaticDirectory) -> list[Seat]:
    """The open seats of a case, those of the oldest round first."""
    return [
        Seat(
            round=round_.number,
            step=seat.step,
            name=step_title(workflow, directory, rule, rule.steps[seat.step], STORED_LANGUAGE),
            role=seat.role,
            person=seat.person,
            kind=round_.kind,
            status=seat.status,
            shows=shown_facts(workflow, case, round_, seat),
        )
        for round_ in case.rounds
        for rule in (workflow.round_rule(round_.rule),)
        for seat in open_seats(round_)
    ]


def opening_mails(
    workflow: Workflow, case: Case, context: EngineContext, directory: StaticDirectory
) -> Iterator[tuple[str, str]]:
    """The kinds and recipients of the mails about a new dossier: to the legal side (P10) and to the requester (P11)."""

    people = readers(workflow, case, context, people_to_tell(Execution(workflow, case, context)))
    people = people or list(directory.with_role("legal_admin"))
    yield from (("new_dossier", person) for person in people if person != case.submitter)
    yield "submission", case.submitter


def require_document(workflow: Workflow, document: str, language: str) -> None:
    """Raise Refused for a document that neither the workflow nor its request types have, where these are known."""
    if workflow.documents is not None and document not in workflow.documents:
        known = ", ".join(sorted(workflow.documents)) or "–"
        meant = closest(document, workflow.documents)
        sentence = "There is no document “{document}” here; there are: {known}."
        if meant is not None:
            sentence, known = "There is no document “{document}” here; did you mean “{known}”?", meant
        raise Refused([say(language, sentence, document=document, known=known)])


def require_child_kind(
    workflow: Workflow, directory: StaticDirectory, kind: str, by: str | None, language: str
) -> None:
    """Raise Refused for a client who opens another child than a milestone (P26)."""
    if kind != "milestone" and is_client(workflow, directory, by):
        raise Refused([say(language, "Your account does not allow this.")])


def field_refusals(
    workflow: Workflow,
    case: Case,
    context: EngineContext,
    transition: str,
    fields: Mapping[str, Any],
    child: Child | None,
    kinds: Mapping[str, Any],
) -> list[str]:
    """Why the form of a step would not take these fields, in sentences that begin with the title of the field.

    What is missing altogether is not among them: the engine says so. `kinds` are field kinds besides those built in.
    """
    inputs = engine.transition_inputs(workflow, case, context, transition, child)
    known = {name: inputs.properties[name] for name in inputs.names if name in inputs.properties}
    return _refusals(workflow, context.language, known, {**inputs.data, **fields}, kinds)


def whole_form(workflow: Workflow, request_type: str, language: str, kinds: Mapping[str, Any]) -> Form | None:
    """The form of a request type, with its conditions; None where it, or a kind of its fields, is not known.

    It is compiled once for the simulations of a workflow.
    """
    if request_type not in workflow.forms:
        return None
    key = (id(workflow), request_type, language)
    known = _WHOLE_FORMS.get(key)
    if known is None or known[0] is not workflow or known[1] != kinds:
        if len(_WHOLE_FORMS) >= _MAX_WHOLE_FORMS:
            _WHOLE_FORMS.clear()
        known = _WHOLE_FORMS[key] = (workflow, kinds, _compiled(workflow, request_type, language, kinds))
    return known[2]


def _compiled(workflow: Workflow, request_type: str, language: str, kinds: Mapping[str, Any]) -> Form | None:
    from formengine.forms import KINDS, Form

    try:
        schema, rules = _localised(dict(workflow.forms[request_type]), language), workflow.form_rules.get(request_type)
        kinds, words = {**KINDS, **kinds}, workflow.vocabulary.words
        return Form(schema, locale=language, kinds=kinds, rules=rules, words=words)
    except FormError:
        return None


def complete_answers(
    workflow: Workflow, request_type: str, answers: Mapping[str, Any], now: datetime, kinds: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers to a request with those that its form computes at `now`."""
    computes = bool(workflow.form_rules.get(request_type, {}).get("computed"))
    form = whole_form(workflow, request_type, "en", kinds) if computes else None
    return dict(answers) if form is None else dict(form.at(now).complete(answers))


def hidden_answers(form: Form | None, answers: Mapping[str, Any]) -> frozenset[str]:
    """The fields of a form that it does not show beside these answers; none where the form is not known."""
    from formengine.forms.corrected_answers import hidden_fields

    return frozenset() if form is None else hidden_fields(form, answers)


def form_refusals(form: Form, execution: Execution, fields: Mapping[str, Any]) -> list[str]:
    """Why the form that asked for them would not take answers that a step writes over: its conditions hold here, too.
    What was wrong before, or is wrong elsewhere, is not among them.
    """
    written = {name: value for name, value in fields.items() if name not in execution.workflow.fields}
    if not written:
        return []
    present = engine.correctable_answers(execution)
    before = {(error.pointer, error.keyword) for error in form.validate(present)}
    after = form.validate({**present, **written})
    judged = {name for name, value in written.items() if not is_empty(value)}  # the engine says what is missing
    errors = [e for e in after if json_pointer.first(e.pointer) in judged and (e.pointer, e.keyword) not in before]
    return _sentences(form, {**present, **written}, errors)


def corrected_answers(
    execution: Execution, form: Form | None, sent: Mapping[str, Any], kinds: Mapping[str, Any]
) -> CorrectedAnswers:
    """Answers that are sent again, judged by the whole form as in the portal (each by its own schema where the form is
    not known); those that were left out stay as long as the form shows them. Raises Refused with every error.
    """
    from formengine.forms.corrected_answers import CorrectedAnswers, judge_correction, shown_fields

    form = None if form is None else form.at(execution.now)
    present, reopened = engine.correctable_answers(execution), execution.case.reopened
    if form is None:
        if refusals := answer_refusals(execution.workflow, sent, execution.context.language, kinds):
            raise Refused(refusals)
        return CorrectedAnswers({**present, **sent}, [], frozenset())
    merged = {**present, **sent}
    shown = shown_fields(form, merged)
    merged = {name: value for name, value in merged.items() if name in sent or name in shown}
    judged = judge_correction(form, present, reopened.parts if reopened else None, merged)
    if judged.errors:
        raise Refused(_sentences(form, judged.data, judged.errors))
    asked = {name: sent[name] for name in judged.closed if name in sent}  # the engine refuses those that differ
    return replace(judged, data={**judged.data, **asked})


def _sentences(form: Form, data: Mapping[str, Any], errors: Iterable[FieldError]) -> list[str]:
    """Errors as sentences that begin with the title of their top-level field."""
    titles = {node.pointer: node.title for node in form.nodes(data)}
    return [f"{titles.get(e.pointer) or json_pointer.last(e.pointer)}: {e.message}" for e in errors]


def answer_refusals(
    workflow: Workflow, answers: Mapping[str, Any], language: str, kinds: Mapping[str, Any]
) -> list[str]:
    """Why the form would not take corrected answers, as sentences; each is tested by its own schema alone.

    For forms that are not known as a whole.
    """
    known = {name: fact.schema for name, fact in workflow.fact_types.items() if name in answers}
    return _refusals(workflow, language, known, answers, kinds)


def child_field_refusals(
    workflow: Workflow, kind: str, fields: Mapping[str, Any], language: str, kinds: Mapping[str, Any]
) -> list[str]:
    """Why the form of a new child would not take these fields, as sentences; [] when it would."""
    return _refusals(workflow, language, workflow.children[kind].fields, fields, kinds)


def _refusals(
    workflow: Workflow,
    language: str,
    properties: Mapping[str, Schema],
    values: Mapping[str, Any],
    kinds: Mapping[str, Any],
) -> list[str]:
    from formengine.forms import KINDS, Form

    refusals: list[str] = []
    for name, schema in properties.items():
        if is_empty(values.get(name)):
            continue  # the engine says what is missing
        fact = workflow.fact_types.get(name)
        field = {"title": title_of_id(name), **_localised(dict(schema), language)}
        definitions = dict(fact.definitions) if fact is not None else {}
        whole = _localised({"type": "object", "properties": {name: field}, **definitions}, language)
        try:
            form = Form(whole, locale=language, kinds={**KINDS, **kinds})
        except FormError:
            continue  # a kind of field that only the site has: nothing is known of it here
        errors = form.validate({name: values[name]})
        refusals += [f"{field['title']}: {error.message}" for error in errors]
    return refusals


def _localised(schema: Any, language: str) -> Any:
    """A copy of a schema with its texts in one language."""
    if not isinstance(schema, dict):
        return schema
    copy = map_subschemas(schema, lambda part: _localised(part, language))
    texts = {key: copy[key] for key in ("title", "description") if isinstance(copy.get(key), Mapping)}
    plain: dict[str, Any] = {key: pick(text, language) for key, text in texts.items()}
    if isinstance(copy.get("enumNames"), list):
        names = copy["enumNames"]
        plain["enumNames"] = [pick(name, language) if isinstance(name, Mapping) else name for name in names]
    return {key: value for key, value in {**copy, **plain}.items() if key != "client"}
