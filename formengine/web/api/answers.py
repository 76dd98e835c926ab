"""The API's answers of a dossier: as they were sent, and sent again after a correction (F14, F19)."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine import json_pointer
from formengine.services.catalogue.request_types import field_kinds_for
from formengine.services.dossiers.answers import submission, submissions
from formengine.services.dossiers.version_consequences import CONSENT, OVER_UPLOAD
from formengine.services.intake.corrections import Correction, correct_answers, open_correction
from formengine.web.api.declared_answers import DeclaredAnswers
from formengine.web.api.request_body import check_known_parameters, if_match_version, read_body
from formengine.web.api.transitions import changed_dossier
from formengine.web.contexts import DossierContext
from formengine.web.post_data import whole_number


@view_config(route_name="api.answers", renderer="api")
def answers(context: DossierContext, request: Request) -> dict[str, Any]:
    """The newest answers, or those of `submission`; `editable` are the pointers that the person may correct now."""
    check_known_parameters(request, ("submission",))
    work, dossier, number = request.work, context.dossier, request.GET.get("submission")
    sent = submission(work, dossier, whole_number(number, 17)) if number else dossier.submission
    correction = open_correction(work, dossier) if sent is dossier.submission else None
    request.response.headers["ETag"] = f'"{dossier.version}"'
    return {
        "submission": sent.id,
        "request_type": sent.request_type,
        "form_hash": sent.form_hash,
        "submitted_at": sent.submitted_at,
        "answers": sent.answers if correction is None else correction.answers,
        "editable": [] if correction is None else editable(correction),
        "submissions": [{"submission": row.id, "submitted_at": row.submitted_at} for row in submissions(work, dossier)],
    }


def editable(correction: Correction) -> list[str]:
    """The JSON Pointers of the answers that are open now; others may open as the answers change."""
    names = correction.open_fields(correction.answers)
    return [json_pointer.join([name]) for name in names if name not in correction.form.computed]


@view_config(route_name="api.answers.put", renderer="api")
def send_answers_again(context: DossierContext, request: Request) -> dict[str, Any]:
    """Send the answers again, and take the step that sends them."""
    work, version = request.work, if_match_version(request)
    body = read_body(request, ("answers", "comment", CONSENT, OVER_UPLOAD))
    sent, comment = body.take("answers", dict), body.maybe("comment", str)
    request_type = work.platform.definitions.request_type(work.session, context.dossier.submission.form_hash)
    schema = request_type.schema(work.language)
    declared = DeclaredAnswers(schema, field_kinds_for(work, work.language, schema)).only(sent)
    ends, over = body.take(CONSENT, bool, False), body.take(OVER_UPLOAD, bool, False)
    correct = partial(correct_answers, ends_signatures=ends, over_upload=over)
    return changed_dossier(request, correct(work, context.dossier.reference, version, declared, comment))
