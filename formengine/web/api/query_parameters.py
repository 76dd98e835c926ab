"""The parameters in the query of calls of the API, as JSON Schemas by name."""

from __future__ import annotations

from typing import Any, Final

from formengine.services.dossiers.desk_tabs import TABS, TURNS
from formengine.services.dossiers.list_filter import DEFAULT_SORT, MAX_SEARCH, PRIORITIES, SORTS
from formengine.web.api.schema_parts import KIND

DAY_OR_NONE: Final[dict[str, Any]] = {"type": "string", "anyOf": [{"format": "date"}, {"maxLength": 0}]}
QUERY_PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "state": {
        "type": "string",
        "description": "open, in_progress, waiting, done or cancelled; or the id of a state.",
    },
    "kind": KIND,
    "category": {"type": "string", "description": "A category of request types."},
    "request_type": {"type": "string", "description": "The id of a request type."},
    "assignee": {"type": "string", "description": "The id of a person; `me`; or `none`."},
    "team": {"type": "string", "description": "The id of a team; or `none`."},
    "priority": {"enum": list(PRIORITIES)},
    "opened_from": {**DAY_OR_NONE, "description": "The first day, in the person's time zone."},
    "opened_to": {**DAY_OR_NONE, "description": "The last day, in the person's time zone."},
    "q": {"type": "string", "maxLength": MAX_SEARCH, "description": "Words to search for."},
    "tab": {"enum": list(TABS), "description": "A tab of the desk, for the legal team."},
    "turn": {"enum": list(TURNS), "description": "Whether the dossiers wait for the person, or for others."},
    "sort": {"enum": list(SORTS), "default": DEFAULT_SORT},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 25},
    "format": {"enum": ["docx", "pdf", "signed", "certificate", "evidence"]},
    "counterpart": {
        "type": "integer",
        "minimum": 1,
        "description": "With `signed`, of a document that was signed at a provider: the PDF of which signer.",
    },
    "version": {"type": "integer", "minimum": 1},
    "submission": {"type": "integer", "minimum": 1},
    "since": {"type": "integer", "minimum": 1, "description": "The number of the older version."},
    "until": {"type": "integer", "minimum": 1, "description": "The number of the newer version."},
}
