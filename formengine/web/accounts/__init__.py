"""Accounts: signing in and out, invitations, one's own account and inbox, and the admin's pages on people and mails."""

from __future__ import annotations

from typing import Any, Final

from formengine.web.routes import PUBLIC, Route

BOTH: Final = ("GET", "POST")
POST: Final = ("POST",)

ROUTES: Final = (
    # coming and going
    Route("sign_in", "/sign-in", PUBLIC, BOTH),
    Route("sign_out", "/sign-out", PUBLIC, POST),
    Route("forgotten_password", "/forgotten-password", PUBLIC, BOTH),
    Route("invitation", "/invitations/{secret}", PUBLIC, BOTH),
    Route("invitation_renew", "/invitations/{secret}/renew", PUBLIC, POST),
    Route("language", "/language", PUBLIC, POST),
    # one's own account
    Route("account", "/account", "account.own"),
    Route("account_profile", "/account/profile", "account.own", POST),
    Route("account_password", "/account/password", "account.own", POST),
    Route("account_sessions", "/account/log-out-everywhere", "account.own", POST),
    Route("account_tokens", "/account/tokens", "account.own", POST),
    Route("account_token_withdraw", "/account/tokens/{token}/withdraw", "account.own", POST),
    # what one is told
    Route("inbox", "/inbox", "account.own"),
    Route("inbox_read", "/inbox/read", "account.own", POST),
    Route("inbox_item", "/inbox/{item}", "account.own", POST),
    Route("mail_choices", "/account/notifications", "account.own", BOTH),
    Route("fewer_mails", "/fewer-mails/{token}", PUBLIC, BOTH),
    Route("account_calendar", "/account/calendar", "account.own", POST),
    Route("account_calendar_end", "/account/calendar/end", "account.own", POST),
    Route("calendar", "/calendar/{secret}.ics", PUBLIC),
    # people and mails
    Route("admin", "/admin", "people.manage"),
    Route("admin_invite", "/admin/people", "people.manage", POST),
    Route("admin_person", "/admin/people/{person}", "people.manage"),
    Route("admin_invitation", "/admin/people/{person}/invitation", "people.manage", POST),
    Route("admin_withdraw", "/admin/people/{person}/withdraw", "people.manage", POST),
    Route("admin_role", "/admin/people/{person}/role", "people.manage", POST),
    Route("admin_sessions", "/admin/people/{person}/log-out-everywhere", "people.manage", POST),
    Route("admin_close", "/admin/people/{person}/close", "people.manage", POST),
    Route("admin_mails", "/admin/mails", "mails.manage"),
    Route("admin_mails_resend", "/admin/mails/resend", "mails.manage", POST),
)


def includeme(config: Any) -> None:
    config.scan("formengine.web.accounts")
