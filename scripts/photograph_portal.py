"""Photograph the portal for the README: fill the demo in a folder of its own, serve it, take docs/pictures/portal.png.

python scripts/photograph_portal.py

Needs Chromium at /usr/bin/chromium. The picture is the home page of a client, as sharp as a good screen shows it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from formengine.cli.demo.people import BY_ID, PASSWORD  # noqa: E402  # the path is set above
from scripts.demo_site import CHROMIUM, environment_in, fill_demo, serving  # noqa: E402

PICTURE: Final = ROOT / "docs" / "pictures" / "portal.png"
READER: Final = "cleo"
SIZE: Final = {"width": 1240, "height": 850}
LARGEST: Final = 250_000
"""Bytes: a README that loads at once."""


def main() -> int:
    """Take the picture; 1 when it is too heavy."""
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_in(Path(folder))
        fill_demo(environment)
        with serving(environment) as address:
            PICTURE.parent.mkdir(exist_ok=True)
            photograph(address, PICTURE)
    size = PICTURE.stat().st_size
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {size} bytes\n")
    return 1 if size > LARGEST else 0


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
