"""Click groups that import a command when it is used, and show formengine's errors as one line."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import IO, Any, Final, NamedTuple

import click

from formengine.errors import FormengineError, Invalid, NotFound, PublishRefused
from formengine.source import did_you_mean

MOST: Final = 2**31 - 1
"""The highest number that a column of the database holds, and so that a command takes."""


class ListedCommand(NamedTuple):
    """Where a command is (`module:attribute`), and its sentence in the list of commands."""

    target: str
    sentence: str


class Failure(click.ClickException):
    """A plain sentence on standard error; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"formengine: {self.message}", file=file, err=file is None)


class LazyGroup(click.Group):
    """A group whose commands are known by name and sentence, and imported one by one."""

    def __init__(self, *args: Any, commands_at: Mapping[str, ListedCommand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands_at:
            return None
        module, _, attribute = self.commands_at[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands_at and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}{did_you_mean(args[0], self.commands_at)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.sentence) for name, listed in self.commands_at.items()])

    def invoke(self, ctx: click.Context) -> Any:
        # Pyramid and deform import it; those who run a command can do nothing about that.
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        try:
            return super().invoke(ctx)
        except FormengineError as error:
            raise Failure(explain(error)) from error


def explain(error: FormengineError) -> str:
    """An error for the terminal: its sentence, with the findings or field errors that it carries."""
    if isinstance(error, PublishRefused) and error.findings:
        return "\n".join([error.message, *(f"  {finding}" for finding in error.findings)])
    if isinstance(error, Invalid):
        return "\n".join(f"{field_error.pointer.lstrip('/')}: {field_error.message}" for field_error in error.errors)
    if isinstance(error, NotFound):
        return f"not found: {error}"
    return str(error)
