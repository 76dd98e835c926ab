"""The admin's pages: people (invite, re-send, withdraw, role, close) and failed mails (send again)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.errors import Invalid
from formengine.i18n import say, say_n
from formengine.services.access.policy import ROLES
from formengine.services.accounts import accounts, api_tokens, invitations, sessions
from formengine.services.notifications import mail_admin
from formengine.services.people import organisations
from formengine.storage.models.people import Person
from formengine.web.page_errors import PageError
from formengine.web.post_data import FormValues, posted_field, posted_values

PEOPLE = "formengine:web/templates/people/admin.jinja2"
PERSON = "formengine:web/templates/people/admin_person.jinja2"
MAILS = "formengine:web/templates/people/admin_mails.jinja2"


@view_config(route_name="admin", renderer=PEOPLE)
def people(request: Any) -> Any:
    return _people(request, FormValues({"role": "client", "language": request.languages[0]}))


@view_config(route_name="admin_invite", renderer=PEOPLE)
def invite(request: Any) -> Any:
    try:
        person = invitations.invite(
            request.work,
            posted_field(request, "email"),
            posted_field(request, "name"),
            posted_field(request, "role"),
            organisation=posted_field(request, "organisation") or None,
            language=posted_field(request, "language") or None,
        )
    except Invalid as error:
        request.response.status_int = 422
        return _people(request, posted_values(request.POST, error.errors))
    request.flash(say(request.language, "{email} was invited.", email=person.email))
    return HTTPSeeOther("/admin")


@view_config(route_name="admin_person", renderer=PERSON)
def person(request: Any) -> Any:
    row = accounts.get_person(request.work, request.matchdict["person"])
    return _person_page(request, row, FormValues({"role": row.role}))


@view_config(route_name="admin_invitation")
def send_again(request: Any) -> Any:
    invited = invitations.resend_invitation(request.work, request.matchdict["person"])
    sentence = "A new invitation is on its way to {email}; links sent before no longer work."
    request.flash(say(request.language, sentence, email=invited.email))
    return HTTPSeeOther("/admin")


@view_config(route_name="admin_withdraw")
def withdraw(request: Any) -> Any:
    invited = invitations.withdraw_invitation(request.work, request.matchdict["person"])
    request.flash(say(request.language, "The invitation of {email} was withdrawn.", email=invited.email))
    return HTTPSeeOther("/admin")


@view_config(route_name="admin_role", renderer=PERSON)
def change_role(request: Any) -> Any:
    try:
        changed = accounts.change_role(request.work, request.matchdict["person"], posted_field(request, "role"))
    except Invalid as error:
        request.response.status_int = 422
        row = accounts.get_person(request.work, request.matchdict["person"])
        return _person_page(request, row, posted_values(request.POST, error.errors))
    request.flash(say(request.language, "The role of {name} was changed.", name=changed.name))
    return HTTPSeeOther(f"/admin/people/{changed.id}")


@view_config(route_name="admin_sessions")
def log_out_everywhere(request: Any) -> Any:
    person = accounts.log_person_out(request.work, request.matchdict["person"])
    sentence = "{name} is signed out on every device, and no token of theirs works any more."
    request.flash(say(request.language, sentence, name=person.name))
    return HTTPSeeOther(f"/admin/people/{person.id}")


@view_config(route_name="admin_close")
def close(request: Any) -> Any:
    closed = accounts.close_account(request.work, request.matchdict["person"])
    request.flash(say(request.language, "The account of {name} was closed.", name=closed.name))
    return HTTPSeeOther("/admin")


@view_config(route_name="admin_mails", renderer=MAILS)
def mails(request: Any) -> Any:
    return _mails_page(request)


def _mails_page(request: Any, problems: Sequence[PageError] = ()) -> dict[str, Any]:
    failed = mail_admin.failed_mails(request.work)
    subjects = {mail.id: mail_admin.mail_words(request.work, mail)[0] for mail in failed}
    return {"mails": failed, "subjects": subjects, "counts": mail_admin.mail_counts(request.work),
            "problems": problems}  # fmt: skip


@view_config(route_name="admin_mails_resend", renderer=MAILS)
def send_mails_again(request: Any) -> Any:
    chosen = [int(id) for id in request.POST.getall("mail") if isinstance(id, str) and id.isdecimal() and len(id) < 16]
    count = mail_admin.resend_mails(request.work, None if "all" in request.POST else chosen)
    if not count:
        request.response.status_int = 422
        control = "chosen" if mail_admin.failed_mails(request.work) else ""
        return _mails_page(request, [PageError(say(request.language, "No mail was chosen."), control)])
    request.flash(say_n(request.language, "{n} mail is sent again.", "{n} mails are sent again.", count))
    return HTTPSeeOther("/admin/mails")


def _person_page(request: Any, person: Person, form: FormValues) -> dict[str, Any]:
    return {
        "person": person,
        "roles": ROLES,
        "form": form,
        "sessions": sessions.sessions_of(request.work, person),
        "tokens": api_tokens.tokens_of(request.work, person),
    }


def _people(request: Any, form: FormValues) -> dict[str, Any]:
    q = request.GET.get("q", "")[:200]
    return {
        "form": form,
        "page": accounts.list_people(request.work, q, request.GET.get("after")),
        "q": q,
        "roles": ROLES,
        "organisations": organisations.list_organisations(request.work),
    }
