"""Drafts as they are stored: whose they are, what another page changed, their files and limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from formengine.errors import NotFound, Refused
from formengine.forms import Upload
from formengine.services.core.unit_of_work import Platform
from formengine.services.drafts import storage
from formengine.services.drafts.storage import DraftChanged, FilledForm
from formengine.services.files.uploads import store_upload
from formengine.services.retention import tidy
from formengine.storage.models.drafts import Draft, DraftFile
from formengine.storage.models.files_and_notes import StoredFile
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.statements import recorded_statements

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FILLED = FilledForm(
    "request:legal_advice", "Legal advice", "en", {"f-abcdefgh": ["the lease", "x"]}, {"subject": "lease"}, saved_by="a"
)


def test_only_its_owner_reads_a_draft(acting: Acting, people: People) -> None:
    """F8: another person, with the id or without, finds nothing and can delete nothing."""
    maya, paul = people("maya"), people("paul")
    with acting(maya) as work:
        draft_id = storage.save_draft(work, maya.id, FILLED).draft.id
    with acting(paul) as work:
        assert storage.drafts_of(work, paul.id) == []
        with pytest.raises(NotFound):
            storage.get_draft(work, paul.id, draft_id)
        storage.discard_draft(work, paul.id, draft_id)
    with acting(maya) as work:
        assert [draft.id for draft in storage.drafts_of(work, maya.id)] == [draft_id]
        assert storage.drafts_of(work, maya.id, "request:nda") == []
        assert storage.get_draft(work, maya.id, draft_id).controls == {"f-abcdefgh": ["the lease", "x"]}


def test_what_another_page_saved_is_not_overwritten(acting: Acting, people: People) -> None:
    """F8: of two pages that began with the same version, the later is told, unless both saved the same."""
    maya = people("maya")
    with acting(maya) as work:
        draft = storage.save_draft(work, maya.id, FILLED).draft
    later = replace(FILLED, data={"subject": "rent"}, saved_by="b")
    with acting(maya) as work:
        assert storage.save_draft(work, maya.id, later, draft.id, 1).draft.version == 2
    with acting(maya) as work, pytest.raises(DraftChanged) as refusal:
        storage.save_draft(work, maya.id, FILLED, draft.id, 1)
    assert refusal.value.draft.data == {"subject": "rent"}
    with acting(maya) as work:
        assert storage.save_draft(work, maya.id, later, draft.id, 1).draft.version == 3, "the same is no conflict"
        assert storage.get_draft(work, maya.id, draft.id).data == {"subject": "rent"}


def test_a_draft_that_is_gone_is_saved_anew(acting: Acting, people: People) -> None:
    """F8: what is typed on a page whose draft was discarded elsewhere is not lost."""
    maya = people("maya")
    with acting(maya) as work:
        draft_id = storage.save_draft(work, maya.id, FILLED).draft.id
    with acting(maya) as work:
        storage.discard_draft(work, maya.id, draft_id)
    with acting(maya) as work:
        saved = storage.save_draft(work, maya.id, FILLED, draft_id, 1)
    assert saved.lost
    assert saved.draft.id != draft_id


def test_a_sent_draft_is_removed_unless_changed_elsewhere(acting: Acting, people: People) -> None:
    """F8: the draft goes when its form is sent, but not with what another page put into it."""
    maya = people("maya")
    with acting(maya) as work:
        draft_id = storage.save_draft(work, maya.id, FILLED).draft.id
    with acting(maya) as work:
        storage.save_draft(work, maya.id, replace(FILLED, data={"subject": "rent"}, saved_by="b"), draft_id, 1)
    with acting(maya) as work:
        assert not storage.remove_sent_draft(work, maya.id, draft_id, 1, "a")
    with acting(maya) as work:
        assert storage.remove_sent_draft(work, maya.id, draft_id, 1, "b"), "a page that saved while it was being sent"
    with acting(maya) as work:
        assert storage.drafts_of(work, maya.id) == []
        assert storage.remove_sent_draft(work, maya.id, draft_id, 2), "it is gone already"


def test_files_are_kept_as_long_as_the_draft(platform: Platform, acting: Acting, people: People) -> None:
    """F8: an upload of a draft outlives the day that other unused uploads have, and goes after it; a foreign file
    cannot be held."""
    maya = people("maya")
    with acting(people("paul"), now=NOW) as work:
        foreign = store_upload(work, Upload("b.txt", "text/plain", BytesIO(b"foreign"))).id
    with acting(maya, now=NOW) as work:
        ids = [store_upload(work, Upload("a.txt", "text/plain", BytesIO(text))).id for text in (b"one", b"two")]
        draft = storage.save_draft(work, maya.id, replace(FILLED, files=(*ids, foreign))).draft
    tidy(platform, NOW + timedelta(days=3))
    with acting(maya, now=NOW) as work:
        assert set(work.session.scalars(select(StoredFile.id))) == set(ids)
        storage.save_draft(work, maya.id, replace(FILLED, files=(ids[0],)), draft.id, 1)
    tidy(platform, NOW + timedelta(days=3))
    with acting(maya, now=NOW) as work:
        assert work.session.scalars(select(StoredFile.id)).all() == [ids[0]]
        storage.discard_draft(work, maya.id, draft.id)
    tidy(platform, NOW + timedelta(days=3))
    with acting(maya, now=NOW) as work:
        assert work.session.scalars(select(StoredFile.id)).all() == []
        assert work.session.scalars(select(DraftFile.file_id)).all() == []


def test_limits(acting: Acting, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """F8: an owner has so many drafts, each of so many bytes; the refusal says what to do."""
    monkeypatch.setattr(storage, "MAX_DRAFTS", 2)
    maya = people("maya")
    with acting(maya) as work, pytest.raises(Refused, match="too much for a draft"):
        storage.save_draft(work, maya.id, replace(FILLED, controls={"f-abcdefgh": ["é" * 600_000]}))
    with acting(maya) as work:
        for page in ("a", "b"):
            draft_id = storage.save_draft(work, maya.id, replace(FILLED, saved_by=page)).draft.id
            work.session.flush()
    with acting(maya) as work, pytest.raises(Refused, match="no room for another"):
        storage.save_draft(work, maya.id, replace(FILLED, saved_by="c"))
    with acting(maya) as work:
        assert storage.save_draft(work, maya.id, replace(FILLED, page=1), draft_id, 1).draft.page == 1


def test_an_expired_draft_is_gone_at_once(acting: Acting, people: People) -> None:
    """F8: it is not read after its time, whether or not the job has deleted it."""
    maya = people("maya")
    with acting(maya, now=NOW) as work:
        draft = storage.save_draft(work, maya.id, FILLED).draft
        assert draft.expires_at == NOW + timedelta(days=30)
    with acting(maya, now=NOW + timedelta(days=30)) as work, pytest.raises(NotFound):
        storage.get_draft(work, maya.id, draft.id)


def test_statements(platform: Platform, acting: Acting, people: People) -> None:
    """A draft is saved in four statements, two of which write."""
    maya = people("maya")
    with acting(maya) as work:
        draft_id = storage.save_draft(work, maya.id, FILLED).draft.id
    with acting(maya) as work:
        work.platform.definitions.publication(work.session)
        with recorded_statements(platform.database) as recorder:
            storage.save_draft(work, maya.id, replace(FILLED, page=1), draft_id, 1)
            work.session.flush()
    assert len(recorder.writes) == 1, recorder.report()
    assert len(recorder.statements) <= 4, recorder.report()
    with acting(maya) as work:
        assert work.session.get_one(Draft, draft_id).page == 1
