"""Uploads, votes, signatures and steps in any order, by service and API: only an approved version is ever signed, and
no version changes.

What was approved is counted here anew from what each call was answered, and compared with what is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from formengine.errors import FormengineError
from formengine.services.approvals import decisions
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents
from formengine.services.dossiers import transitions as moving
from formengine.services.files.uploads import open_content
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile
from formengine.storage.models.rounds import Round
from tests.services.conftest import PDF, Case, MakeCase, make_case, paper
from tests.support.thorough import examples
from tests.web.api.conftest import Caller, Calling

__all__ = ["make_case"]
pytestmark = pytest.mark.site("casework")
BASE: Final = "/api/v1/dossiers"
DECIDERS: Final = ("bo", "di", "ines", "paul", "cleo")
STEPS: Final = ("ask", "finish", "reopen", "withdraw", "pause", "resume")
SIGNED_WITH: Final = {"signature": {"kind": "typed", "text": "Bo Jansen"}, "consent": True}


@dataclass
class Stored:
    """What is stored of a dossier: the hash of each version by its id, those of the rounds, those of signed seats."""

    state: str = ""
    versions: dict[int, str] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)
    signed: dict[int, str] = field(default_factory=dict)
    evidence: dict[int, str] = field(default_factory=dict)


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
        sha256 = str(round_.data.get("document_sha256"))
        if round_.kind == "approval" and round_.status == "approved":
            result.approved.add(sha256)
        for seat in round_.seats if round_.kind == "signature" else ():
            if seat.status == "signed":
                result.signed[seat.id] = sha256
                result.evidence[seat.id] = str(seat.evidence.get("document_sha256"))
    return result


class SigningMachine(RuleBasedStateMachine):
    """One deal: any of its people uploads, votes, signs or takes a step, about any version, by service or API."""

    make: ClassVar[Callable[[], Case]]
    callers: ClassVar[dict[str, Caller]]
    signatures: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.case = self.make()
        self.contents: dict[str, bytes] = {}
        self.votes: dict[str, set[str]] = {}
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

    def hash_of(self, age: int) -> str:
        """The hash of the version that was uploaded so many before the newest; of one that never was, beyond them."""
        hashes = list(self.contents)
        return hashes[-1 - age] if age < len(hashes) else "0" * 64

    @rule(who=st.sampled_from(("paul", "cleo", "bo")), by_api=st.booleans(), again=st.booleans())
    def upload(self, who: str, by_api: bool, again: bool) -> None:
        """A new version; or the content of the first one once more."""
        number = 0 if again else self.uploads + 1
        mark = b"%% version %d" % number
        if by_api:
            address = f"{BASE}/{self.case.reference}/documents/contract"
            answer = self.callers[who].post(address, upload_files=[("file", "contract.pdf", PDF + mark)], status="*")
            assert answer.status_int < 500, answer.text
            done = answer.status_int == 201
        else:
            done = self.asks(who, documents.new_document_version, "contract", paper(mark))
        if done:
            self.uploads = max(self.uploads, number)
            content = PDF + mark
            sha256 = hashlib.sha256(content).hexdigest()
            self.contents.pop(sha256, None)
            self.contents[sha256] = content

    @rule(who=st.sampled_from(DECIDERS), approve=st.booleans() | st.just(True), age=st.sampled_from((0, 0, 0, 1, 9)))
    def vote(self, who: str, approve: bool, age: int) -> None:
        """A decision about a version, by the API where its number is odd."""
        sha256, decision = self.hash_of(age), "approve" if approve else "reject"
        body = {"decision": decision, "comment": "As said.", "document": {"sha256": sha256}}
        by_api = self.uploads % 2 == 1
        done = (
            self.calls(who, "approvals", body)
            if by_api
            else self.asks(who, decisions.decide, decision, "As said.", shown=sha256)
        )
        if done and approve:
            self.votes.setdefault(sha256, set()).add(who)

    @rule(who=st.sampled_from(DECIDERS), age=st.sampled_from((0, 0, 0, 1, 9)), by_api=st.booleans())
    def sign(self, who: str, age: int, by_api: bool) -> None:
        """A signature on a version: if it is taken, its approvers had approved that very version."""
        sha256 = self.hash_of(age)
        body = {**SIGNED_WITH, "document": {"sha256": sha256}}
        done = (
            self.calls(who, "signatures", body)
            if by_api
            else self.asks(who, decisions.sign, "Bo Jansen", True, shown=sha256)
        )
        if done:
            SigningMachine.signatures += 1
            assert len(self.votes.get(sha256, set())) >= 2, "what was signed had not been approved by two people"
            assert sha256 == self.hash_of(0), "another version than the newest was signed"

    @rule(who=st.sampled_from(("bo", "di")), to=st.sampled_from(("bo", "di", "ines")))
    def delegate(self, who: str, to: str) -> None:
        """A seat is handed over: by a vote or a signature of the other one."""
        self.asks(who, decisions.delegate, self.case.people(to).id)

    @rule(name=st.sampled_from((*STEPS, "ask", "ask")))
    def step(self, name: str) -> None:
        """A step of the workflow, by whoever may take it."""
        fields = {"risk": "low"} if name == "ask" else {}
        self.asks("cleo" if name == "withdraw" else "paul", moving.perform, name, self.case.version, fields)

    @initialize(stage=st.integers(0, 6))
    def part_of_the_way(self, stage: int) -> None:
        """A part of the way to a signature, so that chance does not have to find it."""
        way: list[Callable[[], None]] = [
            lambda: self.upload("paul", stage % 2 == 0, False),
            lambda: self.step("ask"),
            *(partial(self.vote, name, True, 0) for name in ("bo", "di", "ines")),
            lambda: self.sign("bo", 0, stage % 2 == 0),
        ]
        for part in way[:stage]:
            part()

    @invariant()
    def nothing_is_signed_that_was_not_approved(self) -> None:
        """Each signed seat is about a version that a round of approval passed; its evidence names that version."""
        now = self.case.reads(stored)
        for seat, sha256 in now.signed.items():
            assert sha256 in now.approved, f"seat {seat} signed {sha256}, which no round approved"
            assert now.evidence[seat] == sha256
        for version, sha256 in self.before.versions.items():
            assert now.versions.get(version) == sha256, f"version {version} changed"
        for seat, sha256 in self.before.signed.items():
            assert now.signed.get(seat) == sha256, f"the signature of seat {seat} changed"
        self.before = now

    def teardown(self) -> None:
        """The contents are those that were sent, and the history is whole."""
        for sha256 in set(self.before.versions.values()):
            with open_content(self.case.platform, sha256) as stream:
                assert hashlib.sha256(stream.read()).hexdigest() == sha256
        assert self.case.whole()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_what_was_approved_is_signed(make_case: MakeCase, calling: Calling) -> None:
    """S8, P25, S2: by no order of uploads, votes, signatures and steps, and by neither door."""
    make_case(by="cleo", with_paper=False)  # the people whose tokens are made
    SigningMachine.make = staticmethod(partial(make_case, by="cleo", with_paper=False))
    SigningMachine.signatures = 0
    SigningMachine.callers = {name: calling(name) for name in DECIDERS}
    run_state_machine_as_test(
        SigningMachine,
        settings=settings(
            max_examples=examples(8, 150),
            stateful_step_count=examples(8, 40),
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert SigningMachine.signatures > 0, "nothing was signed at all: the model tells nothing"
