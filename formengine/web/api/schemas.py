"""The shapes of what the API takes and gives, as JSON Schema, named for `openapi.json`."""

from __future__ import annotations

from typing import Any, Final

TEXT: Final = {"type": "string"}
NUMBER: Final = {"type": "integer"}
SWITCH: Final = {"type": "boolean"}
MOMENT: Final = {"type": "string", "format": "date-time"}
MAYBE_TEXT: Final = {"type": ["string", "null"]}
MAYBE_MOMENT: Final = {"type": ["string", "null"], "format": "date-time"}
FREE: Final = {"type": "object", "additionalProperties": True}


def shape(properties: dict[str, Any], optional: tuple[str, ...] = (), *, closed: bool = False) -> dict[str, Any]:
    """An object; what is sent to us is `closed` to unknown members."""
    found: dict[str, Any] = {"type": "object", "properties": properties}
    required = [name for name in properties if name not in optional]
    if required:
        found["required"] = required
    return {**found, "additionalProperties": False} if closed else found


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def listed(name: str) -> dict[str, Any]:
    return {"type": "array", "items": ref(name)}


def page(name: str) -> dict[str, Any]:
    """A listing: `next` is what to send as `after` for the rest, or null."""
    return shape({"items": listed(name), "next": MAYBE_TEXT})


