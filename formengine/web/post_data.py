"""Reads what a browser posts: text fields, the controls of a generated form, and uploaded files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyramid.request import Request

from formengine.errors import Invalid
from formengine.forms import FieldError, Upload
from formengine.i18n import say
from formengine.services.people.displayed_names import has_visible
from formengine.storage.models.base import LARGEST_INTEGER
from formengine.web.page_errors import PageError

if TYPE_CHECKING:
    from formengine.forms import Form

PAGE_CONTROLS: Final = frozenset(
    (
        *("csrf_token", "nonce", "version", "comment", "accept_notice", "visible_to_client", "_step", "_go"),
        *("document_sha256", "code", "decision", "_form", "_changes", "_draft", "_draft_version", "_for", "_once"),
        *("sender_name", "sender_email", "website", "_begun", "_instead", "ends_signatures", "over_upload"),
    )
)
"""Controls of the page around a generated form; the forms engine never makes names like these."""
_MB: Final = 1024 * 1024
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


def parsed_post(environ: Mapping[str, Any]) -> Mapping[Any, Any]:
    """The fields of a post, files among them, that was parsed before; none of another one, which asking does not parse.

    WebOb has no public name for what it keeps of a parsed post.
    """
    fields: Mapping[Any, Any] = environ.get("webob._parsed_post_vars", ({}, None))[0]
    return fields


def posted_field(request: Any, name: str, longest: int = 2000) -> str:
    """A text field exactly as typed, for passwords too, cut to `longest` characters; empty when missing or a file."""
    value = request.POST.get(name, "")
    return value[:longest] if isinstance(value, str) else ""


def posted_form(request: Request, names: Sequence[str]) -> dict[str, str]:
    """The text fields of a form whose page sends them all, as `posted_field` reads them. Raises Invalid with an error
    for each that was not sent as text: what is known in its place would be removed unseen.
    """
    sentence = say(
        request.work.language, "This field was not sent: look at what it holds now, and send the form again."
    )
    missing = [name for name in names if not isinstance(request.POST.get(name), str)]
    if missing:
        raise Invalid([FieldError(f"/{name}", None, "required", sentence) for name in missing])
    return {name: posted_field(request, name) for name in names}


def posted_controls(request: Request) -> list[tuple[str, Any]]:
    """The controls of a post, in document order; on a page that is opened with what was typed before, those."""
    typed = request.typed_before
    if typed is None:
        return list(request.POST.items())
    return [(name, text) for name, texts in typed.controls.items() for text in texts]


def is_shown_again(request: Request) -> bool:
    """Whether the page is opened to go on with what was typed before its session ended (`web/unsent_posts.py`)."""
    return request.typed_before is not None


def posted_text(request: Request, name: str) -> str:
    """A text field without surrounding blanks, line ends as LF; empty when missing or a file, and where nothing of it
    would be seen.
    """
    typed = request.typed_before
    value = request.POST.get(name, "") if typed is None else (typed.controls.get(name) or [""])[0]
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) and has_visible(value) else ""


def posted_choices(request: Request, name: str) -> list[str]:
    """The values of the checkboxes of a name that were ticked."""
    return [value for key, value in posted_controls(request) if key == name and isinstance(value, str)]


def posted_texts(request: Request) -> dict[str, str]:
    """All text fields, to fill the page with again."""
    return {name: value for name, value in posted_controls(request) if isinstance(value, str)}


def whole_number(text: str, digits: int) -> int | None:
    """The number that a text of at most so many digits writes; None for anything else, and for one that no column can
    hold (LARGEST_INTEGER).
    """
    number = int(text) if text.isdecimal() and len(text) <= digits else None
    return number if number is not None and number <= LARGEST_INTEGER else None


def is_sent(request: Request, name: str) -> bool:
    """Whether a field of this name was sent, be it empty."""
    return any(key == name for key, _value in posted_controls(request))


def posted_number(request: Request, name: str) -> int | None:
    """A whole number that a column can hold; None where the field was not sent. Raises Invalid for anything else, also
    an empty field, which no page of ours sends: it is not taken for none.
    """
    return _number(request, name, 17)


def posted_version(request: Request) -> int:
    """The version of the dossier that the page was made from; 0, which is no version, when it is missing. Raises as
    `posted_number`.
    """
    return _number(request, "version", 9) or 0


def _number(request: Request, name: str, digits: int) -> int | None:
    text = posted_text(request, name)
    number = whole_number(text, digits)
    if number is None and is_sent(request, name):
        sentence = "“{value}” is no number of this page ({field}): load the page again, and send it from there."
        said = say(request.work.language, sentence, value=text[:40], field=name)
        raise Invalid([FieldError(f"/{name}", None, "type", said)])
    return number


def entry_number(request: Request) -> int:
    """The number of the history entry after which a list begins (`?after=`); 0 when it is missing or none."""
    return whole_number(request.GET.get("after", ""), 9) or 0


def history_order(request: Request) -> str:
    """The order of a history (`?order=`): "oldest" for the oldest entry first, "" for the newest."""
    return "oldest" if request.GET.get("order") == "oldest" else ""


def is_checked(request: Request, name: str) -> bool:
    """Whether a checkbox (value `yes`) was ticked."""
    return posted_text(request, name) == "yes"


def posted_switch(request: Request, name: str) -> bool:
    """What a button of the page switches: `yes` is on, an empty field off. Raises Invalid for anything else, also where
    the field was not sent: nobody said that something is to be switched off.
    """
    text = posted_text(request, name)
    if text == "yes" or (not text and is_sent(request, name)):
        return text == "yes"
    sentence = "It was not said whether this is to be on or off ({field}): load the page again, and send it from there."
    raise Invalid([FieldError(f"/{name}", None, "enum", say(request.work.language, sentence, field=name))])


def is_live_update(request: Request) -> bool:
    """Whether a script posted the form while it is being filled in, to see which fields appear (F4)."""
    return bool(request.headers.get("X-Form-Live") == "1")


def is_autosave(request: Request) -> bool:
    """Whether a script posted the form for its draft, while it is being filled in (F8)."""
    return bool(request.headers.get("X-Form-Draft") == "1")


def form_controls(request: Request) -> list[tuple[str, str | Upload]]:
    """The controls of a generated form, in document order, without PAGE_CONTROLS and files over the size limit."""
    limit = request.work.platform.settings.max_file
    return [
        (name, _control_value(value))
        for name, value in posted_controls(request)
        if name not in PAGE_CONTROLS and not _exceeds(value, limit)
    ]


def shown_fields(request: Request, form: Form, data: Any) -> str:
    """The fields of a form that a page opens with: filled with `data`, if any, or with what was typed before."""
    if not is_shown_again(request):
        return form.render(data or None)
    return form.read(form_controls(request), data).html(errors=(), first=False)


def oversized_file_errors(request: Request) -> list[FieldError]:
    """An error for each uploaded file over the size limit (`form_controls` and `uploaded_files` leave it out), at the
    control that it was chosen in."""
    limit = request.work.platform.settings.max_file
    sentence = "{name} is larger than {limit} MB; choose a smaller file."
    return [
        FieldError("", control, "size", say(request.work.language, sentence, name=value.filename, limit=limit // _MB))
        for control, value in request.POST.items()
        if _exceeds(value, limit)
    ]


def file_errors(request: Request, name: str, control: str, most: int | None = None) -> list[PageError]:
    """The same for the file control of one of the portal's own forms (its name and id), with a sentence for each file
    that is in another control, or too many (`most`): a file that came is kept, or its page says that it is not."""
    errors, language = (
        [PageError(error.message, control) for error in oversized_file_errors(request)],
        request.work.language,
    )
    files = [other for other, value in request.POST.items() if getattr(value, "filename", None) is not None]
    sentence = "A file came in “{name}”, where none is taken; choose it again on this page."
    errors += [PageError(say(language, sentence, name=other), control) for other in sorted({*files} - {name})]
    if most is not None and len(files) > most:
        errors.append(PageError(say(language, "Choose one file."), control))
    return errors


def sends_files(request: Request) -> bool:
    """Whether files were sent; a file control that was left empty has a part without a name."""
    return any(getattr(value, "filename", None) for value in request.POST.values())


FILES: Final = ("files", "step_files")
"""The names of the file controls that are of no generated form."""


def posted_files(request: Request) -> list[Upload]:
    """The files of every control that is of no generated form."""
    return [file for name in FILES for file in uploaded_files(request, name)]


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
