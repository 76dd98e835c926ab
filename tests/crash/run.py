"""Clients submit while servers and workers are killed with SIGKILL; then everything acknowledged is looked for."""

from __future__ import annotations

import io
import json
import random
import socket
import threading
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
from sqlalchemy import select

from formengine.cli.demo.documents import paper
from formengine.storage import open_database
from formengine.storage.models.dossiers import Dossier, IdempotencyKey
from formengine.storage.models.mails import Mail
from tests.support.postgresql_cluster import until
from tests.support.server import Commands, Process
from tests.support.smtp import Inbox

ROOT: Final = Path(__file__).parents[2]
PEOPLE: Final = {"paul": "counsel", "ana": "counsel", "maya": "client"}
WORDS: Final = "a few words of mine"
CONTRACT: Final = {
    "contract_type": "services", "our_role": "buyer", "our_entity": "acme_sas",
    "counterparty": {"name": "Initech SARL", "country": "FR"},
    "counterparty_contact": {"name": "Joe Martin", "email": "joe@initech.example"},
    "deal_summary": "Yearly maintenance of the presses.", "contract_value": {"amount": "18000.00", "currency": "EUR"},
    "term_months": 24, "target_signature": "2031-01-15", "external_deadline": False, "personal_data": False,
    "priority": "normal",
}  # fmt: skip


