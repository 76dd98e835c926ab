"""What is posted to sign: pictures are looked at while others may still change the dossier (S5)."""

from __future__ import annotations

import pytest

from formengine.services.core.unit_of_work import Platform
from tests.support.people import People
from tests.support.statements import recorded_statements
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import Opened, SignedIn, app, opened, signed_in

__all__ = ["app", "calling", "opened", "signed_in"]

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def database_kind() -> str:
    """The database that locks a row as it is read; SQLite takes its one lock with the first change."""
    return "postgresql"


def test_no_dossier_is_locked_while_a_picture_is_looked_at(
    signed_in: SignedIn, opened: Opened, calling: Calling, people: People, platform: Platform
) -> None:
    """T1, S5: a picture that is none is refused by the page and by the API, before either has locked anything."""
    people.all()
    reference = opened("deal", {"subject": "Chairs"})
    paul, caller = signed_in("paul"), calling("paul")
    key = paul.get("/account").html.find("input", attrs={"name": "csrf_token"})["value"]
    drawn = {"kind": "drawn", "drawing": "data:image/png;base64,AAAA", "consent": "yes", "csrf_token": key}
    body = {"signature": {"kind": "drawn", "image": "AAAA"}, "consent": True}
    with recorded_statements(platform.database) as recorder:
        page = paul.post(f"/dossiers/{reference}/signature", drawn, status=422)
        caller.post_json(f"/api/v1/dossiers/{reference}/signatures", body, status=422)
    assert "Choose a picture: a PNG or JPEG file." in page
    assert not [sql for sql, _parameters in recorder.statements if "UPDATE OF fe_dossiers" in " ".join(sql.split())]
