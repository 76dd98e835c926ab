"""The generated reference pages, and the sentences they are made of."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import click
import pytest

from formengine.settings import TABLE
from tests.docs.pages import ROOT


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "scripts" / "write_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


@pytest.mark.parametrize("path", list(SCRIPT.PAGES))
def test_generated_pages_are_up_to_date(path: str) -> None:
    """O9: `python scripts/write_reference.py` would change nothing."""
    assert (ROOT / "docs" / path).read_text(encoding="utf-8") == SCRIPT.PAGES[path]()


def test_every_command_and_option_has_a_help_text() -> None:
    """O9: for the page of commands."""
    from formengine.cli import main

    silent = [
        f"{name} {option.name}"
        for name, command in SCRIPT.commands_of(main, "formengine")
        for option in [command, *(p for p in command.params if isinstance(p, click.Option))]
        if not option.help
    ]
    assert silent == []


def test_command_list_repeats_the_help_texts() -> None:
    from formengine.cli import main

    context = click.Context(main)
    for name, listed in main.commands_at.items():
        command = main.get_command(context, name)
        assert command is not None
        assert (command.help or "").strip().startswith(listed.sentence.rstrip(".")), name


@pytest.mark.parametrize("ini", ["development.ini", "production.ini"])
def test_ini_files_contain_known_settings_and_no_secret(ini: str) -> None:
    """O2, T44: production.ini has no secret; neither ini has an unknown key."""
    from formengine.cli.context import read_ini

    section = read_ini(str(Path(ROOT / ini)))
    assert {key for key in section if key.startswith("formengine.")} <= {setting.key for setting in TABLE}
    assert section.get("formengine.secret") in (None, "development-only")
    assert ini == "development.ini" or "formengine.secret" not in section
