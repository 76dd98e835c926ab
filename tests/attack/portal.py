"""The portal under attack: a site of `formengine init`, `production.ini`, `serve` as a process, haproxy with TLS."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from formengine.app import build_platform
from formengine.services.core.unit_of_work import Platform
from formengine.settings import read_settings
from tests.support.people import People
from tests.support.platforms import close_platform
from tests.support.smtp import Inbox, receiving
from tests.support.tls import make_certificate, tls_proxy

PROGRAM = (sys.executable, "-m", "formengine.cli")


@dataclass
class Portal:
    """A portal that is served over TLS: its public address, the port behind the proxy, its database and its mails."""

    url: str
    port: int
    backend: int
    folder: Path
    platform: Platform
    people: People
    inbox: Inbox
    process: subprocess.Popen[bytes]

    @property
    def memory(self) -> int:
        """The resident memory of the process, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    @property
    def cpu_seconds(self) -> float:
        """The CPU time of the process so far: what an attack costs, however busy the machine is with other things."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def log(self) -> str:
        return (self.folder / "serve.log").read_text(errors="replace")


@contextmanager
def attacked_portal(folder: Path, database_url: str) -> Iterator[Portal]:
    """Install a portal in a folder as the how-to says, and serve it until the block ends."""
    site = folder / "site"
    port, backend = free_port(), free_port()
    url = f"https://localhost:{port}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FORMENGINE_")}
    environment |= {"FORMENGINE_SECRET": token_urlsafe(48), "FORMENGINE_DATABASE_URL": database_url}
    with receiving() as inbox:
        run(environment, folder, "init", str(site))
        settings = configure(site / "production.ini", url, backend, inbox.url)
        run(environment, site, "db", "upgrade", "--ini", "production.ini")
        run(environment, site, "check")
        run(environment, site, "publish", "--ini", "production.ini")
        admin = ("user", "create", "sam@example.com", "--name", "Sam", "--role", "legal_admin", "--password-stdin")
        run(environment, site, *admin, "--ini", "production.ini", text="seven green umbrellas sing\n")
        with (folder / "serve.log").open("wb") as log:
            line = [*PROGRAM, "serve", "production.ini"]
            process = subprocess.Popen(line, cwd=site, env=environment, stdout=log, stderr=log)
        platform = build_platform(read_settings(settings, environ=environment))
        try:
            with tls_proxy(folder, make_certificate(folder), port, backend, f"localhost:{port}"):
                wait_until_served(process, backend, folder / "serve.log")
                yield Portal(url, port, backend, folder, platform, People(platform), inbox, process)
        finally:
            close_platform(platform)
            process.terminate()
            process.wait(90)


def configure(ini: Path, url: str, port: int, mail_url: str) -> dict[str, str]:
    """Change in `production.ini` what the how-to says to change, and nothing else; returns the settings in it."""
    changes = {"base_url": url, "port": str(port), "mail_url": mail_url}
    lines = []
    for line in ini.read_text().splitlines():
        name = line.partition("=")[0].strip().removeprefix("formengine.")
        lines.append(f"formengine.{name} = {changes[name]}" if name in changes else line)
    ini.write_text("\n".join(lines) + "\n")
    settings = [line.partition("=") for line in lines if line.startswith("formengine.")]
    return {name.strip(): value.strip().replace("%(here)s", str(ini.parent)) for name, _, value in settings}


def run(environment: dict[str, str], folder: Path, *arguments: str, text: str = "") -> None:
    """A `formengine` command; RuntimeError with its output when it fails."""
    line = [*PROGRAM, *arguments]
    done = subprocess.run(line, cwd=folder, env=environment, input=text, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")


def wait_until_served(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _try in range(300):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the portal did not start")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
