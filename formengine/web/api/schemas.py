"""JSON Schemas of the API's input and output, named for `openapi.json`."""

from __future__ import annotations

from typing import Any, Final

from formengine.web.api.document_schemas import DOCUMENT_SCHEMAS
from formengine.web.api.schema_parts import (
    ATTACHED,
    BY,
    CHILD,
    CONFIRM_NAME,
    EXTENSION,
    FILE,
    FILLING_SCHEMAS,
    FREE,
    LIST_TOTAL,
    MAYBE_DATE,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    MOMENT,
    NUMBER,
    SEAT,
    SUMMARY,
    SWITCH,
    TEXT,
    TEXTS,
    TYPE,
    array_schema,
    object_schema,
    schema_ref,
)
from formengine.workflow.definition.site_roles import SITE_ROLES

COMPONENT_SCHEMAS: Final[dict[str, Any]] = {
    "DossierList": object_schema({"items": array_schema("DossierSummary"), "next": MAYBE_TEXT, **LIST_TOTAL}),
    "Inbox": object_schema({"items": array_schema("InboxItem"), "unread": NUMBER, "next": MAYBE_TEXT}),
    "InboxItem": object_schema(
        {"id": NUMBER, "kind": TEXT, "at": MOMENT, "dossier": MAYBE_TEXT, "title": TEXT, "read": SWITCH}
    ),
    "ExportJob": object_schema(
        {"job": TEXT, "state": {"enum": ["waiting", "running"]}, "written": NUMBER, "rows": NUMBER}
    ),
    "Verification": object_schema(
        {
            "ours": SWITCH,
            "unchanged": SWITCH,
            "complete": SWITCH,
            "expected": NUMBER,
            "fuller_copy": SWITCH,
            "appended": SWITCH,
            "signatures": {
                "type": "array",
                "items": object_schema({"name": TEXT, "signed_at": MAYBE_MOMENT, "at": MAYBE_MOMENT, "intact": SWITCH}),
            },
        }
    ),
    "Unread": object_schema({"unread": NUMBER}),
    "Problem": object_schema(
        {
            "type": TEXT,
            "title": TEXT,
            "status": NUMBER,
            "detail": TEXT,
            "id": TEXT,
            "reasons": {"type": "array", "items": TEXT},
            "errors": {"type": "array", "items": object_schema({"pointer": TEXT, "keyword": TEXT, "message": TEXT})},
            "expected": NUMBER,
            "actual": NUMBER,
            "changes": {"type": "array", "items": object_schema({"at": MOMENT, "by": TEXT, "what": TEXT})},
        },
        ("reasons", "errors", "expected", "actual", "changes"),
    ),
    "Me": object_schema(
        {
            "id": TEXT,
            "email": TEXT,
            "name": TEXT,
            "role": {"enum": list(SITE_ROLES)},
            "organisation": MAYBE_TEXT,
            "language": TEXT,
            "zone": TEXT,
            "scopes": {"type": "array", "items": TEXT},
        }
    ),
    "RequestTypeSummary": object_schema(TYPE),
    "RequestType": object_schema({**TYPE, "legal_notice": MAYBE_TEXT, "form": FREE}),
    "NewSubmission": object_schema(
        {"request_type": TEXT, "answers": FREE, "accept_notice": SWITCH}, ("accept_notice",), closed=True
    ),
    "NewSubmissionWithFiles": object_schema(
        {
            "request_type": TEXT,
            "answers": FREE,
            "accept_notice": SWITCH,
            "files": {
                "type": "array",
                "items": {**TEXT, "description": "The JSON Pointer of a file field; that of a list may be repeated."},
            },
        },
        ("accept_notice", "files"),
        closed=True,
    ),
    "Submitted": object_schema(
        {
            "submission": MAYBE_NUMBER,
            "dossier": NUMBER,
            "reference": MAYBE_TEXT,
            "state": TEXT,
            "version": NUMBER,
            "files": {
                "type": "array",
                "items": object_schema({"id": TEXT, "name": TEXT, "sha256": TEXT, "size": NUMBER}),
            },
        }
    ),
    "DossierSummary": object_schema(SUMMARY),
    "Dossier": object_schema(
        {
            **SUMMARY,
            "people": {
                "type": "array",
                "items": object_schema({"part": TEXT, "title": TEXT, "names": {"type": "array", "items": TEXT}}),
            },
            "idempotency_key": MAYBE_TEXT,
            "facts": FREE,
            "deadlines": {
                "type": "array",
                "items": object_schema(
                    {"name": TEXT, "due": MAYBE_MOMENT, "last_day": MAYBE_DATE, "status": TEXT, "applies": SWITCH}
                    | {"extensions": {"type": "array", "items": EXTENSION}}
                ),
            },
            "developments": array_schema("Development"),
            "notifications": array_schema("Notification"),
        },
        ("notifications",),
    ),
    "Notification": object_schema(
        {"kind": TEXT, "to": TEXT, "state": TEXT, "message_id": TEXT, "attempts": NUMBER},
    ),
    "Development": object_schema(
        {
            "entry": {**NUMBER, "description": "The number of its entry in the history."},
            "at": MOMENT,
            "by": MAYBE_TEXT,
            "text": TEXT,
            "comment": MAYBE_TEXT,
            "important": {**SWITCH, "description": "Whether the legal team marked it."},
            "about": {
                **TEXT,
                "description": "The sentence of the history, where `text` is the legal team's own words.",
            },
        }
    ),
    "DevelopmentMark": object_schema(
        {
            "important": {"type": "boolean", "default": True},
            "text": {**MAYBE_TEXT, "maxLength": 500, "description": "What the client reads instead of the sentence."},
        },
        ("important", "text"),
        closed=True,
    ),
    "HistoryEntry": object_schema(
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
            "via": {"enum": ["page", "api", "mcp", "link", "engine"]},
        }
    ),
    "Answers": object_schema(
        {
            "submission": NUMBER,
            "request_type": TEXT,
            "form_hash": TEXT,
            "submitted_at": MOMENT,
            "answers": FREE,
            "editable": {"type": "array", "items": TEXT},
            "submissions": {
                "type": "array",
                "items": object_schema({"submission": NUMBER, "submitted_at": MOMENT}),
            },
        }
    ),
    **FILLING_SCHEMAS,
    "Transition": object_schema(
        {
            "id": TEXT,
            "title": TEXT,
            "allowed": SWITCH,
            "reasons": {"type": "array", "items": TEXT},
            "fields": FREE,
            "comment_required": SWITCH,
            "confirm": SWITCH,
            "document": {
                "oneOf": [object_schema({"id": TEXT, "title": TEXT}), {"type": "null"}],
                "description": "The missing document that the step requires and the caller may add.",
            },
        }
    ),
    "NewTransition": object_schema(
        {
            "transition": TEXT,
            "fields": {"type": ["object", "null"]},
            "comment": MAYBE_TEXT,
            "clean": {
                **SWITCH,
                "description": "Make a clean version of a document with tracked changes, comments or hidden text that "
                "the step sends for a decision or signatures.",
            },
            "ends_signatures": {
                **SWITCH,
                "description": "Agree that the step, or what it drafts, ends open signatures.",
            },
            "over_upload": {**SWITCH, "description": "Agree that its drafts follow versions that somebody wrote."},
        },
        ("fields", "comment", "clean", "ends_signatures", "over_upload"),
        closed=True,
    ),
    "Changes": object_schema(
        {
            "name": TEXT,
            "since": NUMBER,
            "until": NUMBER,
            "state": {"enum": ["pending", "made", "failed", "same"]},
            "reason": MAYBE_TEXT,
            "changes": array_schema("ChangedParagraph"),
            "remarks": {
                "type": "array",
                "items": object_schema({"kind": TEXT, "by": TEXT, "at": TEXT, "text": TEXT, "about": TEXT}),
                "description": "Tracked changes and comments that the newer file holds, as the file says.",
            },
        }
    ),
    "ChangedParagraph": object_schema(
        {
            "kind": {"enum": ["same", "added", "removed", "changed", "moved_away", "moved_here", "unchanged"]},
            "count": {**NUMBER, "description": "Of a stretch of `unchanged` paragraphs, how many."},
            "number": {**TEXT, "description": "The number of the clause as it is printed."},
            "part": {"enum": ["body", "box", "header", "footer", "footnote", "endnote"]},
            "cell": {"oneOf": [object_schema({"table": NUMBER, "row": NUMBER, "column": NUMBER}), {"type": "null"}]},
            "pieces": {
                "type": "array",
                "items": object_schema({"kind": {"enum": ["same", "added", "removed"]}, "text": TEXT}),
            },
        },
        ("count", "number", "part", "cell", "pieces"),
    ),
    "Note": object_schema(
        {
            "id": NUMBER,
            "at": MOMENT,
            **BY,
            "text": TEXT,
            "internal": SWITCH,
            "mentions": {"type": "array", "items": object_schema({"id": TEXT, "name": TEXT})},
            "edited_at": MAYBE_MOMENT,
            "attachments": {"type": "array", "items": object_schema({"id": NUMBER, **FILE})},
        }
    ),
    "NewNote": object_schema(
        {
            "text": {**TEXT, "description": "Markdown; `@Name` mentions somebody who may read the note."},
            "internal": SWITCH,
            "mentions": {**TEXTS, "description": "The ids of the accounts that it addresses."},
        },
        ("text", "internal", "mentions"),
        closed=True,
    ),
    "Attachment": object_schema({"id": NUMBER, **FILE, "at": MOMENT, **BY, **ATTACHED}),
    "NewAttachments": object_schema({"internal": SWITCH}, ("internal",), closed=True),
    "Child": object_schema(CHILD),
    "ListedChild": object_schema(
        {
            **CHILD,
            "transitions": {
                "type": "array",
                "items": {**TEXT, "description": "The id of a transition that the person may take now."},
            },
        }
    ),
    "NewChild": {
        **object_schema({"fields": FREE, "visible_to_client": SWITCH}, ("fields", "visible_to_client")),
        "description": "The fields in `fields`, or as members of their own.",
    },
    "ChildChange": {
        **object_schema({"fields": FREE, "visible_to_client": SWITCH}, ("fields", "visible_to_client")),
        "description": "The fields to change, in `fields` or as members of their own; null empties one.",
    },
    "Seat": object_schema(SEAT),
    "Round": object_schema(
        {
            "id": NUMBER,
            "kind": {"enum": ["approval", "signature", "acknowledgement"]},
            "name": TEXT,
            "number": NUMBER,
            "status": TEXT,
            "may_abstain": SWITCH,
            "statement": {**MAYBE_TEXT, "description": "What an acknowledgement says, in Markdown."},
            "button": {**MAYBE_TEXT, "description": "The words with which it is acknowledged."},
            "takes_comment": {"enum": ["none", "optional", "required"]},
            "asks": {"type": "array", "items": {**TEXT, "description": "A field that is asked with an approval."}},
            "document": {"oneOf": [schema_ref("RoundDocument"), {"type": "null"}]},
            "documents": array_schema("RoundDocument"),
            "unsettled": {
                "type": "array",
                "description": "For the legal team, of open signatures: the parties for which nobody is asked, or for "
                "which the answers name somebody else by now, each with what to do.",
                "items": object_schema({"role": TEXT, "sentence": TEXT}),
            },
            "seats": array_schema("Seat"),
        }
    ),
    "SeatChange": object_schema(
        {
            "correct": object_schema({"name": TEXT, "email": TEXT}, ("name", "email"), closed=True),
            "replace": object_schema(
                {"person": TEXT, "email": TEXT, "name": TEXT}, ("person", "email", "name"), closed=True
            ),
            "remove": {
                "type": "boolean",
                "description": "true; clients cannot be generated for a constant of this type",
            },
            "forward": object_schema(
                {"decision": {"enum": ["confirm", "refuse"]}, "comment": TEXT}, ("comment",), closed=True
            ),
        },
        ("correct", "replace", "remove", "forward"),
        closed=True,
    ),
    "RoundChange": object_schema(
        {
            "add": object_schema(
                {"person": TEXT, "email": TEXT, "name": TEXT}, ("person", "email", "name"), closed=True
            ),
            "copy": object_schema({"email": TEXT, "name": TEXT}, ("name",), closed=True),
            "step": {"type": ["integer", "null"], "description": "With `add`: a later step, counted from 0."},
        },
        ("add", "copy", "step"),
        closed=True,
    ),
    "ShownDocument": object_schema({"sha256": TEXT}),
    "ShownDocuments": {
        "type": "object",
        "additionalProperties": TEXT,
        "description": "In a round about several documents: the sha256 of the version read of each, by its name.",
    },
    "RoundDocument": object_schema(
        {"name": TEXT, "version": {"type": ["integer", "null"]}, "sha256": MAYBE_TEXT, "at": MAYBE_MOMENT}
    ),
    "Rounds": object_schema({"rounds": array_schema("Round")}),
    "NewDecision": object_schema(
        {
            "decision": {"enum": ["approve", "reject", "abstain", "acknowledge"]},
            "comment": MAYBE_TEXT,
            "seat": {"type": ["integer", "null"]},
            "document": schema_ref("ShownDocument"),
            "documents": schema_ref("ShownDocuments"),
            "fields": {**FREE, "description": "The fields that the round asks for with an approval."},
        },
        ("comment", "seat", "document", "documents", "fields"),
        closed=True,
    ),
    "NewSignature": object_schema(
        {
            "signature": object_schema(
                {
                    "kind": {"enum": ["typed", "drawn", "uploaded"]},
                    "text": {**TEXT, "description": "The name of who signs, typed."},
                    "image": {**TEXT, "description": "PNG or JPEG in base64, of one that is drawn or uploaded."},
                    "place": {**TEXT, "description": "Where the document has a field for it."},
                    "initials": TEXT,
                },
                ("text", "image", "place", "initials"),
                closed=True,
            ),
            **dict.fromkeys(("consent", "decline"), SWITCH),
            "confirm_name": CONFIRM_NAME,
            "reason": TEXT,
            "seat": {"type": ["integer", "null"]},
            "document": schema_ref("ShownDocument"),
            "documents": schema_ref("ShownDocuments"),
            "forward": {
                **object_schema({"name": TEXT, "email": TEXT}, closed=True),
                "description": "Instead of a signature: who should sign in one's place, with `reason`.",
            },
        },
        ("signature", "consent", "decline", "reason", "seat", "document", "documents", "forward", "confirm_name"),
        closed=True,
    ),
    **DOCUMENT_SCHEMAS,
}
