"""Accounts: coming in, one's own account and inbox, and the admin's pages on people, sign-ups and mails."""

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
    Route("sign_up", "/sign-up", PUBLIC, BOTH),
    Route("sign_up_link", "/sign-up/{secret}", PUBLIC, BOTH),
    Route("language", "/language", PUBLIC, POST),
    # letting people in
    Route("sign_ups", "/sign-ups", "sign_ups.decide"),
    Route("sign_up_request", "/sign-ups/{sign_up}", "sign_ups.decide"),
    Route("sign_up_acceptance", "/sign-ups/{sign_up}/acceptance", "sign_ups.decide", POST),
    Route("sign_up_refusal", "/sign-ups/{sign_up}/refusal", "sign_ups.decide", POST),
    # one's own account
    Route("account", "/account", "account.own"),
    Route("account_profile", "/account/profile", "account.own", POST),
    Route("account_password", "/account/password", "account.own", POST),
    Route("account_sessions", "/account/log-out-everywhere", "account.own", POST),
    Route("account_session", "/account/sessions/{session}/end", "account.own", POST),
    Route("account_absences", "/account/out-of-office", "absence.own", BOTH),
    Route("account_absence_end", "/account/out-of-office/{absence}/end", "absence.own", POST),
    Route("account_tokens", "/account/tokens", "account.own", BOTH),
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
    # people, organisations and mails
    Route("admin", "/admin", "people.manage"),
    Route("admin_people", "/admin/people", "people.manage"),
    Route("admin_invite", "/admin/people", "people.manage", POST),
    Route("admin_new_person", "/admin/people/new", "people.manage"),
    Route("admin_person", "/admin/people/{person}", "people.manage"),
    Route("admin_person_history", "/admin/people/{person}/history", "people.manage"),
    Route("admin_invitation", "/admin/people/{person}/invitation", "people.manage", POST),
    Route("admin_withdraw", "/admin/people/{person}/withdraw", "people.manage", POST),
    Route("admin_role", "/admin/people/{person}/role", "people.manage", POST),
    Route("admin_sessions", "/admin/people/{person}/log-out-everywhere", "people.manage", POST),
    Route("admin_close", "/admin/people/{person}/close", "people.manage", POST),
    Route("admin_details", "/admin/people/{person}/details", "people.manage", POST),
    Route("admin_reopen", "/admin/people/{person}/reopening", "people.manage", POST),
    Route("admin_organisations", "/admin/organisations", "people.manage", BOTH),
    Route("admin_organisation", "/admin/organisations/{organisation}", "people.manage", BOTH),
    Route("admin_departments", "/admin/organisations/{organisation}/departments", "people.manage", POST),
    Route("admin_department", "/admin/organisations/{organisation}/departments/{department}", "people.manage", POST),
    Route(
        "admin_department_removal",
        "/admin/organisations/{organisation}/departments/{department}/removal",
        "people.manage",
        BOTH,
    ),
    Route("admin_closure", "/admin/organisations/{organisation}/closure", "people.manage", BOTH),
    Route("admin_merger", "/admin/organisations/{organisation}/merger", "people.manage", POST),
    Route("admin_opening", "/admin/organisations/{organisation}/opening", "people.manage", POST),
    Route("admin_mails", "/admin/mail", "mails.manage"),
    Route("admin_templates", "/admin/templates", "site.publish"),
    Route("admin_template", "/admin/templates/{request_type}/{document}", "site.publish"),
    Route("admin_template_file", "/admin/templates/{request_type}/{document}/file", "site.publish"),
    Route("admin_mails_resend", "/admin/mail/resend", "mails.manage", POST),
)


def includeme(config: Any) -> None:
    config.scan("formengine.web.accounts")
