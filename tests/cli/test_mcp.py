"""`formengine mcp`, with the package's own client."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.support.postgresql_cluster import until
from tests.support.server import Commands


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def token(site_commands: Commands) -> str:
    """A token of a client of the site, which reads."""
    site_commands.run("user", "create", "zoe@example.com", "--name", "Zoe", "--role", "client", "--password-stdin",
                      text="four purple anchors sing\n")  # fmt: skip
    return site_commands.run("token", "create", "zoe@example.com", "--scope", "read").strip()


def test_an_assistant_on_standard_input(site_commands: Commands, token: str) -> None:
    """X8: it acts for the owner of FORMENGINE_TOKEN; what the token may not do is told."""
    from mcp import Client  # takes a second, which each worker would spend before its first test
    from mcp.client.stdio import StdioServerParameters

    environment = {**site_commands.environment, "FORMENGINE_TOKEN": token}
    arguments = ["-m", "formengine.cli", "mcp"]
    program = StdioServerParameters(command=sys.executable, args=arguments, env=environment, cwd=site_commands.folder)

    async def act() -> tuple[Any, Any]:
        async with Client(program) as client:
            types = await client.call_tool("list_request_types", {})
            refused = await client.call_tool("submit_request", {"request_type": "nda", "answers": {}})
            return types, refused

    types, refused = asyncio.run(act())
    assert [item["id"] for item in types.structured_content["items"]]
    assert refused.is_error
    assert "submit" in refused.content[0].text


@pytest.mark.parametrize(("given", "says"), [("", "set FORMENGINE_TOKEN"), ("fe_wrong", "is refused")])
def test_without_a_valid_token_it_does_not_start(site_commands: Commands, given: str, says: str) -> None:
    """X8: said on standard error, before a word of the protocol."""
    site_commands.environment["FORMENGINE_TOKEN"] = given
    assert says in site_commands.run("mcp", code=1)


def test_over_http_apart_from_the_portal(site_commands: Commands, token: str) -> None:
    """X8: `--http` answers at /mcp alone, until SIGTERM."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = site_commands.start("mcp", "--http", "--port", str(port))
    address = f"http://127.0.0.1:{port}"
    until(lambda: process.poll() is not None or status(f"{address}/mcp") == 405, 30, 0.1)
    assert status(f"{address}/sign-in") == 404
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-06-18",
    }
    with urllib.request.urlopen(urllib.request.Request(f"{address}/mcp", message, headers)) as answer:
        assert len(json.load(answer)["result"]["tools"]) == 6
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