FILE: Final = {"name": TEXT, "size": NUMBER, "type": TEXT, "sha256": TEXT}
DATES: Final = shape({"opened": MOMENT, "entered": MOMENT, "ended": MAYBE_MOMENT})
SUMMARY: Final = {
    "dossier": NUMBER,
    "reference": TEXT,
    "title": TEXT,
    "kind": {"enum": ["matter", "litigation", "contract"]},
    "request_type": TEXT,
    "category": MAYBE_TEXT,
    "practice_area": MAYBE_TEXT,
    "state": TEXT,
    "state_title": TEXT,
    "state_category": {"enum": ["open", "in_progress", "waiting", "done", "cancelled"]},
    "priority": {"enum": ["low", "normal", "high", "critical"]},
    "version": NUMBER,
    "dates": DATES,
}
BY: Final = {
    "by": {**MAYBE_TEXT, "description": "The name, as people read it; null where nobody acted."},
    "by_id": {**MAYBE_TEXT, "description": "The account's id, or the address of somebody outside."},
}
SEAT: Final = {
    "step": NUMBER,
    "id": NUMBER,
    "name": TEXT,
    "role": TEXT,
    "person": TEXT,
    "kind": {"enum": ["approval", "signature"]},
    "status": TEXT,
    "at": MAYBE_MOMENT,
    "comment": MAYBE_TEXT,
}
TYPE: Final = {
    "id": TEXT,
    "title": TEXT,
    "description": TEXT,
    "category": MAYBE_TEXT,
    "practice_area": MAYBE_TEXT,
    "intake": {"enum": ["questionnaire", "upload"]},
    "form_hash": TEXT,
    "accept_notice": {"type": "boolean", "description": "Whether a notice must be accepted."},
}
NAMED: Final[dict[str, Any]] = {
    "Problem": shape(
        {
            "type": TEXT,
            "title": TEXT,
            "status": NUMBER,
            "detail": TEXT,
            "id": TEXT,
            "reasons": {"type": "array", "items": TEXT},
            "errors": {"type": "array", "items": shape({"pointer": TEXT, "keyword": TEXT, "message": TEXT})},
            "expected": NUMBER,
            "actual": NUMBER,
            "changes": {"type": "array", "items": shape({"at": MOMENT, "by": TEXT, "what": TEXT})},
        },
        ("reasons", "errors", "expected", "actual", "changes"),
    ),
    "Me": shape(
        {
            "id": TEXT,
            "email": TEXT,
            "name": TEXT,
            "role": {"enum": ["client", "collaborator", "counsel", "legal_admin", "auditor"]},
            "organisation": MAYBE_TEXT,
            "language": TEXT,
            "zone": TEXT,
            "scopes": {"type": "array", "items": TEXT},
        }
    ),
    "RequestTypeSummary": shape(TYPE),
    "RequestType": shape({**TYPE, "legal_notice": MAYBE_TEXT, "form": FREE}),
    "NewSubmission": shape(
        {"request_type": TEXT, "answers": FREE, "accept_notice": SWITCH}, ("accept_notice",), closed=True
    ),
    "Submitted": shape(
        {
            "submission": NUMBER,
            "dossier": NUMBER,
            "reference": TEXT,
            "state": TEXT,
            "version": NUMBER,
            "files": {"type": "array", "items": shape({"id": TEXT, "name": TEXT, "sha256": TEXT, "size": NUMBER})},
        }
    ),
    "DossierSummary": shape(SUMMARY),
    "Dossier": shape(
        {
            **SUMMARY,
            "people": {
                "type": "array",
                "items": shape({"part": TEXT, "title": TEXT, "names": {"type": "array", "items": TEXT}}),
            },
            "idempotency_key": MAYBE_TEXT,
            "facts": FREE,
            "deadlines": {"type": "array", "items": shape({"name": TEXT, "due": MAYBE_MOMENT, "status": TEXT})},
            "developments": {
                "type": "array",
                "items": shape({"at": MOMENT, "by": MAYBE_TEXT, "text": TEXT, "comment": MAYBE_TEXT}),
            },
            "notifications": listed("Notification"),
        },
        ("notifications",),
    ),
    "Notification": shape(
        {"kind": TEXT, "to": TEXT, "state": TEXT, "message_id": TEXT, "attempts": NUMBER},
    ),
    "HistoryEntry": shape(
        {
            "number": NUMBER,
            "at": MOMENT,
            **BY,
            "kind": TEXT,
            "transition": MAYBE_TEXT,
            "before": MAYBE_TEXT,
            "after": MAYBE_TEXT,
            "comment": MAYBE_TEXT,
            "text": TEXT,
        }
    ),
    "Answers": shape(
        {"submission": NUMBER, "request_type": TEXT, "form_hash": TEXT, "submitted_at": MOMENT, "answers": FREE}
    ),
    "Transition": shape(
        {
            "id": TEXT,
            "title": TEXT,
            "allowed": SWITCH,
            "reasons": {"type": "array", "items": TEXT},
            "fields": FREE,
            "comment_required": SWITCH,
            "confirm": SWITCH,
        }
    ),
    "NewTransition": shape(
        {"transition": TEXT, "fields": {"type": ["object", "null"]}, "comment": MAYBE_TEXT},
        ("fields", "comment"),
        closed=True,
    ),
    "Note": shape(
        {
            "id": NUMBER,
            "at": MOMENT,
            **BY,
            "text": TEXT,
            "internal": SWITCH,
            "edited_at": MAYBE_MOMENT,
            "attachments": {"type": "array", "items": shape({"id": NUMBER, **FILE})},
        }
    ),
    "NewNote": shape({"text": TEXT, "internal": SWITCH}, ("text", "internal"), closed=True),
    "Attachment": shape({"id": NUMBER, **FILE, "at": MOMENT, **BY, "internal": SWITCH}),
    "NewAttachments": shape({"internal": SWITCH}, ("internal",), closed=True),
    "Child": shape(
        {
            "kind": TEXT,
            "number": NUMBER,
            "title": TEXT,
            "state": TEXT,
            "state_title": TEXT,
            "fields": FREE,
            "visible_to_client": SWITCH,
        },
    ),
    "NewChild": {
        **shape({"fields": FREE, "visible_to_client": SWITCH}, ("fields", "visible_to_client")),
        "description": "The fields in `fields`, or as members of their own.",
    },
    "Seat": shape(SEAT),
    "Round": shape(
        {
            "id": NUMBER,
            "kind": {"enum": ["approval", "signature"]},
            "name": TEXT,
            "number": NUMBER,
            "status": TEXT,
            "seats": listed("Seat"),
        }
    ),
    "Rounds": shape({"rounds": listed("Round")}),
    "NewDecision": shape(
        {"decision": {"enum": ["approve", "reject"]}, "comment": MAYBE_TEXT, "seat": {"type": ["integer", "null"]}},
        ("comment", "seat"),
        closed=True,
    ),
    "NewSignature": shape(
        {
            "signature": shape({"kind": {"const": "typed"}, "text": TEXT}),
            "consent": SWITCH,
            "decline": SWITCH,
            "reason": TEXT,
            "seat": {"type": ["integer", "null"]},
        },
        ("signature", "consent", "decline", "reason", "seat"),
        closed=True,
    ),
    "Document": shape(
        {
            "id": TEXT,
            "title": TEXT,
            "versions": {
                "type": "array",
                "items": shape({"id": NUMBER, "number": NUMBER, "at": MOMENT, **BY, **FILE}),
            },
        }
    ),
}
