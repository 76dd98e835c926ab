"""The rule of signing up, set on a published site, and the links that its mails hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import Platform
from formengine.services.publishing.publications import publish
from formengine.storage.models.mails import Mail
from tests.support.mails import mail_text, worded
from tests.support.platforms import acting_on

APPROVAL = "{mode: approval, approver: {team: intake}}"
_TEAMS = "teams:\n  intake: {title: Intake, members: [paul@example.com, ana@example.com]}\n"
SetRule = Callable[[str], None]


def publish_rule(platform: Platform, folder: Path, rule: str) -> None:
    """Publish a site with a rule of signing up, and Paul and Ana as the team `intake`."""
    files = dict(Bundle.from_folder(folder).files)
    files["config/portal.yaml"] += f"\nsign_up: {rule}\n".encode()
    files["config/teams.yaml"] = _TEAMS.encode()
    with acting_on(platform, None) as work:
        publish(work, Bundle(files), f"signing up: {rule}")


@pytest.fixture
def set_rule(platform: Platform, site_folder: Path) -> SetRule:
    """`set_rule("{mode: open}")` publishes the site of the test with that rule of signing up."""

    def publish_it(rule: str) -> None:
        publish_rule(platform, site_folder, rule)

    return publish_it


def mails_to(platform: Platform, address: str) -> list[Mail]:
    """The mails to an address, in words, the oldest first."""
    with platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.to == address).order_by(Mail.id)).all()
        return [worded(platform, session, row) for row in rows]


def link_to(platform: Platform, address: str, path: str) -> str:
    """The path of the newest link under `path` (`sign-up`) in a mail to an address."""
    texts = [mail_text(mail) for mail in mails_to(platform, address)]
    links = [match[1] for text in texts if (match := re.search(rf"https?://[^/\s]+(/{path}/[\w-]+)", text))]
    return links[-1]
