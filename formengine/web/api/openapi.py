"""`openapi.json`: the input and output of each operation, joined with the table of routes (X5)."""

from __future__ import annotations

import re
from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

import formengine
from formengine.content_type import BINARY as OCTETS
from formengine.content_type import XLSX
from formengine.services.dossiers.list_filter import PARAMETERS
from formengine.web.api import ROUTES
from formengine.web.api.document_operations import DOCUMENT_OPERATIONS
from formengine.web.api.operation import Operation
from formengine.web.api.query_parameters import QUERY_PARAMETERS
from formengine.web.api.schema_parts import FREE, TEXT, object_schema, page_schema, schema_ref
from formengine.web.api.schemas import COMPONENT_SCHEMAS
from formengine.web.routes import PUBLIC, Route

PAGE_PARAMETERS: Final = ("after", "limit")
FILE_TYPES: Final = (OCTETS, "application/*", "image/*", "message/*", "text/*")
"""The media types of attachments, which are those of their content; generators know the first."""
LIST_TYPES: Final = (OCTETS, XLSX, "text/csv")
OPERATIONS: Final[dict[str, Operation]] = {
    "api.openapi": Operation("This description.", FREE),
    "api.verify.post": Operation(
        "Whether a PDF was signed in this portal and is unchanged; needs no token, and nothing of the file is kept. "
        "`ours` is also true of a changed one while the certificate of a signature can be read in it; `intact` is "
        "false of each signature whose part was changed. `complete` says that it is unchanged and bears all the "
        "`expected` signatures, `fuller_copy` that the same PDF with more of them was made, `appended` that all "
        "are intact and something was added after the last one. `signed_at` is when the "
        "person signed, as the certificate of signatures says, and `at` when the portal sealed that in the PDF.",
        schema_ref("Verification"),
        file_parts=("file",),
        multipart_only=True,
        refuses=("400", "429"),
    ),
    "api.me": Operation("Whose token this is.", schema_ref("Me")),
    "api.notifications": Operation(
        "What the person was told, the newest first; `title` is the subject of the mail, `unread` the number of those "
        "not read, at most 100.",
        schema_ref("Inbox"),
        query=PAGE_PARAMETERS,
    ),
    "api.notification_read.post": Operation("Mark it as read.", schema_ref("Unread")),
    "api.request_types": Operation("What the person may ask for.", page_schema("RequestTypeSummary")),
    "api.request_type": Operation(
        "One request type, with its form in the language of Accept-Language.", schema_ref("RequestType")
    ),
    "api.submissions.post": Operation(
        "Submit a request. The same key with the same content answers 200 with the same body.",
        schema_ref("Submitted"),
        "NewSubmission",
        "201",
        headers=("Idempotency-Key",),
        files=True,
    ),
    "api.submissions_with_files.post": Operation(
        "Submit a request with files, each named by the pointer at its place in `files` of the payload.",
        schema_ref("Submitted"),
        "NewSubmissionWithFiles",
        "201",
        headers=("Idempotency-Key",),
        file_parts=("files",),
        multipart_only=True,
        id="submit_with_files",
    ),
    "api.dossiers": Operation(
        "The dossiers that the person may see, the newest first unless `sort` says otherwise. Parameters of the "
        "filter may be repeated: any of their values fits. `total` is how many there are on all pages; of a search "
        "that finds more than 5,000 it is 5,000, and `total_is_exact` is false. Both are "
        "null after the first page: keep what it said.",
        schema_ref("DossierList"),
        query=(*PARAMETERS, *PAGE_PARAMETERS),
    ),
    "api.dossier": Operation("One dossier.", schema_ref("Dossier")),
    "api.history": Operation("What happened, the oldest first.", page_schema("HistoryEntry"), query=PAGE_PARAMETERS),
    "api.developments": Operation(
        "What the client is to know of, the newest first: steps, signatures, and what the legal team marked.",
        page_schema("Development"),
    ),
    "api.development.put": Operation(
        "Mark an entry of the history as an important development, in own words or not, or unmark it.",
        page_schema("Development"),
        "DevelopmentMark",
    ),
    "api.answers": Operation(
        "The answers as they were sent last, or by an earlier `submission`; `editable` are those to be corrected now.",
        schema_ref("Answers"),
        query=("submission",),
    ),
    "api.answers.put": Operation(
        "Send answers that were sent back for correction again, all of them, on the version that was read.",
        schema_ref("DossierSummary"),
        "CorrectedAnswers",
        headers=("If-Match",),
        refuses=("409", "428"),
    ),
    "api.parts": Operation(
        "The parts of a request that several people fill in, by the id of a request in the state `filling` or by its "
        "reference; of somebody who is only asked for a part, their own.",
        schema_ref("Parts"),
    ),
    "api.part.put": Operation(
        "Send a part, all its answers; a file is a part named by the JSON Pointer of its field.",
        schema_ref("Parts"),
        "AnswersOfPart",
        files=True,
    ),
    "api.transitions": Operation(
        "The transitions out of the present state, each with why it may not be done now.",
        {"type": "array", "items": schema_ref("Transition")},
    ),
    "api.transitions.post": Operation(
        "Take a step, on the version that was read.",
        schema_ref("DossierSummary"),
        "NewTransition",
        headers=("If-Match",),
        refuses=("409", "428"),
    ),
    "api.claim.post": Operation("Take the dossier.", schema_ref("DossierSummary"), refuses=("409", "422")),
    "api.notes": Operation("The notes that the person may read.", page_schema("Note")),
    "api.notes.post": Operation(
        "Write a note, with files. The same `Idempotency-Key` with the same content answers 200 with the same note.",
        schema_ref("Note"),
        "NewNote",
        "201",
        may_repeat=True,
        refuses=("429",),
        file_parts=("files",),
    ),
    "api.attachments": Operation("The attachments that the person may see.", page_schema("Attachment")),
    "api.attachments.post": Operation(
        "Attach files; answers those attached.",
        page_schema("Attachment"),
        "NewAttachments",
        "201",
        file_parts=("files",),
        multipart_only=True,
    ),
    "api.dossiers_xlsx": Operation(
        "The same list as an Excel file, whole; 202 with the `job` that writes it where it has more than 5,000 rows.",
        query=tuple(PARAMETERS),
        downloads=LIST_TYPES,
        accepts=True,
        refuses=("422", "429"),
    ),
    "api.dossiers_csv": Operation(
        "The same list as a CSV file (UTF-8 with a byte order mark), whole; 202 as for the Excel file.",
        query=tuple(PARAMETERS),
        downloads=LIST_TYPES,
        accepts=True,
        refuses=("422", "429"),
    ),
    "api.export": Operation(
        "The file of a long list, once its job has written it; 202 until then. It is kept for a day.",
        downloads=LIST_TYPES,
        accepts=True,
        refuses=("409", "410"),
    ),
    "api.attachment": Operation("The bytes of an attachment; its ETag is its sha256.", downloads=FILE_TYPES),
    "api.dossier_attachment": Operation(
        "The bytes of an attachment of this dossier; its ETag is its sha256.", downloads=FILE_TYPES
    ),
    "api.milestones": Operation("The milestones that the person may see.", page_schema("Child")),
    "api.milestones.post": Operation("Add a milestone.", schema_ref("Child"), "NewChild", "201", may_repeat=True),
    "api.hearings": Operation("The hearings that the person may see.", page_schema("Child")),
    "api.hearings.post": Operation("Add a hearing.", schema_ref("Child"), "NewChild", "201", may_repeat=True),
    "api.children": Operation(
        "The hearings, milestones and tasks that the person may see; for whoever is in charge of some alone, these.",
        page_schema("ListedChild"),
    ),
    "api.children.post": Operation(
        "Add a child of this kind.", schema_ref("Child"), "NewChild", "201", may_repeat=True
    ),
    "api.child.patch": Operation(
        "Change fields of a hearing or milestone, or whether the client sees it, on the version that was read.",
        schema_ref("Child"),
        "ChildChange",
        headers=("If-Match",),
        refuses=("409", "428"),
    ),
    "api.child_transitions": Operation(
        "The transitions out of the present state of a child, each with why it may not be done now.",
        {"type": "array", "items": schema_ref("Transition")},
    ),
    "api.child_transitions.post": Operation(
        "Take a step of a child, on the version of the dossier that was read. Answers with the dossier, or with the "
        "children of somebody who may read these alone.",
        {"anyOf": [schema_ref("DossierSummary"), page_schema("ListedChild")]},
        "NewTransition",
        headers=("If-Match",),
        refuses=("409", "428"),
    ),
    "api.approvals": Operation(
        "The rounds of every kind, with every seat; of somebody who is only asked to acknowledge, their own seats.",
        schema_ref("Rounds"),
    ),
    "api.approvals.post": Operation(
        "Approve, reject, abstain or acknowledge. Answers with the dossier, or with the own rounds of somebody who may "
        "not read it.",
        {"anyOf": [schema_ref("DossierSummary"), schema_ref("Rounds")]},
        "NewDecision",
        refuses=("409",),
    ),
    "api.seat.post": Operation(
        "Correct the name or address of somebody who is asked, ask somebody else instead, or nobody; "
        "confirm or refuse whom a signer has named.",
        schema_ref("DossierSummary"),
        "SeatChange",
        refuses=("409",),
    ),
    "api.seats.post": Operation(
        "Ask one more person in a round, now or in a later step, or put somebody in copy.",
        schema_ref("DossierSummary"),
        "RoundChange",
        refuses=("409",),
    ),
    "api.signatures": Operation("The signature rounds, with every seat.", schema_ref("Rounds")),
    "api.signatures.post": Operation(
        "Sign by typing one's name, decline with a reason, or name who should sign instead.",
        schema_ref("DossierSummary"),
        "NewSignature",
    ),
    **DOCUMENT_OPERATIONS,
}
BINARY: Final = {"type": "string", "format": "binary", "contentMediaType": OCTETS}
"""A file; generators of clients of OpenAPI 3.0 know the format, those of 3.1 the media type."""
ACCEPT_LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "schema": TEXT,
    "description": "The language of titles, reasons and problems.",
}
"""Of every call. Besides, a client by openapi-python-client cannot be imported where a call with two bodies has no
optional parameter."""
STATUS_TEXTS: Final = {
    "400": "The call cannot be read",
    "401": "No token, or one that is not valid",
    "403": "The token's scope or the person's role does not allow this",
    "404": "No such thing, or not for this person",
    "409": "Somebody was quicker: read it again",
    "410": "No longer kept",
    "413": "Too large",
    "415": "Another media type",
    "422": "Refused, with every reason, or answers that do not fit, with every error",
    "428": "If-Match is missing",
    "429": "Too often: Retry-After says when again, in seconds",
}


