"""What is uploaded: names that lead elsewhere, active content, bombs, entities (T22, T23, T34, T35)."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any

from tests.attack.browser import Program
from tests.attack.ownership import CONTRACT
from tests.attack.report import Report
from tests.attack.world import World

NAMES = (
    "../../../etc/cron.d/x.txt", "..\\..\\boot.ini", "/etc/passwd", "C:\\a.txt", "a\r\nSet-Cookie: x=1.txt", "a\0.txt",
    '"; filename="evil.html', "<img src=x onerror=alert(1)>.txt", "a" * 3000 + ".txt", ".htaccess", "..", "con.txt",
    "\u202etxt.exe", "é漢字.txt", "%2e%2e%2fa.txt", "a;b=c.txt", "",
)  # fmt: skip


def play(world: World, report: Report) -> None:
    name_files(world, report)
    upload_active_files(world, report)
    upload_office_files(world, report)


def name_files(world: World, report: Report) -> None:
    maya, wrong, came = world.browser("maya"), [], {}
    token = maya.token()
    before = files_outside(world)
    boundary = "XXXX"
    for n, name in enumerate(NAMES):
        plain = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22") if n % 2 else name
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{plain}"\r\n'
            f"Content-Type: text/plain\r\n\r\nhello {n}\r\n--{boundary}--\r\n"
        ).encode("utf-8", "surrogatepass")
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        came[f"{n} {name[:20]!r}"] = maya.post(
            f"/dossiers/{world.asked}/attachments", content=body, headers=headers
        ).status_code
    report.statuses("T22", "names of files", came, {303, 400, 422})
    program = Program(world.portal, maya.api_token())
    listed = program.get(f"/dossiers/{world.asked}/attachments").json()["items"]
    for item in listed:
        answer = maya.get(f"/attachments/{item['id']}", follow_redirects=True)
        disposition = answer.headers.get("Content-Disposition", "")
        if "Set-Cookie" in answer.headers or not disposition.startswith("attachment") or disposition.count('"') != 2:
            wrong.append(disposition)
        if any(part in item["name"] for part in ("/", "\\", "\n", "\r", "\0", "\u202e")) or len(item["name"]) > 200:
            wrong.append(item["name"][:50])
    report.note(
        "T23", "their names when they are read", "a plain name, an attachment", wrong or "so", not wrong, len(listed)
    )
    new = files_outside(world) - before
    report.note("T22", "files written outside the store", "none", sorted(new)[:3] or "none", not new)


def files_outside(world: World) -> set[str]:
    paths = (path for path in world.portal.folder.rglob("*") if path.is_file())
    return {
        str(path)
        for path in paths
        if "/var/files/" not in str(path) and "sqlite" not in path.name and "__pycache__" not in str(path)
    }


ACTIVE: tuple[tuple[str, bytes], ...] = (
    ("page.html", b"<html><script>alert(1)</script>"),
    ("fake.pdf", b"<!doctype html><script>alert(1)</script>"),
    ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("fake.png", b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    ("evil.exe", b"MZ\x90\x00" + b"\0" * 100),
    ("fake.docx", b"MZ\x90\x00" + b"\0" * 100),
    ("polyglot.pdf", b"%PDF-1.7\n<script>alert(1)</script>"),
    ("page.xhtml", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>"),
    ("run.sh", b"#!/bin/sh\nid\n"),
    ("utf16.txt", "<script>alert(1)</script>".encode("utf-16")),
)


def upload_active_files(world: World, report: Report) -> None:
    """As a contract they are refused; as attachments they may be taken, and no browser runs them."""
    maya = world.program("maya")
    came: dict[str, int] = {}
    for name, content in ACTIVE:
        came[f"contract {name}"] = upload_contract(maya, name, content, f"c-{name}")
    report.statuses(
        "T34", "active content as a contract", {k: v for k, v in came.items() if "polyglot" not in k}, {422}
    )
    served, wrong = 0, []
    for name, content in ACTIVE:
        answer = maya.post(f"/dossiers/{world.asked}/attachments", files={"file": (name, content, "text/plain")})
        if answer.status_code != 201:
            served += 1
            continue
        file = maya.get(f"/attachments/{answer.json()['items'][-1]['id']}")
        served += 1
        headers = file.headers
        if (
            not headers["Content-Disposition"].startswith("attachment")
            or headers["X-Content-Type-Options"] != "nosniff"
            or "sandbox" not in headers["Content-Security-Policy"]
        ):
            wrong.append(name)
    report.note(
        "T34",
        "active content as an attachment",
        "refused, or a download in a sandbox",
        wrong or "so",
        not wrong,
        served,
    )


def upload_contract(program: Program, name: str, content: bytes, key: str) -> int:
    payload = {
        "request_type": "contract_review",
        "answers": dict(CONTRACT),
        "accept_notice": True,
        "files": ["/document"],
    }
    files = {
        "payload": (None, json.dumps(payload), "application/json"),
        "files": (name, content, "application/octet-stream"),
    }
    return program.post(
        "/submissions/with-files", files=files, headers={"Idempotency-Key": key.replace(" ", "-")}
    ).status_code


def upload_office_files(world: World, report: Report) -> None:
    maya, came, times = world.program("maya"), {}, []
    memory = world.portal.memory
    for name, content in office_files().items():
        begun = time.monotonic()
        came[name] = upload_contract(maya, f"{name}.docx", content, f"o-{name}")
        times.append(time.monotonic() - begun)
    fine = {name: status for name, status in came.items() if name.startswith("fine")}
    report.statuses("T35", "a document that is as it should be", fine, {201})
    hostile = {name: status for name, status in came.items() if name not in fine}
    report.statuses("T35", "bombs and document types, as a contract or shown as text", hostile, {201, 422})
    slow, more = max(times), world.portal.memory - memory
    report.note(
        "T35",
        "their time and memory",
        "under 5 s, under 200 MiB more",
        f"{slow:.2f} s, {more} MiB",
        slow < 5 and more < 200,
        len(came),
    )
    paul, texts = world.browser("paul"), {}
    begun = time.monotonic()
    for n in range(1, 40):
        answer = paul.get(f"/documents/{n}/text")
        if answer.status_code != 404:
            texts[f"document {n}"] = answer.status_code
            if "root:" in answer.text or "ENTITY-WAS-READ" in answer.text:
                texts[f"document {n}"] = 999
    report.statuses("T35", "what was taken, shown as text", texts, {200, 202, 422, 503})
    report.note(
        "T35", "in all", "under 60 s", f"{time.monotonic() - begun:.1f} s", time.monotonic() - begun < 60, len(texts)
    )


def office_files() -> dict[str, bytes]:
    body = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>'
    external = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + body.format("&x;")
    internal = '<!DOCTYPE d [<!ENTITY x "ENTITY-WAS-READ">]>' + body.format("&x;")
    laughs = (
        "<!DOCTYPE d [<!ENTITY a0 'ha'>"
        + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
        + "]>"
        + body.format("&a11;")
    )
    declared = '<?xml version="1.0" encoding="{}"?>'
    files = {
        "fine": word(body.format("Hello").encode()),
        "an entity": word(external.encode()),
        "an entity of its own": word(internal.encode()),
        "laughs": word(laughs.encode()),
        "zeros": word(body.format("x").encode(), **{"word/media/a.bin": b"\0" * 300 * 2**20}),
        "a large body": word(body.format("x" * 80 * 2**20).encode()),
        "parts": word(body.format("x").encode(), **{f"word/{n}.xml": b"<a/>" for n in range(20_000)}),
        "a path": word(body.format("x").encode(), **{"../../../../tmp/evil": b"x"}),
        "an absolute path": word(body.format("x").encode(), **{"/etc/evil": b"x"}),
        "deep": word(("<a>" * 100_000).encode()),
        "an entity in a relation": word(
            body.format("x").encode(), **{"word/_rels/document.xml.rels": internal.encode()}
        ),
    }
    for encoding in ("utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp500", "cp037"):
        files[f"an entity in {encoding}"] = word((declared.format(encoding) + internal).encode(encoding))
        files[f"an entity in {encoding}, undeclared"] = word(internal.encode(encoding))
    return files


def word(document: bytes, **parts: bytes) -> bytes:
    """A .docx with this main part and others."""
    types = (
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        b'Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        b'PartName="/word/document.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        b"</Types>"
    )
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        b'Target="word/document.xml"/></Relationships>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        all_parts: dict[str, Any] = {
            "[Content_Types].xml": types,
            "_rels/.rels": relations,
            "word/document.xml": document,
            **parts,
        }
        for name, content in all_parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
