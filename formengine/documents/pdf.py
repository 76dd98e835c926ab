"""Converts a Word document to PDF with LibreOffice, isolated from everything but that document.

Each conversion has a profile of its own, no network (a namespace of `unshare`, where the system allows it), no external
links in the document, macros off, and limits on time and memory. It takes a second or more: call it in a job.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

from formengine.documents.print_copy import print_copy
from formengine.documents.sandbox import kill_process_group
from formengine.documents.template import check_template
from formengine.errors import ConversionFailed

SECONDS: Final = 120
KILOBYTES: Final = 4 * 1024 * 1024
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""

_ARCHIVAL: Final = "pdf:writer_pdf_Export:" + json.dumps(
    {
        "SelectPdfVersion": {"type": "long", "value": "3"},
        "UseTaggedPDF": {"type": "boolean", "value": "true"},
        "ExportBookmarksToPDFDestination": {"type": "boolean", "value": "true"},
    }
)


def find_converter() -> str | None:
    """The path of LibreOffice, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def to_pdf(docx: bytes, *, seconds: int = SECONDS, archival: bool = False) -> bytes:
    """The document as a PDF, with the text that people read (`print_copy`); an `archival` one is PDF/A-3 with tags, and
    names the place of each bookmark.

    Raises DocumentRefused for what is no Word document or not safe to open, and ConversionFailed where LibreOffice is
    missing, took longer than `seconds`, or made nothing of it.
    """
    check_template(docx)
    program = find_converter()
    if program is None:
        raise ConversionFailed("LibreOffice is not installed; install it (Debian: libreoffice-writer) to make PDFs")
    with tempfile.TemporaryDirectory(prefix="formengine-") as name:
        folder = Path(name)
        (folder / "profile/user").mkdir(parents=True)
        (folder / "profile/user/registrymodifications.xcu").write_text(SETTINGS)
        (folder / "document.docx").write_bytes(without_links(print_copy(docx)))
        stderr = convert(program, folder, seconds, _ARCHIVAL if archival else "pdf")
        result = folder / "document.pdf"
        if not result.exists():
            raise ConversionFailed(f"LibreOffice made no PDF: {stderr or 'it says nothing'}")
        return result.read_bytes()


def without_links(docx: bytes) -> bytes:
    """A copy of the document without external relationships, which would be fetched; hyperlinks stay."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            data = source.read(part)
            target.writestr(
                part.filename, _RELATION.sub(_without_target, data) if part.filename.endswith(".rels") else data
            )
    return copy.getvalue()


def _without_target(match: re.Match[bytes]) -> bytes:
    relation = match[0]
    external = re.search(rb"TargetMode\s*=\s*[\"']External", relation)
    if not external or re.search(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", relation):
        return relation
    return re.sub(rb"(\sTarget\s*=\s*)(\"[^\"]*\"|'[^']*')", rb'\1"about:blank"', relation)


def convert(program: str, folder: Path, seconds: int, target: str) -> str:
    """Convert `document.docx` in the folder to `document.pdf`; returns the end of LibreOffice's standard error.

    `target` is a format with the options of its export filter. The tests have most of theirs converted by a LibreOffice
    that runs already.
    """
    command = [
        *_without_network(),
        # one limit at a time: dash, the `sh` of Debian, sets none where it is given several
        *("sh", "-c", f'ulimit -t {seconds} && ulimit -v {KILOBYTES} && ulimit -c 0 && exec "$@"', "sh"),
        *(
            program,
            "--headless",
            "--norestore",
            "--nolockcheck",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        ),
        *("--convert-to", target, "--outdir", str(folder), str(folder / "document.docx")),
    ]
    dead_proxy = "http://127.0.0.1:9"
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": str(folder)}
    environment |= {"TMPDIR": str(folder), "http_proxy": dead_proxy, "https_proxy": dead_proxy}
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    try:
        _, stderr_bytes = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill_process_group(child)
        raise ConversionFailed(f"LibreOffice took longer than {seconds} seconds") from None
    return stderr_bytes.decode("utf-8", "replace").strip()[-500:]


@cache
def _without_network() -> tuple[str, ...]:
    """The command prefix that takes the network away; empty where the system does not allow it."""
    for prefix in (("unshare", "--net", "--"), ("unshare", "--map-root-user", "--net", "--")):
        try:
            if subprocess.run([*prefix, "true"], capture_output=True, timeout=10).returncode == 0:
                return prefix
        except (OSError, subprocess.TimeoutExpired):
            continue
    return ()
