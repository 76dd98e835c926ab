"""What was typed on a page that came too late, shown so that it can be copied: nothing that was typed is lost (F8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyramid.request import Request

from formengine.forms.tree.control_names import NAME, control_base
from formengine.web.post_data import form_controls

if TYPE_CHECKING:
    from formengine.forms import Answers, Form

WRITTEN: Final = ("text", "question", "reason", "comment")
"""The controls of hand-written forms in which people write sentences."""


def read_late(request: Request, form: Form) -> Answers:
    """What was posted for a form that takes nothing any more: its files are not stored."""
    return form.read([(name, value) for name, value in form_controls(request) if isinstance(value, str)])


def typed_late(request: Request, answers: Answers) -> list[tuple[str, str]]:
    """Such answers as (title, text), and the files that were chosen by their names, without a title."""
    from formengine.forms.typed_answers import typed_answers

    files = [str(value.filename) for value in request.POST.values() if getattr(value, "filename", None)]
    return [*typed_answers(answers), *(("", name) for name in files)]


def written_in(request: Any) -> list[str]:
    """The texts of a post, for an error page that knows neither form nor permission. Only a post that was parsed before
    has any: what was refused unparsed, such as one to a static file, is not parsed for its error page (T14).
    """
    is_parsed = request.method == "POST" and "webob._parsed_post_vars" in request.environ
    try:
        posted = list(request.POST.items()) if is_parsed else []
    except (ValueError, LookupError, DeprecationWarning, OSError):  # as in `input_checks`
        return []
    return [value.strip() for name, value in posted if isinstance(value, str) and value.strip() and _is_written(name)]


def _is_written(name: object) -> bool:
    """A part of a malformed body may have no name."""
    if not isinstance(name, str):
        return False
    return name in WRITTEN or (NAME.fullmatch(name) is not None and control_base(name) == name)
