"""The title of a document: that of the request type, else that of the workflow, on every page and in every sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from formengine.errors import Refused
from formengine.services.dossiers import documents
from tests.services.conftest import MakeCase, paper

CASEWORK = Path(__file__).parents[2] / "sites" / "casework"


@pytest.fixture
def site_folder(tmp_path: Path) -> Path:
    """Casework, where the workflow gives the contract its title, and the request type gives it none."""
    folder = tmp_path / "site"
    shutil.copytree(CASEWORK, folder)
    pack = folder / "workflows" / "deal"
    request = pack / "requests" / "deal.yaml"
    text = request.read_text("utf-8")
    titled = "contract: {title: {en: Contract, fr: Contrat}, from: paper}"
    assert titled in text
    request.write_text(text.replace(titled, "contract: {from: paper}"), "utf-8")
    with (pack / "workflow.yaml").open("a", encoding="utf-8") as file:
        file.write("\ndocuments:\n  contract: {title: {en: sale agreement, fr: contrat de vente}}\n")
    return folder


def test_the_workflow_titles_what_the_request_type_does_not(make_case: MakeCase) -> None:
    """S2: the same title in the list of documents, in the history and in refusals; a request type without one hides
    none.
    """
    case = make_case(by="cleo")
    views = case.reads(documents.documents)
    assert {view.id: view.title for view in views}["contract"] == "Sale agreement"
    added = next(entry for entry in case.history() if entry.kind == "document")
    assert added.payload["data"]["title"] == {"en": "sale agreement", "fr": "contrat de vente"}
    with pytest.raises(Refused, match="sale agreement"):
        case("cleo", documents.new_document_version, "contract", paper(b"% other"))
