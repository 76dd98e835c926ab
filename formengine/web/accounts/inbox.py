"""The inbox, and the choices about what is mailed (N2)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from pyramid.view import view_config

from formengine.authoring.config.mail_templates import OVERVIEW
from formengine.authoring.config.notifications import AT_ONCE, DAYS, NONE, choices_of
from formengine.errors import Invalid
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, role_of
from formengine.services.notifications import inbox as service
from formengine.services.notifications.choices import BY_KIND, mail_choices, save_choices
from formengine.services.notifications.fewer_mails import reader_of_link, take_fewer
from formengine.services.notifications.kinds import kind_groups, kind_title
from formengine.value_format import weekday_name
from formengine.web.actions import redirect_to_tab
from formengine.web.contexts import int_from_path
from formengine.web.post_data import FormValues, is_checked, posted_field, posted_values, whole_number

INBOX = "formengine:web/templates/people/inbox.jinja2"
CHOICES = "formengine:web/templates/people/mail_choices.jinja2"
FEWER = "formengine:web/templates/people/fewer_mails.jinja2"


@view_config(route_name="inbox", renderer=INBOX)
def inbox(request: Any) -> Any:
    unread_only = request.GET.get("show") == "unread"
    after = whole_number(request.GET.get("after", ""), 15)
    return {
        "inbox": service.inbox(request.work, unread_only=unread_only, after=after),
        "unread_only": unread_only,
        "is_first": after is None,
        "kind_title": kind_title,
    }


@view_config(route_name="inbox_item")
def open_item(request: Any) -> Any:
    page = service.open_item(request.work, int_from_path(request, "item"))
    return HTTPSeeOther(page if page and "stay" not in request.POST else "/inbox")


@view_config(route_name="inbox_read")
def mark_read(request: Any) -> Any:
    """Mark everything as read or, from the page of a dossier, what was told about that one; back to where it was."""
    reference = posted_field(request, "dossier", 100)
    if reference:
        service.mark_dossier_read(request.work, reference, whole_number(posted_field(request, "last"), 15) or 0)
        return redirect_to_tab(request, reference, posted_field(request, "tab", 100))
    service.mark_all_read(request.work)
    request.flash(say(request.language, "Everything is marked as read."))
    return HTTPSeeOther("/inbox")


@view_config(route_name="mail_choices", request_method="GET", renderer=CHOICES)
def choices(request: Any) -> Any:
    person, site = request.work.person, current_site(request.work).portal.notifications
    chosen = mail_choices(person, site)
    everything = chosen.everything(_offered(request))
    values = {**chosen.kinds, "hour": str(chosen.hour), "day": str(chosen.day), "everything": everything}
    values |= {"own": "yes"} if chosen.own else {}
    return _choices_page(request, FormValues(values))


@view_config(route_name="mail_choices", request_method="POST", renderer=CHOICES)
def choose(request: Any) -> Any:
    kinds = {kind: posted_field(request, kind) for kind in (*_offered(request), OVERVIEW)}
    everything = posted_field(request, "everything") or BY_KIND
    try:
        hour, day, own = posted_field(request, "hour"), posted_field(request, "day"), is_checked(request, "own")
        save_choices(request.work, kinds, hour, day, everything, own=own)
    except Invalid as error:
        request.response.status_int = 422
        return _choices_page(request, posted_values(request.POST, error.errors))
    request.flash(say(request.language, "Saved."))
    return HTTPSeeOther("/account/notifications")


@view_config(route_name="fewer_mails", request_method="GET", renderer=FEWER)
def fewer_mails(request: Any) -> Any:
    _person, kind = reader_of_link(request.work, request.matchdict["token"])
    return _fewer_page(request, kind, FormValues({"choice": choices_of(kind)[-1]}))


@view_config(route_name="fewer_mails", request_method="POST", require_csrf=False, renderer=FEWER)
def take_fewer_mails(request: Any) -> Any:
    """Posted by the page, or by a mail program at its reader's click (RFC 8058), which sends nothing but the header's
    `List-Unsubscribe=One-Click`. The signature in the address stands for the token of our forms.
    """
    is_one_click = posted_field(request, "List-Unsubscribe") == "One-Click"
    token, choice = request.matchdict["token"], "none" if is_one_click else posted_field(request, "choice")
    try:
        _person, kind = take_fewer(request.work, token, choice)
    except Invalid as error:
        request.response.status_int = 422
        return _fewer_page(request, reader_of_link(request.work, token)[1], posted_values(request.POST, error.errors))
    return Response(status=204) if is_one_click else _fewer_page(request, kind, FormValues({"choice": choice}), choice)


def _fewer_page(request: Any, kind: str, form: FormValues, chosen: str = "") -> dict[str, Any]:
    options = choice_options(request.language, [choice for choice in choices_of(kind) if choice != "at_once"])
    return {"title": kind_title(kind, request.language), "form": form, "options": options, "chosen": chosen}


def _groups(request: Any) -> Any:
    return kind_groups(role_of(request.work.person), request.language)


def _offered(request: Any) -> list[str]:
    return [kind for group in _groups(request) for kind in group.kinds]


def _choices_page(request: Any, form: FormValues) -> dict[str, Any]:
    language = request.language
    return {
        "form": form,
        "groups": _groups(request),
        "choices": [
            (AT_ONCE, say(language, "At once")),
            ("daily", say(language, "Daily digest")),
            ("weekly", say(language, "Weekly digest")),
            (NONE, say(language, "Inbox alone")),
        ],
        "overview": (OVERVIEW, kind_title(OVERVIEW, language), choice_options(language, choices_of(OVERVIEW))),
        "hours": [(str(hour), f"{hour:02}:00") for hour in range(24)],
        "days": [(str(day), weekday_name(day, language)) for day in range(len(DAYS))],
    }


def choice_options(language: str, choices: Any) -> list[tuple[str, str]]:
    """The choices about a kind, with their titles."""
    titles = {
        "at_once": say(language, "By mail, at once"),
        "daily": say(language, "In the daily digest"),
        "weekly": say(language, "In the weekly digest"),
        "none": say(language, "In the inbox alone"),
    }
    if "at_once" not in choices and "daily" not in choices:  # the weekly digest itself
        titles = {"weekly": say(language, "By mail, every week"), "none": say(language, "No")}
    return [(choice, titles[choice]) for choice in choices]
