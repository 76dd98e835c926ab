"""A client sees nothing of another organisation's documents: neither their versions, what changed in them, who signed
and asked what, nor the signed PDF with its certificate, its evidence and what a provider sent (P28, S2-S7).
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
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
from formengine.storage.models.signed_copies import SignedCopy
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
QUESTION, CERTIFICATE, PROVIDED, LOG = "zqxquestion", "zqxcertificate", "zqxprovided", "zqxlog"
"""In the question of a signer, the certificate, and the files of a provider: the signed PDF and its own record."""
PROOFS: Final = {"dossier", "dossier.signature_certificate", "dossier.provider_file", "api.document"}
"""What shows them."""
_SIGNERS: Final = select(Seat).join(Round).where(Round.kind == "signature").order_by(Seat.status.desc(), Seat.id)
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
    _add_proofs(platform, case.dossier.id)
    return World(reference, reference, zed, _values(platform, reference))


def _upload(content: bytes) -> Upload:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return Upload(f"{CANARY}.docx", kind, io.BytesIO(content))


def _compare(platform: Platform) -> None:
    """What the worker does after somebody has opened what changed."""
    with platform.database.reading() as session:
        older, newer = session.scalars(select(DocumentVersion.id).order_by(DocumentVersion.number))
    functions_of(platform)[version_changes.COMPARISON_JOB]({"older": older, "newer": newer})


def _add_proofs(platform: Platform, dossier_id: int) -> None:
    """What the certificate's job, a signer from outside and a signature provider would have left."""
    files = {mark: signed_copies.store_file(platform, mark.encode(), mark) for mark in (CERTIFICATE, PROVIDED, LOG)}
    with platform.database.transaction() as session:
        for file in files.values():
            signed_copies.add_file(session, file, dossier_id, datetime.now(UTC))
        session.scalars(select(SignedCopy)).one().certificates = {"en": files[CERTIFICATE].id}
        signer, other = session.scalars(_SIGNERS).all()
        kinds = {"signed": PROVIDED, "audit_log": LOG}
        signer.evidence = {**signer.evidence, "files": {kind: {"id": files[mark].id} for kind, mark in kinds.items()}}
        other.person = f"joe@{CANARY}.test"
        session.add(SeatQuestion(seat_id=other.id, text=f"{QUESTION}?", asked_at=other.round.opened_at))


def _values(platform: Platform, reference: str) -> dict[str, list[str]]:
    """The values for the placeholders of addresses."""
    with platform.database.reading() as session:
        seats, rounds = session.scalars(_SIGNERS).all(), session.scalars(select(Round.id)).all()
        ids = [*session.scalars(select(DocumentVersion.id)), "contract"]
        return {
            "reference": [reference], "document": ["contract"], "id": list(map(str, ids)), "number": ["1"],
            "seat": [str(seat.id) for seat in seats], "round": list(map(str, rounds)), "file": ["signed", "audit_log"],
        }  # fmt: skip


def test_no_page_about_a_document_does(signed: World, app: Any, people: People) -> None:
    """T43, P28, S2, S4, S5, S6: on a walk on which the owner is shown each."""
    browser = Visitor(app).sign_in(people("maya"), people.password)
    assert marked(browser, signed, (CANARY, QUESTION, CERTIFICATE, PROVIDED, LOG), is_api=False)[0] == set()
    owner = Visitor(app).sign_in(signed.owner, people.password)
    assert marked(owner, signed, (CANARY,), is_api=False, only=PAGES)[0] == set(PAGES)


def test_what_proves_a_signature_is_read_by_those_it_is_for(
    signed: World, app: Any, people: People, acting: Acting
) -> None:
    """T43, P28, S5, S6, S7: certificate and signed PDF by the owner; what was asked, and the provider's own record, by
    the legal team alone."""
    by_owner = {CERTIFICATE: {"dossier.signature_certificate", "api.document"}, PROVIDED: {"dossier.provider_file"}}
    by_counsel = {**by_owner, QUESTION: {"dossier"}, LOG: {"dossier.provider_file"}}
    readers = ((people("maya"), {}), (signed.owner, by_owner), (people("paul"), by_counsel))
    for person, expected in readers:
        pages, calls = Visitor(app).sign_in(person, people.password), _client(app, acting, person)
        shown = {}
        for mark in (QUESTION, CERTIFICATE, PROVIDED, LOG):
            routes = marked(pages, signed, (mark,), is_api=False, only=PROOFS)[0]
            routes |= marked(calls, signed, (mark,), is_api=True, only=PROOFS)[0]
            shown |= {mark: routes} if routes else {}
        assert shown == expected, person.email


def test_no_answer_of_the_api_about_a_document_does(signed: World, app: Any, people: People, acting: Acting) -> None:
    """T43, P28, X5: versions, what changed, signatures."""
    shown = {person.email: _called(app, acting, signed, person) for person in (people("maya"), signed.owner)}
    assert shown == {people("maya").email: set(), signed.owner.email: CALLS}


def _called(app: Any, acting: Acting, signed: World, person: Person) -> set[str]:
    return marked(_client(app, acting, person), signed, (CANARY,), is_api=True, only=CALLS)[0]


def _client(app: Any, acting: Acting, person: Person) -> TestApp:
    """Calls of the API with a token of a person that may do what the person may."""
    with acting(person) as work:
        token = api_tokens.create_token(work, work.person, api_tokens.scopes_for(work.person))
    return TestApp(app, extra_environ={"HTTP_AUTHORIZATION": f"Bearer {token}"})
