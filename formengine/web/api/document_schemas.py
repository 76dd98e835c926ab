"""JSON Schemas of the API's documents, and of what makes a version of one."""

from __future__ import annotations

from typing import Any, Final

from formengine.web.api.schema_parts import (
    BY,
    FILE,
    FREE,
    MAYBE_MOMENT,
    MAYBE_TEXT,
    MOMENT,
    NUMBER,
    SWITCH,
    TEXT,
    object_schema,
)
from formengine.workflow.definition.model import DOCUMENT_SIGHTS

DOCUMENT_SCHEMAS: Final[dict[str, Any]] = {
    "Document": object_schema(
        {
            "id": TEXT,
            "name": {**TEXT, "description": "The same as the id."},
            "title": TEXT,
            "kind": {
                **TEXT,
                "description": "The id that its workflow declares; of several of a kind, that of them all.",
            },
            "client": {
                "enum": list(DOCUMENT_SIGHTS),
                "description": "What the client sees of it: all, the versions that were shared (`shared_at`), nothing.",
            },
            "version": {"type": ["integer", "null"]},
            "sha256": MAYBE_TEXT,
            "fixed": {**SWITCH, "description": "Everybody has signed it: no version can be added any more."},
            "awaited": {**SWITCH, "description": "It has no version yet, and the present state waits for one."},
            "may_add": {**SWITCH, "description": "Whether the caller may add a version now."},
            "turn": {
                **object_schema({"holder": TEXT, "name": TEXT, "since": MOMENT}),
                "type": ["object", "null"],
                "description": "Whose turn it is (`us`, `counterparty` or the id of an account) while it is under "
                "negotiation, else null.",
            },
            "edit_lock": {
                **object_schema({"by": TEXT, "by_id": MAYBE_TEXT, "since": MOMENT, "until": MOMENT}),
                "type": ["object", "null"],
                "description": "Who edits it, so that nobody else can add a version; null where nobody does. A client "
                "reads “The legal team” and no id for those of it.",
            },
            "draft": {
                **object_schema({"state": {"enum": ["due", "failed", "incomplete"]}, "reason": TEXT}),
                "type": ["object", "null"],
                "description": "Of a draft that was asked for: whether it is still to come, could not be made, or "
                "has empty places, and why; null where none is awaited and the newest one is whole.",
            },
            "versions": {
                "type": "array",
                "items": object_schema(
                    {"id": NUMBER, "number": NUMBER, "at": MOMENT, "shared_at": MAYBE_MOMENT, **BY, **FILE}
                ),
            },
        }
    ),
    "NewVersion": object_schema(
        {
            "name": TEXT,
            "version": NUMBER,
            "sha256": TEXT,
            "unclean": {
                **SWITCH,
                "description": "It holds tracked changes, comments, hidden text or fields that change by "
                "themselves: nobody is asked to approve or "
                "sign it before there is a clean version.",
            },
        }
    ),
    "VersionConsent": object_schema(
        {
            "ends_signatures": {
                **SWITCH,
                "description": "Whether the caller agrees that open signatures on the earlier version end; without it, "
                "a version that would end some is refused, with the names of those who signed and are asked.",
            }
        },
        ("ends_signatures",),
        closed=True,
    ),
    "CorrectedAnswers": object_schema(
        {
            "answers": FREE,
            "comment": MAYBE_TEXT,
            "ends_signatures": {
                **SWITCH,
                "description": "Whether the caller agrees that open signatures end on a document that is made of the "
                "answers.",
            },
            "over_upload": {
                **SWITCH,
                "description": "Whether the caller agrees that drafts of the step which sends the answers follow "
                "versions that somebody wrote, without what is in them. Without it, the answers of a caller who may "
                "add versions are refused; those of others are taken, and the drafts wait for whoever may.",
            },
        },
        ("comment", "ends_signatures", "over_upload"),
        closed=True,
    ),
    "WantedDraft": object_schema(
        {
            "wanted": {**SWITCH, "description": "`true` drafts it anew, `false` gives up a draft that failed."},
            "ends_signatures": {
                **SWITCH,
                "description": "Whether the caller agrees that the draft ends open signatures on the earlier version.",
            },
            "over_upload": {
                **SWITCH,
                "description": "Whether the caller agrees that the draft follows a version that somebody wrote, "
                "without what is in it; without it, such a draft is refused.",
            },
        },
        ("ends_signatures", "over_upload"),
        closed=True,
    ),
    "NewSharing": object_schema(
        {
            "shared": {**SWITCH, "description": "Whether the client sees the version."},
            "version": {**NUMBER, "description": "The number of the version; without it the newest."},
        },
        ("version",),
        closed=True,
    ),
    "NewDocument": object_schema(
        {
            "kind": {**TEXT, "description": "A document of the workflow of which a dossier may have several."},
            "title": {**TEXT, "description": "What it is called, in at most 150 characters."},
        },
        closed=True,
    ),
    "NewTurn": object_schema(
        {"holder": {**TEXT, "description": "`us`, `counterparty`, or the id of an account."}}, closed=True
    ),
    "NewEditLock": object_schema(
        {
            "held": {**SWITCH, "description": "Whether the caller edits it; `false` ends it."},
            "take_over": {**SWITCH, "description": "Even where somebody else edits it; for whoever is in charge."},
        },
        ("take_over",),
        closed=True,
    ),
}
