"""The six tools of an assistant, as an MCP server; the official package `mcp` speaks the protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import uuid4

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from formengine.web.assistant.api_calls import ApiCaller, CallRefused, segment

READS: Final = ToolAnnotations(read_only_hint=True, open_world_hint=False)
WRITES: Final = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
INSTRUCTIONS: Final = (
    "The portal of a legal team. Read a request type with get_request_type before you submit: its `form` is a JSON"
    " Schema, and `legal_notice`, where there is one, has to be read and accepted by the person. Show the person what"
    " you are about to submit or to write: everybody on the dossier can read it, and it cannot be taken back."
)

RequestType = Annotated[str, Field(description="The `id` of a request type, from list_request_types.")]
Reference = Annotated[str, Field(description="The reference of a dossier, such as CTR-2026-0042.")]


def make_server(caller: ApiCaller) -> MCPServer[Any]:
    """An MCP server whose tools act for the owner of the caller's token."""
    server: MCPServer[Any] = MCPServer(
        "formengine", title="Legal portal", instructions=INSTRUCTIONS, log_level="WARNING"
    )
    _add_requests(server, caller)
    _add_dossiers(server, caller)
    return server


def _add_requests(server: MCPServer[Any], caller: ApiCaller) -> None:
    @server.tool(annotations=READS, title="Request types")
    def list_request_types() -> dict[str, Any]:
        """List what can be requested from the legal team: id, title, description and category of each type."""
        return _told(lambda: caller.get("/request-types"))

    @server.tool(annotations=READS, title="Read a form")
    def get_request_type(id: RequestType) -> dict[str, Any]:
        """Read a request type with its `form`, a JSON Schema of the answers, and its legal notice."""
        return _told(lambda: caller.get(f"/request-types/{segment(id)}"))

    @server.tool(annotations=WRITES, title="Submit a request")
    def submit_request(
        request_type: RequestType,
        answers: Annotated[dict[str, Any], Field(description="The answers, as the form of the request type asks.")],
        accept_notice: Annotated[bool, Field(description="Whether the person has accepted the legal notice.")] = False,
        idempotency_key: Annotated[
            str | None,
            Field(description="A text of your own for this request: sent again with it, nothing is submitted twice."),
        ] = None,
    ) -> dict[str, Any]:
        """Submit a request; returns its reference and state. Refused answers are named by their JSON Pointers."""
        body = {"request_type": request_type, "answers": answers, "accept_notice": accept_notice}
        return _told(lambda: caller.post("/submissions", body, key=idempotency_key or f"mcp-{uuid4().hex}"))


def _add_dossiers(server: MCPServer[Any], caller: ApiCaller) -> None:
    @server.tool(annotations=READS, title="Dossiers")
    def list_dossiers(
        q: Annotated[str | None, Field(description="Words to search for.")] = None,
        kind: Annotated[str | None, Field(description="matter, litigation or contract.")] = None,
        state: Annotated[str | None, Field(description="The id of a state.")] = None,
        after: Annotated[str | None, Field(description="The `next` of the page before this one.")] = None,
        limit: Annotated[int | None, Field(description="How many at most, 1 to 100.", ge=1, le=100)] = None,
    ) -> dict[str, Any]:
        """List the dossiers that the person may see, the newest first, a page at a time."""
        return _told(lambda: caller.get("/dossiers", q=q, kind=kind, state=state, after=after, limit=limit))

    @server.tool(annotations=READS, title="Read a dossier")
    def get_dossier(reference: Reference) -> dict[str, Any]:
        """Read a dossier: state, people, dates, and the facts that the person may see."""
        return _told(lambda: caller.get(f"/dossiers/{segment(reference)}"))

    @server.tool(annotations=WRITES, title="Write a note")
    def add_note(
        reference: Reference,
        text: Annotated[str, Field(description="The note, in Markdown.")],
        internal: Annotated[
            bool, Field(description="Only for the legal team; clients cannot write such notes.")
        ] = False,
    ) -> dict[str, Any]:
        """Write a note on a dossier. The other side is told of it."""
        return _told(lambda: caller.post(f"/dossiers/{segment(reference)}/notes", {"text": text, "internal": internal}))


def _told(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The result of a call; a refusal is told to the assistant, which the package does for ToolError alone."""
    try:
        return call()
    except CallRefused as refusal:
        raise ToolError(str(refusal)) from None
