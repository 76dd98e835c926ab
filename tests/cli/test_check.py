"""`formengine check`: what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from formengine.cli.check import check
from tests.authoring.sites import BASE
from tests.support.platforms import ROOT


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for path, text in BASE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(check, [str(argument) for argument in arguments])


def spoil(site: Path) -> None:
    path = site / "config" / "portal.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Europe/Paris", "Europe/Pari"), encoding="utf-8")


def test_a_site_without_mistakes_ends_well(site: Path) -> None:
    """A1: exit code 0, and a word that there is nothing to mend."""
    result = run(site)
    assert result.exit_code == 0, result.output
    assert "nothing to mend" in result.stderr
    assert result.stdout == ""


def test_an_error_ends_with_1_and_its_place(site: Path) -> None:
    """A1: file:line:column and did-you-mean."""
    spoil(site)
    result = run(site)
    assert result.exit_code == 1
    assert "config/portal.yaml:3:7: error: " in result.stdout
    assert 'did you mean "Europe/Paris"' in result.stdout
    assert "1 error" in result.stderr


def test_a_warning_fails_only_when_strict(site: Path) -> None:
    """A1: warnings end well unless `--strict`."""
    (site / "config" / "notes.txt").write_text("x")
    assert run(site).exit_code == 0
    assert run(site, "--strict").exit_code == 1


@pytest.mark.parametrize("option", ["--json", "--format=json"])
def test_json_for_machines(site: Path, option: str) -> None:
    """A1: `{findings: [Finding]}`."""
    spoil(site)
    result = run(site, option)
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["file"], finding["line"], finding["column"]) == ("config/portal.yaml", 3, 7)
    assert (finding["severity"], finding["code"]) == ("error", "unknown")


def test_annotations_for_github(site: Path) -> None:
    """A1: one annotation a finding."""
    spoil(site)
    line = run(site, "--format", "github").stdout.strip()
    assert line.startswith("::error file=")
    assert "portal.yaml,line=3,col=7,title=unknown::" in line


def test_shorthand_is_shown_expanded(site: Path) -> None:
    """F4: `--expand` prints what `show_when` stands for."""
    path = site / "workflows" / "question" / "requests" / "question.yaml"
    more = "    why: {title: {en: Why, fr: Pourquoi}, type: string, show_when: question is not empty}\n"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    result = run(site, "--expand", "--json")
    assert result.exit_code == 0, result.output
    (rule,) = json.loads(result.stdout)["forms"]["question"]["allOf"]
    assert rule["else"] == {"properties": {"why": False}}


def test_conditions_are_read_aloud_in_every_language() -> None:
    """W4: `--expand` prints each condition as the sentence that people read, form titles in their language too."""
    printed = run(ROOT, "--expand", "--json").stdout
    output = json.loads(printed.replace("\u00a0", " ").replace("\u202f", " "))["conditions"]
    assert output["contract_review"]["approvals.internal.steps.3.when"] == {
        "en": "“Total value over the whole term” is at least €250,000.00 or “Risk” is High",
        "fr": "« Valeur totale sur la durée » atteint 250 000,00 € ou « Risque » est Élevé",
    }
    text = run(ROOT, "--expand").stdout
    assert "# conditions of nda\nstates.submitted.decide.0.when:\n  en: “Whose paper?” is Our template and " in text


def test_mail_texts_and_templates_are_checked_too(site: Path) -> None:
    """A1: all findings of forms, workflows, templates, mail texts and portal settings."""
    (site / "config" / "mail").mkdir()
    (site / "config" / "mail" / "note.en.txt").write_text("S\n\n{{ nte.text }}\n")
    assert "mails of this kind have no nte" in run(site).stdout


def test_what_is_no_site_is_a_mistake_of_use(tmp_path: Path) -> None:
    """A1: exit code 2."""
    assert run(tmp_path).exit_code == 2
    assert run(tmp_path / "nowhere").exit_code == 2
    assert run("--format", "xml").exit_code == 2
