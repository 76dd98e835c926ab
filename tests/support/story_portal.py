"""The portal's part of a story: one dossier, acted on by the HTTP API, and by guests through their links."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from webtest import TestApp

from formengine.cli.demo.people import BY_ID
from formengine.errors import Refused
from formengine.services.accounts.api_tokens import create_token
from formengine.services.approvals import guest_signing as guests
from formengine.services.approvals.given_signatures import SignatureDetails
from formengine.services.case import guest_links as links
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.dossiers import timers
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.workflow.engine.execution import Facts
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import acting_on

API = "/api/v1"
UNSEEN = ("submitted", "restricted")
"""Kinds of entries that the portal writes beside the engine's."""


@dataclass
class Portal:
    """One dossier of the portal, acted on by the HTTP API at the moments of a story."""

    app: Any
    platform: Platform
    people: People
    reference: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    sent_files: tuple[int, ...] = ()
    """The entries about documents that were sent with the answers, with which a simulation begins."""

    def call(self, who: str, method: str, path: str, body: Any = None, **options: Any) -> Any:
        caller = TestApp(self.app)
        caller.authorization = ("Bearer", self._token(who))
        address = path if path.startswith("/") else f"{API}/dossiers/{self.reference}/{path}"
        if method == "GET":
            return caller.get(address, expect_errors=True, **options)
        if "upload_files" in options:
            return caller.post(address, body or {}, expect_errors=True, **options)
        return getattr(caller, f"{method.lower()}_json")(address, body or {}, expect_errors=True, **options)

    def _token(self, who: str) -> str:
        if who not in self.tokens:
            person = self.people(who)
            with acting_on(self.platform, person) as work:
                self.tokens[who] = create_token(work, person, ["read", "submit", "work"])
        return self.tokens[who]

    def submit(self, who: str, request: str, answers: Mapping[str, Any]) -> None:
        """Submit a request with its files."""
        values = self.by_person_id(answers)
        files = [name for name, value in answers.items() if _is_file(value)]
        payload = {
            "request_type": request,
            "answers": {name: value for name, value in values.items() if name not in files},
            "accept_notice": True,
        }
        headers = {"Idempotency-Key": f"story-{request}"}
        if files:
            payload["files"] = [f"/{name}" for name in files]
            uploads = [("files", answers[name]["name"], PDF) for name in files]
            address = f"{API}/submissions/with-files"
            sent = self.call(
                who, "POST", address, {"payload": json.dumps(payload)}, upload_files=uploads, headers=headers
            )
        else:
            sent = self.call(who, "POST", f"{API}/submissions", payload, headers=headers)
        assert sent.status_int == 201, sent.text
        self.reference = sent.json["reference"]
        self.sent_files = tuple(entry.number for entry in self._entries() if entry.kind == "document")

    def by_person_id(self, value: Any) -> Any:
        """Values in which ids of the demo's people are those of their accounts."""
        if isinstance(value, Mapping):
            return {name: self.by_person_id(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.by_person_id(item) for item in value]
        return self.people(value).id if isinstance(value, str) and value in BY_ID else value

    def by_name(self, value: Any) -> Any:
        """The same the other way round; a file is known by its name alone."""
        if isinstance(value, Mapping):
            return value["name"] if _is_file(value) else {key: self.by_name(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.by_name(item) for item in value]
        names = {person.id: name for name, person in self.people.known.items()}
        return names.get(value, value) if isinstance(value, str) else value

    def reads(self, read: Callable[[UnitOfWork, Dossier], Any]) -> Any:
        with acting_on(self.platform, None) as work:
            query = select(Dossier).where(Dossier.reference == self.reference)
            return read(work, work.session.scalars(query).one())

    @property
    def version(self) -> int:
        return int(self.reads(lambda _, dossier: dossier.version))

    def act(self, who: str, step: Mapping[str, Any], child: tuple[str, int] | None) -> Any:
        """Do what a step of a story says; the response, or the Refused of a guest."""
        (act,) = (key for key in ACTS if key in step)
        return ACTS[act](self, who, step, child)

    def do(self, who: str, step: Mapping[str, Any], child: tuple[str, int] | None) -> Any:
        match, comment = {"If-Match": f'"{self.version}"'}, step.get("comment")
        fields = self.by_person_id(step.get("fields") or {})
        reopened = self.reads(lambda work, dossier: load(work, dossier).case.reopened)
        if reopened is not None and reopened.step == step["do"]:
            present = self.call(who, "GET", "answers").json["answers"]
            return self.call(
                who, "PUT", "answers", {"answers": {**present, **fields}, "comment": comment}, headers=match
            )
        body = {"transition": step["do"], "fields": fields, "comment": comment}
        path = f"children/{child[0]}/{child[1]}/transitions" if child else "transitions"
        return self.call(who, "POST", path, {key: value for key, value in body.items() if value}, headers=match)

    def claim(self, who: str, step: Mapping[str, Any], child: object) -> Any:
        return self.call(who, "POST", "claim")

    def document(self, who: str, step: Mapping[str, Any], child: object) -> Any:
        content = PDF + f"%{step['document']} {self.version}".encode()
        return self.call(
            who, "POST", f"documents/{step['document']}", upload_files=[("file", f"{step['document']}.pdf", content)]
        )

    def decide(self, who: str, step: Mapping[str, Any], child: object) -> Any:
        comment, fields = step.get("comment"), self.by_person_id(step.get("fields") or {})
        if who not in BY_ID:
            return self._as_guest(who, guests.guest_decide, step["decide"], comment, fields=fields)
        body = {"decision": step["decide"], "comment": comment, "fields": fields, **self._shown(who, "approval")}
        return self.call(who, "POST", "approvals", {key: value for key, value in body.items() if value})

    def sign(self, who: str, step: Mapping[str, Any], child: object) -> Any:
        if who not in BY_ID:
            return self._as_guest(
                who, guests.guest_sign, "Somebody", True, details=SignatureDetails(confirmed_name="Somebody")
            )
        body = {
            "signature": {"kind": "typed", "text": BY_ID[who].name},
            "consent": True,
            **self._shown(who, "signature"),
        }
        return self.call(who, "POST", "signatures", body)

    def decline(self, who: str, step: Mapping[str, Any], child: object) -> Any:
        reason = step.get("reason") or step.get("comment") or ""
        if who not in BY_ID:
            return self._as_guest(who, guests.guest_decline, reason)
        return self.call(who, "POST", "signatures", {"decline": True, "reason": reason})

    def acknowledge(self, who: str, step: Mapping[str, Any], child: object) -> Any:
        if who not in BY_ID:
            return self._as_guest(who, guests.guest_acknowledge, step.get("comment"))
        body = {"decision": "acknowledge", "comment": step.get("comment"), **self._shown(who, "acknowledgement")}
        return self.call(who, "POST", "approvals", {key: value for key, value in body.items() if value})

    def _shown(self, who: str, kind: str) -> dict[str, Any]:
        """The version of the document that the open round of a kind is about."""
        rounds = self.call(who, "GET", "approvals").json.get("rounds", [])
        documents = [row["document"] for row in rounds if row["kind"] == kind and row["status"] == "open"]
        shown = next((document for document in documents if document and document["sha256"]), None)
        return {"document": {"sha256": shown["sha256"]}} if shown else {}

    def _as_guest(self, address: str, service: Callable[..., Any], *arguments: Any, **values: Any) -> Any:
        """Act by the link and the code that were mailed to an address."""
        try:
            token, code = self._link_and_code(address)
            return run_in_transaction(
                self.platform, lambda work: service(work, token, code, *arguments, **values), None
            )
        except Refused as refused:
            return refused

    def _link_and_code(self, address: str) -> tuple[str, str]:
        def new_code(work: UnitOfWork, dossier: Dossier) -> tuple[str, int]:
            seat = links.open_seat_of(work, dossier, address)
            if seat is None:
                raise Refused([f"{address} has no open seat"])
            token = links.new_link(work, seat).rsplit("/", 1)[1]
            guests.send_code(work, token)
            return token, 0

        def read_code(work: UnitOfWork, dossier: Dossier) -> str:
            newest = select(Mail).where(Mail.kind == "code").order_by(Mail.id.desc()).limit(1)
            text = word_mail(work.platform, work.session, work.session.scalars(newest).one())[1]
            return next(word for word in text.replace("*", " ").split() if word.isdecimal() and len(word) == 6)

        return self.reads(new_code)[0], self.reads(read_code)

    def wait(self, clock: Any, until: Any) -> None:
        """Fire the timers until a moment, each at its own, as a worker does that is never late."""
        for _ in range(1000):
            moment = self.reads(lambda _, dossier: dossier.wake_at)
            if moment is None or moment > until:
                break
            clock.move_to(max(moment, clock.now()))
            with acting_on(self.platform, None) as work:
                timers.fire_timers(work, self.reference)
        clock.move_to(until)

    def history(self) -> list[tuple[Any, ...]]:
        """(kind, who, step, before, after, comment) of each entry that the engine wrote."""
        names = ("transition", "before", "after", "comment")
        return [
            (entry.kind, self.by_name(entry.by), *map(entry.payload.get, names))
            for entry in self._entries()
            if entry.kind not in UNSEEN and entry.number not in self.sent_files
        ]

    def _entries(self) -> list[HistoryEntry]:
        def read(work: UnitOfWork, dossier: Dossier) -> list[HistoryEntry]:
            query = select(HistoryEntry).where(HistoryEntry.dossier_id == dossier.id).order_by(HistoryEntry.number)
            return list(work.session.scalars(query))

        entries: list[HistoryEntry] = self.reads(read)
        return entries

    def mails(self) -> Counter[tuple[str, str]]:
        def read(work: UnitOfWork, dossier: Dossier) -> list[Mail]:
            return list(work.session.scalars(select(Mail).where(Mail.dossier_id == dossier.id, Mail.kind != "code")))

        return Counter((row.kind, self.by_name(row.person_id or row.to)) for row in self.reads(read))

    def facts(self) -> dict[str, Any]:
        def read(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
            loaded = load(work, dossier)
            return dict(Facts(loaded.workflow, loaded.case))

        facts: dict[str, Any] = self.by_name(self.reads(read))
        return facts


ACTS: Mapping[str, Callable[..., Any]] = {
    name: getattr(Portal, name) for name in ("do", "claim", "document", "decide", "sign", "decline", "acknowledge")
}


def _is_file(value: Any) -> bool:
    return isinstance(value, Mapping) and {"id", "name"} <= value.keys() and not value.keys() & {"country", "email"}
