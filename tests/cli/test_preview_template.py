"""`formengine preview-template`, with the answers of a story or a file; and what `check` says of templates (S1)."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from docx import Document

from formengine.cli import main
from formengine.cli.check import check
from tests.documents.conftest import word
from tests.support.platforms import ROOT, SITES


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> Result:
    monkeypatch.setenv("FORMENGINE_SITE", str(ROOT))
    return CliRunner().invoke(main, ["preview-template", *(str(argument) for argument in arguments)])


def test_a_template_is_filled_with_the_answers_of_the_first_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """S1: printed as HTML, in the first language."""
    result = run(monkeypatch, "power_of_attorney")
    assert result.exit_code == 0, result.output
    assert "Special power of attorney" in result.stdout
    assert "ninety thousand euros" in result.stdout


def test_a_document_is_written_to_a_file_in_a_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """S1: with the answers of a file."""
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"counterparty": {"name": "Canary & Co"}, "purpose": "x", "nda_type": "mutual"}))
    target = tmp_path / "nda.docx"
    result = run(
        monkeypatch, "nda", "agreement", "--language", "fr", "--answers", answers, "--output", target, "--json"
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["file"], told["language"], told["story"]) == ("nda.fr.docx", "fr", "")
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(target.read_bytes())).paragraphs)
    assert "Canary & Co" in text
    assert "Accord de confidentialité réciproque" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing"], "no request type nothing"),
        (["contract_review"], "no template for any document"),
        (["nda", "minutes"], "no template for minutes"),
        (["nda", "--language", "de"], "it has en, fr"),
        (["nda", "--story", "None"], "no story 'None'"),
    ],
)
def test_what_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str) -> None:
    result = run(monkeypatch, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITES / "drafting", tmp_path / "site"))


@pytest.mark.parametrize(
    ("paragraphs", "told", "code"),
    [
        (("Hello", "To {{ custmer }}"), "error: paragraph 2 (“To {{ custmer }}”): custmer is no field", 1),
        (("{{ refer }}",), "warning: paragraph 1 (“{{ refer }}”): refer may have no answer", 0),
        (("{{ customer }}",), "warning: No clause uses the field until (Open until)", 0),
        (("{% if refer %}",), "error: paragraph 1 (“{% if refer %}”): {% if refer %} is never closed", 1),
    ],
)  # fmt: skip
def test_check_reads_templates(site: Path, paragraphs: tuple[str, ...], told: str, code: int) -> None:
    """S1, A1: file, paragraph as line, the words around, what to write instead."""
    (site / "workflows/offer/documents/offer.docx").write_bytes(word(*paragraphs))
    result = CliRunner().invoke(check, [str(site)])
    assert told in result.stdout
    assert "workflows/offer/documents/offer.docx:" in result.stdout
    assert result.exit_code == code


def test_check_refuses_a_template_that_is_none(site: Path) -> None:
    """S1, T31."""
    (site / "workflows/offer/documents/offer.docx").write_bytes(b"hello")
    result = CliRunner().invoke(check, [str(site)])
    assert result.exit_code == 1
    assert "a template must be a .docx document without macros" in result.stdout


def test_check_finds_corrections_that_leave_the_draft(tmp_path: Path) -> None:
    """S1, A1: a step that corrects what the text says, and after which the old text can be approved; neither one that
    drafts it anew, nor one that writes a field of the workflow's own.
    """
    site = Path(shutil.copytree(SITES / "closing", tmp_path / "site"))
    template = site / "workflows/closing/documents/contract.docx"
    for text, steps in (("{{ subject }}, {{ buyer.name }}, {{ price }}", ["`subject`"]), ("{{ buyer.name }}", [])):
        template.write_bytes(word(text))
        lines = CliRunner().invoke(check, [str(site)]).stdout.splitlines()
        found = [line for line in lines if "which may be approved or signed as it was before this step" in line]
        assert [line.split("warning: ")[1].split(" stands")[0] for line in found] == steps
        assert all("do: [{draft: contract, if_written: keep}]" in line for line in found)


def test_a_type_without_a_story_says_what_to_do(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1: answers come from a story or a file."""
    (site / "workflows/offer/documents/offer.docx").write_bytes(word("{{ customer }}"))
    monkeypatch.setenv("FORMENGINE_SITE", str(site))
    result = CliRunner().invoke(main, ["preview-template", "offer"])
    assert result.exit_code == 2
    assert "write one in the stories.yaml" in result.stderr
    assert "--answers FILE" in result.stderr
