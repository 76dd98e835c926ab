"""Runs a service for a page view: redirects when it succeeds, shows the page again with the reasons when it is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from formengine.errors import DocumentRefused, Invalid, Refused
from formengine.i18n import say
from formengine.services.drafts.storage import discard_draft
from formengine.web.page_errors import Controls, PageError, errors_of, page_errors
from formengine.web.post_data import is_live_update, posted_files
from formengine.web.repeated_posts import Repeated, once

if TYPE_CHECKING:
    from formengine.forms import Answers

Page: TypeAlias = dict[str, Any]
"""The variables of a template."""
NO_CONTROLS: Final[Controls] = {}
PageOrRedirect: TypeAlias = Page | HTTPSeeOther


def run_action(
    request: Request,
    action: Callable[[], object],
    after: Callable[[], PageOrRedirect],
    again: Callable[[list[PageError]], Page],
    errors: Sequence[str] = (),
    *,
    controls: Controls = NO_CONTROLS,
    answers: Answers | None = None,
    valid: bool | None = None,
) -> PageOrRedirect:
    """Run `action` and return `after()`, unless there are `errors` already or a generated form is not `valid`.

    Otherwise return `again(errors)`, the page with what was typed, with status 422 unless it has another error status
    already. Changes of a refused action are
    rolled back first, so that the page shows the stored state. Stale, NotFound and the like are not caught. `controls`
    are those of the page, `answers` those of its generated form, which shows the errors of its fields itself and says
    whether it is valid where `valid` does not. A post that was carried out already (`repeated_posts`) is not again. A
    live update carries out nothing: nobody has pressed a button.
    """
    if is_live_update(request):
        return again([])
    problems = page_errors(errors)
    if valid is None:
        valid = answers is None or answers.valid
    if valid and not problems:
        refused = refusal_of(request, once(request, action))
        if refused is None:
            forget_typed(request)
            return after()
        problems = errors_of(refused, controls, answers)
    problems += lost_files(request, controls, problems)
    if request.response.status_int < 400:
        request.response.status_int = 422
    return again(problems)


def lost_files(request: Request, controls: Controls, problems: Sequence[PageError]) -> list[PageError]:
    """The error of a file control whose files have to be chosen again, since something else was refused: unlike those
    of a generated form, they are not kept, and a browser does not fill the control in.
    """
    control = controls.get("files", "")
    files = [] if control in {problem.control for problem in problems} else posted_files(request)
    sentence = "Files were not kept. Choose them again: {names}"
    names = ", ".join(file.name for file in files)
    return [PageError(say(request.work.language, sentence, names=names), control)] if files else []


def forget_typed(request: Request) -> None:
    """Delete what was typed before on the page of a form, now that it was sent; drafts of requests are for
    `portal/request_drafts.py` to delete.
    """
    draft_id, person = request.POST.get("_draft", ""), request.identity.person
    if (
        person is not None
        and isinstance(draft_id, str)
        and draft_id
        and request.matched_route.name not in ("new_request", "embed")
    ):
        discard_draft(request.work, person.id, draft_id)


def refusal_of(request: Request, action: Callable[[], object]) -> Refused | Invalid | DocumentRefused | None:
    """Run `action`; when it is refused, roll it back and return the refusal. None when it succeeded, also where the
    same post did so at the same moment.
    """
    try:
        with request.work.session.begin_nested():
            action()
    except (Refused, Invalid, DocumentRefused) as error:
        return error
    except Repeated:
        return None
    return None


def redirect_to_tab(
    request: Request, reference: str, tab: str | None = None, anchor: str | None = None, *, flash: str = ""
) -> HTTPSeeOther:
    """Redirect to a tab of a dossier, and to an entry on it, with a flash message."""
    if flash:
        request.flash(flash)
    query = {"tab": tab} if tab else None
    return HTTPSeeOther(request.route_path("dossier", reference=reference, _query=query, _anchor=anchor))
