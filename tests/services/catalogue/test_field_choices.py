"""What fields offer and may name: counterparties of earlier dossiers, dossiers in sight, the site's own country."""

from __future__ import annotations

import pytest

from formengine.forms import Form
from formengine.services.catalogue import request_types as catalogue
from formengine.services.catalogue.field_choices import invalid_dossier_references, known_counterparties
from formengine.services.intake.submissions import submit
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import NDA


@pytest.fixture
def database_kind() -> str:
    """The queries are plain; SQLite is enough."""
    return "sqlite"


def test_counterparties_in_sight_are_offered(acting: Acting, people: People) -> None:
    """F12: those of dossiers that the actor may read, each once; others are not revealed."""
    outsider = people.add("other@elsewhere.test")
    with acting(people("maya")) as work:
        for name in ("Globex SA", "Acme Ltd", "Globex SA"):
            submit(work, "nda", {**NDA, "counterparty": {"name": name, "country": "FR"}}, accept_notice=True)
    with acting(people("maya")) as work:
        assert known_counterparties(work) == ["Acme Ltd", "Globex SA"]
        html = catalogue.request_form(work, catalogue.get_request_type(work, "nda"), suggesting=True).render()
        assert '<option value="Globex SA">' in html
    with acting(outsider) as work:
        assert known_counterparties(work) == []


def test_a_dossier_that_is_named_is_in_sight(acting: Acting, people: People) -> None:
    """F12: an unknown reference and one that the actor may not read give the same error."""
    form = Form({"type": "object", "properties": {"d": {"$ref": "formengine:dossier"}}})
    with acting(people("maya")) as work:
        reference = submit(work, "nda", NDA, accept_notice=True).dossier.reference
        assert invalid_dossier_references(work, form, {"d": reference}) == []
        assert [error.pointer for error in invalid_dossier_references(work, form, {"d": "CTR-1999-0001"})] == ["/d"]
    with acting(people.add("other@elsewhere.test")) as work:
        unseen = invalid_dossier_references(work, form, {"d": reference})[0].message
        unknown = invalid_dossier_references(work, form, {"d": "CTR-1999-0001"})[0].message
        assert unseen == unknown.replace("CTR-1999-0001", reference)


def test_the_portals_currency_and_country_are_first(acting: Acting, people: People) -> None:
    """F12: the portal's currency is preselected, and its country is the first option."""
    with acting(people("maya")) as work:
        kinds = catalogue.field_kinds_for(work, "en", {})
        assert kinds["formengine:currency"]["default"] == "EUR"
        assert kinds["formengine:country"]["examples"] == ["FR"]
