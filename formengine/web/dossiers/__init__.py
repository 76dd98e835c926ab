"""Dossiers: lists, the page of each, and every action on one. Addresses are nouns; a POST creates."""

from __future__ import annotations

from typing import Final

from pyramid.config import Configurator

from formengine.web.contexts import (
    attachment_context,
    children_context,
    dossier_context,
    rounds_context,
    upload_context,
    version_context,
)
from formengine.web.routes import Route

GET, POST, FORM = ("GET",), ("POST",), ("GET", "POST")


def _of(
    name: str, tail: str, permission: str, methods: tuple[str, ...] = POST, uploads: bool = False, kept: bool = False
) -> Route:  # fmt: skip
    """A route below one dossier's address."""
    pattern = f"/dossiers/{{reference}}/{tail}"
    return Route(f"dossier.{name}", pattern, permission, methods, dossier_context, uploads=uploads, kept=kept)


LISTS: Final = (
    Route("matters", "/matters", "catalogue.read"),
    Route("litigation", "/litigation", "catalogue.read"),
    Route("contracts", "/contracts", "catalogue.read"),
    Route("views", "/views", "account.own", FORM),
    Route("view", "/views/{id}", "account.own", POST),
    Route("view.deletion", "/views/{id}/deletion", "account.own", POST),
)
READING: Final = (
    Route("dossier", "/dossiers/{reference}", "dossier.read", factory=dossier_context),
    _of("answers", "answers", "dossier.read", GET),
    _of("answers_pdf", "answers/pdf", "dossier.read", FORM),
    _of("signed_copy", "documents/{document}/signed", "dossier.read", FORM),
    _of("signature_certificate", "documents/{document}/certificate", "dossier.read", GET),
    _of("signature_evidence", "documents/{document}/evidence", "dossier.read", GET),
    _of("provider_file", "seats/{seat}/{file}.pdf", "dossier.read", GET),
    _of("archive", "attachments.zip", "dossier.read", GET),
    Route("attachment", "/attachments/{id}", "dossier.read", factory=attachment_context),
    Route("attachment.content", "/attachments/{id}/content", "dossier.read", factory=attachment_context),
    Route("attachment.reading", "/attachments/{id}/text", "dossier.read", factory=attachment_context),
    Route("version", "/documents/{id}", "dossier.read", factory=version_context),
    Route("version.content", "/documents/{id}/content", "dossier.read", factory=version_context),
    Route("version.reading", "/documents/{id}/text", "dossier.read", factory=version_context),
    Route("version.page", "/documents/{id}/pages/{page}", "dossier.read", factory=version_context),
    Route("version.reading_events", "/documents/{id}/readings", "dossier.read", POST, factory=version_context),
    Route("version.redline", "/documents/{id}/changes.docx", "dossier.read", factory=version_context),
    Route("version.changes", "/documents/{id}/changes", "dossier.read", factory=version_context),
)
ACTING: Final = (
    _of("correction", "answers/correction", "dossier.act", FORM, uploads=True, kept=True),
    _of("step", "steps/{transition}", "dossier.act", FORM, uploads=True, kept=True),
    _of("new_child", "children/{kind}/new", "dossier.act", FORM, uploads=True, kept=True),
    _of("child_change", "children/{kind}/{number}/change", "dossier.act", FORM, uploads=True, kept=True),
    _of("child_visibility", "children/{kind}/{number}/visibility", "dossier.share"),
    Route(
        "dossier.notes", "/dossiers/{reference}/notes", "dossier.note", POST, upload_context, uploads=True, kept=True
    ),
    _of("note", "notes/{note}", "dossier.note", FORM, uploads=True, kept=True),
    Route(
        "dossier.attachments", "/dossiers/{reference}/attachments", "dossier.attach", POST, upload_context, uploads=True
    ),
    _of("attachment_version", "attachments/{id}/versions", "dossier.attach", uploads=True),
    _of("attachment_visibility", "attachments/{id}/visibility", "dossier.share"),
    _of("attachment_withdrawal", "attachments/{id}/withdrawal", "dossier.attach"),
    _of("development", "developments/{entry}", "dossier.share"),
    _of("development_removal", "developments/{entry}/removal", "dossier.share"),
    Route(
        "dossier.documents",
        "/dossiers/{reference}/documents",
        "dossier.add_version",
        POST,
        upload_context,
        uploads=True,
    ),
    Route(
        "dossier.document",
        "/dossiers/{reference}/documents/{document}",
        "dossier.add_version",
        POST,
        upload_context,
        uploads=True,
    ),
    Route(
        "dossier.clean_version",
        "/dossiers/{reference}/documents/{document}/clean",
        "dossier.add_version",
        POST,
        upload_context,
    ),
    _of("draft", "documents/{document}/draft", "dossier.add_version"),
    _of("draft_end", "documents/{document}/draft/end", "dossier.add_version"),
    _of("version_sharing", "documents/{document}/sharing", "dossier.share"),
    _of("turn", "documents/{document}/turn", "dossier.add_version"),
    _of("edit_lock", "documents/{document}/edit-lock", "dossier.add_version"),
    _of("edit_lock_end", "documents/{document}/edit-lock/end", "dossier.add_version"),
)
CHILDREN: Final = (
    Route(
        "dossier.hearing_file",
        "/dossiers/{reference}/hearings/{number}.ics",
        "dossier.read_children",
        factory=children_context,
    ),
    Route(
        "dossier.child",
        "/dossiers/{reference}/children/{kind}/{number}",
        "dossier.read_children",
        factory=children_context,
    ),
    Route(
        "dossier.child_step",
        "/dossiers/{reference}/children/{kind}/{number}/steps/{transition}",
        "dossier.act_in_children",
        FORM,
        factory=children_context,
        uploads=True,
        kept=True,
    ),
)
DECIDING: Final = (
    _of("decision", "decision", "dossier.decide", kept=True),
    _of("vote", "seats/{seat}/approval", "dossier.decide", FORM, kept=True),
    Route("dossier.signature", "/dossiers/{reference}/signature", "dossier.decide", POST, upload_context, uploads=True),
    _of("refusal", "refusal", "dossier.decide", kept=True),
    _of("delegation", "delegation", "dossier.decide"),
    _of("approver", "approver", "dossier.assign"),
    _of("approver_removal", "approver/removal", "dossier.assign"),
    _of("guest_link", "signer/link", "dossier.assign"),
    _of("signature_request", "signer/request", "dossier.assign"),
    _of("seat_correction", "seats/correction", "dossier.assign"),
    _of("seat_replacement", "seats/replacement", "dossier.assign"),
    _of("seat_removal", "seats/removal", "dossier.assign"),
    _of("seat_addition", "seats", "dossier.act"),  # the workflow says who may; signatures need `dossier.assign`
    _of("forwarding", "forwarding", "dossier.decide", kept=True),
    _of("question_answer", "seats/questions", "dossier.note_internal", kept=True),
    _of("forward_decision", "seats/forwarding", "dossier.assign", kept=True),
    _of("copy", "copies", "dossier.assign"),
)
HANDLING: Final = (
    _of("claim", "claim", "dossier.assign"),
    _of("release", "release", "dossier.assign"),
    _of("assignment", "assignment", "dossier.assign"),
    _of("sharing", "sharing", "dossier.share"),
    _of("restriction", "restriction", "dossier.share"),
    _of("status_link", "status-link", "dossier.share"),
    _of("watcher", "watcher", "dossier.act"),
    _of("watcher_removal", "watcher/removal", "dossier.read"),
    _of("rating", "rating", "dossier.rate", FORM, kept=True),
    _of("related", "related", "dossier.relate", FORM),
    _of("related_removal", "related/removal", "dossier.relate"),
)
ACKNOWLEDGING: Final = (
    Route(
        "dossier.acknowledgement",
        "/dossiers/{reference}/acknowledgement",
        "dossier.acknowledge",
        FORM,
        factory=rounds_context,
        kept=True,
    ),
    Route(
        "dossier.acknowledgement_document",
        "/dossiers/{reference}/acknowledgement/documents/{document}",
        "dossier.acknowledge",
        factory=rounds_context,
    ),
)
ROUTES: Final = (*LISTS, *READING, *ACTING, *CHILDREN, *DECIDING, *ACKNOWLEDGING, *HANDLING)


def includeme(config: Configurator) -> None:
    config.scan(__name__)
