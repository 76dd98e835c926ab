"""Drafts over what people wrote, and all that `test_signing_model` draws, in any order, on two documents that are
approved and signed together: only what was approved is signed, and nothing is decided while a draft is held.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import select

from formengine.services.case.draft_jobs import OVER_VERSION
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import document_drafts
from formengine.services.dossiers import transitions as moving
from formengine.services.files.uploads import open_content
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.rounds import Round, Seat
from tests.services.approvals.test_several_documents import buyer_signs
from tests.services.conftest import MakeCase, make_case
from tests.web.api.conftest import Calling
from tests.web.api.test_signing_model import SIGNATURES, SigningMachine, open_signatures, runs, stored_versions

__all__ = ["make_case"]
BUYER: Final = {"name": "Joe Martin", "email": "joe@globex.test"}
ENDED: Final = ("done", "withdrawn")


def is_held(work: UnitOfWork, dossier: Dossier) -> bool:
    """Whether a draft of the contract is held, read from the tables."""
    query = select(Document).where(Document.dossier_id == dossier.id, Document.name == "contract")
    row = work.session.scalar(query)
    is_due = row is not None and row.draft_after is not None and row.draft_after >= len(row.versions)
    return is_due and row is not None and row.draft_failure == OVER_VERSION and dossier.state not in ENDED


def bound_rounds(work: UnitOfWork, dossier: Dossier) -> set[int]:
    """The ids of the open rounds that are about a version of the contract; a round that waits for a draft is not."""
    rows = work.session.scalars(select(Round).where(Round.dossier_id == dossier.id, Round.status == "open"))
    return {row.id for row in rows if "contract" in row.data["versions"]}


def decided(
    work: UnitOfWork, dossier: Dossier, statuses: Collection[str] = ("approved", "rejected", "signed", "declined")
) -> dict[int, int]:
    """The seats that have voted or signed, by id, each with the id of its round."""
    query = select(Seat.id, Seat.round_id).join(Round).where(Round.dossier_id == dossier.id)
    return dict(iter(work.session.execute(query.where(Seat.status.in_(statuses)))))


def agreed(work: UnitOfWork, dossier: Dossier) -> set[int]:
    """The seats that have approved or signed, by id."""
    return set(decided(work, dossier, ("approved", "signed")))


def decided_and_held(work: UnitOfWork, dossier: Dossier) -> tuple[dict[int, int], bool]:
    """What `decided` and `is_held` read, in one unit of work."""
    return decided(work, dossier), is_held(work, dossier)


def bound_and_signing(work: UnitOfWork, dossier: Dossier) -> tuple[list[str], set[int], list[int]]:
    """The versions of the contract, and what `bound_rounds` and `open_signatures` read, in one unit of work."""
    return stored_versions("contract", work, dossier), bound_rounds(work, dossier), open_signatures(work, dossier)


class DraftingMachine(SigningMachine):
    """The same about a contract from a template: steps of counsel and of the client draft it, over what is there."""

    def __init__(self) -> None:
        super().__init__()
        self.drafted: set[str] = set()
        self.held = False
        self.decided: dict[int, int] = {}
        self.price = 0
        self.subject, self.signed_subject = "", ""
        self.agreed: set[int] = set()
        self.went_on: list[int] = []
        """The rounds of signatures in which people were asked when the draft was held: these go on."""

    @initialize(stage=st.sampled_from((6, 5, 6, 4, 5, 3, 7)), held=st.sampled_from((5, 6, 4, 2, 0, 3)))
    def part_of_the_way(self, stage: int, held: int) -> None:
        """A part of the way to a signature, on which the client may have had a draft held; or the whole of it, by which
        everybody has signed a draft, and the dossier is taken up again.
        """
        if stage == 7:
            self.signed_and_reopened()
            return
        way: list[Callable[[], None]] = [
            lambda: self.upload_all(stage % 2 == 0),
            lambda: self.step("ask"),
            *(partial(self.vote, name, True, 0, 0) for name in ("bo", "di")),
            lambda: self.sign("bo", 0, 0, stage % 2 == 0),
        ]
        for number, part in enumerate(way[:stage], start=1):
            if number == held:
                self.refresh("cleo", True, False)
            part()
            self.nothing_is_decided_while_a_draft_is_held()

    def signed_and_reopened(self) -> None:
        """A draft of the contract, and an annex, that everybody has approved and signed, before the dossier is taken up
        again by a lead who corrects the subject.
        """
        self.rename("Sale")
        self.redraft("paul")
        self.upload("paul", False, False, 1)
        self.step("ask")
        self.vote("bo", True, 0, 0)
        self.vote("di", True, 0, 0)
        self.sign("bo", 0, 0, False)
        buyer_signs(self.case)
        self.step("reopen")
        assert self.case.state == "draft"
        self.signed_subject, self.agreed = self.subject, self.case.reads(agreed)
        for subject in ("Lease", "Sale"):
            self.rename(subject)
            self.step("ask")
            self.vote("bo", True, 0, 0)
            self.nobody_agrees_to_what_was_signed_by_other_answers()

    @rule(who=st.sampled_from(("paul", "cleo")))
    def redraft(self, who: str) -> None:
        """The contract is drafted again from its template."""
        ask = document_drafts.draft_again
        self.drafts(lambda: self.asks(who, ask, "contract", ends_signatures=True, over_upload=True))

    @rule(who=st.sampled_from(("paul", "cleo", "cleo")), ends=st.booleans() | st.just(True), over=st.booleans())
    def refresh(self, who: str, ends: bool, over: bool) -> None:
        """A step drafts the contract: over a version that people wrote for counsel alone, and with consent."""
        newest = self.versions_of("contract")[:1]
        is_written = bool(newest) and newest[0] not in self.drafted
        signs = any(status == "open" and rule in SIGNATURES for rule, _, status in self.case.rounds)
        consent = {"ends_signatures": ends, "over_upload": over}
        signing = self.case.reads(open_signatures)

        def step() -> bool:
            return self.asks(who, moving.perform, "refresh", self.case.version, {}, None, None, **consent)

        if not is_written or who == "paul":
            done = self.drafts(step)
            assert not done or over or not is_written, "counsel drafted over a version without consent"
        elif done := step():
            self.held, self.went_on = True, signing
            assert self.case.reads(is_held), "a client's step drafts over what counsel wrote"
        assert not done or ends or not signs, "signatures ended without consent"

    def drafts(self, ask: Callable[[], bool]) -> bool:
        """Ask for a draft, and make it as its job does: an open round on the earlier version starts again. Whether it
        was asked for.
        """
        before, bound, signing = self.case.reads(bound_and_signing)
        if not ask():
            return False
        args = {"dossier": self.case.dossier.id, "document": "contract", "after": len(before), "ends": signing}
        document_drafts.make_draft(self.case.platform, args)
        now = self.versions_of("contract")
        if len(now) > len(before):
            self.drafted.add(now[0])
            with open_content(self.case.platform, now[0]) as stream:
                self.added("contract", stream.read())
            assert not bound & self.case.reads(bound_rounds), "a round went on with an earlier version"
        return True

    @rule(price=st.sampled_from((500, 50)))
    def correct_price(self, price: int) -> None:
        """The price is corrected, by which Ines has to approve as well, while the approval or the signatures run."""
        if self.asks("paul", moving.perform, "set_price", self.case.version, {"price": price}):
            self.price = price

    @rule(subject=st.sampled_from(("Sale", "Lease")))
    def rename(self, subject: str) -> None:
        """An answer is corrected, and nothing drafts the contract anew."""
        if self.asks("paul", moving.perform, "rename", self.case.version, {"subject": subject}):
            self.subject = subject

    @invariant()
    def nobody_agrees_to_what_was_signed_by_other_answers(self) -> None:
        """What everybody has signed is approved and signed again only while the answers are what they were."""
        now = self.case.reads(agreed)
        is_outdated = bool(self.signed_subject) and self.subject != self.signed_subject
        assert not is_outdated or now <= self.agreed, "agreed to a text that the answers have left behind"
        self.agreed = now

    def is_approved(self, shown: str) -> bool:
        has_ines = "ines" in self.votes.get(shown, set())
        return super().is_approved(shown) and (has_ines or self.price <= 100)

    @precondition(lambda self: self.held)
    @rule(way=st.sampled_from(("keep", "anew", "keep by client", "anew without consent")))
    def decide_on_held(self, way: str) -> None:
        """Counsel keeps the version, or has it drafted anew: always possible, and never for the client."""
        if way == "keep":
            assert self.asks("paul", document_drafts.give_up_draft, "contract"), "a held draft cannot be given up"
        elif way == "anew":
            before = len(self.versions_of("contract"))
            self.redraft("paul")
            assert len(self.versions_of("contract")) == before + 1, "a held draft cannot be made"
        elif way == "keep by client":
            assert not self.asks("cleo", document_drafts.give_up_draft, "contract")
        else:
            assert not self.asks("paul", document_drafts.draft_again, "contract", ends_signatures=True)

    @invariant()
    def nothing_is_decided_while_a_draft_is_held(self) -> None:
        """But signatures for which people were asked before: their version was approved, and nothing replaces it."""
        now, held = self.case.reads(decided_and_held)
        new = {seat: round_ for seat, round_ in now.items() if seat not in self.decided}
        assert not (held and self.held) or set(new.values()) <= set(self.went_on), "decided while a draft is held"
        self.decided = now
        assert not held or self.held, "a draft is held that was asked for by nobody without the right to agree"
        self.held = held

    def added(self, document: str, content: bytes) -> None:
        super().added(document, content)
        assert document != "contract" or not self.case.reads(is_held), "a draft is held over an earlier version"


@pytest.mark.site("closing")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_what_was_approved_is_signed_of_drafts(make_case: MakeCase, calling: Calling) -> None:
    """S1, S8, P25, S2, S11: by no order of drafts, uploads, votes, signatures and steps, by neither door, and of
    several documents all or none.
    """
    answers: dict[str, Any] = {"buyer": BUYER}
    runs(DraftingMachine, make_case, calling, "closing", ("contract", "annex"), {}, **answers)
