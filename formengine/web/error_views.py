"""Error views: every exception of the tree as a page in the reader's language, or as problem+json under /api/.

Nothing else maps errors to status codes. The page of an error is rendered after its transaction was rolled back.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from pyramid.exceptions import BadCSRFOrigin, BadCSRFToken, URLDecodeError
from pyramid.httpexceptions import HTTPClientError, HTTPForbidden, HTTPMethodNotAllowed, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid_retry import is_error_retryable
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from formengine import errors
from formengine.i18n import say
from formengine.web.authentication import Identity
from formengine.web.late_posts import written_in
from formengine.web.link_reasons import reason_of_account
from formengine.web.post_addresses import allowed_methods, page_with_form
from formengine.web.post_data import is_live_update
from formengine.web.redirects import sign_in_address
from formengine.web.root_factory import SignInNeeded
from formengine.web.routes import API
from formengine.web.unsent_posts import keep_own, keep_unsent

log = logging.getLogger(__name__)
TEMPLATE: Final = "formengine:web/templates/error.jinja2"


@dataclass
class ErrorDescription:
    """The description of an error: a status, a title, a sentence, and further data (`facts` are for the API)."""

    status: int
    title: str
    text: str
    reasons: list[str] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


Translate = Callable[..., str]


def not_found(_error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    text = _("It may have moved, or it is not meant for you. What you may see is reachable from the home page.")
    return ErrorDescription(404, _("There is nothing here"), text)


def forbidden(error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    detail = str(getattr(error, "detail", None) or "") if _api else ""
    return ErrorDescription(403, _("This is not open to you"), detail or _("Your account does not allow this."))


def refused(error: Any, _: Translate, api: bool) -> ErrorDescription:
    reasons = list(error.reasons)
    return ErrorDescription(
        422 if api else 403,
        _("This cannot be done now"),
        _("Nothing was changed.") if reasons else _("Your account does not allow this."),
        reasons,
        facts={"reasons": reasons},
    )


def stale(error: Any, _: Translate, api: bool) -> ErrorDescription:
    facts: dict[str, Any] = {"expected": getattr(error, "expected", None), "actual": getattr(error, "actual", None)}
    if api:
        changes = [{"at": at.isoformat(), "by": by, "what": what} for at, by, what in getattr(error, "changes", ())]
        facts["changes"] = changes
    return ErrorDescription(
        409,
        _("Somebody was quicker"),
        _("The dossier changed while you were reading it, so your step was not taken. Open it again and decide anew."),
        changes=list(getattr(error, "changes", ())),
        facts={k: v for k, v in facts.items() if v is not None},
    )


def invalid(error: Any, _: Translate, _api: bool) -> ErrorDescription:
    listed = [{"pointer": e.pointer, "keyword": e.keyword, "message": e.message} for e in error.errors]
    return ErrorDescription(
        422, _("Some answers need another look"), "", [e.message for e in error.errors], facts={"errors": listed}
    )


def idempotency_key_reused(_error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    text = _("This was sent before, with other content. Open the form again to send something new.")
    return ErrorDescription(422, _("Sent twice"), text)


def link_spent(error: Any, _: Translate, _api: bool) -> ErrorDescription:
    text = reason_of_account(_, error.why)
    return ErrorDescription(410, _("This link no longer works"), text, facts={"why": error.why})


def too_many(error: Any, _: Translate, _api: bool) -> ErrorDescription:
    minutes = max(1, round(error.wait / 60))
    text = _("Please wait {n} minutes before the next try.", n=minutes) if minutes > 1 else _("Please wait a minute.")
    return ErrorDescription(429, _("Too many tries"), text, headers={"Retry-After": str(error.wait)})


def too_large(_error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    return ErrorDescription(
        413, _("This is too large"), _("Send smaller files, or fewer of them at a time. Nothing was kept.")
    )


def csrf_failure(error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    log.warning(
        "a form was refused: %s", "sent by another site" if isinstance(error, BadCSRFOrigin) else "no valid token"
    )
    text = _(
        "The page had been open for too long, or cookies are switched off. Go back, load it again, and send it again."
    )
    return ErrorDescription(400, _("This form could not be taken"), text)


def undecodable_url(_error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    return ErrorDescription(
        400, _("This address cannot be read"), _("A part of it may have been lost when it was copied.")
    )


def wrong_method(error: Any, _: Translate, api: bool) -> ErrorDescription:
    allowed = error.headers.get("Allow", "")
    text = _("This address cannot be opened in this way. Start from the home page.")
    return ErrorDescription(405, _("Not in this way"), f"Allow: {allowed}" if api else text, headers={"Allow": allowed})


def document_refused(error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    return ErrorDescription(422, _("This file cannot be taken"), str(error))


def quota_exceeded(error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    return ErrorDescription(413, _("This file cannot be taken"), str(error))


def service_unavailable(error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    full = "full" in str(error).lower() or getattr(error, "errno", None) == errno.ENOSPC
    log.error("not available: %s", error)
    text = _("Nothing was lost that we said we have. Please try again in a few minutes.")
    return ErrorDescription(507 if full else 503, _("We cannot do this just now"), text, headers={"Retry-After": "30"})


def too_busy(error: Any, _: Translate, _api: bool) -> ErrorDescription:
    headers = {"Retry-After": str(error.wait)}
    return ErrorDescription(503, _("We cannot do this just now"), _("Please wait a minute."), headers=headers)


def client_error(error: Any, _: Translate, api: bool) -> ErrorDescription:
    detail = str(getattr(error, "detail", None) or "") if api else ""
    return ErrorDescription(error.status_int, _("This cannot be done"), detail or _("Start again from the home page."))


def internal_error(error: Exception, _: Translate, _api: bool) -> ErrorDescription:
    log.error("a page broke", exc_info=error)
    text = _("It is our fault, and it was written down. If it happens again, tell us the number below.")
    return ErrorDescription(500, _("Something went wrong here"), text)


def io_error(error: Exception, _: Translate, api: bool) -> ErrorDescription:
    full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    return service_unavailable(error, _, api) if full else internal_error(error, _, api)


DESCRIPTIONS: Final[dict[type[Exception], Callable[[Any, Translate, bool], ErrorDescription]]] = {
    errors.NotFound: not_found,
    errors.Refused: refused,
    errors.Stale: stale,
    errors.Invalid: invalid,
    errors.KeyReused: idempotency_key_reused,
    errors.LinkSpent: link_spent,
    errors.TooManyTries: too_many,
    errors.DocumentRefused: document_refused,
    errors.QuotaExceeded: quota_exceeded,
    errors.ConversionFailed: service_unavailable,
    errors.DeliveryFailed: service_unavailable,
    errors.DefinitionError: service_unavailable,
    errors.DatabaseBusy: service_unavailable,
    errors.TooBusy: too_busy,
    errors.StorageUnavailable: service_unavailable,
    errors.ContentLost: internal_error,
    errors.ConcurrentChange: service_unavailable,
    StaleDataError: stale,
    OperationalError: service_unavailable,
    OSError: io_error,
    BadCSRFToken: csrf_failure,
    BadCSRFOrigin: csrf_failure,
    URLDecodeError: undecodable_url,
    UnicodeDecodeError: undecodable_url,
    HTTPForbidden: forbidden,
    HTTPMethodNotAllowed: wrong_method,
    HTTPClientError: client_error,
    Exception: internal_error,
}


def error_response(error: Exception, request: Any) -> Any:
    """The response to an error; an empty one, which nobody gets, where the request is run again."""
    if is_error_retryable(request, error):
        return Response(status=503)
    _ensure_identity(request)
    meaning = next(DESCRIPTIONS[kind] for kind in type(error).__mro__ if kind in DESCRIPTIONS)
    if getattr(error, "status_int", None) == 413:
        meaning = too_large
    api = request.path_info_safe.startswith(API)
    shown = meaning(error, lambda text, /, **values: say(request.language, text, **values), api)
    response = _problem_response(shown, request) if api else _page_response(shown, request)
    response.status_int = shown.status
    response.headers.update(shown.headers)
    return response


def sign_in_needed(_error: Exception, request: Any) -> Any:
    """Lead to the sign-in page and back again afterwards; the API, and scripts, are told in their own way."""
    if request.path.startswith(API):
        text = say(request.language, "Send a token: Authorization: Bearer …")
        shown = ErrorDescription(
            401, say(request.language, "Who are you?"), text, headers={"WWW-Authenticate": "Bearer"}
        )
        response = _problem_response(shown, request)
        response.status_int = 401
        response.headers.update(shown.headers)
        return response
    address = sign_in_address(request)
    if keep_unsent(request):
        sentence = "Your session has ended. What you wrote is kept: sign in within the hour, and it is there again."
        request.flash(say(request.language, sentence), "info")
    return _leading_to(address, request)


def stale_token(error: Exception, request: Any) -> Any:
    """A post whose token is not valid: what its own author wrote is shown again, any other is refused."""
    _ensure_identity(request)
    address = keep_own(request)
    if address is None:
        return error_response(error, request)
    return _leading_to(address, request)


def _leading_to(address: str, request: Any) -> Any:
    """Lead the whole page to an address, also where a script asked: its answer would become a part of the page."""
    if is_live_update(request):
        return Response(status=204, headers={"X-Form-Location": address})
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return HTTPSeeOther(address)


def no_route(error: Exception, request: Any) -> Any:
    """No route, or none for this method."""
    allowed = allowed_methods(request)
    if allowed and request.method not in allowed:
        page = page_with_form(request)
        if page is not None:
            return HTTPSeeOther(page)
        return error_response(HTTPMethodNotAllowed(headers={"Allow": ", ".join(sorted(allowed))}), request)
    return error_response(errors.NotFound(str(error)), request)


def _ensure_identity(request: Any) -> None:
    """Treat the reader as a stranger where the database is not available: an error page needs none."""
    try:
        request.identity  # noqa: B018  # looked up, or known already
    except Exception:
        log.exception("nobody could be looked up for an error page")
        request.identity = Identity()


def _page_response(shown: ErrorDescription, request: Any) -> Any:
    dossier = getattr(getattr(request, "context", None), "dossier", None)
    address = f"/dossiers/{dossier.reference}" if dossier is not None else ""
    named = request.matchdict or {}
    if address and "kind" in named and "number" in named:  # who is in charge of a child may read that child alone
        address += f"/children/{named['kind']}/{named['number']}"
    values = {
        "shown": shown,
        "id": request.environ.get("formengine.id", ""),
        "dossier_address": address,
        "written": "\n\n".join(written_in(request, shown.status)),  # so that nobody writes it twice
    }
    return render_to_response(TEMPLATE, values, request)


def _problem_response(shown: ErrorDescription, request: Any) -> Any:
    body = {"type": "about:blank", "title": shown.title, "status": shown.status, "detail": shown.text, **shown.facts}
    body["id"] = request.environ.get("formengine.id", "")
    response = Response(json_body=body)
    response.content_type = "application/problem+json"
    response.charset = None
    return response


def _safe_path(request: Any) -> str:
    try:
        return str(request.path_info)
    except UnicodeDecodeError:
        return "/"


def includeme(config: Any) -> None:
    config.add_request_method(_safe_path, "path_info_safe", reify=True)
    for kind in DESCRIPTIONS:
        config.add_exception_view(stale_token if kind is BadCSRFToken else error_response, context=kind)
    config.add_exception_view(sign_in_needed, context=SignInNeeded)
    config.add_notfound_view(no_route)
