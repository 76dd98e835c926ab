"""Load: 24 people use a served portal, with a second of thought between two pages (T1, T49).

    python -m benchmarks.load [SECONDS] [--people N] [--stop-worker] [--kill-worker]

Half are clients and half are counsel: they sign in, look around, submit a contract with a file, write notes, claim
dossiers and read lists. `serve --no-worker` and two `worker` processes run on a site of their own on SQLite; one of the
workers can be killed (SIGKILL) or stopped (SIGSTOP) after a third of the time. Prints the 95th percentile of each page,
errors, submissions acknowledged and found afterwards, the lag of the queue and the memory of the server.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Final, TypeAlias
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

from benchmarks.idle import free_port, running
from formengine.cli.demo.documents import paper
from formengine.cli.demo.people import PASSWORD

ROOT: Final = Path(__file__).parents[1]
CLIENTS: Final = ("maya", "cleo")
COUNSEL: Final = ("paul", "ana", "lena", "omar")
THINK_SECONDS: Final = 1.0
LISTS: Final = ("/matters", "/litigation", "/contracts")
CONTRACT: Final = {
    "contract_type": "services",
    "our_role": "buyer",
    "our_entity": "acme_sas",
    "counterparty": {"name": "Initech SARL", "country": "FR"},
    "counterparty_contact": {"name": "Joe Martin", "email": "joe@initech.example"},
    "deal_summary": "Yearly maintenance of the presses, with a stock of spare parts on our site.",
    "contract_value": {"amount": "18000.00", "currency": "EUR"},
    "term_months": 24,
    "target_signature": "2031-01-15",
    "external_deadline": False,
    "personal_data": False,
    "priority": "normal",
}


@dataclass
class Measurements:
    """What all people together saw: seconds by page, errors, references of acknowledged submissions."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)


CONTRACT_FILE: Final[bytes] = paper("master-services-agreement.docx").file.read()


