"""Check of acknowledgements: a way on when they expire (W19)."""

from __future__ import annotations

from formengine.workflow.definition.model import RoundRule, State, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor


def check_acknowledgements(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Findings for `expired` missing, or written where nothing expires."""
    for state in workflow.states.values():
        own = workflow.acknowledgements.get(state.acknowledgement or "")
        if own is not None:
            _check_expiry(cursor, workflow, state, own)


def _check_expiry(cursor: WorkflowCursor, workflow: Workflow, state: State, rule: RoundRule) -> None:
    if rule.expires is not None and state.expired is None:
        message = f"`{rule.id}` expires after {rule.expires}; say in `{state.id}` which state follows: `expired: STATE`"
        cursor.at("states", state.id).error("no-expired", message, at_key=True)
    signatures = workflow.signatures.get(state.signatures or "")
    expires = rule.expires is not None or (signatures is not None and signatures.expires is not None)
    written = cursor.at("states", state.id, "expired")
    if written.present and not expires:
        message = f"`{rule.id}` never expires; give it `expires: 14 days`, or leave `expired` out"
        written.error("no-expires", message, at_key=True)
