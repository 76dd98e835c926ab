"""Facts as text: in the reader's language and time zone, people by name."""

from __future__ import annotations

import pytest

from formengine.services.case.fact_text import fact_text
from formengine.services.case.repository import load
from formengine.services.notifications.mails import Recipient
from formengine.services.notifications.template_data import template_data
from formengine.time_zones import reader_zone
from formengine.workflow.engine.case import NotifyPeople
from tests.services.conftest import MakeCase
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")
AT = "2026-03-02T09:00:00+00:00"
TOKYO = "2 mars 2026 à 18:00 (Asia/Tokyo)"


def test_facts_mails_and_refusals_show_the_reader_s_time(make_case: MakeCase) -> None:
    """W5, U10: one text for one value, in the zone of whoever reads it, which is named where it is not the portal’s."""
    case = make_case()
    paul = case.people("paul")
    paul.zone = "Asia/Tokyo"
    with acting_on(case.platform, paul, now=case.now, language="fr") as work:
        work.actor.zone = "Asia/Tokyo"
        loaded = load(work, case.row(work))
        assert fact_text(work, AT, {"type": "string", "format": "date-time"}) == TOKYO
        assert loaded.context.zone == "Asia/Tokyo"
        recipient = Recipient("paul@example.com", "Paul", "fr", reader_zone("Asia/Tokyo", "Europe/Paris"), paul.id)
        effect = NotifyPeople("deadline", (paul.id,), {"deadline": {"name": "Réponse", "due": AT}})
        assert template_data(work, loaded.workflow, effect, recipient)["deadline"] == {"name": "Réponse", "due": TOKYO}


def test_people_are_given_by_name(make_case: MakeCase) -> None:
    """U10: one person, or a list of them; countries too."""
    case = make_case()
    with acting_on(case.platform, case.people("paul"), now=case.now) as work:
        paul, bo = case.people("paul").id, case.people("bo").id
        assert fact_text(work, paul, {"$ref": "formengine:person"}) == case.people("paul").name
        names = f"{case.people('paul').name}, {case.people('bo').name}"
        assert fact_text(work, [paul, bo], {"$ref": "formengine:people"}) == names
        assert fact_text(work, 12.5, {"$ref": "formengine:percentage"}) == "12.5%"
        assert fact_text(work, [paul, bo], {"items": {"$ref": "formengine:person"}}) == names
        assert fact_text(work, None, {"$ref": "formengine:person"}) == ""
        assert fact_text(work, ["GB", "??"], {"items": {"$ref": "formengine:country"}}) == "United Kingdom, ??"
        assert fact_text(work, 0.00012) == "0.00012"
