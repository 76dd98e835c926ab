"""Reads what a browser posts: text fields, the controls of a generated form, and uploaded files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pyramid.request import Request

from formengine.forms import Upload
from formengine.i18n import say

PAGE_CONTROLS: Final = frozenset(
    ("csrf_token", "nonce", "version", "comment", "accept_notice", "visible_to_client", "_step", "_go")
)
"""Controls of the page around a generated form; the forms engine never makes names like these."""
SECRET_FIELDS: Final = ("password", "present", "new")
PAGE_KEY_PREFIX: Final = "page-"
"""What the idempotency keys of pages begin with, so that no key of the API is ever one of theirs."""


@dataclass
class FormValues:
    """A small hand-written form as it was posted: the values by field name, and the error of each wrong field."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    several: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.errors)


def posted_values(post: Any, errors: Sequence[Any] = ()) -> FormValues:
    """A post with the errors of an Invalid (`/email` belongs to the field `email`); passwords are left out."""
    values = {name: value for name, value in post.items() if isinstance(value, str) and name not in SECRET_FIELDS}
    messages = {error.pointer.lstrip("/"): error.message for error in errors}
    return FormValues(values, messages, {name: post.getall(name) for name in post})


def posted_field(request: Any, name: str, longest: int = 2000) -> str:
    """A text field exactly as typed, for passwords too, cut to `longest` characters; empty when missing or a file."""
    value = request.POST.get(name, "")
    return value[:longest] if isinstance(value, str) else ""


def posted_text(request: Request, name: str) -> str:
    """A text field without surrounding blanks, line ends as LF; empty when missing or a file."""
    value = request.POST.get(name, "")
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def posted_texts(request: Request) -> dict[str, str]:
    """All text fields, to fill the page with again."""
    return {name: value for name, value in request.POST.items() if isinstance(value, str)}


def posted_number(request: Request, name: str) -> int | None:
    """A whole number of at most 17 digits, or None for anything else."""
    text = posted_text(request, name)
    return int(text) if text.isdecimal() and len(text) < 18 else None


def posted_version(request: Request) -> int:
    """The version of the dossier that the page was made from; 0, which is no version, when it is missing."""
    text = posted_text(request, "version")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def is_checked(request: Request, name: str) -> bool:
    """Whether a checkbox (value `yes`) was ticked."""
    return posted_text(request, name) == "yes"


def is_live_update(request: Request) -> bool:
    """Whether a script posted the form while it is being filled in, to see which fields appear (F4)."""
    return bool(request.headers.get("X-Form-Live") == "1")


def form_controls(request: Request) -> list[tuple[str, str | Upload]]:
    """The controls of a generated form, in document order, without PAGE_CONTROLS and files over the size limit."""
    limit = request.work.platform.settings.max_file
    return [
        (name, _control_value(value))
        for name, value in request.POST.items()
        if name not in PAGE_CONTROLS and not _exceeds(value, limit)
    ]


def oversized_file_errors(request: Request) -> list[str]:
    """A sentence for each uploaded file over the size limit (`form_controls` and `uploaded_files` leave it out)."""
    limit = request.work.platform.settings.max_file
    sentence = "{name} is larger than {limit} MB; choose a smaller file."
    return [
        say(request.work.language, sentence, name=value.filename, limit=limit // (1024 * 1024))
        for value in request.POST.values()
        if _exceeds(value, limit)
    ]


def file_errors(request: Request, name: str, most: int | None = None) -> list[str]:
    """The same, with a sentence for each file that is in another control than `name`, or too many (`most`): a file
    that came is kept, or its page says that it is not."""
    errors, language = oversized_file_errors(request), request.work.language
    files = [control for control, value in request.POST.items() if getattr(value, "filename", None) is not None]
    other_controls = sorted({control for control in files if control != name})
    sentence = "A file came in “{name}”, where none is taken; choose it again on this page."
    errors += [say(language, sentence, name=control) for control in other_controls]
    if most is not None and len(files) > most:
        errors.append(say(language, "Choose one file."))
    return errors


def uploaded_files(request: Request, name: str) -> list[Upload]:
    """The files of one file control; a control left empty gives none."""
    limit = request.work.platform.settings.max_file
    values = (_control_value(value) for value in request.POST.getall(name) if not _exceeds(value, limit))
    return [value for value in values if isinstance(value, Upload)]


def _exceeds(value: object, limit: int) -> bool:
    if getattr(value, "filename", None) is None:
        return False
    stream = value.file  # type: ignore[attr-defined]
    size: int = stream.seek(0, 2)
    stream.seek(0)
    return size > limit


def _control_value(value: object) -> str | Upload:
    filename = getattr(value, "filename", None)
    if filename is None:
        return value if isinstance(value, str) else ""
    # Browsers write a quote in a file's name as %22 (HTML, "multipart/form-data encoding algorithm").
    return Upload(str(filename).replace("%22", '"'), str(getattr(value, "type", "")), value.file)  # type: ignore[attr-defined]
