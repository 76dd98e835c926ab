"""The answers of a dossier's submission, shown on the form version that they were filled in on (F14)."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from formengine.services.access.enforcement import require_permission
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment


def answers_html(work: UnitOfWork, dossier: Dossier) -> Markup:
    """The answers as a description list; files link to their attachments."""
    require_permission(work, "dossier.read", dossier)
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    form = request_form(work, request_type, work.language)
    rows = work.session.execute(select(Attachment.file_id, Attachment.id).where(Attachment.dossier_id == dossier.id))
    attachments = dict(iter(rows))

    def link(file: dict[str, Any]) -> str | None:
        attachment = attachments.get(str(file.get("id")))
        return f"/attachments/{attachment}" if attachment else None

    html = form.summary(dossier.submission.answers, link=link, zone=work.zone)
    return Markup(html)  # the forms engine escapes every value  # nosec B704
