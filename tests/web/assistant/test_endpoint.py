"""An assistant at /mcp, with the package's own client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from webtest import TestApp

from formengine.services.accounts.api_tokens import create_token
from formengine.services.core.unit_of_work import Platform
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import serving_app
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import ADVICE, NDA, app

__all__ = ["app", "calling"]
T = TypeVar("T")
Acted = Callable[[Client], Awaitable[T]]
Assistant = Callable[..., Any]
TOOLS = ["add_note", "get_dossier", "get_request_type", "list_dossiers", "list_request_types", "submit_request"]


@pytest.fixture
def url(app: Any) -> Iterator[str]:
    """The served application."""
    with serving_app(app) as url:
        yield url


@pytest.fixture
def assistant(url: str, people: People, acting: Acting) -> Assistant:
    """`assistant("maya", act, "read")`: what `act` returns, given a client with a token of Maya's of these scopes."""

    def run(name: str, act: Acted[T], *scopes: str) -> T:
        with acting(people(name)) as work:
            token = create_token(work, people(name), list(scopes or ("read", "submit", "work")))
        return asyncio.run(connected(f"{url}/mcp", token, act))

    return run


async def connected(url: str, token: str, act: Acted[T]) -> T:
    """What `act` returns, given a client that sends a token."""
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60)
    async with http, Client(streamable_http_client(url, http_client=http)) as client:
        return await act(client)


def test_an_assistant_asks_follows_and_writes(assistant: Assistant, calling: Calling) -> None:
    """X8: request types, a form, a request, lists, a dossier, a note; the history says that it was an assistant."""

    async def act(client: Client) -> str:
        listed = await client.list_tools()
        assert sorted(tool.name for tool in listed.tools) == TOOLS
        types = await client.call_tool("list_request_types", {})
        assert "legal_advice" in [item["id"] for item in types.structured_content["items"]]
        form = await client.call_tool("get_request_type", {"id": "legal_advice"})
        assert "question" in form.structured_content["form"]["properties"]
        given = {"request_type": "legal_advice", "answers": ADVICE, "accept_notice": True, "idempotency_key": "once"}
        sent = (await client.call_tool("submit_request", given)).structured_content
        assert (await client.call_tool("submit_request", given)).structured_content == sent
        reference = str(sent["reference"])
        found = await client.call_tool("list_dossiers", {"limit": 5})
        assert [item["reference"] for item in found.structured_content["items"]] == [reference]
        dossier = await client.call_tool("get_dossier", {"reference": reference})
        assert dossier.structured_content["state"] == sent["state"]
        note = await client.call_tool("add_note", {"reference": reference, "text": "It is urgent."})
        assert note.structured_content["text"] == "It is urgent."
        assert '"text": "It is urgent."' in note.content[0].text
        return reference

    reference = assistant("maya", act)
    calling("maya").post_json(f"/api/v1/dossiers/{reference}/notes", {"text": "And I."}, status=201)
    history = calling("paul").get(f"/api/v1/dossiers/{reference}/history").json["items"]
    assert [entry["via"] for entry in history if entry["kind"] in ("submitted", "note")] == ["mcp", "mcp", "api"]


def test_refusals_name_fields_and_scopes(assistant: Assistant) -> None:
    """X8: T9: the API's problem, with each pointer, is text of an error that the assistant can act on."""

    async def act(client: Client) -> list[str]:
        wrong = {"request_type": "legal_advice", "answers": {**ADVICE, "area": "cooking"}, "accept_notice": True}
        refused = [
            await client.call_tool("submit_request", wrong),
            await client.call_tool("submit_request", {"request_type": "nda", "answers": NDA}),
            await client.call_tool("get_dossier", {"reference": "MAT-2026-9999"}),
            await client.call_tool("get_dossier", {"reference": "../me?x=1"}),
            await client.call_tool("get_request_type", {"id": "no such type"}),
        ]
        assert [result.is_error for result in refused] == [True] * 5
        return [result.content[0].text for result in refused]

    answers, notice, *missing = assistant("maya", act)
    assert "/area" in answers
    assert "accept_notice: true" in notice
    assert all("not" in text.lower() for text in missing)


def test_a_scope_that_is_missing_is_named(assistant: Assistant) -> None:
    """X8: a token that reads cannot write; the title says so, and the detail which scope is needed."""

    async def act(client: Client) -> str:
        given = {"request_type": "legal_advice", "answers": ADVICE, "accept_notice": True}
        result = await client.call_tool("submit_request", given)
        assert result.is_error
        return str(result.content[0].text)

    assert "submit" in assistant("maya", act, "read")


def test_what_is_anothers_is_not_there(assistant: Assistant, calling: Calling) -> None:
    """X8, P28: an assistant sees what its person sees."""
    body = {"request_type": "legal_advice", "answers": ADVICE, "accept_notice": True}
    sent = calling("maya").post_json("/api/v1/submissions", body, headers={"Idempotency-Key": "a"}, status=201).json

    async def act(client: Client) -> tuple[list[Any], str]:
        listed = await client.call_tool("list_dossiers", {})
        read = await client.call_tool("get_dossier", {"reference": sent["reference"]})
        assert read.is_error
        return listed.structured_content["items"], read.content[0].text

    items, text = assistant("bo", act)
    assert items == []
    assert ADVICE["subject"] not in text


def test_without_a_token_nothing(app: Any, platform: Platform) -> None:
    """X8: T9: 401 and how to say who one is, before anything is read; another site's page is refused; only POST."""
    client = TestApp(app)
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for headers in ({}, {"Authorization": "Bearer fe_wrong"}, {"Authorization": "Basic x"}):
        answer = client.post_json("/mcp", message, headers=headers, status=401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.content_type == "application/problem+json"
    client.post_json("/mcp", message, headers={"Origin": "https://evil.example"}, status="4*")
    assert client.get("/mcp", status=405).headers["Allow"] == "POST"


def test_nobody_claims_to_be_an_assistant(calling: Calling) -> None:
    """X8: a header named like our environment changes nothing."""
    body = {"request_type": "legal_advice", "answers": ADVICE, "accept_notice": True}
    headers = {"Idempotency-Key": "k", "formengine.via": "mcp", "Formengine-Via": "mcp"}
    sent = calling("maya").post_json("/api/v1/submissions", body, headers=headers, status=201).json
    history = calling("paul").get(f"/api/v1/dossiers/{sent['reference']}/history").json["items"]
    assert history[0]["via"] == "api"
