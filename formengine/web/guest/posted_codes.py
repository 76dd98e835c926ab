"""The code that was typed on the page of a link, judged with everything else that was posted there (T16)."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.request import Request

from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.web.page_errors import PageError, missing
from formengine.web.post_data import posted_text

CodeMistake = Callable[[UnitOfWork, str, str], str]
"""A service that judges a code which is not used now: of a unit of work, the link's token and the code."""


def posted_code(
    request: Request, token: str, mistake_of: CodeMistake, control: str, errors: list[PageError],
    *, others: bool = False,
) -> tuple[str, list[PageError]]:  # fmt: skip
    """The code of a post, and all that is wrong with the post: `errors`, after the one of the code.

    Where there are errors, or `others` in a generated form, nothing will be done with the code: it is judged here, so
    that people are told everything at once. Otherwise that is for what is done with it.
    """
    code = posted_text(request, "code")
    sentence = say(request.work.language, "Type the six digits that we sent you.")
    problems = missing(sentence, control, when=not code)
    if code and (errors or others):
        mistake = mistake_of(request.work, token, code)
        problems = missing(mistake, control, when=bool(mistake))
    return code, [*problems, *errors]
