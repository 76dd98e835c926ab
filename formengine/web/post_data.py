"""What a browser posts, as the forms engine and the services take it, and where a post leads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from formengine.errors import Invalid, Refused
from formengine.forms import Upload
from formengine.i18n import say
from formengine.services.core.unit_of_work import Work

PAGE_CONTROLS = frozenset(
    ("csrf_token", "nonce", "version", "comment", "accept_notice", "visible_to_client", "_step", "_go")
)
"""Controls of the page around a form; what the forms engine names never looks like these."""


def form_controls(request: Request) -> list[tuple[str, str | Upload]]:
    """The successful controls of a form, in document order, without those of the page around it."""
    limit = request.work.platform.settings.max_file
    posted = request.POST.items()
    return [
        (name, _control_value(value))
        for name, value in posted
        if name not in PAGE_CONTROLS and not _exceeds(value, limit)
    ]


def oversized_file_errors(request: Request) -> list[str]:
    """A sentence for each chosen file that is over the limit; such a file is left out of `controls` and `uploads`."""
    limit = request.work.platform.settings.max_file
    sentence = "{name} is larger than {limit} MB; choose a smaller file."
    return [
        say(request.work.language, sentence, name=value.filename, limit=limit // (1024 * 1024))
        for value in request.POST.values()
        if _exceeds(value, limit)
    ]


def _exceeds(value: object, limit: int) -> bool:
    if getattr(value, "filename", None) is None:
        return False
    stream = value.file  # type: ignore[attr-defined]
    size: int = stream.seek(0, 2)
    stream.seek(0)
    return size > limit


def uploaded_files(request: Request, name: str) -> list[Upload]:
    """The files chosen in one file control; one left empty gives none."""
    limit = request.work.platform.settings.max_file
    values = (_control_value(value) for value in request.POST.getall(name) if not _exceeds(value, limit))
    return [value for value in values if isinstance(value, Upload)]


def _control_value(value: object) -> str | Upload:
    filename = getattr(value, "filename", None)
    if filename is None:
        return value if isinstance(value, str) else ""
    # Browsers write a quote in a file's name as %22 (HTML, "multipart/form-data encoding algorithm").
    return Upload(str(filename).replace("%22", '"'), str(getattr(value, "type", "")), value.file)  # type: ignore[attr-defined]


def posted_text(request: Request, name: str) -> str:
    """A text control's value, without the blanks around it; line ends as the rest of the product has them."""
    value = request.POST.get(name, "")
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def posted_texts(request: Request) -> dict[str, str]:
    """The texts of a post, to show again; a file sent in a text's place is none."""
    return {name: value for name, value in request.POST.items() if isinstance(value, str)}


def posted_version(request: Request) -> int:
    """The version that the page was made from; 0, which is no version, when the post has lost it."""
    text = posted_text(request, "version")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@contextmanager
def trying(work: Work) -> Iterator[None]:
    """What fails in here leaves nothing behind: the page shown again reads the dossier as it stands."""
    with work.session.begin_nested():
        yield


def refusal_sentences(error: Refused | Invalid) -> list[str]:
    """Why an act was refused, or what was wrong with what was typed, for people to read."""
    if isinstance(error, Refused):
        return error.reasons
    return [getattr(one, "message", str(one)) for one in error.errors]


def redirect_to_tab(
    request: Request, reference: str, tab: str | None = None, anchor: str | None = None, *, said: str = ""
) -> HTTPSeeOther:
    """Back to a dossier, on one of its tabs, at one of its entries; `said` is told there."""
    if said:
        request.flash(said)
    query = {"tab": tab} if tab else None
    return HTTPSeeOther(request.route_path("dossier", reference=reference, _query=query, _anchor=anchor))
