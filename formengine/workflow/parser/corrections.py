"""Parser of `reopens` and `answered_by`: the steps that send answers back, and that send them again (F19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from formengine.workflow.definition.model import ANSWER, BACK, Reopening, Role, State, Transition
from formengine.workflow.parser.cursor import WorkflowCursor

ALL: Final = "all"
TITLE: Final = {"en": "Send the answers again", "fr": "Renvoyer les réponses"}
DONE: Final = {"en": "Answers sent again", "fr": "Réponses renvoyées"}


def parse_reopening(transition: WorkflowCursor) -> Reopening | None:
    """`reopens: all`, or the fields of the form that may change; None for a step that sends nothing back."""
    reopens, answered_by = transition.at("reopens"), transition.at("answered_by")
    if not reopens.present:
        if answered_by.present:
            message = "`answered_by` says who sends the answers again, and this step sends none back; write `reopens:`"
            answered_by.error("reopens", message, at_key=True)
        return None
    if reopens.value in (True, [ALL]):
        reopens.error("reopens", "write reopens: all, or a list of fields and pages of the form", at_key=True)
        return Reopening(None, answered_by.id() or ANSWER)
    parts = None if reopens.value == ALL else reopens.id_list()
    return Reopening(parts, answered_by.id() or ANSWER)


def with_answer_step(
    cursor: WorkflowCursor, transitions: dict[str, Transition], states: Mapping[str, State], roles: Mapping[str, Role]
) -> dict[str, Transition]:
    """The transitions, with the one that sends corrected answers where a step that reopens them names no other.

    Adds a finding for each `reopens` that the requester could not answer.
    """
    submitters = tuple(role.id for role in roles.values() if role.source == "submitter")
    waiting = []
    for transition in transitions.values():
        if transition.reopens is None:
            continue
        entry = cursor.at(transition.id)
        if transition.to == BACK or transition.to not in states or states[transition.to].ends:
            message = (
                "`reopens` needs `to:` with a state in which the requester corrects the answers, and which does not end"
            )
            entry.at("reopens").error("reopens", message, at_key=True)
        elif not submitters:
            message = "nobody could send the answers again; give a role `is: submitter`"
            entry.at("reopens").error("reopens", message, at_key=True)
        elif transition.reopens.answered_by != ANSWER or ANSWER in transitions:
            _check_answering(cursor, transition, transitions, submitters)
        else:
            waiting.append(transition.to)
    if not waiting:
        return transitions
    sources = tuple(dict.fromkeys(waiting))
    step = Transition(ANSWER, TITLE, sources, BACK, submitters, visible_to_client=True, done=DONE, answers_only=True)
    return {ANSWER: step, **transitions}  # first: its button is the one that is waited for


def _check_answering(
    cursor: WorkflowCursor, transition: Transition, transitions: Mapping[str, Transition], submitters: tuple[str, ...]
) -> None:
    """The step that `answered_by` names leads out of the state, and the requester may take it at once."""
    assert transition.reopens is not None
    name, entry = transition.reopens.answered_by, cursor.at(transition.id, "answered_by")
    if not entry.present:
        message = f"the step `{ANSWER}` is written here; say `answered_by: {ANSWER}` if it sends the answers again"
        cursor.at(transition.id, "reopens").error("reopens", message, at_key=True)
        return
    home = cursor.path
    if not cursor.references.resolve(name, transitions, entry.path, "transition", "transition", home):
        return
    answering = transitions[name]
    if transition.to not in answering.sources:
        entry.error("reopens", f"`{name}` does not lead out of `{transition.to}`; write `from: {transition.to}` there")
    elif not set(answering.who) & set(submitters):
        entry.error("reopens", f"the requester may not take `{name}`; add `{submitters[0]}` to its `who`")
    elif answering.approval_first is not None:
        entry.error("reopens", f"`{name}` waits for an approval; let the state that it leads to ask for it")
