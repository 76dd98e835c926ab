"""Code blocks of the documentation: YAML is read, Python run, commands parsed."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from formengine.authoring import Bundle, check_site
from formengine.cli import main
from formengine.source import read_yaml
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.docs.pages import ROOT, Block, blocks

NAMED = re.compile(r"# ((?:workflows|config)/\S+)\n")


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml_blocks_are_valid(block: Block) -> None:
    """O9, A2: the product's own reader reports no findings."""
    document, findings = read_yaml(block.text, str(block))
    assert findings == []
    assert document is not None


def test_the_tutorial_builds_a_site_without_findings() -> None:
    """O9: the files of the tutorial, added to the starter site, pass `check`."""
    files = dict(Bundle.from_folder(ROOT).files)
    for block in blocks("yaml"):
        if "tutorial" in block.page.parts and (named := NAMED.match(block.text)):
            files[named[1]] = block.text.encode()
    assert "workflows/trademark/workflow.yaml" in files
    findings = check_site(Bundle(files), Vocabulary.builtin())
    assert [str(finding) for finding in findings if "trademark" in finding.file] == []


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_blocks_run(block: Block) -> None:
    """O9: and their assertions hold."""
    exec(compile(block.text, str(block), "exec"), {"__name__": "example"})


@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_console_blocks_use_existing_commands_and_options(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    """O9: every `formengine` command of an example."""
    monkeypatch.setattr(click.Path, "convert", lambda _self, value, *_: value)  # files of an example need not be there
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if words[:2] == ["$", "formengine"]:
            _parse(main, words[2:])


def _parse(command: click.Command, arguments: list[str], context: click.Context | None = None) -> None:
    """Parse a command line as click does, without running the command."""
    parsed = command.make_context(command.name or "formengine", list(arguments), parent=context)
    if isinstance(command, click.Group):
        _, inner, rest = command.resolve_command(parsed, [*parsed._protected_args, *parsed.args])
        assert inner is not None
        _parse(inner, rest, parsed)
