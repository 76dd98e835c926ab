"""Accounts and tokens from the command line."""

from __future__ import annotations

from tests.support.server import Commands

PASSWORD = "three calm green hills"


def _create(site_commands: Commands, email: str, role: str = "client", code: int = 0) -> str:
    return site_commands.run(
        "user", "create", email, "--name", "Maya", "--role", role, "--password-stdin", text=PASSWORD, code=code
    )


def test_an_account_and_its_token(site_commands: Commands) -> None:
    """U7, X5: the token is printed alone, so that a script can keep it."""
    assert "maya@example.com may sign in as client" in _create(site_commands, "maya@example.com")
    token = site_commands.run("token", "create", "maya@example.com", "--scope", "read", "--scope", "submit")
    assert len(token.split()) == 1
    assert site_commands.run("user", "role", "maya@example.com", "counsel") == "maya@example.com is counsel now\n"
    assert site_commands.run("user", "close", "maya@example.com") == "the account of maya@example.com is closed\n"


def test_an_invitation_is_on_its_way(site_commands: Commands) -> None:
    """U2: as a mail in the same transaction."""
    assert "an invitation goes to zoe@example.com" in site_commands.run(
        "user", "invite", "zoe@example.com", "--name", "Zoe"
    )
    assert '"kind": "invitation' not in site_commands.run("jobs", "list", "--json")
    assert '"waiting": 1' in site_commands.run("jobs", "status", "--json")


def test_an_invitation_in_french_to_an_organisation(site_commands: Commands) -> None:
    """U2, U8: neither a language nor an organisation is invented."""
    invite = ("user", "invite", "luc@example.com", "--name", "Luc")
    assert "luc@example.com" in site_commands.run(*invite, "--language", "fr")
    assert "Choose a language of the list." in site_commands.run(*invite, "--language", "xx", code=1)
    assert "There is no organisation acme/legal." in site_commands.run(*invite, "--organisation", "acme/legal", code=1)


def test_what_is_wrong_is_said_plainly(site_commands: Commands) -> None:
    _create(site_commands, "maya@example.com")
    assert "There is an account with this address already." in _create(site_commands, "maya@example.com", code=1)
    assert "Write a whole e-mail address" in _create(site_commands, "maya", code=1)
    assert site_commands.run("user", "close", "who@example.com", code=1) == "formengine: not found: who@example.com\n"
    assert "Invalid value for '--role'" in _create(site_commands, "zoe@example.com", role="king", code=2)


def test_without_a_publication_the_way_out_is_named(commands: Commands) -> None:
    assert "formengine publish" in _create(commands, "maya@example.com", code=1)
