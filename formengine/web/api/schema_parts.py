"""What the JSON Schemas of the API are made of: types, objects, references to the named ones, and members that several
share.
"""

from __future__ import annotations

from typing import Any, Final

from formengine.workflow.definition.model import CATEGORIES, KINDS

TEXT: Final = {"type": "string"}
TEXTS: Final = {"type": "array", "items": TEXT}
NUMBER: Final = {"type": "integer"}
SWITCH: Final = {"type": "boolean"}
CONFIRM_NAME: Final = {
    **SWITCH,
    "default": True,
    "description": "False refuses a name that is not the one that the person is asked under (422, `/signature/text`): "
    "to ask them whether it is meant. Accents, case, order and initials may differ.",
}
MOMENT: Final = {"type": "string", "format": "date-time"}
MAYBE_NUMBER: Final = {"type": ["integer", "null"]}
LIST_TOTAL: Final = {"total": MAYBE_NUMBER, "total_is_exact": {"type": ["boolean", "null"]}}
MAYBE_TEXT: Final = {"type": ["string", "null"]}
MAYBE_DATE: Final = {"type": ["string", "null"], "format": "date"}
MAYBE_MOMENT: Final = {"type": ["string", "null"], "format": "date-time"}
KIND: Final = {"enum": list(KINDS)}
FREE: Final = {"type": "object", "additionalProperties": True}


def object_schema(
    properties: dict[str, Any], optional: tuple[str, ...] = (), *, closed: bool = False
) -> dict[str, Any]:
    """The schema of an object; input is `closed` to unknown members."""
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    required = [name for name in properties if name not in optional]
    if required:
        schema["required"] = required
    return {**schema, "additionalProperties": False} if closed else schema


def schema_ref(name: str) -> dict[str, str]:
    """A reference to one of COMPONENT_SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


def array_schema(name: str) -> dict[str, Any]:
    """The schema of an array of one of COMPONENT_SCHEMAS."""
    return {"type": "array", "items": schema_ref(name)}


def page_schema(name: str) -> dict[str, Any]:
    """The schema of a list; `next` is to be sent as `after` for the following page, null on the last."""
    return object_schema({"items": array_schema(name), "next": MAYBE_TEXT})


EXTENSION: Final = object_schema(
    {
        "at": MOMENT,
        "by": TEXT,
        "length": TEXT,
        "due_before": MOMENT,
        "last_day_before": MAYBE_DATE,
        "comment": MAYBE_TEXT,
    }
)
FILE: Final = {"name": TEXT, "size": NUMBER, "type": TEXT, "sha256": TEXT}
ATTACHED: Final = {
    "internal": SWITCH,
    "read_only": SWITCH,
    "series": NUMBER,
    "number": NUMBER,
    "withdrawn_at": MAYBE_MOMENT,
}
DATES: Final = object_schema({"opened": MOMENT, "entered": MOMENT, "ended": MAYBE_MOMENT})
SUMMARY: Final = {
    "dossier": NUMBER,
    "reference": TEXT,
    "title": TEXT,
    "kind": KIND,
    "request_type": TEXT,
    "category": MAYBE_TEXT,
    "practice_area": MAYBE_TEXT,
    "state": TEXT,
    "state_title": TEXT,
    "state_category": {"enum": list(CATEGORIES)},
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
    "kind": {"enum": ["approval", "signature", "acknowledgement"]},
    "status": TEXT,
    "at": MAYBE_MOMENT,
    "comment": MAYBE_TEXT,
    "shows": {**FREE, "description": "The facts that the seat shows; empty for readers who may not see them."},
    "signs_for": {**TEXT, "description": "The company for which its holder signs; empty where none is known."},
    "forward": {
        "oneOf": [object_schema({"name": TEXT, "email": TEXT, "reason": TEXT, "at": MOMENT}), {"type": "null"}],
        "description": "Whom its holder names to sign instead; decided with `forward` at the address of the seat.",
    },
}
CHILD: Final = {
    "kind": TEXT,
    "number": NUMBER,
    "title": TEXT,
    "state": TEXT,
    "state_title": TEXT,
    "fields": FREE,
    "visible_to_client": SWITCH,
    "in_charge": {
        "type": "array",
        "items": object_schema({"id": TEXT, "name": TEXT}),
        "description": "Who is in charge, by a field of the child: accounts, or addresses of people outside.",
    },
    "due": {**MAYBE_MOMENT, "description": "The deadline that is due first; null after the end, and without one."},
    "late": SWITCH,
    "without_entry": {**SWITCH, "description": "It was opened for an entry of a list that is not in the list now."},
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
FILLING_SCHEMAS: Final[dict[str, Any]] = {
    "Parts": object_schema(
        {
            "id": NUMBER,
            "request_type": TEXT,
            "state": {"enum": ["filling", "submitted", "withdrawn"]},
            "reference": MAYBE_TEXT,
            "parts": array_schema("Part"),
            "problem": MAYBE_TEXT,
            "errors": {"type": "array", "items": object_schema({"pointer": TEXT, "keyword": TEXT, "message": TEXT})},
        }
    ),
    "Part": object_schema(
        {"id": TEXT, "title": TEXT, "state": {"enum": ["waiting", "open", "sent"]}, "since": MAYBE_MOMENT}
        | {"asked": TEXTS, "fields": TEXTS, "by": MAYBE_TEXT, "mine": SWITCH, "answers": FREE, "sees": FREE}
        | {"draft": {"oneOf": [schema_ref("DraftOfPart"), {"type": "null"}]}}
    ),
    "DraftOfPart": object_schema({"version": NUMBER, "saved_at": MOMENT, "answers": FREE}),
    "AnswersOfPart": object_schema({"answers": FREE, "draft_version": NUMBER}, ("draft_version",), closed=True),
}
"""Of a request whose parts several people fill in."""
