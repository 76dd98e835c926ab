"""Which stored files a person may use in answers."""

from __future__ import annotations

from io import BytesIO

import pytest

from formengine.forms import Upload
from formengine.services.dossiers import notes
from formengine.services.dossiers.attachments import attach_files
from formengine.services.files.uploads import FileStore, store_upload
from formengine.services.intake.submissions import submit
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE


def upload(text: str) -> Upload:
    return Upload("opinion.txt", "text/plain", BytesIO(text.encode()))


@pytest.fixture
def dossier(acting: Acting, people: People) -> str:
    """A request of maya's."""
    with acting(people("maya")) as work:
        return submit(work, "legal_advice", ADVICE, key="one", accept_notice=True).dossier.reference


def test_files_of_internal_notes_cannot_be_taken_by_their_ids(dossier: str, acting: Acting, people: People) -> None:
    """T13: a client who learns the id of an internal file cannot put it into a request of their own."""
    with acting(people("paul")) as work:
        internal = attach_files(work, dossier, [upload("internal")], internal=True)[0].file_id
        shown = attach_files(work, dossier, [upload("shown")])[0].file_id
        note = notes.add_note(work, dossier, "Careful", internal=True, files=[upload("with a note")])
        from_note = note.attachments[0].file_id
    with acting(people("maya")) as work:
        usable = {file_id: FileStore(work).get(file_id) is not None for file_id in (internal, shown, from_note)}
    assert usable == {internal: False, shown: True, from_note: False}
    with acting(people("paul")) as work:
        assert FileStore(work).get(internal) is not None


def test_an_upload_is_its_uploaders_alone(acting: Acting, people: People) -> None:
    """T13: a file that is part of no dossier yet can be used by its uploader only."""
    with acting(people("maya")) as work:
        file_id = store_upload(work, upload("mine")).id
        assert FileStore(work).get(file_id) is not None
    with acting(people("paul")) as work:
        assert FileStore(work).get(file_id) is None
