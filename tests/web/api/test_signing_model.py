"""Uploads, clean versions, turns, votes, signatures, changed signers and steps in any order, by either door: only
approved versions are signed, and no version changes. `test_drafting_model` has drafts, and two documents in a round.

What was approved is counted here anew from what each call was answered, and compared with what is stored.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from formengine.documents import DOCX
from formengine.errors import FormengineError
from formengine.forms import Upload
from formengine.services.approvals import decisions, seat_changes
from formengine.services.approvals.given_signatures import SignatureDetails
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents
from formengine.services.dossiers import transitions as moving
from formengine.services.dossiers.clean_versions import add_clean_version
from formengine.services.dossiers.document_turns import hand_over
from formengine.services.files.uploads import open_content
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile
from formengine.storage.models.rounds import Round, Seat
from formengine.workflow.engine.bound_versions import hash_of_all
from tests.documents.word_versions.builders import negotiated
from tests.services.conftest import Case, MakeCase, make_case, paper
from tests.support.pdf import PDF
from tests.support.thorough import examples
from tests.web.api.conftest import Caller, Calling

__all__ = ["make_case"]
pytestmark = pytest.mark.site("casework")
BASE: Final = "/api/v1/dossiers"
DECIDERS: Final = ("bo", "di", "ines", "paul", "cleo")
STEPS: Final = ("ask", "finish", "reopen", "withdraw", "pause", "resume")
SIGNATURES: Final = ("ours", "closing")
"""The rounds of signatures of both sites."""
CONFIRMED: Final = SignatureDetails(confirmed_name="Bo Jansen")
SIGNED_WITH: Final = {"signature": {"kind": "typed", "text": "Bo Jansen"}, "consent": True, "confirm_name": True}


Hashes = dict[str, str]
"""The hash of a version of each document, by document."""


@dataclass
class Stored:
    """What is stored of a dossier: the hash of each version by its id, those of the rounds, those of signed seats."""

    state: str = ""
    versions: dict[int, str] = field(default_factory=dict)
    approved: list[Hashes] = field(default_factory=list)
    signed: dict[int, Hashes] = field(default_factory=dict)
    evidence: dict[int, Hashes] = field(default_factory=dict)


def stored(work: UnitOfWork, dossier: Dossier) -> Stored:
    """Read from the tables, by no service."""
    result = Stored(dossier.state)
    query = (
        select(DocumentVersion.id, StoredFile.sha256)
        .join(Document, DocumentVersion.document_id == Document.id)
        .join(StoredFile, DocumentVersion.file_id == StoredFile.id)
        .where(Document.dossier_id == dossier.id)
    )
    result.versions = dict(iter(work.session.execute(query)))
    for round_ in work.session.scalars(select(Round).where(Round.dossier_id == dossier.id).order_by(Round.id)):
        hashes = {name: str(version["sha256"]) for name, version in round_.data["versions"].items()}
        if round_.kind == "approval" and round_.status == "approved":
            result.approved.append(hashes)
        for seat in round_.seats if round_.kind == "signature" else ():
            if seat.status == "signed":
                result.signed[seat.id] = hashes
                one = {name: str(seat.evidence.get("document_sha256")) for name in hashes}
                result.evidence[seat.id] = seat.evidence.get("documents", one)
    return result


def stored_versions(name: str, work: UnitOfWork, dossier: Dossier) -> list[str]:
    """The hashes of the versions of a document, the newest first."""
    query = (
        select(StoredFile.sha256)
        .join(DocumentVersion, DocumentVersion.file_id == StoredFile.id)
        .join(Document, DocumentVersion.document_id == Document.id)
        .where(Document.dossier_id == dossier.id, Document.name == name)
        .order_by(DocumentVersion.number.desc())
    )
    return list(work.session.scalars(query))


def open_signatures(work: UnitOfWork, dossier: Dossier) -> list[int]:
    """The ids of its open rounds of signatures."""
    is_open = (Round.dossier_id == dossier.id, Round.kind == "signature", Round.status == "open")
    return list(work.session.scalars(select(Round.id).where(*is_open)))


class SigningMachine(RuleBasedStateMachine):
    """One deal: any of its people uploads, votes, signs or takes a step, about any version, by service or API."""

    make: ClassVar[Callable[[], Case]]
    callers: ClassVar[dict[str, Caller]]
    documents: ClassVar[tuple[str, ...]]
    asked: ClassVar[dict[str, str]]
    signatures: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.case = self.make()
        self.contents: dict[str, list[str]] = {name: [] for name in self.documents}
        self.votes: dict[str, set[str]] = {}
        self.remarked: set[str] = set()
        self.approved: list[Hashes] = []
        self.before = Stored()
        self.uploads = 0

    def asks(self, who: str, service: Callable[..., Any], *args: Any, **values: Any) -> bool:
        """Whether a service did it for somebody."""
        self.case.now = datetime.now(UTC)
        try:
            self.case(who, service, *args, **values)
        except FormengineError:
            return False
        return True

    def calls(self, who: str, tail: str, body: dict[str, Any]) -> bool:
        """Whether the API did it for somebody."""
        answer = self.callers[who].post_json(f"{BASE}/{self.case.reference}/{tail}", body, status="*")
        assert answer.status_int < 500, answer.text
        return bool(answer.status_int < 300)

    def hashes(self, age: int, changed: int) -> Hashes:
        """The hashes of the newest versions, of one document (by its place) that of the version which was added so many
        before its newest; of one that never was, beyond them, and of a document that is not there.
        """
        found = {}
        for place, (name, versions) in enumerate(self.contents.items()):
            index = age if place == changed % len(self.documents) else 0
            found[name] = versions[-1 - index] if index < len(versions) else "0" * 64
        return found

    def body(self, hashes: Hashes) -> dict[str, Any]:
        """What the API is told of the versions that somebody has read."""
        if len(hashes) > 1:
            return {"documents": hashes}
        return {"document": {"sha256": next(iter(hashes.values()))}}

    def is_newest(self, hashes: Hashes) -> bool:
        """Whether these are the newest versions of all documents."""
        return hashes == self.hashes(0, 0) and "0" * 64 not in hashes.values()

    def added(self, document: str, content: bytes) -> None:
        sha256 = hashlib.sha256(content).hexdigest()
        versions = self.contents[document]
        self.contents[document] = [*(other for other in versions if other != sha256), sha256]

    @rule(
        who=st.sampled_from(("paul", "ana", "cleo", "bo")),
        by_api=st.booleans(),
        again=st.booleans(),
        place=st.integers(0, 1),
        agrees=st.booleans(),
    )
    def upload(self, who: str, by_api: bool, again: bool, place: int, agrees: bool = True) -> None:
        """A new version of a document; or the content of the first one once more. Open signatures end with consent."""
        number = 0 if again else self.uploads + 1
        document, mark = self.documents[place % len(self.documents)], b"%% version %d" % number
        signs = any(status == "open" and rule in SIGNATURES for rule, _, status in self.case.rounds)
        if by_api:
            address = f"{BASE}/{self.case.reference}/documents/{document}"
            files, consent = [("file", "contract.pdf", PDF + mark)], {"ends_signatures": str(agrees).lower()}
            answer = self.callers[who].post(address, consent, upload_files=files, status="*")
            assert answer.status_int < 500, answer.text
            done = answer.status_int == 201
        else:
            done = self.asks(who, documents.new_document_version, document, paper(mark), ends_signatures=agrees)
        if done:
            assert agrees or not signs, "signatures ended without consent"
            self.uploads = max(self.uploads, number)
            self.added(document, PDF + mark)

    @rule(who=st.sampled_from(("paul", "ana")), place=st.integers(0, 1), agrees=st.booleans())
    def remark(self, who: str, place: int, agrees: bool) -> None:
        """A new version of a document in Word, which holds remarks of its authors: nobody decides on it."""
        document, content = self.documents[place % len(self.documents)], negotiated()
        upload = Upload("contract.docx", DOCX, io.BytesIO(content))
        if self.asks(who, documents.new_document_version, document, upload, ends_signatures=agrees):
            self.added(document, content)
            self.remarked.add(hashlib.sha256(content).hexdigest())

    @rule(who=st.sampled_from(("paul", "paul", "bo")), place=st.integers(0, 1), agrees=st.booleans())
    def clean(self, who: str, place: int, agrees: bool) -> None:
        """A clean version of a document with remarks: nobody has decided on it yet."""
        document = self.documents[place % len(self.documents)]
        if self.asks(who, add_clean_version, document, ends_signatures=agrees):
            with open_content(self.case.platform, self.versions_of(document)[0]) as stream:
                self.added(document, stream.read())

    @rule(to=st.sampled_from(("ana", "us", "counterparty")), place=st.integers(0, 1))
    def hand_over(self, to: str, place: int) -> None:
        """A document is handed over: to a colleague, who may add versions then, or to a side."""
        holder = self.case.people(to).id if to == "ana" else to
        self.asks("paul", hand_over, self.documents[place % len(self.documents)], holder)

    @rule(who=st.sampled_from(DECIDERS))
    def decline(self, who: str) -> None:
        """Somebody declines to sign, where they are asked to: the round is over."""
        done = self.asks(who, decisions.decline, "Not like this.")
        assert not done or all(each[2] != "open" for each in self.case.rounds if each[0] in SIGNATURES)

    @rule(email=st.sampled_from(("joe@globex.test", "kim@globex.test")), replaces=st.booleans())
    def correct(self, email: str, replaces: bool) -> None:
        """The address of a signer from outside is corrected, or another one is put in their place."""
        query = select(Seat.id).where(Seat.person.contains("@"), Seat.status == "open")
        seat = self.case.reads(lambda work, _: work.session.scalars(query).first())
        if replaces:
            self.asks("paul", seat_changes.replace_seat, None, seat, email, "Kim Lee")
        else:
            self.asks("paul", seat_changes.correct_seat, None, seat, email=email)

    def versions_of(self, document: str) -> list[str]:
        """The hashes of the versions of a document, the newest first."""
        return self.case.reads(partial(stored_versions, document))

    @rule(
        who=st.sampled_from(DECIDERS),
        approve=st.booleans() | st.just(True),
        age=st.sampled_from((0, 0, 0, 1, 9)),
        changed=st.integers(0, 1),
    )
    def vote(self, who: str, approve: bool, age: int, changed: int) -> None:
        """A decision about versions, by the API where the number of uploads is odd."""
        hashes, decision = self.hashes(age, changed), "approve" if approve else "reject"
        shown = str(hash_of_all(hashes))
        done = (
            self.calls(who, "approvals", {"decision": decision, "comment": "As said.", **self.body(hashes)})
            if self.uploads % 2 == 1
            else self.asks(who, decisions.decide, decision, "As said.", shown=shown)
        )
        if done and approve:
            assert self.is_newest(hashes), "versions were approved that are not the newest"
            assert not self.remarked & set(hashes.values()), "a version with remarks was approved"
            self.votes.setdefault(shown, set()).add(who)

    @rule(
        who=st.sampled_from(DECIDERS),
        age=st.sampled_from((0, 0, 0, 1, 9)),
        changed=st.integers(0, 1),
        by_api=st.booleans(),
    )
    def sign(self, who: str, age: int, changed: int, by_api: bool) -> None:
        """A signature on versions: if it is taken, its approvers had approved those very versions."""
        hashes = self.hashes(age, changed)
        shown = str(hash_of_all(hashes))
        done = (
            self.calls(who, "signatures", {**SIGNED_WITH, **self.body(hashes)})
            if by_api
            else self.asks(who, decisions.sign, "Bo Jansen", True, shown=shown, details=CONFIRMED)
        )
        if done:
            SigningMachine.signatures += 1
            assert self.is_approved(shown), "what was signed had not been approved by everybody whom it takes"
            assert self.is_newest(hashes), "other versions than the newest were signed"

    def is_approved(self, shown: str) -> bool:
        """Whether everybody who has to has approved the versions with this hash."""
        return len(self.votes.get(shown, set())) >= 2

    @rule(who=st.sampled_from(("bo", "di")), to=st.sampled_from(("bo", "di", "ines")))
    def delegate(self, who: str, to: str) -> None:
        """A seat is handed over: by a vote or a signature of the other one."""
        self.asks(who, decisions.delegate, self.case.people(to).id)

    @rule(name=st.sampled_from((*STEPS, "ask", "ask")))
    def step(self, name: str) -> None:
        """A step of the workflow, by whoever may take it."""
        fields = self.asked if name == "ask" else {}
        self.asks("cleo" if name == "withdraw" else "paul", moving.perform, name, self.case.version, fields)

    def upload_all(self, by_api: bool) -> None:
        """A first version of each document."""
        for place in range(len(self.documents)):
            self.upload("paul", by_api, False, place)

    @initialize(stage=st.sampled_from((6, 5, 6, 5, 4, 3, 2, 1, 0)))
    def part_of_the_way(self, stage: int) -> None:
        """A part of the way to a signature, so that chance does not have to find it."""
        way: list[Callable[[], None]] = [
            lambda: self.upload_all(stage % 2 == 0),
            lambda: self.step("ask"),
            *(partial(self.vote, name, True, 0, 0) for name in ("bo", "di", "ines")),
            lambda: self.sign("bo", 0, 0, stage % 2 == 0),
        ]
        for part in way[:stage]:
            part()

    @invariant()
    def nothing_is_signed_that_was_not_approved(self) -> None:
        """Each signed seat is about a version that a round of approval passed; its evidence names that version."""
        now = self.case.reads(stored)
        self.approved += [hashes for hashes in now.approved if hashes not in self.approved]  # void with a new version
        for seat, hashes in now.signed.items():
            assert hashes in self.approved, f"seat {seat} signed {hashes}, which no round approved"
            assert now.evidence[seat] == hashes
            assert set(hashes) == set(self.documents)
        for version, sha256 in self.before.versions.items():
            assert now.versions.get(version) == sha256, f"version {version} changed"
        for seat, hashes in self.before.signed.items():
            assert now.signed.get(seat) == hashes, f"the signature of seat {seat} changed"
        self.before = now

    def teardown(self) -> None:
        """The contents are those that were sent, and the history is whole."""
        for sha256 in set(self.before.versions.values()):
            with open_content(self.case.platform, sha256) as stream:
                assert hashlib.sha256(stream.read()).hexdigest() == sha256
        assert self.case.whole()


def runs(
    machine: type[SigningMachine],
    make_case: MakeCase,
    calling: Calling,
    kind: str,
    documents: tuple[str, ...],
    asked: dict[str, str],
    **answers: Any,
) -> None:
    """Run a model on dossiers of a request type with such answers, whose rounds are about some documents; `asked` are
    the fields of the step that asks.
    """
    make = partial(make_case, kind, by="cleo", with_paper=False, **answers)
    make()  # the people whose tokens are made
    machine.make, machine.documents, machine.asked = staticmethod(make), documents, asked
    machine.callers = {name: calling(name) for name in (*DECIDERS, "ana")}
    SigningMachine.signatures = 0
    run_state_machine_as_test(
        seed(1)(machine),  # the same draws whatever is edited: `derandomize` alone draws by the text of the class
        settings=settings(
            max_examples=examples(20, 150),
            stateful_step_count=examples(10, 40),
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert SigningMachine.signatures > 0, "nothing was signed at all: the model tells nothing"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_what_was_approved_is_signed(make_case: MakeCase, calling: Calling) -> None:
    """S8, P25, S2: by no order of uploads, votes, signatures and steps, by neither door."""
    runs(SigningMachine, make_case, calling, "deal", ("contract",), {"risk": "low"})
