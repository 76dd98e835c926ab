"""The privacy notice of the site, on pages and in mails of people who may be outside it (GDPR, articles 13 and 14)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import Platform
from formengine.services.intake.submissions import submit
from formengine.services.notifications.mail_frame import mail_frame
from formengine.services.publishing.publications import publish
from formengine.storage.models.mails import Mail
from tests.support.people import People
from tests.support.platforms import SITES, acting_on
from tests.web.dossiers.visitors import Visitor, app

__all__ = ["app"]
pytestmark = pytest.mark.site("casework")
NOTICE = "https://example.com/privacy"


def test_pages_and_mails_lead_to_it(app: Any, platform: Platform, people: People) -> None:
    """N1, P29: below pages before anybody signs in, and below mails; nothing of it where the site names none."""
    assert "How we use personal data" not in Visitor(app).get("/sign-in")
    people.all()
    site = Bundle.from_folder(SITES / "casework")
    portal = site.files["config/portal.yaml"].decode() + f"\nprivacy: {NOTICE}\n"
    with acting_on(platform, people("sam")) as work:
        publish(work, Bundle({**site.files, "config/portal.yaml": portal.encode()}))
    link = Visitor(app).get("/sign-in").html.find("a", href=NOTICE)
    assert link.get_text().startswith("How we use personal data")
    with acting_on(platform, people("maya")) as work:
        submit(work, "deal", {"subject": "Chairs"})
    with platform.database.reading() as session:
        mail = session.scalars(select(Mail).where(Mail.kind == "submission")).first()
        assert mail is not None
        assert f"[How we use personal data](<{NOTICE}>)" in mail_frame(platform, session, mail).footer
