"""A stand-in for a Documenso server: the calls of its API v2 that are used, as its documentation describes them.

Envelopes go from DRAFT to PENDING to COMPLETED, REJECTED or CANCELLED; a call that does not fit the state of one is
refused with the documented code.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

TOKEN: Final = "api_0123456789abcdef"
AUDIT_LOG: Final = b"%PDF-1.4\n% audit log\n%%EOF\n"


class Refusal(Exception):
    """A call that is refused: the HTTP status, and the code of the documentation."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class Documenso:
    """The server: its envelopes by id, every call, and what it answers instead (`broken`, one of these statuses)."""

    url: str = ""
    envelopes: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)  # by the id of the item
    calls: list[str] = field(default_factory=list)
    broken: int | None = None
    without_audit_log: bool = False
    release: threading.Event = field(default_factory=threading.Event)

    def of(self, seat: int) -> dict[str, Any]:
        """The envelope of a seat."""
        return next(row for row in self.envelopes.values() if row["externalId"].endswith(f"-seat-{seat}"))

    def signs(self, seat: int) -> None:
        """The recipient signs: the server seals the PDF."""
        envelope = self.of(seat)
        envelope["recipients"][0]["signingStatus"] = "SIGNED"
        envelope["status"] = "COMPLETED"
        for item in envelope["envelopeItems"]:
            self.contents[item["id"]] += b"% sealed\n"

    def rejects(self, seat: int, reason: str) -> None:
        """The recipient rejects."""
        envelope = self.of(seat)
        envelope["recipients"][0].update(signingStatus="REJECTED", rejectionReason=reason)
        envelope["status"] = "REJECTED"

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        """What the server answers to an authorized call."""
        match (method, path.strip("/").split("/")):
            case ("GET", ["envelope"]):
                rows = [row for row in self.envelopes.values() if query["query"][0] in (row["externalId"] or "")]
                page, size = int(query["page"][0]), int(query["perPage"][0])
                shown = rows[::-1][(page - 1) * size : page * size]  # the newest first
                pages = -(-len(rows) // size)
                return {"data": shown, "count": len(rows), "currentPage": page, "perPage": size, "totalPages": pages}
            case ("POST", ["envelope", "create"]):
                return {"id": self._create(*body)}
            case ("POST", ["envelope", "distribute"]):
                return self._distribute(self._envelope(body["envelopeId"]))
            case ("POST", ["envelope", "cancel"]):
                return self._end(self._envelope(body["envelopeId"]), "PENDING", "CANCELLED")
            case ("POST", ["envelope", "delete"]):
                del self.envelopes[self._envelope(body["envelopeId"])["id"]]
                return {"success": True}
            case ("GET", ["envelope", "item", item, "download"]):
                return self._content(item)
            case ("GET", ["envelope", id_, "audit-log", "pdf"]) if not self.without_audit_log:
                return self._envelope(id_) and AUDIT_LOG
            case ("GET", ["envelope", id_]):
                return self._envelope(id_)
        raise Refusal(404, "NOT_FOUND")

    def _envelope(self, id_: str) -> dict[str, Any]:
        if id_ not in self.envelopes:
            raise Refusal(404, "NOT_FOUND")
        return self.envelopes[id_]

    def _content(self, item: str) -> bytes:
        if item not in self.contents:
            raise Refusal(404, "NOT_FOUND")
        return self.contents[item]

    def _create(self, payload: dict[str, Any], files: list[tuple[str, bytes]]) -> str:
        are_pdfs = files and all(content.startswith(b"%PDF-") for _name, content in files)
        if payload["type"] != "DOCUMENT" or not payload["title"] or not are_pdfs:
            raise Refusal(400, "INVALID_BODY")
        fields = [field for recipient in payload["recipients"] for field in recipient["fields"]]
        if {field["identifier"] for field in fields} != set(range(len(files))):
            raise Refusal(400, "INVALID_BODY")
        id_ = f"envelope_{len(self.envelopes) + 1:016d}"
        recipients = [
            {"id": number, "signingStatus": "NOT_SIGNED", "sendStatus": "NOT_SENT", "rejectionReason": None, **each}
            for number, each in enumerate(payload["recipients"], 1)
        ]
        self.envelopes[id_] = {
            "id": id_,
            "type": "DOCUMENT",
            "status": "DRAFT",
            "source": "API",
            "title": payload["title"],
            "externalId": payload.get("externalId"),
            "recipients": recipients,
            "envelopeItems": [
                {"id": f"envelope_item_{id_}_{order}", "title": name, "order": order}
                for order, (name, _content) in reversed(list(enumerate(files, 1)))
            ],
            "documentMeta": payload.get("meta", {}),
        }
        for order, (_name, content) in enumerate(files, 1):
            self.contents[f"envelope_item_{id_}_{order}"] = content
        return id_

    def _distribute(self, envelope: dict[str, Any]) -> dict[str, Any]:
        if envelope["status"] != "DRAFT":
            raise Refusal(400, "INVALID_REQUEST")
        for recipient in envelope["recipients"]:
            if not any(each["type"] == "SIGNATURE" for each in recipient["fields"]):
                raise Refusal(400, "MISSING_SIGNATURE_FIELD")
            recipient["sendStatus"] = "SENT"
        envelope["status"] = "PENDING"
        return {"success": True, "id": envelope["id"], "recipients": envelope["recipients"]}

    def _end(self, envelope: dict[str, Any], before: str, after: str) -> dict[str, Any]:
        if envelope["status"] != before:
            raise Refusal(400, f"ENVELOPE_{envelope['status']}")
        envelope["status"] = after
        return {"success": True}


class Handler(BaseHTTPRequestHandler):
    """One call of the API: authorized, answered, and written down."""

    documenso: Documenso

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"]
        self._serve(json.loads(data) if kind == "application/json" else _parts(kind, data))

    def _serve(self, body: Any) -> None:
        address = urlsplit(self.path)
        self.documenso.calls.append(f"{self.command} {address.path.removeprefix('/api/v2')}")
        if self.documenso.broken == 0:  # hangs
            self.documenso.release.wait(60)
            return
        try:
            if self.documenso.broken is not None:
                raise Refusal(self.documenso.broken, "UNKNOWN_ERROR")
            if self.headers["Authorization"] != TOKEN:
                raise Refusal(401, "UNAUTHORIZED")
            path = address.path.removeprefix("/api/v2")
            answer = self.documenso.answer(self.command, path, parse_qs(address.query), body)
        except Refusal as refusal:
            self._send(refusal.status, {"code": refusal.code, "message": refusal.code})
        else:
            self._send(200, answer)

    def _send(self, status: int, answer: Any) -> None:
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/pdf" if isinstance(answer, bytes) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def documenso_server() -> Iterator[Documenso]:
    """The server on a free port of the loopback interface."""
    documenso = Documenso()
    handler = type("OwnHandler", (Handler,), {"documenso": documenso})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    documenso.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield documenso
    finally:
        documenso.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _parts(kind: str, data: bytes) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """The payload and the files of multipart/form-data, each with its name."""
    message = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + data)
    parts = [(part.get_param("name", header="content-disposition"), part) for part in message.walk()]
    payload = next(part.get_payload(decode=True) for name, part in parts if name == "payload")
    files = [(part.get_filename() or "", part.get_payload(decode=True)) for name, part in parts if name == "files"]
    assert isinstance(payload, bytes)
    assert all(isinstance(content, bytes) for _name, content in files)
    return json.loads(payload), files  # type: ignore[return-value]  # bytes, as asserted
