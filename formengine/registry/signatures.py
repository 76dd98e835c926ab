"""What a signature provider answers: how a request stands, with the files that prove it (S7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

STATUSES: Final = ("asked", "signed", "declined", "expired")
FILE_KINDS: Final = ("signed", "audit_log")
"""The signed PDF, and the provider's own record of what happened, as PDF."""
MAX_FILE_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class ProviderFile:
    """A PDF of a provider: `kind` is one of FILE_KINDS. In a round about several documents, a signed PDF names the
    `document` that it is of, by its id.
    """

    kind: str
    content: bytes = field(repr=False)
    document: str = ""


@dataclass(frozen=True)
class SignatureReport:
    """How the request for one signature stands: one of STATUSES, why it was declined, and the files of a signed one."""

    status: str
    reason: str = ""
    files: tuple[ProviderFile, ...] = ()


def report_of(answer: Any) -> SignatureReport:
    """What a provider's `status` returned, as a report: a text stands for a status alone.

    >>> report_of("signed").status
    'signed'
    """
    return answer if isinstance(answer, SignatureReport) else SignatureReport(answer)


def problem_of_report(answer: Any) -> str | None:
    """What is wrong with what a provider's `status` returned, as a sentence for its author; None when nothing is.

    >>> problem_of_report("maybe")
    "the status is 'maybe'; it may be asked, signed, declined, expired"
    """
    report = report_of(answer)
    if report.status not in STATUSES:
        return f"the status is {report.status!r}; it may be {', '.join(STATUSES)}"
    kinds = [file.kind for file in report.files]
    names = [(file.kind, file.document) for file in report.files]
    if kinds and report.status != "signed":
        return f"only a signed report has files, and this one is {report.status}"
    if len(set(names)) < len(names) or not set(kinds) <= set(FILE_KINDS):
        return f"the files are {', '.join(kinds)}; each of {', '.join(FILE_KINDS)} may be there once for a document"
    if any(not file.content.startswith(b"%PDF-") for file in report.files):
        return "a file is no PDF"
    if any(len(file.content) > MAX_FILE_BYTES for file in report.files):
        return f"a file is larger than {MAX_FILE_BYTES} bytes"
    return None


def problem_of_files(files: Sequence[ProviderFile], documents: Sequence[str]) -> str | None:
    """What is wrong with the signed PDFs of a round about several documents, as a sentence; None when nothing is: there
    are none, or one of each document.

    >>> problem_of_files([ProviderFile("signed", b"", "annex")], ["contract", "annex"])
    'the signed PDFs are of annex; of contract, annex each needs one'
    """
    signed = [file.document for file in files if file.kind == "signed"]
    if len(documents) < 2 or not signed or sorted(signed) == sorted(documents):
        return None
    return f"the signed PDFs are of {', '.join(signed)}; of {', '.join(documents)} each needs one"
