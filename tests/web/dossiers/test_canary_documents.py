"""A client sees nothing of another organisation's documents: neither their versions, what changed in them, who signed
and asked what, nor the signed PDF with its certificate and evidence (P28, S2-S6).
"""

from __future__ import annotations

import io
from typing import Any, Final

import pytest
from sqlalchemy import select
from webtest import TestApp

from formengine.forms import Upload
from formengine.services.accounts import api_tokens
from formengine.services.approvals import decisions, signed_copies
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import documents, version_changes
from formengine.services.intake.submissions import submit
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.storage.models.people import Organisation, Person
from formengine.storage.models.rounds import Round, Seat, SeatQuestion
from formengine.work.job_functions import functions_of
from tests.documents.conftest import word
from tests.services.conftest import Case
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.test_canary import CANARY, World, marked
from tests.web.dossiers.visitors import Visitor

pytestmark = pytest.mark.site("casework")
PAGES: Final = {
    "dossier": "the tabs, with the question of a signer",
    "dossier.signed_copy": "the signed PDF",
    "dossier.archive": "all files",
    "version": "a version",
    "version.changes": "what changed",
    "version.redline": "the same as a Word document",
}
"""What shows the words of a document."""
CALLS: Final = {"api.document", "api.document_changes", "api.documents", "api.dossier"}


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def signed(platform: Platform, people: People, acting: Acting) -> World:
    """A contract of Zed's organisation in two versions, which was asked about, signed and sealed."""
    people.all()
    with platform.database.transaction() as session:
        organisation = Organisation(short=CANARY, name=f"{CANARY} Ltd")
        session.add(organisation)
        session.flush()
    zed = people.add(f"zed@{CANARY}.test", "collaborator", organisation_id=organisation.id)
    with acting(zed) as work:
        reference = submit(work, "deal", {"subject": f"About {CANARY}"}).dossier.reference
    case = Case(platform, people, reference)
    for price in ("ten", "twelve"):
        content = word("Services", f"The {CANARY} price is {price} euro.")
        case("paul", documents.new_document_version, "contract", _upload(content))
    with acting(zed) as work:
        version_changes.document_changes(work, get_dossier(work, reference), "contract", None, None)
    _compare(platform)
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    case("bo", decisions.sign, "Bo Jansen", True)
    signing = signed_copies.load_signing(platform, {"dossier": case.dossier.id, "rule": "ours", "number": 1})
    assert signing is not None
    signed_copies._store(platform, signing, {"contract": f"%PDF-1.7 {CANARY}".encode()})
    return World(reference, reference, zed, _values(platform, reference))


def _upload(content: bytes) -> Upload:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return Upload(f"{CANARY}.docx", kind, io.BytesIO(content))


def _compare(platform: Platform) -> None:
    """What the worker does after somebody has opened what changed."""
    with platform.database.reading() as session:
        older, newer = session.scalars(select(DocumentVersion.id).order_by(DocumentVersion.number))
    functions_of(platform)[version_changes.COMPARISON_JOB]({"older": older, "newer": newer})


def _values(platform: Platform, reference: str) -> dict[str, list[str]]:
    """The values for the placeholders of addresses; a question is asked on each seat."""
    with platform.database.transaction() as session:
        seats, rounds = session.scalars(select(Seat)).all(), session.scalars(select(Round.id)).all()
        for seat in seats:
            session.add(SeatQuestion(seat_id=seat.id, text=f"Why {CANARY}?", asked_at=seat.round.opened_at))
        ids = [*session.scalars(select(DocumentVersion.id)), "contract"]
        return {
            "reference": [reference], "document": ["contract"], "id": list(map(str, ids)), "number": ["1"],
            "seat": [str(seat.id) for seat in seats], "round": list(map(str, rounds)), "file": ["signed", "audit_log"],
        }  # fmt: skip


def test_no_page_about_a_document_does(signed: World, app: Any, people: People) -> None:
    """T43, P28, S2, S4, S5, S6: on a walk on which the owner is shown each."""
    browser = Visitor(app).sign_in(people("maya"), people.password)
    assert marked(browser, signed, (CANARY,), is_api=False)[0] == set()
    owner = Visitor(app).sign_in(signed.owner, people.password)
    assert marked(owner, signed, (CANARY,), is_api=False, only=PAGES)[0] == set(PAGES)


def test_no_answer_of_the_api_about_a_document_does(signed: World, app: Any, people: People, acting: Acting) -> None:
    """T43, P28, X5: versions, what changed, signatures."""
    shown = {person.email: _called(app, acting, signed, person) for person in (people("maya"), signed.owner)}
    assert shown == {people("maya").email: set(), signed.owner.email: CALLS}


def _called(app: Any, acting: Acting, signed: World, person: Person) -> set[str]:
    with acting(person) as work:
        token = api_tokens.create_token(work, work.person, api_tokens.scopes_for(work.person))
    client = TestApp(app, extra_environ={"HTTP_AUTHORIZATION": f"Bearer {token}"})
    return marked(client, signed, (CANARY,), is_api=True, only=CALLS)[0]