@view_config(route_name="api.openapi", renderer="api", http_cache=300)
def openapi(request: Request) -> dict[str, Any]:
    return openapi_description(request.registry.platform.settings.base_url)


def openapi_description(base_url: str = "http://localhost:6543") -> dict[str, Any]:
    """The whole description, as an OpenAPI 3.1 document."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        for method in route.methods:
            paths.setdefault(route.pattern, {})[method.lower()] = _operation(route, OPERATIONS[route.name])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "formengine",
            "version": formengine.__version__,
            "description": "Submit requests and follow dossiers: the same services and rules as the portal's pages.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": base_url.rstrip("/")}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": COMPONENT_SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, call: Operation) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": call.id or route.name.removeprefix("api.").replace(".", "_"),
        "summary": call.says,
        "parameters": _parameters(route, call),
        "responses": _responses(route, call),
    }
    if route.permission == PUBLIC:
        operation["security"] = []
    else:
        operation["description"] = f"Scope of the token: `{route.scope}`."
    if call.takes or call.file_parts:
        operation["requestBody"] = _body(call)
    return operation


def _parameters(route: Route, call: Operation) -> list[dict[str, Any]]:
    named = re.findall(r"{(\w+)}", route.pattern)
    path = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in named]
    query = [{"name": name, "in": "query", "schema": QUERY_PARAMETERS.get(name, TEXT)} for name in call.query]
    headers = [{"name": name, "in": "header", "required": True, "schema": TEXT} for name in call.headers]
    if call.may_repeat:
        headers.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": TEXT})
    return [*path, *query, *headers, ACCEPT_LANGUAGE]


def _body(call: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if not call.multipart_only:
        content["application/json"] = {"schema": schema_ref(call.takes or "")}
    if call.file_parts or call.files:
        content["multipart/form-data"] = _multipart(call)
    return {"required": True, "content": content}


def _multipart(call: Operation) -> dict[str, Any]:
    """A part `payload` of JSON where the call takes some, and parts with files."""
    files = {name: BINARY if name == "file" else {"type": "array", "items": BINARY} for name in call.file_parts}
    if call.takes is None:
        return {"schema": object_schema(files, closed=True)}
    needless = tuple(name for name in call.file_parts if name != "file")
    optional = needless if "required" in COMPONENT_SCHEMAS[call.takes] else ("payload", *needless)
    schema = {
        **object_schema({"payload": schema_ref(call.takes), **files}, optional, closed=True),
        **({"additionalProperties": BINARY} if call.files else {}),
    }
    return {"schema": schema, "encoding": {"payload": {"contentType": "application/json"}}}


def _responses(route: Route, call: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {media_type: {"schema": BINARY} for media_type in call.downloads}
    if call.gives is not None:
        content["application/json"] = {"schema": call.gives}
    responses: dict[str, Any] = {call.status: {"description": "Done", "content": content}}
    if call.gives is None:
        responses["304"] = {"description": "What `If-None-Match` names is still what there is"}
    if call.accepts:
        job = {"application/json": {"schema": schema_ref("ExportJob")}}
        responses["202"] = {"description": "A job writes it: ask for `/exports/{job}`", "content": job}
    if call.may_repeat or call.headers == ("Idempotency-Key",):
        responses["200"] = {"description": "The same as before", "content": content}
    always = () if route.permission == PUBLIC else ("400", "401", "403", "404")
    posted = ("413", "415", "422") if call.takes or call.file_parts else ()
    problem = {"application/problem+json": {"schema": schema_ref("Problem")}}
    for status in sorted({*always, *posted, *call.refuses}):
        responses[status] = {"description": STATUS_TEXTS[status], "content": problem}
    responses["default"] = {"description": "Anything else that is wrong", "content": problem}
    return responses
