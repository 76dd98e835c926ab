"""The admin's overview, and failed mails (send again)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.i18n import say, say_n
from formengine.services.accounts import people_list, sign_up_decisions
from formengine.services.notifications import mail_admin
from formengine.services.notifications.delivery_problems import explain_error, mail_health
from formengine.services.notifications.kinds import kind_title
from formengine.services.people import organisations
from formengine.web.page_errors import PageError
from formengine.web.post_data import whole_number

OVERVIEW = "formengine:web/templates/people/admin.jinja2"
MAILS = "formengine:web/templates/people/admin_mails.jinja2"


@view_config(route_name="admin", renderer=OVERVIEW)
def overview(request: Any) -> Any:
    work = request.work
    counts = people_list.count_people(work)
    return {
        "counts": counts,
        "people": counts.get("active", 0) + counts.get("invited", 0),
        "organisations": len(organisations.list_organisations(work)),
        "waiting": sign_up_decisions.count_waiting(work),
        "sign_up_mode": request.identity.site.portal.sign_up.mode,
        "mails": mail_admin.mail_counts(work),
    }


@view_config(route_name="admin_mails", renderer=MAILS)
def mails(request: Any) -> Any:
    return _mails_page(request)


def _mails_page(request: Any, problems: Sequence[PageError] = ()) -> dict[str, Any]:
    failed = mail_admin.failed_mails(request.work)
    return {
        "mails": failed,
        "subjects": mail_admin.subjects_of(request.work, failed),
        "health": mail_health(request.work),
        "explain": partial(explain_error, language=request.language),
        "of_seats": mail_admin.OF_SEATS,
        "kind_title": kind_title,
        "problems": problems,
    }


@view_config(route_name="admin_mails_resend", renderer=MAILS)
def send_mails_again(request: Any) -> Any:
    posted = request.POST.getall("only") or request.POST.getall("mail")
    chosen = [number for id in posted if isinstance(id, str) and (number := whole_number(id, 17)) is not None]
    count = mail_admin.resend_mails(request.work, None if "all" in request.POST else chosen)
    if not count:
        request.response.status_int = 422
        control = "chosen" if mail_admin.failed_mails(request.work) else ""
        return _mails_page(request, [PageError(say(request.language, "No mail was chosen."), control)])
    request.flash(say_n(request.language, "{n} mail is sent again.", "{n} mails are sent again.", count))
    return HTTPSeeOther("/admin/mail")
