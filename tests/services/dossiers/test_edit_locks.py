"""*I am editing this*: one person holds a document, so that nobody adds a version behind their back (S2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from formengine.errors import NotFound, Refused
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents
from formengine.services.dossiers.clean_versions import add_clean_version
from formengine.services.dossiers.document_holders import EditLock
from formengine.services.dossiers.edit_locks import end_editing, hold_for_editing
from formengine.storage.models.dossiers import Dossier
from tests.services.conftest import Case, MakeCase, paper
from tests.services.dossiers.test_clean_versions import remarked

pytestmark = pytest.mark.site("casework")


def lock_of(case: Case) -> EditLock | None:
    def read(work: UnitOfWork, dossier: Dossier) -> EditLock | None:
        return next(view.edit_lock for view in documents.documents(work, dossier) if view.id == "contract")

    return case.reads(read)


@pytest.fixture
def held(make_case: MakeCase) -> Case:
    """A contract that Paul, who handles the dossier, edits."""
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", remarked())
    case("paul", hold_for_editing, "contract")
    return case


def test_nobody_else_adds_a_version_until_the_holder_has(held: Case) -> None:
    """S2: the refusal says who holds it and what to do; the holder's version ends the lock."""
    lock = lock_of(held)
    assert lock is not None
    assert lock.person == held.people("paul").id
    assert lock.until == held.now + timedelta(hours=8)
    for add in (documents.new_document_version, add_clean_version):
        values = (paper(),) if add is documents.new_document_version else ()
        with pytest.raises(Refused, match=r"is editing “Contract” until .* take the editing over\. Keep your file"):
            held("sam", add, "contract", *values)
    held("paul", documents.new_document_version, "contract", paper())
    assert lock_of(held) is None
    assert [e.payload["status"] for e in held.history() if e.kind == "edit_lock"] == ["begun", "ended"]
    held("sam", documents.new_document_version, "contract", paper(b"% by Sam"))
    assert held.whole()


def test_a_lock_ends_by_itself(held: Case) -> None:
    """S2: after `edit_lock_hours`, unless it is held on."""
    held.now += timedelta(hours=7)
    held("paul", hold_for_editing, "contract")
    held.now += timedelta(hours=7)
    assert lock_of(held) is not None
    held.now += timedelta(hours=1)
    assert lock_of(held) is None
    held("sam", documents.new_document_version, "contract", paper())


def test_whoever_is_in_charge_takes_it_over_and_the_history_says_so(held: Case) -> None:
    """S2: not without saying that they do."""
    with pytest.raises(Refused, match="is editing this document"):
        held("sam", hold_for_editing, "contract")
    held("sam", hold_for_editing, "contract", take_over=True)
    lock = lock_of(held)
    assert lock is not None
    assert lock.person == held.people("sam").id
    held("paul", end_editing, "contract")
    held("paul", end_editing, "contract")  # nothing is left to end
    assert lock_of(held) is None
    told = [
        (e.payload["status"], held.name(e.payload.get("person", ""))) for e in held.history() if e.kind == "edit_lock"
    ]
    assert told == [("begun", ""), ("taken", "paul"), ("ended for", "sam")]
    assert not any(e.visible_to_client for e in held.history() if e.kind == "edit_lock")


def test_a_lock_is_shown_as_long_as_it_counts(held: Case) -> None:
    """S2: while the document is decided on, too, where a version can be added still."""
    held("paul", add_clean_version, "contract")
    held("paul", hold_for_editing, "contract")
    held.step("paul", "ask", risk="low")
    with pytest.raises(Refused, match="take the editing over"):
        held("sam", documents.new_document_version, "contract", paper())
    assert lock_of(held) is not None
    held("sam", hold_for_editing, "contract", take_over=True)
    held("sam", documents.new_document_version, "contract", paper())
    assert lock_of(held) is None


def test_there_is_no_lock_of_an_unknown_document(held: Case) -> None:
    """S2: neither to take nor to end."""
    for service in (hold_for_editing, end_editing):
        with pytest.raises(NotFound):
            held("paul", service, "nothing")


def test_who_may_not_add_a_version_may_not_hold_it(held: Case) -> None:
    """S2, T15: nor end somebody's lock; a site may do without locks."""
    for service in (hold_for_editing, end_editing):
        with pytest.raises(Refused):
            held("cleo", service, "contract")
    held("paul", end_editing, "contract")
    settings = replace(held.platform.settings, edit_lock_hours=0)
    held = replace(held, platform=replace(held.platform, settings=settings))
    with pytest.raises(Refused, match="does not mark documents"):
        held("paul", hold_for_editing, "contract")
