"""Photograph the portal for the README: fill the demo in a folder of its own, serve it, take docs/pictures/portal.png.

python scripts/photograph_portal.py

Needs Chromium at /usr/bin/chromium. The picture is the home page of a client, as sharp as a good screen shows it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from formengine.cli.demo.people import BY_ID, PASSWORD

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "pictures" / "portal.png"
CHROMIUM: Final = "/usr/bin/chromium"
READER: Final = "cleo"
SIZE: Final = {"width": 1240, "height": 850}
LARGEST: Final = 250_000
"""Bytes: a README that loads at once."""


def main() -> int:
    """Take the picture; 1 when it is too heavy."""
    with tempfile.TemporaryDirectory() as folder, demo_in(Path(folder)) as address:
        PICTURE.parent.mkdir(exist_ok=True)
        photograph(address, PICTURE)
    size = PICTURE.stat().st_size
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {size} bytes\n")
    return 1 if size > LARGEST else 0


@contextmanager
def demo_in(folder: Path) -> Iterator[str]:
    """The filled demo, served on a free port; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "FORMENGINE_DATABASE_URL": f"sqlite:///{folder}/site.sqlite",
        "FORMENGINE_STORAGE_URL": f"file:{folder}/files",
        "FORMENGINE_BASE_URL": address,
    }
    command = [sys.executable, "-m", "formengine.cli"]
    for step in (["db", "upgrade"], ["demo"]):
        subprocess.run([*command, *step], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen([*command, "serve", "--port", str(port)], cwd=ROOT, env=environment)
    try:
        wait_for(f"{address}/readyz")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_for(address: str, seconds: float = 120) -> None:
    """Come back when an address answers; TimeoutError when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:  # not there yet, or busy
            time.sleep(0.2)
    raise TimeoutError(address)


def photograph(address: str, picture: Path) -> None:
    """The home page of the reader, signed in by the form."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, device_scale_factor=1.4, locale="en-GB", color_scheme="light")
        page.set_default_timeout(60_000)
        page.goto(f"{address}/sign-in")
        page.locator("#email").fill(BY_ID[READER].email)
        page.locator("#password").fill(PASSWORD)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(f"{address}/")
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
