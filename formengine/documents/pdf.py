"""Converting: a Word document made into a PDF by LibreOffice, which sees nothing but that document.

A profile of its own, no network where the system can take it away, no link to anywhere in the document, macros off,
and limits on time and memory. Slow (a second or more): only ever called in a job.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

from formengine.documents.sandbox import kill_process_group
from formengine.documents.template import check_template
from formengine.errors import ConversionFailed

SECONDS: Final = 120
KILOBYTES: Final = 4 * 1024 * 1024
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""


def find_converter() -> str | None:
    """The path of LibreOffice, or None where there is none."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def to_pdf(docx: bytes, *, seconds: int = SECONDS) -> bytes:
    """The document as a PDF.

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
        (folder / "profile/user/registrymodifications.xcu").write_text(_SETTINGS)
        (folder / "document.docx").write_bytes(without_links(docx))
        complaint = _run(program, folder, seconds)
        result = folder / "document.pdf"
        if not result.exists():
            raise ConversionFailed(f"LibreOffice made no PDF: {complaint or 'it says nothing'}")
        return result.read_bytes()


def without_links(docx: bytes) -> bytes:
    """The same document without relations to anywhere outside it, hyperlinks apart: nothing would fetch those."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            data = source.read(part)
            target.writestr(part.filename, _RELATION.sub(_cut, data) if part.filename.endswith(".rels") else data)
    return copy.getvalue()


def _cut(found: re.Match[bytes]) -> bytes:
    relation = found[0]
    outside = re.search(rb"TargetMode\s*=\s*[\"']External", relation)
    if not outside or re.search(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", relation):
        return relation
    return re.sub(rb"(\sTarget\s*=\s*)(\"[^\"]*\"|'[^']*')", rb'\1"about:blank"', relation)


def _run(program: str, folder: Path, seconds: int) -> str:
    """Run LibreOffice on the folder's document; what it complained of."""
    command = [
        *_without_network(),
        *("sh", "-c", f'ulimit -t {seconds} -v {KILOBYTES} -c 0; exec "$@"', "sh"),
        *(
            program,
            "--headless",
            "--norestore",
            "--nolockcheck",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        ),
        *("--convert-to", "pdf", "--outdir", str(folder), str(folder / "document.docx")),
    ]
    nowhere = "http://127.0.0.1:9"
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": str(folder)}
    environment |= {"TMPDIR": str(folder), "http_proxy": nowhere, "https_proxy": nowhere}
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
        _out, complaint = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill_process_group(child)
        raise ConversionFailed(f"LibreOffice took longer than {seconds} seconds") from None
    return complaint.decode("utf-8", "replace").strip()[-500:]


@cache
def _without_network() -> tuple[str, ...]:
    """The words before a command that take its network away, where this system allows it; else none."""
    for words in (("unshare", "--net", "--"), ("unshare", "--map-root-user", "--net", "--")):
        try:
            if subprocess.run([*words, "true"], capture_output=True, timeout=10).returncode == 0:
                return words
        except (OSError, subprocess.TimeoutExpired):
            continue
    return ()
