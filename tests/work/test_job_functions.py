"""How many SQL statements each kind of job runs, with unrelated rows around: none twice, and none per dossier.

BEGIN, COMMIT and savepoints do not count, nor does the engine's own bookkeeping of its jobs.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count as count_from
from typing import Any, Final

import pytest
from sqlalchemy import select, update

from formengine.content_type import DOCX, PDF
from formengine.forms import Upload
from formengine.services.approvals import decisions
from formengine.services.approvals.signature_providers import POLL_JOB, STATUS_JOB
from formengine.services.case.draft_jobs import DRAFT_JOB
from formengine.services.case.effects import OPEN_CHILD_JOB, SIGN_JOB
from formengine.services.case.provider_seats import ASK_JOB, RECALL_JOB
from formengine.services.case.search_index import INDEX_JOB
from formengine.services.case.writer import RATING_JOB
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.answer_copies import ANSWER_COPY_JOB, request_answer_copy
from formengine.services.dossiers.documents import new_document_version
from formengine.services.dossiers.timers import SWEEP_JOB, WAKE_JOB
from formengine.services.dossiers.version_changes import COMPARISON_JOB, version_changes
from formengine.services.dossiers.weekly_overview import OVERVIEW_JOB
from formengine.services.drafts.expiry import EXPIRY_JOB
from formengine.services.drafts.storage import FilledForm, save_draft
from formengine.services.exports.exports import EXPORT_JOB, begin_export
from formengine.services.files.page_pictures import PAGES_JOB, request_missing_pages
from formengine.services.files.reading_copies import COPY_JOB, request_reading_copy
from formengine.services.files.uploads import store_upload
from formengine.services.intake.part_timers import FILLING_SWEEP_JOB, WAKE_FILLING_JOB
from formengine.services.intake.submissions import submit
from formengine.services.job_kinds import TIDY_JOB
from formengine.services.notifications.digests import DIGEST_JOB
from formengine.services.notifications.mails import DELIVER_JOB, notify
from formengine.storage.database import LATE
from formengine.storage.models.answer_copies import AnswerCopy
from formengine.storage.models.fillings import Filling
from formengine.storage.models.lists import SearchDocument
from formengine.storage.models.rounds import ProviderSeat
from formengine.work import functions_of
from tests.documents.conftest import word
from tests.documents.pdf_signing.conftest import blank_pdf
from tests.services.conftest import MONDAY, MakeCase, make_case
from tests.support.damaged_files import damage_documents
from tests.support.people import People
from tests.support.platforms import SITES, MakePlatform, acting_on, publish_site
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import NDA

__all__ = ["make_case"]

MakeSeat = Callable[..., dict[str, Any]]

LIMITS: Final = {
    DELIVER_JOB: 7,
    DRAFT_JOB: 25,
    COPY_JOB: 2,
    PAGES_JOB: 14,
    COMPARISON_JOB: 4,
    EXPORT_JOB: 22,
    OPEN_CHILD_JOB: 35,
    WAKE_JOB: 25,
    SWEEP_JOB: 5,
    ASK_JOB: 12,
    RECALL_JOB: 24,
    STATUS_JOB: 35,
    POLL_JOB: 5,
    EXPIRY_JOB: 12,
    FILLING_SWEEP_JOB: 5,
    WAKE_FILLING_JOB: 20,
    INDEX_JOB: 22,
    ANSWER_COPY_JOB: 20,
    SIGN_JOB: 40,
    RATING_JOB: 10,
    DIGEST_JOB: 12,
    OVERVIEW_JOB: 14,
    TIDY_JOB: 15,
}
"""The most statements that one job of each kind may run."""


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def count(platform: Platform, kind: str, args: dict[str, Any]) -> int:
    """The number of statements of one job, none of which repeats one of its transaction.

    A job that calls a provider ends its transaction before, and reads the row again in another one afterwards.
    """
    with recorded_statements(platform.database) as recorder:
        functions_of(platform)[kind](args)
    assert recorder.repeats_in_a_transaction == [], f"{kind}\n{recorder.report()}"
    assert len(recorder.statements) <= LIMITS[kind], f"{kind}\n{recorder.report()}"
    return len(recorder.statements)


def count_twice(
    platform: Platform, kind: str, new_args: Callable[[], dict[str, Any]], add: Callable[[], object]
) -> None:
    """A warm job runs as many statements after `add` has added unrelated rows as before."""
    functions_of(platform)[kind](new_args())
    before = count(platform, kind, new_args())
    add()
    assert count(platform, kind, new_args()) == before


def test_every_kind_has_a_limit(platform: Platform) -> None:
    assert set(LIMITS) == set(functions_of(platform))


def test_drafting(platform: Platform, people: People) -> None:
    people.all()

    def submit_nda() -> dict[str, Any]:
        with acting_on(platform, people("maya")) as work:
            dossier = submit(work, "nda", NDA, accept_notice=True).dossier
        return {"dossier": dossier.id, "document": "agreement", "after": 0}

    count_twice(platform, DRAFT_JOB, submit_nda, lambda: [submit_nda() for _ in range(4)])


def test_reading_copy(platform: Platform, people: People) -> None:
    people.all()
    numbers = count_from(1)

    def add_document() -> dict[str, Any]:
        content = word(f"Number {next(numbers)}.")
        with acting_on(platform, people("maya")) as work:
            stored = store_upload(work, Upload("contract.docx", DOCX, io.BytesIO(content)))
            request_reading_copy(work, stored)
        return {"sha256": stored.sha256}

    count_twice(platform, COPY_JOB, add_document, lambda: [add_document() for _ in range(4)])


def test_pages_of_a_document(platform: Platform, people: People) -> None:
    people.all()
    numbers = count_from(1)

    def add_document() -> dict[str, Any]:
        with acting_on(platform, people("maya")) as work:
            upload = Upload("contract.pdf", PDF, io.BytesIO(blank_pdf() + b"%% %d" % next(numbers)))
            stored = store_upload(work, upload)
        with acting_on(platform, people("maya")) as work:
            request_missing_pages(work, stored)
        return {"sha256": stored.sha256}

    count_twice(platform, PAGES_JOB, add_document, lambda: [add_document() for _ in range(4)])


def test_comparison_of_versions(platform: Platform, people: People) -> None:
    people.all()
    numbers = count_from(1)

    def add_two_versions() -> dict[str, Any]:
        with acting_on(platform, people("maya")) as work:
            dossier = submit(work, "nda", NDA, accept_notice=True).dossier
        ids = []
        for _ in range(2):
            with acting_on(platform, people("paul"), mode=LATE) as work:
                upload = Upload("contract.docx", DOCX, io.BytesIO(word(f"Number {next(numbers)}.")))
                ids.append(new_document_version(work, dossier.reference, "agreement", upload).id)
        with acting_on(platform, people("paul")) as work:
            version_changes(work, dossier, ids[1])
        return {"older": ids[0], "newer": ids[1]}

    count_twice(platform, COMPARISON_JOB, add_two_versions, lambda: [add_two_versions() for _ in range(4)])


def test_export(platform: Platform, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    people.all()
    monkeypatch.setattr("formengine.services.exports.exports.LONG", -1)

    def begin() -> dict[str, Any]:
        with acting_on(platform, people("paul")) as work:
            submit(work, "nda", NDA, accept_notice=True)
            export = begin_export(work, [("kind", "contract")], "csv", "Contracts")
            assert export is not None
        return {"export": export.id}

    def begin_with_more() -> dict[str, Any]:
        with acting_on(platform, people("maya")) as work:
            for _ in range(4):
                submit(work, "nda", NDA, accept_notice=True)
        return begin()

    count_twice(platform, EXPORT_JOB, begin, begin_with_more)


@pytest.mark.site("related")
def test_opening_of_a_child(platform: Platform, make_case: MakeCase) -> None:
    def make_lease() -> dict[str, Any]:
        case = make_case("lease", by="maya", with_paper=False, street="Rue Haute", city="Lyon")
        case.step("paul", "count", rooms=3)
        return {"dossier": case.dossier.id, "request_type": "visit", "cause": "2"}

    count_twice(platform, OPEN_CHILD_JOB, make_lease, lambda: [make_lease() for _ in range(4)])


@pytest.mark.site("casework")
def test_delivery(platform: Platform, make_case: MakeCase) -> None:
    make_case()

    def write_mail() -> dict[str, Any]:
        with acting_on(platform, None) as work:
            mails = notify(work, "invitation", ["reader@example.com"], {"link": "x", "days": 7})
        return {"mails": [mail.id for mail in mails]}

    count_twice(platform, DELIVER_JOB, write_mail, lambda: [write_mail() for _ in range(9)])


@pytest.mark.site("casework")
def test_timers(platform: Platform, make_case: MakeCase) -> None:
    """Reminders of a deadline, told to as many people each time; and the job that finds the dossiers that are due."""

    def make_due() -> dict[str, Any]:
        return {"reference": make_case().reference}

    count_twice(platform, WAKE_JOB, make_due, lambda: [make_due() for _ in range(4)])
    count_twice(platform, SWEEP_JOB, dict, lambda: [make_due() for _ in range(4)])


def test_expiry_of_drafts(platform: Platform, people: People) -> None:
    """One reminder each time, beside drafts that are not due."""
    maya = people("maya")
    filled = FilledForm("request:nda", "An NDA", "en", {}, {})

    def make_due() -> dict[str, Any]:
        with acting_on(platform, maya, now=datetime.now(UTC) - timedelta(days=26)) as work:
            save_draft(work, maya.id, filled)
        return {}

    def make_fresh() -> None:
        with acting_on(platform, maya) as work:
            save_draft(work, maya.id, filled)

    count_twice(platform, EXPIRY_JOB, make_due, lambda: [make_fresh() for _ in range(4)])


@pytest.mark.site("casework")
def test_indexing(platform: Platform, make_case: MakeCase) -> None:
    """D2: of one dossier, however many there are around it."""
    case = make_case()

    def mark_stale() -> dict[str, Any]:
        with platform.database.transaction() as session:
            document = update(SearchDocument).where(SearchDocument.dossier_id == case.dossier.id)
            session.execute(document.values(stale=True))
        return {}

    count_twice(platform, INDEX_JOB, mark_stale, lambda: [make_case() for _ in range(4)])


def test_answer_copies(platform: Platform, people: People) -> None:
    """D3: of a dossier, however many copies and dossiers there are around it."""
    people.all()

    def ask() -> dict[str, Any]:
        with acting_on(platform, people("maya")) as work:
            dossier = submit(work, "nda", NDA, accept_notice=True).dossier
            request_answer_copy(work, dossier)
        with platform.database.reading() as session:
            row = session.scalars(select(AnswerCopy).where(AnswerCopy.dossier_id == dossier.id)).one()
            key = {name: getattr(row, name) for name in ("dossier_id", "version", "audience", "language", "zone")}
        return {**key, "actor": people("maya").id}

    count_twice(platform, ANSWER_COPY_JOB, ask, lambda: [ask() for _ in range(4)])


@pytest.mark.site("casework")
def test_signed_copies(platform: Platform, make_case: MakeCase) -> None:
    """S4: of a file that cannot be signed; tests/services/approvals/test_signed_copies.py makes whole ones."""

    def sign() -> dict[str, Any]:
        case = make_case(by="cleo")
        case.step("paul", "ask", risk="low")
        for name in ("bo", "di", "ines"):
            case(name, decisions.decide, "approve")
        case("bo", decisions.sign, "Bo Jansen", True)
        damage_documents(platform, case.dossier.id)
        return {"dossier": case.dossier.id, "rule": "ours", "number": 1}

    count_twice(platform, SIGN_JOB, sign, lambda: [sign() for _ in range(2)])


@pytest.mark.site("casework")
def test_ratings(platform: Platform, make_case: MakeCase) -> None:
    """D10: one question to the requester of a dossier."""

    def end() -> dict[str, Any]:
        return {"dossier": make_case().dossier.id}

    count_twice(platform, RATING_JOB, end, lambda: [end() for _ in range(4)])


def test_digests(platform: Platform, people: People) -> None:
    """N2: one digest, of as many mails, beside mails that are not held."""
    maya = people("maya")

    def hold(held: bool = True) -> dict[str, Any]:
        with acting_on(platform, None) as work:
            for mail in notify(work, "note", [maya.id], {}):
                mail.state, mail.due_at = ("held", work.now) if held else (mail.state, mail.due_at)
        return {}

    count_twice(platform, DIGEST_JOB, hold, lambda: [hold(False) for _ in range(4)])


@pytest.mark.site("casework")
def test_tidying(platform: Platform, make_case: MakeCase) -> None:
    make_case()
    count_twice(platform, TIDY_JOB, dict, lambda: [make_case() for _ in range(4)])


@pytest.mark.site("casework")
class TestSignatureProviders:
    """Asking for a seat, asking after it, and taking it back; and the job that finds the seats whose turn it is."""

    @pytest.fixture
    def platform(self, make_platform: MakePlatform) -> Platform:
        """The site `signing`, published with its plugin."""
        platform = make_platform(site=SITES / "signing", plugins="./demo_sign")
        publish_site(platform)
        return platform

    @pytest.fixture
    def make_seat(self, platform: Platform, make_case: MakeCase) -> MakeSeat:
        """Makes a dossier with seats at the provider, in a state; the arguments of a job about one of them."""

        def make(state: str = "waiting") -> dict[str, Any]:
            case = make_case("sale", by="cleo")
            case.step("paul", "send")
            with platform.database.transaction() as session:
                seat_id = session.scalars(select(ProviderSeat.seat_id).order_by(ProviderSeat.seat_id.desc())).first()
                values = {"state": state, "asked_at": MONDAY, "next_at": MONDAY}
                session.execute(update(ProviderSeat).where(ProviderSeat.seat_id == seat_id).values(values))
            return {"seat": seat_id}

        return make

    @pytest.mark.parametrize(
        ("kind", "state"), [(ASK_JOB, "waiting"), (RECALL_JOB, "withdrawing"), (STATUS_JOB, "asked")]
    )
    def test_job_about_a_seat(self, platform: Platform, make_seat: MakeSeat, kind: str, state: str) -> None:
        count_twice(platform, kind, lambda: make_seat(state), lambda: make_seat(state))

    @pytest.mark.parametrize("answer", ["signed", "declined"])
    def test_answer_of_a_provider(
        self, platform: Platform, make_seat: MakeSeat, answer: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules["formengine_site_plugins_demo_sign"].mood, "status", answer)
        count_twice(platform, STATUS_JOB, lambda: make_seat("asked"), lambda: make_seat("asked"))

    def test_search_for_seats(self, platform: Platform, make_seat: MakeSeat) -> None:
        make_seat("asked")
        count_twice(platform, POLL_JOB, dict, lambda: make_seat("asked"))


@pytest.mark.site("parts")
@pytest.mark.parametrize("kind", [FILLING_SWEEP_JOB, WAKE_FILLING_JOB])
def test_reminders_of_parts(platform: Platform, people: People, kind: str) -> None:
    people.all()
    answers = {"subject": "Chairs", "amount": 5, "supplier": {"name": "Sue", "email": "sue@supplier.example"}}

    def make_due() -> dict[str, Any]:
        with acting_on(platform, people("cleo")) as work:
            filling = submit(work, "purchase", answers, accept_notice=True).filling
            assert filling is not None
            for part in filling.parts:
                part.remind_at = work.now if part.part == "finance" else None
            filling.wake_at = work.now
            return {"filling": filling.id} if kind == WAKE_FILLING_JOB else {}

    def make_later() -> None:
        with acting_on(platform, people("cleo")) as work:
            submit(work, "purchase", answers, accept_notice=True)

    if kind == FILLING_SWEEP_JOB:
        make_due()
    count_twice(
        platform, kind, make_due if kind == WAKE_FILLING_JOB else dict, lambda: [make_later() for _ in range(4)]
    )
    with platform.database.reading() as session:
        assert session.query(Filling).count() >= 5
