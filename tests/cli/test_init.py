"""A new site from the starter."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from formengine.cli import main
from formengine.cli.context import read_ini
from formengine.starter import PARTS, starter


def test_the_starter_is_the_repository_itself() -> None:
    """X1: workflows, portal, plugins and both inis; a checkout has them beside the package."""
    assert [path.name for path in starter()] == list(PARTS)


def test_init_copies_the_starter(tmp_path: Path) -> None:
    folder = tmp_path / "mysite"
    result = CliRunner().invoke(main, ["init", str(folder)])
    assert result.exit_code == 0, result.output
    assert (folder / "workflows" / "nda" / "workflow.yaml").is_file()
    assert (folder / "config" / "portal.yaml").is_file()
    assert read_ini(str(folder / "development.ini"))["formengine.site"] == str(folder)
    assert (folder / ".gitignore").read_text() == "var/\n"
    assert "formengine serve" in result.output
    assert "an electronic signature with evidence (eIDAS, article 3(10)), not a qualified one" in result.output
    assert list(folder.rglob("*.pyc")) == []


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    result = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert result.exit_code == 1
    assert "is not empty" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
