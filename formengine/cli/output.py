"""Output of commands: lines and tables for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def print_json(value: object) -> None:
    """A JSON value, readable, on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def report(findings: Sequence[str], items: Sequence[object], none: str, as_json: bool, **more: object) -> None:
    """Print findings as lines (`none` where there are none), or as JSON `items`; exit code 1 when there are any."""
    if as_json:
        print_json({"findings": items, **more})
    else:
        for line in findings or [none]:
            click.echo(line)
    if findings:
        raise SystemExit(1)


def print_table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> None:
    """Rows of text under a head, in columns."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
