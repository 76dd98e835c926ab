"""The API's submissions: JSON, or JSON with files; repeating one with its Idempotency-Key returns the same response
(T1, T4).
"""

from __future__ import annotations

from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import Invalid, KeyReused, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.catalogue import request_types
from formengine.services.intake import submissions
from formengine.web.api.answer_files import answers_with_files, refused_files
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.repeated_calls import idempotency_key, key_reused
from formengine.web.api.request_body import RequestBody, read_body

MEMBERS: Final = ("request_type", "answers", "accept_notice")


@view_config(route_name="api.submissions.post", renderer="api")
def submit(request: Request) -> dict[str, Any]:
    return submit_body(request, read_body(request, MEMBERS, payload=True, files=None))


@view_config(route_name="api.submissions_with_files.post", renderer="api")
def submit_with_files(request: Request) -> dict[str, Any]:
    """The same by multipart alone: parts `files`, and as many JSON Pointers in `files` of the payload, in one order."""
    if request.content_type != "multipart/form-data":
        raise ProblemDetail(415, "Unsupported media type", "Send multipart/form-data.")
    body = read_body(request, (*MEMBERS, "files"), payload=True, files=("files",))
    pointers = body.take("files", list, [])
    if len(pointers) != len(body.files) or not all(isinstance(pointer, str) for pointer in pointers):
        sentence = "files: write the JSON Pointer of a field for each part `files`, in the order of the parts."
        raise Invalid([FieldError("files", None, "files", say(request.work.language, sentence))])
    uploads = [upload for _name, upload in body.files]
    return submit_body(request, RequestBody(body.data, list(zip(pointers, uploads, strict=True))))


def submit_body(request: Request, body: RequestBody) -> dict[str, Any]:
    """Submit what a body holds, its files named by the JSON Pointers of their fields."""
    key = idempotency_key(request)
    type_id, answers = body.take("request_type", str), body.take("answers", dict)
    answers = answers_of(request, type_id, answers, body)
    notice = body.take("accept_notice", bool, False)
    try:
        sent = submissions.submit(request.work, type_id, answers, key=key, accept_notice=notice)
    except submissions.NoticeNotAccepted:
        sentence = "The legal notice of this request type has to be accepted: send accept_notice: true."
        raise Refused([say(request.work.language, sentence)]) from None
    except KeyReused:
        raise key_reused() from None
    request.response.status_int = 201 if sent.fresh else 200
    if sent.filling is not None:
        request.response.location = request.route_path("api.parts", reference=str(sent.filling.id))
    else:
        request.response.location = request.route_path("api.dossier", reference=sent.dossier.reference)
    return sent.reply


def answers_of(request: Request, type_id: str, answers: dict[str, Any], body: RequestBody) -> dict[str, Any]:
    """The answers that the form of a request type asks for, with the files of the body. Raises Invalid (422) for a file
    that is not accepted, or that no field takes."""
    work, request_type = request.work, request_types.get_request_type(request.work, type_id)
    form = request_types.request_form(work, request_type)  # compiled before files are stored
    declared, placed = answers_with_files(request, request_type.schema(work.language), answers, body)
    if errors := refused_files(work, form, declared, placed):
        raise Invalid(errors)
    return declared
