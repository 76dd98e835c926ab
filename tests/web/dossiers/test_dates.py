"""The dates of a dossier: last days, extensions with their reasons, what comes round, what does not apply (W18)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import timers, transitions
from formengine.services.intake.submissions import submit
from formengine.services.publishing.publications import publish
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.platforms import SITES, acting_on
from tests.support.server import serving_app
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import SignedIn

__all__ = ["calling"]

pytestmark = pytest.mark.site("casework")
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)
DEADLINES = """
deadlines:
  - id: reply
    name: {en: Reply to the data subject, fr: Réponse à la personne concernée}
    within: 1 month
    stops_in: [done]
    then: {escalate_to: chief}
  - name: {en: Periodic review, fr: Revue périodique}
    within: 1 week
    every: 6 months
    stops_in: [done]
    then: {tell: [chief]}
  - name: {en: Storage of tables, fr: Stockage des tables}
    within: 2 months
    when: subject is Tables
    stops_in: [done]
    then: {tell: [chief]}
"""
STEP = """transitions:
  extend:
    title: {en: Extend, fr: Prolonger}
    from: draft
    to: same
    who: [lead]
    requires_comment: true
    do: [{extend: reply, by: 2 months, at_most: 1}]
"""


@pytest.fixture
def extended(platform: Platform, people: People) -> str:
    """The reference of a deal whose reply was extended, and whose review came round once."""
    people.all()
    site = Bundle.from_folder(SITES / "casework")
    path = "workflows/deal/workflow.yaml"
    text = site.files[path].decode()
    begin, end = text.index("deadlines:\n"), text.index("states:\n")
    text = f"{text[:begin]}{DEADLINES}\n{text[end:]}".replace("transitions:\n", STEP, 1)
    with acting_on(platform, people("sam")) as work:
        publish(work, Bundle({**site.files, path: text.encode()}))
    with acting_on(platform, people("maya"), now=MARCH) as work:
        reference = submit(work, "deal", {"subject": "Chairs"}).dossier.reference
    with acting_on(platform, people("paul"), now=MARCH) as work:
        transitions.perform(work, reference, "extend", 1, {}, "Many requests, from several countries.")
    with acting_on(platform, None, now=datetime(2026, 3, 20, tzinfo=UTC)) as work:
        timers.fire_timers(work, reference)
    return reference


TEXTS = {
    "en": (
        "running · due 2 June 2026, end of day",
        "Extended by 2 months by {name} on 2 March 2026 at 10:00; it was due 2 April 2026, end of day",
        "Many requests, from several countries.",
        "missed · due 9 March 2026, end of day",
        "running · due 9 September 2026, end of day · comes round every 6 months",
        "does not apply",
    ),
    "fr": (
        "en cours · échéance le 2 juin 2026, fin de journée",
        "Prolongée de 2 mois par {name} le 2 mars 2026 à 10:00 ; elle était fixée au 2 avril 2026, fin de journée",
        "Many requests, from several countries.",
        "dépassée · échéance le 9 mars 2026, fin de journée",
        "en cours · échéance le 9 septembre 2026, fin de journée · périodicité : 6 mois",
        "sans objet",
    ),
}
"""What the page says, without regard to no-break spaces."""


def said(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.fixture
def name(people: People) -> str:
    """The name of who extended it."""
    return people("paul").name


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_dates_of_a_dossier(extended: str, signed_in: SignedIn, name: str, language: str) -> None:
    """W18: the page says what people read, in both languages."""
    page = signed_in("paul").get(f"/dossiers/{extended}?lang={language}")
    text = said(" ".join(part.get_text(" ") for part in page.html.select(".fe-deadlines")))
    assert page.html.select(".fe-more .fe-deadline-missed"), "what is over is folded"
    for sentence in TEXTS[language]:
        assert sentence.format(name=name) in text


def test_the_api_tells_of_extensions(extended: str, calling: Calling, name: str) -> None:
    """W18: each with the old day, the reason and the person."""
    deadlines = calling("paul").get(f"/api/v1/dossiers/{extended}").json["deadlines"]
    reply = next(deadline for deadline in deadlines if deadline["extensions"])
    (extension,) = reply["extensions"]
    assert (reply["last_day"], reply["status"]) == ("2026-06-02", "running")
    assert (extension["last_day_before"], extension["length"], extension["by"]) == ("2026-04-02", "2 months", name)
    assert extension["comment"] == "Many requests, from several countries."
    assert [d["status"] for d in deadlines if d["name"] == "Periodic review"] == ["missed", "running"]
    assert [(d["name"], d["status"]) for d in deadlines if not d["applies"]] == [("Storage of tables", "met")]


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    """The application, served in this process."""
    with serving_app(app) as url:
        yield url


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_dates_fit_every_width(
    extended: str, address: str, people: People, new_page: NewPage, tmp_path: Path, language: str, width: int
) -> None:
    """W18, O8: nothing is cut off, and each line of a deadline stands within its sheet."""
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}/sign-in")
    sign_in(page, address, people("paul").email, opens=f"{address}/dossiers/{extended}?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dates = page.locator("section", has=page.locator("#dates-title"))
    box = dates.bounding_box()
    assert box is not None
    for line in dates.locator(".fe-deadlines span, .fe-deadlines blockquote").all():
        inner = line.bounding_box()
        assert inner is None or inner["x"] + inner["width"] <= box["x"] + box["width"] + 1
    dates.screenshot(path=str(tmp_path / f"dates-{language}-{width}.png"))
