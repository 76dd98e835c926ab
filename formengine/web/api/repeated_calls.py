"""The `Idempotency-Key` of calls that add something, and what a repeated one answers (T4)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pyramid.request import Request

from formengine.errors import KeyReused
from formengine.forms import Upload
from formengine.services.core.repeated_calls import content_hash, remember_call, row_of_key
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import RequestBody
from formengine.web.post_data import PAGE_KEY_PREFIX

MAX_KEY_LENGTH: Final = 200


def idempotency_key(request: Request) -> str:
    """The Idempotency-Key. Raises ProblemDetail (400) without one, or for one that is no key."""
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(r"[\x21-\x7e]+", key) or len(key) > MAX_KEY_LENGTH or key.startswith(PAGE_KEY_PREFIX):
        detail = "Send one of your own making: Idempotency-Key: 1 to {n} visible ASCII characters."
        raise ProblemDetail(400, "Idempotency-Key is missing or cannot be read", detail, n=MAX_KEY_LENGTH)
    return key


def key_reused() -> ProblemDetail:
    """The error (422) of a key that came with other content before."""
    detail = "This key was sent with other content; use a new key for a new request."
    return ProblemDetail(422, "Idempotency-Key used before", detail)


def once(request: Request, body: RequestBody, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The ids of what a call makes: with an Idempotency-Key that came before, with the same content to the same
    address, of what it made then. The status is 201, of a repeated call 200. Raises ProblemDetail.
    """
    request.response.status_int = 201
    if "Idempotency-Key" not in request.headers:
        return make()
    key, files = idempotency_key(request), [[name, _file(upload)] for name, upload in body.files]
    content = content_hash({"address": request.path_info, "body": body.data, "files": files})
    try:
        row = row_of_key(request.work, key, content)
    except KeyReused:
        raise key_reused() from None
    if row is not None:
        request.response.status_int = 200
        return row.reply
    made = make()
    remember_call(request.work, key, content, made)
    return made


def _file(upload: Upload) -> list[str]:
    """The name of a file and the hash of its content; it stays at its start."""
    upload.file.seek(0)
    digest = hashlib.file_digest(upload.file, "sha256").hexdigest()  # type: ignore[arg-type]  # it has readinto
    upload.file.seek(0)
    return [upload.name, digest]
