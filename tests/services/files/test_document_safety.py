"""Documents that are uploaded as versions are looked at before the dossier is locked (S2, T31)."""

from __future__ import annotations

import io

import pytest

from formengine.documents.document_safety import HAZARDS
from formengine.errors import Refused
from formengine.forms import Upload
from formengine.services.dossiers.documents import new_document_version
from formengine.services.files.document_safety import SENTENCES
from formengine.services.intake.submissions import submit
from formengine.storage.models.files_and_notes import DocumentVersion
from tests.documents.test_document_safety import PDFS, WORD
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import NDA


def test_every_hazard_has_a_sentence() -> None:
    assert set(SENTENCES) == set(HAZARDS)


def test_a_hostile_version_is_refused_and_none_is_added(acting: Acting, people: People) -> None:
    """S2, T31: the sentence blames the file and says what to do."""
    people.all()
    with acting(people("maya")) as work:
        reference = submit(work, "nda", NDA, accept_notice=True).dossier.reference
    for name, content in (("contract.docx", WORD["template"]), ("contract.pdf", PDFS["launch"])):
        upload = Upload(name, "", io.BytesIO(content))
        with pytest.raises(Refused) as refused, acting(people("paul")) as work:
            new_document_version(work, reference, "agreement", upload)
        assert refused.value.inputs == ["files"]
        assert refused.value.reasons[0] in SENTENCES.values()
    with acting() as work:
        assert work.session.query(DocumentVersion).count() == 0
