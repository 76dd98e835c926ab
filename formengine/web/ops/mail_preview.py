"""Mails that were sent, as their readers see them (development only)."""

from __future__ import annotations

from typing import Any

from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import NotFound
from formengine.mail import html_of, text_of
from formengine.services.notifications import mail_admin
from formengine.services.notifications.kinds import kind_title
from formengine.storage.models.mails import Mail
from formengine.web.contexts import int_from_path
from formengine.web.post_data import whole_number
from formengine.web.security_headers import change_csp

LIST = "formengine:web/templates/ops/mails.jinja2"
ONE = "formengine:web/templates/ops/mail.jinja2"


@view_config(route_name="dev_mails", renderer=LIST)
def mails(request: Any) -> Any:
    require_development(request)
    to, after = request.GET.get("to", "")[:254], whole_number(request.GET.get("after", ""), 15)
    page = mail_admin.latest_mails(request.work, to, after)
    subjects = {mail.id: mail_admin.mail_words(request.work, mail)[0] for mail in page.items}
    return {"page": page, "subjects": subjects, "to": to, "is_first": not after, "kind_title": kind_title}


@view_config(route_name="dev_mail", renderer=ONE)
def mail(request: Any) -> Any:
    row = _mail(request)
    change_csp(request, frame_src="'self'")
    subject, text = mail_admin.mail_words(request.work, row, mask=False)
    frame = mail_admin.frame_of(request.work, row)
    return {
        "mail": row,
        "subject": subject,
        "text": text_of(text, frame, row.language),
        "sender": frame.sender,
        "kind_title": kind_title,
    }


@view_config(route_name="dev_mail_html")
def mail_html(request: Any) -> Any:
    """The HTML part alone, shown in a frame that may do nothing."""
    row = _mail(request)
    change_csp(
        request,
        frame_ancestors="'self'",
        style_src="'unsafe-inline'",
        sandbox="allow-popups allow-top-navigation-by-user-activation",
    )
    subject, text = mail_admin.mail_words(request.work, row, mask=False)
    html = html_of(subject, text, row.language, mail_admin.frame_of(request.work, row))
    return Response(html, content_type="text/html")


def _mail(request: Any) -> Mail:
    require_development(request)
    return mail_admin.find_mail(request.work, int_from_path(request, "mail"))


def require_development(request: Any) -> None:
    """Raise NotFound in production: pages for developers do not exist there."""
    if not request.platform.settings.development:
        raise NotFound("this is shown in development only")