class User:
    """One person with a browser, and a token for the API."""

    def __init__(self, base: str, name: str, token: str, measured: Measurements) -> None:
        self.base, self.name, self.token, self.measured = base, name, token, measured
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.random = random.Random(f"{name} {uuid4().hex}")  # no secret: which page is next

    def fetch(self, page: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> str:
        """The text of an answer; errors are counted, and give an empty text."""
        began = time.perf_counter()
        try:
            with self.opener.open(Request(self.base + path, data, headers or {}), timeout=60) as answer:
                text = str(answer.read().decode())
        except HTTPError as error:
            self.measured.errors.append(f"{page}: {error.code} {path}")
            return ""
        except OSError as error:
            self.measured.errors.append(f"{page}: {error}")
            return ""
        self.measured.seconds[page].append(time.perf_counter() - began)
        return text

    def post(self, page: str, path: str, fields: dict[str, str], form_page: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', form_page)
        if token is None:
            return ""
        return self.fetch(page, path, urlencode({"csrf_token": token[1], **fields}).encode())

    def sign_in(self, think_seconds: float = 0.0) -> None:
        """Sign in; typing takes a person as long as any other thought. The time includes the home page that follows."""
        form = self.fetch("sign-in page", "/sign-in")
        time.sleep(think_seconds * (0.5 + self.random.random()))
        self.post("sign in", "/sign-in", {"email": f"{self.name}@example.com", "password": PASSWORD}, form)

    def submit(self) -> None:
        """A contract for review, with its file, by the API."""
        boundary = uuid4().hex
        payload = json.dumps({"request_type": "contract_review", "answers": CONTRACT, "accept_notice": True})
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
        body = (part % ("payload", "")).encode() + payload.encode() + b"\r\n"
        body += (part % ("/document", '; filename="contract.docx"')).encode() + CONTRACT_FILE + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": uuid4().hex,
        }
        answer = self.fetch("submission with a file", "/api/v1/submissions", body, headers)
        if answer:
            self.measured.acknowledged.append(json.loads(answer)["reference"])

    def act(self) -> None:
        """The next thing that this person does."""
        chance = self.random.random()
        if chance < 0.2:
            self.fetch("home", "/")
        elif chance < 0.4:
            self.fetch("list", self.random.choice(LISTS))
        elif chance < 0.5 and self.name in CLIENTS:
            self.submit()
        elif chance < 0.5:
            self.fetch("desk", "/desk")
        elif chance < 0.6 and self.name in CLIENTS:
            self.fetch("request form", "/requests/new/contract_review")
        else:
            self.visit_dossier(chance)

    def visit_dossier(self, chance: float) -> None:
        dossiers = re.findall(r'href="(/dossiers/[A-Z0-9-]+)"', self.fetch("list", "/contracts"))
        if not dossiers:
            return
        address = self.random.choice(dossiers)
        page = self.fetch("dossier page", address + self.random.choice(("", "?tab=notes", "?tab=history")))
        if chance > 0.85:
            note = {"text": "Could you look at clause 7 again?", "visible_to_client": "yes"}
            self.post("note", f"{address}/notes", note, page)
        elif chance > 0.8 and f'action="{address}/claim"' in page:
            version = re.search(r'name="version" value="(\d+)"', page)
            self.post("step", f"{address}/claim", {"version": version[1] if version else "0"}, page)


def use(user: User, until: float, think_seconds: float) -> None:
    time.sleep(user.random.random() * think_seconds)
    user.sign_in(think_seconds)
    while time.monotonic() < until:
        user.act()
        time.sleep(think_seconds * (0.5 + user.random.random()))


Process: TypeAlias = "subprocess.Popen[bytes]"


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, dict[str, str], Process, list[Process]]]:
    """A demo site that is served without a worker, and two workers: (address, environment, server, workers)."""
    port = free_port()
    environment = {
        **os.environ,
        "FORMENGINE_DATABASE_URL": f"sqlite:///{folder}/load.sqlite",
        "FORMENGINE_STORAGE_URL": f"file:{folder}/files",
        "FORMENGINE_MAIL_URL": "dev:",
        "FORMENGINE_CLIENT_NOTES": "0",  # a dozen people share each account of a client
        "FORMENGINE_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "formengine.cli"]
    for arguments in (["db", "upgrade"], ["demo"]):
        subprocess.run([*command, *arguments], env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with ExitStack() as stack:
        stack.callback(os.chdir, os.getcwd())
        os.chdir(ROOT)
        server = stack.enter_context(running([*command, "serve", "--no-worker", "--port"], environment, port))
        workers = [subprocess.Popen([*command, "worker"], env=environment, stderr=subprocess.DEVNULL) for _ in "ab"]
        stack.callback(_end, workers)
        yield f"http://127.0.0.1:{port}", environment, server, workers


def _end(workers: list[Process]) -> None:
    for worker in workers:
        if worker.poll() is None:
            worker.send_signal(signal.SIGCONT)
            worker.terminate()
            worker.wait(40)


def main(seconds: float, people: int, stop_worker: bool, kill_worker: bool) -> None:
    measured = Measurements()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (address, environment, server, workers):
        names = [(CLIENTS if number % 2 else COUNSEL)[number // 2 % 2] for number in range(people)]
        tokens = {name: token_of(name, environment) for name in set(names)}
        users = [User(address, name, tokens[name], measured) for name in names]
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=use, args=(user, until, THINK_SECONDS)) for user in users]
        for thread in threads:
            thread.start()
        memory = [resident_megabytes(server.pid)]
        if stop_worker or kill_worker:
            time.sleep(seconds / 3)
            workers[0].send_signal(signal.SIGKILL if kill_worker else signal.SIGSTOP)
        for thread in threads:
            thread.join()
        memory.append(resident_megabytes(server.pid))
        lag = queue_lag(environment)
        reader = User(address, "sam", "", Measurements())
        reader.sign_in()
        lost = [ref for ref in measured.acknowledged if ref not in reader.fetch("dossier page", f"/dossiers/{ref}")]
    report(measured, lost, lag, memory)


def token_of(name: str, environment: dict[str, str]) -> str:
    """A token of a person of the demo, made by the command."""
    command = [sys.executable, "-m", "formengine.cli", "token", "create", f"{name}@example.com", "--scope", "submit"]
    return subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def queue_lag(environment: dict[str, str]) -> float:
    """Seconds that the oldest job has been waiting."""
    command = [sys.executable, "-m", "formengine.cli", "jobs", "status", "--json"]
    status = subprocess.run(command, env=environment, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    return float(json.loads(status)["lag"] or 0)


def resident_megabytes(process: int) -> float:
    """The resident memory of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def report(measured: Measurements, lost: list[str], lag: float, memory: list[float]) -> None:
    for page, durations in sorted(measured.seconds.items()):
        late = sorted(durations)[int(len(durations) * 0.95)]
        print(f"{page:24} {len(durations):6} times, median {statistics.median(durations):.3f} s, 95 % {late:.3f} s")
    print(f"errors: {len(measured.errors)} {measured.errors[:5]}")
    print(f"submissions acknowledged: {len(measured.acknowledged)}, lost: {len(lost)} {lost[:5]}")
    print(f"queue lag {lag:.1f} s, memory of the server {memory[0]:.0f} -> {memory[1]:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float, nargs="?", default=90.0)
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--stop-worker", action="store_true", help="stop one of two workers (SIGSTOP)")
    parser.add_argument("--kill-worker", action="store_true", help="kill one of two workers (SIGKILL)")
    main(**vars(parser.parse_args()))
