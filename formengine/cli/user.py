"""`formengine user`: accounts from the command line, the first legal admin among them."""

from __future__ import annotations

import sys

import click

from formengine.cli.click_groups import Failure
from formengine.cli.context import ini_option, open_work
from formengine.services.access.policy import ROLES

ROLE = click.Choice(ROLES)


@click.group()
def user() -> None:
    """Create, invite and close accounts."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=ROLE, help="Site role of the account.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@ini_option
def create(email: str, name: str, role: str, password_stdin: bool, ini: str | None) -> None:
    """Create an account that can sign in at once."""
    password = sys.stdin.read().strip("\r\n") if password_stdin else _ask()
    with open_work(ini) as work:
        from formengine.services.accounts.accounts import create_person

        person = create_person(work, email, name, role, password=password)
        click.echo(f"{person.email} may sign in as {person.role}")


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", default="client", type=ROLE, show_default=True, help="Site role of the account.")
@click.option("--language", help="Language of the invitation and of the account; the portal's first one by default.")
@click.option("--organisation", help="Short name of the organisation, or SHORT/DEPARTMENT.")
@ini_option
def invite(email: str, name: str, role: str, language: str | None, organisation: str | None, ini: str | None) -> None:
    """Invite somebody: a mail with a link to choose a password."""
    with open_work(ini) as work:
        from formengine.services.accounts import invitations

        person = invitations.invite(work, email, name, role, organisation=organisation, language=language)
        click.echo(f"an invitation goes to {person.email}")


@user.command("role")
@click.argument("email")
@click.argument("role", type=ROLE)
@ini_option
def change_role(email: str, role: str, ini: str | None) -> None:
    """Change the site role of an account."""
    with open_work(ini) as work:
        from formengine.services.accounts import accounts

        person = accounts.change_role(work, accounts.get_person(work, email).id, role)
        click.echo(f"{person.email} is {person.role} now")


@user.command()
@click.argument("email")
@ini_option
def close(email: str, ini: str | None) -> None:
    """Close an account: it can no longer sign in; its past actions stay in the history."""
    with open_work(ini) as work:
        from formengine.services.accounts import accounts

        person = accounts.close_account(work, accounts.get_person(work, email).id)
        click.echo(f"the account of {person.email} is closed")


def _ask() -> str:
    if not sys.stdin.isatty():
        raise Failure("there is nobody to ask for a password: use --password-stdin")
    from formengine.services.accounts.passwords import MIN_LENGTH

    question = f"Password (at least {MIN_LENGTH} characters)"
    answer: str = click.prompt(question, hide_input=True, confirmation_prompt=True)
    return answer
