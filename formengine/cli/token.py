"""`formengine token`: bearer tokens for the API."""

from __future__ import annotations

import click

from formengine.cli.context import ini_option, open_work


@click.group()
def token() -> None:
    """Create tokens for the API."""


@token.command()
@click.argument("email")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(["read", "submit", "work", "admin"]),
    help="A scope of the token; can be repeated.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=365,
    show_default=True,
    help="Lifetime of the token, in days.",
)
@ini_option
def create(email: str, scopes: tuple[str, ...], days: int, ini: str | None) -> None:
    """Create a token for a person and print it; it is not shown again."""
    with open_work(ini) as work:
        from formengine.services.accounts import accounts
        from formengine.services.accounts import api_tokens as tokens

        token_text = tokens.create_token(work, accounts.get_person(work, email), scopes, days)
    click.echo(token_text)
