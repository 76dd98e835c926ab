"""Starting: `formengine serve` up to its first page, against a bare Pyramid + Jinja2 + waitress application.

    python -m benchmarks.start [ROUNDS]

The site has TYPES request types with a workflow each, published beforehand. Both servers are started as processes of
their own, in turns, and asked for a page every 5 ms until it is there. Times are seconds since the process was started,
on the clock and (in brackets) of the processor; "first page" is the request for the list of all request types, sent
once `/healthz` has answered.
"""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.submission import ROOT
from formengine.app import build_platform, close_platform, upgrade_database
from formengine.authoring import Bundle
from formengine.services.accounts.accounts import create_person
from formengine.services.accounts.sessions import open_session
from formengine.services.core.unit_of_work import open_work, run_in_transaction
from formengine.services.publishing.publications import publish
from formengine.settings import read_settings
from formengine.storage import open_database

TYPES: Final = 100
TARGET_RATIO: Final = 5.0
"""How many times longer `serve` may take to its first page than the bare application."""
TARGET_FIRST_PAGE: Final = 0.150
"""Seconds for the first page, once the server answers at all."""
BARE: Final = """
import sys
from pyramid.config import Configurator
from waitress import serve
config = Configurator(settings={"jinja2.directories": sys.argv[2]})
config.include("pyramid_jinja2")
config.add_route("page", "/page")
config.add_view(lambda request: {"title": "A page"}, route_name="page", renderer="page.jinja2")
serve(config.make_wsgi_app(), host="127.0.0.1", port=int(sys.argv[1]))
"""


class Duration(NamedTuple):
    """Seconds on the clock, and seconds of the processor in all threads of the server."""

    wall: float
    cpu: float


def main(rounds: int = 7) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.jinja2").write_text("<h1>{{ title }}</h1>", encoding="utf-8")
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        environment = settings_of(folder)
        cookie = published_site(folder, environment)
        starts: dict[str, list[Duration]] = {"bare": [], "serve": [], "first page": []}
        for _ in range(rounds + 1):
            starts["bare"].append(start_bare(folder, environment))
            starts["serve"].append(start_serve(environment, "/sign-in"))
            starts["first page"].append(first_page(environment, "/", cookie))
        medians = {name: _median(times[1:]) for name, times in starts.items()}  # the first round fills caches of files
    for name, median in medians.items():
        print(f"{name:12} {median.wall * 1000:7.0f} ms ({median.cpu * 1000:.0f} ms CPU)")
    bare, serve = medians["bare"], medians["serve"]
    ratio, cpu_ratio = serve.wall / bare.wall, serve.cpu / bare.cpu
    print(f"serve takes {ratio:.1f} times the bare start, {cpu_ratio:.1f} of CPU (target {TARGET_RATIO:g})")
    print(f"first page of {TYPES} types: target {TARGET_FIRST_PAGE * 1000:.0f} ms")


def _median(times: list[Duration]) -> Duration:
    return Duration(statistics.median(t.wall for t in times), statistics.median(t.cpu for t in times))


def settings_of(folder: Path) -> dict[str, str]:
    """The environment variables of a production site in a folder; Python keeps its bytecode, as when installed."""
    return {
        "FORMENGINE_ENVIRONMENT": "production",
        "FORMENGINE_SECRET": "0123456789abcdef0123456789abcdef",
        "FORMENGINE_PASSWORD_COST": "cheap",
        "FORMENGINE_MAIL_URL": "memory:",
        "FORMENGINE_SITE": str(folder / "site"),
        "FORMENGINE_DATABASE_URL": f"sqlite:///{folder}/site.sqlite",
        "FORMENGINE_STORAGE_URL": f"file:{folder}/files",
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONWARNINGS": "ignore",
    }


def published_site(folder: Path, environment: dict[str, str]) -> str:
    """Publish TYPES copies of the packs of the repository; the session cookie of a client."""
    bundle = Bundle(dict(_copies(Bundle.from_folder(ROOT))))
    settings = read_settings({}, environ=environment)
    database = open_database(settings.database_url)
    upgrade_database(database)
    database.close()
    platform = build_platform(settings)
    run_in_transaction(platform, lambda work: publish(work, bundle))
    with open_work(platform) as work:
        person = create_person(work, "maya@example.com", "Maya", "client", password="a portal for lawyers")
        token = open_session(work, person)
    close_platform(platform)
    return f"fe_session={token}; fe_csrf=0123456789abcdef"


def _copies(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    packs = sorted({path.split("/")[1] for path in bundle.files if path.startswith("workflows/")})
    yield from ((path, content) for path, content in bundle.files.items() if not path.startswith("workflows/"))
    for number in range(TYPES):
        pack = packs[number % len(packs)]
        name = f"{pack}_{number}"
        for path, content in bundle.files.items():
            if path.startswith(f"workflows/{pack}/") and not path.endswith("stories.yaml"):
                yield re.sub(rf"\b{pack}(?=/|\.yaml)", name, path), content


def start_bare(folder: Path, environment: dict[str, str]) -> Duration:
    """From the start of the bare application to its page."""
    port = free_port()
    command = [sys.executable, str(folder / "bare.py"), str(port), str(folder)]
    with process(*command, environment=environment) as (server, begun):
        get_until_there(f"http://127.0.0.1:{port}/page")
        return Duration(time.perf_counter() - begun, cpu_seconds(server))


def start_serve(environment: dict[str, str], address: str) -> Duration:
    """From the start of `formengine serve` to its first page."""
    with serving(environment) as (server, url, begun):
        get_until_there(f"{url}{address}")
        return Duration(time.perf_counter() - begun, cpu_seconds(server))


def first_page(environment: dict[str, str], address: str, cookie: str) -> Duration:
    """The first page of a server that answers already."""
    with serving(environment) as (server, url, _begun):
        get_until_there(f"{url}/healthz")
        before = cpu_seconds(server)
        begun = time.perf_counter()
        page = get_until_there(f"{url}{address}", cookie)
        duration = Duration(time.perf_counter() - begun, cpu_seconds(server) - before)
    if page.count(b"/requests/new/") < TYPES:
        raise RuntimeError(f"{address} does not list the {TYPES} request types")
    return duration


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], str, float]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    variables = {**environment, "FORMENGINE_BASE_URL": url, "FORMENGINE_PORT": str(port)}
    with process(sys.executable, "-m", "formengine.cli", "serve", environment=variables) as (server, begun):
        yield server, url, begun


@contextmanager
def process(*command: str, environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A process with the moment of its start; killed at the end."""
    begun = time.perf_counter()
    server = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield server, begun
    finally:
        server.kill()
        server.wait()


def get_until_there(url: str, cookie: str = "", seconds: float = 30.0) -> bytes:
    """The page at an address, tried every 5 ms; RuntimeError for an answer that is no page, or none in time."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie})) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{url}: {error}") from error
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"{url} is not there after {seconds:g} s")


def cpu_seconds(server: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