@dataclass
class CrashRun:
    """Servers, workers and clients of one site. `acknowledged` has the references by the keys of submissions."""

    commands: Commands
    inbox: Inbox
    servers: int = 2
    workers: int = 2
    clients: int = 4
    seed: int = 7
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    """Submissions that were sent again, because nobody had answered or the answer was a 5xx."""
    statuses: Counter[int] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    """Seconds from the start of a server until it was ready."""
    _ports: list[int] = field(default_factory=list)
    _processes: dict[tuple[str, int], Process] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def play(self, kills: int, pause: float = 1.5) -> None:
        """Kill `kills` times, with a pause of so many seconds on average, while the clients submit; then let the jobs
        come to their end.
        """
        chance = random.Random(self.seed)
        self.commands.environment |= {"FORMENGINE_MAIL_URL": self.inbox.url}
        token = self._make_people()
        self._ports = [_free_port() for _ in range(self.servers)]
        self.commands.environment["FORMENGINE_BASE_URL"] = f"http://127.0.0.1:{self._ports[0]}"
        for kind, count in (("server", self.servers), ("worker", self.workers)):
            for number in range(count):
                self._start(kind, number)
        until(lambda: all(_is_ready(port) for port in self._ports), 60, 0.2)
        clients = [threading.Thread(target=self._submit, args=(token, number)) for number in range(self.clients)]
        for client in clients:
            client.start()
        try:
            for kill in range(kills):
                time.sleep(pause * (0.5 + chance.random()))
                # in turn, so that each kind is killed: a coin might spare the workers
                kind, count = (("server", self.servers), ("worker", self.workers))[kill % 2]
                self._kill(kind, chance.randrange(count))
        finally:
            self._stopping.set()
            for client in clients:
                client.join(120)
        until(lambda: all(_is_ready(port) for port in self._ports), 60, 0.2)

    def drain(self, seconds: float) -> float:
        """Wait until every mail is sent; how many seconds it took. AssertionError when it takes longer."""
        begun = time.monotonic()
        until(
            lambda: not [state for _id, state in self._mails() if state not in ("sent", "kept", "held")], seconds, 0.5
        )
        return time.monotonic() - begun

    def problems(self) -> list[str]:
        """What was lost, doubled or sent for nothing, and what the commands that verify a site say."""
        wrong = []
        database = open_database(self.commands.environment["FORMENGINE_DATABASE_URL"])
        with database.reading() as session:
            query = select(IdempotencyKey.key, Dossier.reference).join(
                Dossier, Dossier.submission_id == IdempotencyKey.submission_id
            )
            stored = {row.key: row.reference for row in session.execute(query)}
            count = len(session.scalars(select(Dossier.id)).all())
        database.close()
        for key, reference in self.acknowledged.items():
            if stored.get(key) != reference:
                wrong.append(f"{reference} was acknowledged; stored is {stored.get(key)}")
        if count != len(stored) or len(set(stored.values())) != count:
            wrong.append(f"{count} dossiers of {len(stored)} keys")
        written = {message_id for message_id, _state in self._mails()}
        received = Counter(str(message["Message-ID"]) for message in self.inbox.messages)
        sent = {message_id for message_id, state in self._mails() if state == "sent"}
        if lost := sent - received.keys():
            wrong.append(f"{len(lost)} mails are called sent, and nobody has them")
        if phantoms := received.keys() - written:
            wrong.append(f"{len(phantoms)} mails were sent for what was rolled back")
        for arguments in (("audit", "verify"), ("files", "verify"), ("db", "check")):
            try:
                self.commands.run(*arguments)
            except AssertionError as error:
                wrong.append(f"{' '.join(arguments)}: {error}")
        return wrong

    @property
    def resent(self) -> int:
        """Mails that came more than once, under the same Message-ID."""
        return len(self.inbox.messages) - len({str(message["Message-ID"]) for message in self.inbox.messages})

    def summary(self) -> str:
        kills = ", ".join(f"{count} {kind}s" for kind, count in sorted(self.kills.items()))
        return (
            f"killed {kills}; {len(self.acknowledged)} submissions acknowledged, {self.repeated} sent again; answers "
            f"{dict(sorted(self.statuses.items()))}; {len(self.inbox.messages)} mails, {self.resent} of them repeats; "
            f"ready again within {max(self.recoveries, default=0):.1f} s"
        )

    def _make_people(self) -> str:
        for name, role in PEOPLE.items():
            options = ("--name", name.title(), "--role", role, "--password-stdin")
            self.commands.run("user", "create", f"{name}@example.com", *options, text=WORDS)
        return self.commands.run("token", "create", "maya@example.com", "--scope", "submit").strip()

    def _start(self, kind: str, number: int) -> None:
        more = ("serve", "--no-worker", "--port", str(self._ports[number])) if kind == "server" else ("worker",)
        self._processes[kind, number] = self.commands.start(*more)

    def _kill(self, kind: str, number: int) -> None:
        process = self._processes[kind, number]
        process.kill()
        process.wait(10)
        self.kills[kind] += 1
        begun = time.monotonic()
        self._start(kind, number)
        if kind == "server":
            until(lambda: _is_ready(self._ports[number]), 60, 0.2)
            self.recoveries.append(time.monotonic() - begun)

    def _submit(self, token: str, number: int) -> None:
        """Submit contracts with their files, one after the other; each is sent until somebody acknowledges it."""
        chance, file = random.Random(f"{self.seed} {number}"), paper("master-services-agreement.docx").file.read()
        while not self._stopping.is_set():
            key, tries = uuid4().hex, 0
            payload = json.dumps({"request_type": "contract_review", "answers": CONTRACT, "accept_notice": True})
            # each file is another one, so that none is stored already
            parts = {"payload": (None, payload), "/document": ("contract.docx", _dated(file, key))}
            while (reference := self._send(token, key, parts, chance.choice(self._ports))) is None and tries < 600:
                tries += 1
                time.sleep(0.1)
            self.repeated += tries > 0
            if reference:
                self.acknowledged[key] = reference

    def _send(self, token: str, key: str, parts: object, port: int) -> str | None:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        try:
            answer = httpx.post(f"http://127.0.0.1:{port}/api/v1/submissions", headers=headers, files=parts, timeout=30)  # type: ignore[arg-type]
        except httpx.HTTPError:
            return None  # killed
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            return None
        assert answer.status_code in (200, 201), answer.text  # 200: what was sent before is answered again
        return str(answer.json()["reference"])

    def _mails(self) -> list[tuple[str, str]]:
        database = open_database(self.commands.environment["FORMENGINE_DATABASE_URL"])
        with database.reading() as session:
            rows = [(row.message_id, row.state) for row in session.execute(select(Mail.message_id, Mail.state))]
        database.close()
        return rows


def _dated(archive: bytes, key: str) -> bytes:
    """A zip archive, as Word files are, whose entries bear a moment of a key: keys have contents of their own."""
    chance, content = random.Random(key), io.BytesIO()
    moment = (1980 + chance.randrange(120), *(1 + chance.randrange(n) for n in (12, 28)), chance.randrange(24))
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            dated = zipfile.ZipInfo(entry.filename, (*moment, chance.randrange(60), 2 * chance.randrange(30)))
            target.writestr(dated, source.read(entry), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
