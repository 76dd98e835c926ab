"""The API's submissions: JSON, or JSON with files; repeating one with its Idempotency-Key returns the same response
(T1, T4).
"""

from __future__ import annotations

from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine import json_pointer
from formengine.errors import DocumentRefused, Invalid, KeyReused, QuotaExceeded, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.catalogue import request_types
from formengine.services.files.uploads import FileStore
from formengine.services.intake import submissions
from formengine.web.api.declared_answers import DeclaredAnswers
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
    answers, stored = declared_answers(request, type_id, answers, body)
    notice = body.take("accept_notice", bool, False)
    try:
        sent = submissions.submit(request.work, type_id, answers, key=key, accept_notice=notice)
    except submissions.NoticeNotAccepted:
        sentence = "The legal notice of this request type has to be accepted: send accept_notice: true."
        raise Refused([say(request.work.language, sentence)]) from None
    except KeyReused:
        raise key_reused() from None
    if sent.fresh:
        require_files_kept(request, stored, sent.reply["files"])
    request.response.status_int = 201 if sent.fresh else 200
    if sent.filling is not None:
        request.response.location = request.route_path("api.parts", reference=str(sent.filling.id))
    else:
        request.response.location = request.route_path("api.dossier", reference=sent.dossier.reference)
    return sent.reply


def require_files_kept(request: Request, stored: list[tuple[str, str]], kept_files: list[dict[str, Any]]) -> None:
    """Refuse a submission that dropped a file: no field is at its pointer, or another file took it.

    `stored` are the files that came, as (pointer, file id), `kept_files` those of the submission. Raises Invalid (422),
    which undoes the submission.
    """
    ids = {file["id"] for file in kept_files}
    errors = [error for pointer, id in stored if id not in ids for error in misplaced_file(request, pointer).errors]
    if errors:
        raise Invalid(errors)


def declared_answers(
    request: Request, type_id: str, answers: dict[str, Any], body: RequestBody
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The answers that the form of a request type asks for, with their files; see `answers_with_files`."""
    schema = request_types.get_request_type(request.work, type_id).schema(request.work.language)
    return answers_with_files(request, schema, answers, body)


def answers_with_files(
    request: Request, schema: Any, answers: dict[str, Any], body: RequestBody
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The answers that a form asks for, each file stored and put where its part's name, a JSON Pointer, says; and the
    files as (pointer, file id). Raises Invalid (422) for a file that is not accepted, or that no field takes."""
    work = request.work
    kinds = request_types.field_kinds_for(work, work.language, schema)
    declared = DeclaredAnswers(schema, kinds).only(answers)
    store, stored = FileStore(work), list[tuple[str, str]]()
    for pointer, upload in body.files:
        parts = json_pointer.split(pointer)
        if not pointer.startswith("/") or len(parts) > 20:
            raise misplaced_file(request, pointer)
        try:
            file = store.save(upload)
        except QuotaExceeded:
            raise
        except DocumentRefused as error:
            raise Invalid([FieldError(pointer, None, "file", str(error))]) from None
        stored.append((pointer, file["id"]))
        if not insert_file(declared, parts, file, is_list_field(schema, parts, kinds)):
            raise misplaced_file(request, pointer)
    return declared, stored


def misplaced_file(request: Request, pointer: str) -> Invalid:
    """The error (422) of a file whose name is no pointer of a field."""
    sentence = "No field of this form takes this file. Name its part by the JSON Pointer of a file field, each once."
    return Invalid([FieldError(pointer, None, "file", say(request.work.language, sentence))])


def insert_file(answers: dict[str, Any], parts: list[str], file: dict[str, Any], listed: bool) -> bool:
    """Put a file reference at the JSON Pointer of these parts; `listed` appends it to a list. Whether it could be."""
    node: Any = answers
    for part in parts[:-1]:
        if isinstance(node, dict):
            node = node.setdefault(part, {})
        elif isinstance(node, list) and (index := json_pointer.list_index(part, len(node))) is not None:
            node = node[index]
        else:
            return False
    last = parts[-1]
    if isinstance(node, list) and (index := json_pointer.list_index(last, len(node) + 1)) is not None:
        node[index:] = [file, *node[index + 1 :]]
    elif not isinstance(node, dict):
        return False
    elif not listed:
        node[last] = file
    elif isinstance(node.setdefault(last, []), list):
        node[last].append(file)
    else:
        return False
    return True


def is_list_field(schema: Any, parts: list[str], kinds: dict[str, Any]) -> bool:
    """Whether the field at the JSON Pointer of these parts is a list, as far as its schema says so plainly."""
    subschema = schema
    for part in parts:
        subschema = _resolved(subschema, kinds)
        inner = subschema.get("properties", {}).get(part)
        subschema = inner if isinstance(inner, dict) else subschema.get("items") if part.isdecimal() else {}
        if not isinstance(subschema, dict):
            return False
    return _resolved(subschema, kinds).get("type") == "array"


def _resolved(schema: dict[str, Any], kinds: dict[str, Any]) -> dict[str, Any]:
    kind = kinds.get(str(schema.get("$ref", "")))
    return {**kind, **schema} if isinstance(kind, dict) else schema
