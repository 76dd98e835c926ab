"""What was typed on a page that came too late, shown so that it can be copied: nothing that was typed is lost (F8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyramid.request import Request

from formengine.forms.tree.control_names import NAME, control_base, write_only_names
from formengine.services.intake.part_sending import was_sent
from formengine.web.post_data import form_controls, parsed_post

if TYPE_CHECKING:
    from formengine.services.intake.loaded_fillings import LoadedFilling
    from formengine.storage.models.fillings import FilledPart

WRITTEN: Final = ("text", "question", "answer", "reason", "successor_reason", "comment")
"""The controls of hand-written forms in which people write sentences."""
_TOO_LATE: Final = (404, 409, 410, 429)
"""The statuses of posts that came too late or too often, 404 from who is not asked any more: there was nothing wrong
with what was typed.
"""


def late_answers(request: Request, loaded: LoadedFilling, part: FilledPart) -> list[tuple[str, str]]:
    """What was posted in a part that is not open any more, as (title, text), with the files that were chosen by their
    names, which are not stored; none where it was sent as it is, as by a double click.
    """
    from formengine.forms.typed_answers import typed_answers

    controls = [(name, value) for name, value in form_controls(request) if isinstance(value, str)]
    answers = loaded.part_form(part.part).read(controls)
    if was_sent(loaded, part, answers.data):
        return []
    files = [str(value.filename) for value in request.POST.values() if getattr(value, "filename", None)]
    return [*typed_answers(answers), *(("", name) for name in files)]


def written_in(request: Any, status: int) -> list[str]:
    """The texts of a post that is answered with an error status, for a page that knows neither form nor permission.

    None after a fault of the server, which may lie in the post.
    Those of a generated form, which may be secrets there, come back only where the post was too late. Only a post that
    was parsed before has any: what was refused unparsed, such as one to a static file, is not parsed for its error page
    (T14).
    """
    if status >= 500:
        return []
    posted = parsed_post(request.environ)
    secret = write_only_names(name for name in posted if isinstance(name, str))
    return [
        value.strip()
        for name, value in posted.items()
        if isinstance(name, str) and isinstance(value, str) and value.strip()  # a part of a malformed body has no name
        if name in WRITTEN
        or (status in _TOO_LATE and NAME.fullmatch(name) and control_base(name) == name and name not in secret)
    ]
