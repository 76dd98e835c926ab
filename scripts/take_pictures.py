"""Take pictures of each page as each role, in both languages, wide and narrow, light and dark.

    python scripts/take_pictures.py FOLDER [--who maya] [--page inbox] [--language fr] [--width 390] [--scheme dark]

FOLDER gets the pictures and an index.html of them, beside the site they show: the demo and what the tour of all pages
adds (tests/web/tour_site.yaml). A second run with the same folder takes them of the same site. The pages are those that
the tests of accessibility open (tests/web/page_tour.py), and `MORE` below. Needs Chromium at /usr/bin/chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
LANGUAGES: Final = ("en", "fr")
WIDTHS: Final = (1280, 390)
SCHEMES: Final = ("light", "dark")


@dataclass(frozen=True)
class View:
    """A page to take: its address, then what is filled in (selector to text), and what is pressed one by one."""

    path: str
    name: str = ""
    fills: dict[str, str] = field(default_factory=dict)
    presses: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """What the names of its pictures begin with."""
        return re.sub(r"\W+", "-", self.name or self.path).strip("-") or "home"


SEND: Final = ("main form .btn-primary",)
MORE: Final[dict[str, list[View]]] = {
    "stranger": [
        View("/sign-in", "sign-in refused", {"#email": "nobody@example.com", "#password": "not the one"}, SEND),
        View("/sign-up", "sign-up with errors", {}, SEND),
        View("/embed/legal_advice", "embedded before signing in"),
    ],
    "maya": [
        View("/requests/new/legal_advice", "form with errors", {}, ("main .fe-form .btn-primary",)),
        View("/requests/new/nda", "long form with errors", {}, ("main .fe-form .btn-primary",)),
        View("/embed/legal_advice", "embedded"),
        View("/dossiers/{late}?tab=notes", "empty note refused", {}, SEND),
        *(View(path) for path in ("/matters", "/litigation", "/dossiers/{late}?tab=history")),
    ],
    "ana": [
        *(View(path) for path in ("/", "/desk", "/contracts", "/inbox", "/dossiers/{arabic}")),
        *(View(f"/dossiers/{{late}}?tab={tab}") for tab in ("approvals", "history", "answers")),
        *(View(f"/dossiers/{{late}}/children/milestone/{end}") for end in ("new", "1")),
        View("/dossiers/{to_approve}?tab=approvals"),
        View("/desk?q=zzz", "desk without results"),
        View("/account/calendar", "page that only takes posts"),
    ],
    "ines": [
        View(path)
        for path in ("/desk", "/desk?tab=waiting", "/account", "/matters", "/dossiers/{nda_out}?tab=approvals")
    ],
    "bo": [View(path) for path in ("/contracts", "/inbox", "/account")],
    "sam": [View(path) for path in ("/desk", "/desk?tab=late", "/matters")],
    "theo": [
        View(path)
        for path in (
            "/desk",
            "/contracts",
            "/litigation",
            "/inbox",
            "/dossiers/{late}?tab=attachments",
            "/dossiers/{late}?tab=notes",
        )
    ],
}


def main() -> int:
    """Fill the site where the folder has none, serve it, and take the pictures that were asked for."""
    arguments = _arguments()
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    from scripts.demo_site import environment_in, fill_demo, serving

    environment = environment_in(folder)
    kept = folder / "places.json"
    if not kept.exists():
        fill_demo(environment)
        kept.write_text(json.dumps(_enrich(environment)))
    with serving(environment) as address:
        for line in take(address, json.loads(kept.read_text()), folder, arguments):
            sys.stdout.write(f"{line}\n")
    write_index(folder)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--who", help="only what this person opens")
    parser.add_argument("--page", default="", help="only pages whose address or name contains this")
    parser.add_argument("--language", choices=LANGUAGES)
    parser.add_argument("--width", type=int, choices=WIDTHS)
    parser.add_argument("--scheme", choices=SCHEMES)
    return parser.parse_args()


def _enrich(environment: dict[str, str]) -> dict[str, str]:
    """Add to the demo what pictures need; returns what stands for the words in braces in addresses."""
    from formengine.cli.context import open_platform
    from formengine.cli.demo.accounts import make_people
    from tests.web.page_tour import places_of
    from tests.web.tour_site import strain

    os.environ.update(environment)
    with open_platform(str(ROOT / "development.ini")) as platform:
        strain(platform, make_people(platform))
        return places_of(platform)


def views() -> Iterator[tuple[str, View]]:
    """Who opens which page: those of the tour and more, no page twice."""
    from tests.web.page_tour import PAGES

    for who in dict.fromkeys([*PAGES, *MORE]):
        listed = [*(View(path) for path in PAGES.get(who, [])), *MORE.get(who, [])]
        yield from ((who, view) for view in {view.file: view for view in listed}.values())


def take(address: str, places: dict[str, str], folder: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """Take the pictures that the arguments ask for; the name of each page, as it is done."""
    from playwright.sync_api import sync_playwright

    from scripts.demo_site import CHROMIUM

    wanted: dict[str, list[View]] = {}
    for who, view in views():
        if arguments.who in (None, who) and arguments.page in f"{view.path} {view.name}":
            wanted.setdefault(who, []).append(view)
    sizes = [arguments.width] if arguments.width else WIDTHS
    looks = list(product(sizes, [arguments.scheme] if arguments.scheme else SCHEMES))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for who, language in product(wanted, [arguments.language] if arguments.language else LANGUAGES):
            context = browser.new_context(locale="fr-FR" if language == "fr" else "en-GB", reduced_motion="reduce")
            context.set_default_timeout(60_000)
            page = context.new_page()
            if who != "stranger":
                _sign_in(page, address, who, language)
            for view in wanted[who]:
                _open(page, address + view.path.format(**places), view, language)
                for width, scheme in looks:
                    _photograph(page, folder / f"{who}-{view.file}-{language}-{width}-{scheme}.png", width, scheme)
                yield f"{who} {language} {view.name or view.path}"
            context.close()
        browser.close()


def _sign_in(page: Any, address: str, who: str, language: str) -> None:
    """Sign in by the form, and choose a language by the button in the header, which forms that are refused keep to."""
    from formengine.cli.demo.people import BY_ID, PASSWORD

    page.goto(f"{address}/sign-in")
    page.locator("#email").fill(BY_ID[who].email)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"{address}/")
    other = page.locator(f"header button[name=language][value={language}]")
    if other.count():
        other.click()
        page.locator(f"html[lang={language}]").wait_for()


def _open(page: Any, address: str, view: View, language: str) -> None:
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    for selector, text in view.fills.items():
        page.locator(selector).first.fill(text)
    for selector in view.presses:
        page.locator(selector).first.evaluate("button => { button.form.noValidate = true; button.click(); }")
        page.wait_for_load_state("networkidle")


def _photograph(page: Any, picture: Path, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.screenshot(path=picture, full_page=True)


def write_index(folder: Path) -> None:
    """An index.html of all pictures in a folder, page by page."""
    from html import escape

    pages: dict[str, list[str]] = {}
    for picture in sorted(folder.glob("*.png")):
        pages.setdefault(picture.stem.rsplit("-", 3)[0], []).append(picture.name)
    lines = ["<!DOCTYPE html>", '<html lang="en"><meta charset="utf-8"><title>Pictures of every page</title>']
    for page, names in pages.items():
        lines.append(f"<h2>{escape(page)}</h2>")
        lines += [
            f'<a href="{name}"><img src="{name}" alt="{escape(name)}" height="480" loading="lazy"></a>'
            for name in names
        ]
    (folder / "index.html").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
