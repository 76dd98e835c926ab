"""Conversions to PDF by a LibreOffice that runs already: to start it takes a second and a half of CPU, to convert a
document a tenth.

That each conversion of the product starts one of its own, and what that may do, is proved in
tests/documents/test_pdf.py, which does without this.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from threading import Lock
from typing import Final

from docx import Document

from formengine.documents import pdf

CONVERT_ANEW: Final = pdf.convert
START_SECONDS: Final = 60
OPTIONS: Final = ("--headless", "--norestore", "--nolockcheck")


class WarmOffice:
    """A LibreOffice with a profile of its own, which is started for the first conversion.

    A second one that is started with the same profile hands its command line over to it, and ends when that is done. A
    document stays open in it meanwhile: without one it would end after the first conversion.
    """

    def __init__(self) -> None:
        self._converting = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()

    def convert(self, program: str, folder: Path, seconds: int, target: str) -> str:
        """As `pdf.convert` does; by that where it fails here, or where the program is not the LibreOffice installed."""
        if program != shutil.which("soffice"):
            return CONVERT_ANEW(program, folder, seconds, target)
        with self._converting:
            if self._process is None:
                self._start(program)
            order = ("--convert-to", target, "--outdir", str(folder), str(folder / "document.docx"))
            handing_over = subprocess.Popen(
                self._command(program, *order), env=self._environment(), stdout=subprocess.DEVNULL
            )
            try:
                handing_over.wait(seconds)
            except subprocess.TimeoutExpired:
                handing_over.kill()
                handing_over.wait()
                self.close()
        return "" if (folder / "document.pdf").exists() else CONVERT_ANEW(program, folder, seconds, target)

    def _start(self, program: str) -> None:
        """Start it, and wait until its document is open; it ends with this process, however that ends."""
        self._folder = Path(tempfile.mkdtemp(prefix="formengine-office-"))
        user = self._folder / "profile/user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(pdf.SETTINGS)
        opened = self._folder / "open.docx"
        Document().save(str(opened))
        watched = ("sh", "-c", '"$@" </dev/null & read -r _; kill -KILL 0', "sh")
        self._process = subprocess.Popen(
            [*watched, *self._command(program, str(opened))],
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + START_SECONDS
        while not (self._folder / ".~lock.open.docx#").exists() and time.monotonic() < end:
            time.sleep(0.05)

    def _command(self, program: str, *order: str) -> list[str]:
        return [program, *OPTIONS, f"-env:UserInstallation={(self._folder / 'profile').as_uri()}", *order]

    def _environment(self) -> dict[str, str]:
        folder = str(self._folder)
        return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder}

    def close(self) -> None:
        """End it; the next conversion starts another one."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(20)
            self._process = None
            shutil.rmtree(self._folder, ignore_errors=True)


def warm_conversions() -> None:
    """Have all conversions of this process done by one LibreOffice from now on."""
    office = WarmOffice()
    pdf.convert = office.convert
    atexit.register(office.close)
