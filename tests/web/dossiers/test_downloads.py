"""Responses with files: headers, content types, ETag."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from webtest import Upload

from formengine.forms import Upload as FileUpload
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.attachments import attach_files
from formengine.web.dossiers.downloads import content_disposition
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, Visitor

NAMES = [
    "contrat é.pdf",
    'a"b.txt',
    "a\\b.txt",
    "a\r\nSet-Cookie: x=1.txt",
    "../../etc/passwd",
    "合同.docx",
    "100%.txt",
]


@pytest.mark.parametrize("name", NAMES)
def test_file_names_are_escaped_in_content_disposition(name: str) -> None:
    """T23: quoted for old browsers and percent-encoded for others (RFC 6266)."""
    header = content_disposition(name)
    assert header.startswith('attachment; filename="')
    assert "\r" not in header
    assert "\n" not in header
    assert header.count('"') == 2
    assert header.isascii()


def attached(visitor: Visitor, reference: str, name: str, content: bytes, type: str) -> str:
    form = visitor.form(f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/attachments")
    form["files"] = [Upload(name, content, type)]
    page = form.submit(status=303).follow()
    return str(page.html.find("a", string=name)["href"])


@pytest.mark.parametrize(
    ("name", "content", "type"),
    [
        ("page.html", b"<script>alert(1)</script>", "text/html"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"),
        ("fake.png", b"<html><script>alert(1)</script>", "image/png"),
    ],
)
def test_files_are_downloads_in_a_sandbox(
    signed_in: SignedIn, opened: Opened, acting: Acting, name: str, content: bytes, type: str
) -> None:
    """T34: whatever a file contains, it is an attachment with a sandboxing CSP, never rendered: also one that came
    before its type was refused."""
    maya, reference = signed_in("maya"), opened("nda", NDA)
    with acting(None) as work:
        (attachment,) = attach_files(work, reference, [FileUpload(name, type, io.BytesIO(content))])
    answer = maya.get(f"/attachments/{attachment.id}")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.body == content


def test_etag_is_the_sha256_of_the_content(signed_in: SignedIn, opened: Opened) -> None:
    """D6: downloads can be compared with stored content; If-None-Match is answered with 304."""
    maya, reference = signed_in("maya"), opened("nda", NDA)
    link = attached(maya, reference, "plan.txt", b"a plan", "text/plain")
    answer = maya.get(link)
    assert answer.headers["ETag"] == f'"{hashlib.sha256(b"a plan").hexdigest()}"'
    again = maya.get(link, headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    assert again.body == b""


def test_inaccessible_attachment_answers_404(signed_in: SignedIn, opened: Opened) -> None:
    """T13: the same response as for an attachment that does not exist."""
    maya, reference = signed_in("maya"), opened("nda", NDA)
    link = attached(maya, reference, "plan.txt", b"a plan", "text/plain")
    signed_in("di").get(link, status=404)
    maya.get("/attachments/999999", status=404)
    maya.get("/attachments/x", status=404)


def test_files_while_the_storage_is_away(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """T7, T37: neither that there is no such file, nor that it is our fault: 503, and all is well when it is back."""
    maya, reference = signed_in("maya"), opened("nda", NDA)
    address = attached(maya, reference, "a.txt", b"whole", "text/plain")
    form = maya.form(f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/attachments")
    form["files"] = [Upload("b.txt", b"another", "text/plain")]
    folder = Path(platform.settings.storage_url.removeprefix("file:"))
    folder.rename(folder.with_name("away"))
    try:
        assert maya.get(address, status=503).headers["Retry-After"]
        form.submit(status=503)
    finally:
        folder.with_name("away").rename(folder)
    assert maya.get(address).body == b"whole"
    assert "b.txt" not in maya.get(f"/dossiers/{reference}?tab=attachments").text


def test_lost_content_is_not_a_wrong_address(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """T37: the page says that it is our fault, with the number under which the log names the content."""
    maya, reference = signed_in("maya"), opened("nda", NDA)
    address = attached(maya, reference, "a.txt", b"whole", "text/plain")
    platform.blobs.delete(hashlib.sha256(b"whole").hexdigest())
    lost = maya.get(address, status=500)
    assert lost.headers["X-Request-Id"] in lost.text


@pytest.mark.parametrize("changed", [b"a plot", b"a plan, and more", b""])
def test_a_file_that_was_changed_on_the_disk_is_given_to_nobody(
    signed_in: SignedIn, opened: Opened, platform: Platform, changed: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """T37: an error instead of other bytes, whole or in part, and a line in the log that names the content."""
    maya, reference = signed_in("maya"), opened("nda", NDA)
    link = attached(maya, reference, "plan.txt", b"a plan", "text/plain")
    sha256 = hashlib.sha256(b"a plan").hexdigest()
    path = Path(platform.settings.storage_url.removeprefix("file:")) / sha256[:2] / sha256[2:4] / sha256
    path.write_bytes(changed)
    assert "plot" not in maya.get(link, status=500)
    maya.get(link, status=500, headers={"Range": "bytes=0-2"})
    assert f"the content {sha256} was changed in the store" in caplog.text
    path.write_bytes(b"a plan")
    assert maya.get(link).body == b"a plan"
    assert maya.get(link, headers={"Range": "bytes=2-3"}, status=206).body == b"pl"
