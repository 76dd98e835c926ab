"""Requests that are too large, too many-parted or malformed, refused before a session is loaded (T14, T24)."""

from __future__ import annotations

from typing import Any

import pytest
from pyramid.httpexceptions import HTTPBadRequest, HTTPRequestEntityTooLarge
from pyramid.request import Request
from webtest import TestApp

from formengine.web.input_checks import MAX_BODY, MAX_FIELDS, check_input
from formengine.web.routes import routes
from tests.support.cpu_time import cpu_limit
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import app

__all__ = ["app", "calling"]
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=cut"


@pytest.fixture
def database_kind() -> str:
    """Nothing is stored; SQLite is enough."""
    return "sqlite"


def part(head: bytes, value: bytes = b"x") -> bytes:
    return b"--cut\r\n" + head + b"\r\n\r\n" + value + b"\r\n"


NESTED = part(
    b'Content-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=inner',
    b"--inner\r\n\r\nx\r\n--inner--",
)


def posted(body: bytes, content_type: str) -> Request:
    return Request.blank("/", method="POST", body=body, content_type=content_type)


def test_a_form_of_many_fields_is_refused_without_parsing_it() -> None:
    """T24: parsed, two MiB of `a&a&...` would take seconds and hundreds of megabytes."""
    with cpu_limit(0.5), pytest.raises(HTTPBadRequest, match="fields"):
        check_input(posted(b"a&" * (MAX_BODY // 2), FORM))
    check_input(posted(b"&".join([b"a=1"] * MAX_FIELDS), FORM))


@pytest.mark.parametrize(
    "body",
    [
        part(b'Content-Disposition: form-data; name="a"') * (MAX_FIELDS + 1),
        part(b"X-Nothing: 1") * (MAX_FIELDS + 1),
        part(
            b'Content-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=inner',
            b"--inner\r\n\r\nx\r\n" * (MAX_FIELDS + 1) + b"--inner--",
        ),
    ],
    ids=["named", "unnamed", "nested"],
)
def test_a_multipart_body_of_many_parts_is_refused_without_parsing_it(body: bytes) -> None:
    """T24: parts are counted by their boundaries, those within a part too."""
    with pytest.raises(HTTPBadRequest, match="fields"):
        check_input(posted(body + b"--cut--\r\n", MULTIPART), uploads=True)


def test_parts_within_parts_are_refused() -> None:
    """T14: WebOb gives a list for them, which no view expects (RFC 7578, 4.3 deprecates them)."""
    with pytest.raises(HTTPBadRequest, match="parts of its own"):
        check_input(posted(NESTED + b"--cut--\r\n", MULTIPART))


def test_posts_to_static_files_are_not_parsed(app: Any) -> None:
    """T24: no body is read for an address that takes none, however large."""
    with cpu_limit(1):
        for address in ("/static/theme.css", "/static/", "/nowhere"):
            answer = TestApp(app).post(address, b"a&" * MAX_BODY, {"Content-Type": FORM}, status="*")
            assert answer.status_int in (404, 405)


def test_only_uploads_may_be_large() -> None:
    """T24: two MiB are the most that a request without files brings, whatever the largest upload is."""
    file = part(b'Content-Disposition: form-data; name="a"; filename="a.bin"', b"x" * MAX_BODY) + b"--cut--\r\n"
    check_input(posted(file, MULTIPART), uploads=True)
    for body, content_type, uploads in [
        (file, MULTIPART, False),
        (b"a=" + b"x" * MAX_BODY, FORM, True),
        (b" " * (MAX_BODY + 1), "application/json", True),
    ]:
        with pytest.raises(HTTPRequestEntityTooLarge):
            check_input(posted(body, content_type), uploads)


def test_uploads_belong_to_few_routes() -> None:
    """T24: the routes that take files, by name; a new one is added here on purpose."""
    assert {route.name for route in routes() if route.uploads} == {
        "new_request", "embed", "dev_form", "dossier.step", "dossier.correction", "dossier.new_child",
        "dossier.child_change", "dossier.attachment_version", "public.request", "status.notes",
        "dossier.child_step", "dossier.notes",
        "dossier.note", "dossier.attachments", "dossier.document", "dossier.documents",
        "api.documents.post", "api.submissions.post", "api.notes.post",
        "api.attachments.post", "api.transitions.post", "api.submissions_with_files.post",
        "api.document.post", "filling.part", "act.part", "api.part.put", "api.verify.post", "verify",
            "act.signature", "dossier.signature",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, part(b"Content-Disposition: form-data") + b"--cut--\r\n"),
        (MULTIPART, part(b"X-Nothing: 1") + b"--cut--\r\n"),
        (MULTIPART, b"--cut\r\nContent-Disposition: form-data; name=a\r\n"),
        ("multipart/form-data", b"--cut--"),
        (
            "multipart/form-data; boundary=cut; charset=klingon",
            part(b'Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=klingon')
            + b"--cut--\r\n",
        ),
        (f"{FORM}; charset=klingon", b"a=%ff"),
        (f"{FORM}; charset=utf-16", b"a=b"),
        (FORM, b"%FF=%FF&%00=1"),
        (MULTIPART, NESTED),
    ],
)
def test_malformed_forms_are_400_on_every_route(app: Any, content_type: str, body: bytes) -> None:
    """T14: a part without a name, an unknown charset, a cut-off form: 4xx, and never a traceback."""
    client = TestApp(app)
    for route in routes():
        if route.writes:
            address = route.pattern.replace("{", "").replace("}", "")
            method = next(m for m in route.methods if m not in ("GET", "HEAD"))
            answer = client.request(
                address, method=method, body=body, headers={"Content-Type": content_type}, expect_errors=True
            )
            assert 300 <= answer.status_int < 500, (route.name, answer.status)


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"request_type": "nda", "answers": 900}, 422),
        ({"request_type": "nda", "answers": 100_000}, 422),
        ({"request_type": 900}, 400),
    ],
)
def test_json_nested_too_deep(calling: Calling, document: dict[str, Any], status: int) -> None:
    """T24: 422 in the answers, 400 elsewhere; never a RecursionError."""
    members = [
        f'"{name}": "{value}"' if isinstance(value, str) else f'"{name}": ' + '{"a":' * value + "1" + "}" * value
        for name, value in document.items()
    ]
    caller = calling("maya", "submit")
    answer = caller.post(
        "/api/v1/submissions",
        "{" + ", ".join(members) + "}",
        headers={"Content-Type": "application/json", "Idempotency-Key": "deep"},
        status=status,
    )
    assert answer.json["title"] == "Nested too deeply"


@pytest.mark.parametrize("date", ["Thu, 01 Jan 99999 00:00:00 GMT", "Thu, 01 Jan 2026 99:00:00 +9999999999", "x"])
@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since", "If-Range", "Date"])
@pytest.mark.parametrize("path", ["/favicon.ico", "/static/pages.js", "/sign-in"])
def test_a_date_of_no_calendar_is_ignored(app: Any, path: str, header: str, date: str) -> None:
    """T24: it was an error of the server, without a number and outside of every view of errors."""
    answer = TestApp(app).get(path, headers={header: date, "Range": "bytes=0-0"}, status="*")
    assert answer.status_int in (200, 206)
