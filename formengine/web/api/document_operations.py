"""The descriptions of the API's operations on documents."""

from __future__ import annotations

from typing import Final

from formengine.content_type import BINARY, DOCX, PDF
from formengine.web.api.operation import Operation
from formengine.web.api.schema_parts import page_schema, schema_ref

DOCUMENT_TYPES: Final = (BINARY, PDF, DOCX, "application/json")
DOCUMENT_OPERATIONS: Final[dict[str, Operation]] = {
    "api.document_changes": Operation(
        "What changed in a document from the version `since` to the version `until`, by their numbers: the newest and "
        "the one before it unless given. While `state` is `pending` they are being compared; ask again.",
        schema_ref("Changes"),
        query=("since", "until"),
        refuses=("400",),
    ),
    "api.documents": Operation("The documents, each with its versions, the newest first.", page_schema("Document")),
    "api.documents.post": Operation(
        "Add a document of a kind of which the workflow allows several (`several: true`), such as the minutes of a "
        "meeting: from a file, or, without one, drafted from the template of its kind; its first version comes then.",
        schema_ref("Document"),
        "NewDocument",
        status="201",
        file_parts=("file",),
    ),
    "api.document_draft.put": Operation(
        "Have a document drafted anew from its template and the answers as they stand; or give up a draft that could "
        "not be made, and go on with the newest version: what waited for the draft is asked on that. A document "
        "without a template is refused with that reason.",
        schema_ref("Document"),
        "WantedDraft",
    ),
    "api.document_sharing.put": Operation(
        "Show a version of a document to the client, or no longer; for documents of which the client sees what is "
        "shared (`client` is `when_shared`).",
        schema_ref("Document"),
        "NewSharing",
    ),
    "api.document": Operation(
        "The bytes of a version of a document: the newest, unless `version` says which. Of a document that was signed "
        "in the portal, `signed` is the PDF with its signatures, `certificate` the page (PDF) about them, and "
        "`evidence` the record (JSON) of who was asked and signed, when and how. At a provider each signer signs a "
        "counterpart: `signed` is the newest of them, unless `counterpart` says which, from 1, in the order in which "
        "`evidence` lists the signers.",
        query=("format", "version", "counterpart"),
        downloads=DOCUMENT_TYPES,
    ),
    "api.document.post": Operation(
        "Add a version of a document; approvals and signatures of the earlier one end.",
        schema_ref("NewVersion"),
        "VersionConsent",
        status="201",
        file_parts=("file",),
        multipart_only=True,
        refuses=("409",),
    ),
    "api.document_turn.put": Operation(
        "Say whose turn it is with a document: `us` (the legal team), `counterparty`, or the id of an account that may "
        "add a version.",
        schema_ref("Document"),
        "NewTurn",
    ),
    "api.edit_lock.put": Operation(
        "Hold a document while editing it, so that nobody else adds a version; or let it go. Whoever is in charge may "
        "take it over.",
        schema_ref("Document"),
        "NewEditLock",
    ),
}
