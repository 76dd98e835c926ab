"""Pages for operators: health checks; in development, the mails that were sent and a gallery of forms."""

from __future__ import annotations

from typing import Any, Final

from formengine.web.routes import PUBLIC, Route

ROUTES: Final = (
    Route("healthz", "/healthz", PUBLIC),
    Route("readyz", "/readyz", PUBLIC),
    Route("favicon", "/favicon.ico", PUBLIC),
    Route("dev_mails", "/dev/mail", PUBLIC),
    Route("dev_mail", "/dev/mail/{mail}", PUBLIC),
    Route("dev_forms", "/dev/forms", PUBLIC),
    Route("dev_form", "/dev/forms/{specimen}", PUBLIC, ("GET", "POST"), uploads=True),
    Route("dev_mail_html", "/dev/mail/{mail}/html", PUBLIC),
)


def includeme(config: Any) -> None:
    config.scan("formengine.web.ops")
