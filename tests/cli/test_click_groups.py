"""The command: quick to answer, plain when something is wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from formengine.cli import main
from formengine.cli.click_groups import explain
from formengine.errors import Invalid, NotFound, PublishRefused
from formengine.services.accounts.field_errors import FormFieldError
from formengine.source import Finding


def test_help_names_every_command_without_importing_any() -> None:
    """`formengine --help` is quick: neither the database nor a command's module is imported for it."""
    program = (
        "import sys\nfrom formengine.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'sqlalchemy', 'pyramid', 'dbos', 'formengine.cli.serve'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert all(name in process.stdout for name in main.commands_at)


def test_a_mistyped_command_is_a_mistake_in_usage_with_a_hint() -> None:
    result = CliRunner().invoke(main, ["serv"])
    assert result.exit_code == 2
    assert 'did you mean "serve"?' in result.output


@pytest.mark.parametrize(
    ("error", "output"),
    [
        (NotFound("maya@example.com"), "not found: maya@example.com"),
        (Invalid([FormFieldError("/email", "Write a whole e-mail address.")]), "email: Write a whole e-mail address."),
        (
            PublishRefused("1 error", [Finding("a.yaml", 3, 1, "error", "x", "No.")]),
            "1 error\n  a.yaml:3:1: error: No.",
        ),
    ],
)
def test_errors_are_plain_sentences(error: Exception, output: str) -> None:
    assert explain(error) == output  # type: ignore[arg-type]  # all of them are FormengineErrors
