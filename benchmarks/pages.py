"""Requests per second of the pages people open most, against a bare Pyramid + Jinja2 page of the same bytes.

    python -m benchmarks.pages [SECONDS]

Each page is asked for in the process, through the whole WSGI application, by a signed-in client's session cookie, on a
SQLite database with DOSSIERS dossiers. The bare page (`benchmarks.bare_page`) is put together by an ordinary Jinja2
template, with loops and autoescape, from plain data in memory. Times are CPU times of this process.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pyramid.request import Request

from benchmarks.bare_page import bare_app
from benchmarks.submission import site, submitting
from benchmarks.timing import medians
from formengine.services.accounts.sessions import open_session
from formengine.services.core.unit_of_work import Platform, open_work
from formengine.storage.models.people import Person
from formengine.web import make_app

DOSSIERS: Final = 300
TARGETS: Final = {"list": 0.5, "request form": 0.4, "dossier page": 0.3}
"""How fast each page is to be, as a share of the bare page."""


def main(seconds: float = 3.0) -> None:
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as (platform, people):
        maya = people["maya"]
        submit = submitting(platform, maya)
        for number in range(DOSSIERS):
            submit(number)
        for name, (address, cookie) in addresses(platform, maya).items():
            page = asking(make_app(platform), address, cookie)
            bare = asking(bare_app(page()), "/", cookie)
            times = medians({"page": page, "bare": bare}, seconds, time.process_time)
            ratio = times["bare"] / times["page"]
            print(
                f"{name:14} {1e6 / times['page']:7.0f}/s, bare {1e6 / times['bare']:7.0f}/s, "
                f"ratio {ratio:.2f} (target {TARGETS[name]}), {len(page())} bytes"
            )


def addresses(platform: Platform, person: Person) -> dict[str, tuple[str, str]]:
    """The address of each page, with the session cookie of its reader."""
    with open_work(platform, person.id) as work:
        cookie = f"fe_session={open_session(work, work.person)}; fe_csrf=0123456789abcdef"
    return {
        "list": ("/contracts", cookie),
        "request form": ("/requests/new/nda", cookie),
        "dossier page": (f"/dossiers/{newest_reference(platform)}", cookie),
    }


def newest_reference(platform: Platform) -> str:
    from sqlalchemy import select

    from formengine.storage.models.dossiers import Dossier

    with platform.database.reading() as session:
        return session.scalars(select(Dossier.reference).order_by(Dossier.id.desc()).limit(1)).one()


def asking(app: Any, address: str, cookie: str) -> Callable[[], str]:
    """GET an address of an application; the function returns the page, and raises RuntimeError for any other answer."""

    def ask() -> str:
        response = Request.blank(address, headers={"Cookie": cookie}).get_response(app)
        if response.status_int != 200:
            raise RuntimeError(f"{address}: {response.status}")
        return str(response.text)

    return ask


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
