"""Answers of an earlier dossier, and of another request type, on a new form."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from formengine.errors import NotFound
from formengine.forms import Upload
from formengine.services.catalogue.request_types import get_request_type
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.changed_forms import FormChanges
from formengine.services.drafts.request_drafts import PageOfDraft, save_request
from formengine.services.files.uploads import FileStore
from formengine.services.intake.carried_answers import answers_of_dossier, answers_of_other_type
from formengine.services.intake.submissions import form_to_fill, submit
from tests.support.people import People
from tests.support.platforms import Acting

pytestmark = pytest.mark.site("prefill")


@pytest.fixture
def database_kind() -> str:
    """No SQL of its own; SQLite is enough."""
    return "sqlite"


def paper(work: UnitOfWork, name: str) -> dict[str, Any]:
    return FileStore(work).save(Upload(name, "text/plain", io.BytesIO(name.encode())))


def copied(work: UnitOfWork, type_id: str, reference: str) -> tuple[Any, FormChanges]:
    request_type = get_request_type(work, type_id)
    form = form_to_fill(work, request_type)
    carried = answers_of_dossier(work, request_type, form, reference)
    return form.resume(carried.controls).data, carried.changes


def test_an_earlier_dossier_fills_a_new_form(acting: Acting, people: People) -> None:
    """F10: all answers but the files, which are named."""
    answers = {"entity": "acme_sas", "pieces": 3, "areas": ["ip"], "other": {"name": "Globex SA"}, "rank": "high"}
    with acting(people("maya")) as work:
        files = {"papers": [paper(work, "offer.txt"), paper(work, "terms.txt")]}
        reference = submit(work, "order", {**answers, **files}).dossier.reference
    with acting(people("maya")) as work:
        data, changes = copied(work, "order", reference)
    assert data == answers
    assert changes == FormChanges(origin="copy", source=reference, files=("offer.txt", "terms.txt"))


def test_only_what_one_may_read_is_copied(acting: Acting, people: People) -> None:
    """F10, T13: somebody else's dossier, one of another type and one that does not exist are alike."""
    with acting(people("maya")) as work:
        reference = submit(work, "order", {"entity": "acme_sas"}).dossier.reference
    with acting(people.add("other@elsewhere.test")) as work, pytest.raises(NotFound):
        copied(work, "order", reference)
    with acting(people("maya")) as work:
        for type_id, wanted in (("other_order", reference), ("order", "MAT-1999-0001")):
            with pytest.raises(NotFound):
                copied(work, type_id, wanted)


def begin(work: UnitOfWork, type_id: str, data: dict[str, Any]) -> str:
    """The id of a draft that holds these answers."""
    request_type = get_request_type(work, type_id)
    form = form_to_fill(work, request_type)
    answers = form.resume(form.draft(data))
    return save_request(work, request_type, answers, FormChanges(), 0, PageOfDraft(nonce="n")).draft.id


def changed(work: UnitOfWork, type_id: str, draft_id: str) -> tuple[Any, FormChanges]:
    request_type = get_request_type(work, type_id)
    form = form_to_fill(work, request_type)
    carried = answers_of_other_type(work, request_type, form, draft_id)
    return form.resume(carried.controls).data, carried.changes


def test_another_type_takes_what_it_asks_as_well(acting: Acting, people: People) -> None:
    """F11: fields of the same name and type, files too; what has another type, or does not fit, is told as text."""
    with acting(people("maya")) as work:
        papers = [paper(work, "offer.txt")]
        answers = {"entity": "acme_sas", "pieces": 3, "subject": "Much too long", "other": {"name": "Globex SA"}}
        answers["pin"] = "1234"
        draft_id = begin(work, "order", {**answers, "papers": papers})
    with acting(people("maya")) as work:
        data, changes = changed(work, "other_order", draft_id)
    assert data == {"entity": "acme_sas", "papers": papers, "rank": "normal"}
    assert ("Other company", "Globex SA") in changes.gone
    assert ("Alarm code", "Never shown: type it again where it is asked for.") in changes.gone
    assert len(changes.gone) == 2
    assert changes.changed == (("Pieces", "3"), ("Subject", "Much too long"))
    assert (changes.origin, changes.source, changes.replaces) == ("type", "Order", f"{draft_id} 1")


def test_a_draft_is_carried_by_its_owner_alone(acting: Acting, people: People) -> None:
    """F11, T13."""
    with acting(people("maya")) as work:
        draft_id = begin(work, "order", {"entity": "acme_sas"})
    with acting(people("cleo")) as work, pytest.raises(NotFound):
        changed(work, "other_order", draft_id)


def test_changes_survive_the_page_and_nothing_else_does() -> None:
    """What the page posts back is read as it was; anything else is nothing."""
    changes = FormChanges(gone=(("A", "b"),), origin="copy", source="MAT-2026-0001", files=("x.txt",), replaces="a 1")
    assert FormChanges.from_json(json.loads(json.dumps(changes.to_json()))) == changes
    assert FormChanges.from_json({"origin": "elsewhere", "files": [1, {}], "source": ["x"]}).origin == ""
