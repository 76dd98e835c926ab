"""The application over a tiny site, and browsers of it: each keeps its own cookies, as WebTest does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import Person
from tests.support.databases import Templates
from tests.support.people import PASSWORD, People
from tests.support.server import app_of
from tests.web.page_tour import Tour, touring

Visiting = Callable[..., TestApp]
HERE = Path(__file__).parent
PAGES_WITHOUT_DOSSIERS = {HERE, HERE / "accounts", HERE / "ops"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The pages around the dossiers (accounts, errors, health) need no request types: their site has none."""
    for item in items:
        if item.path.parent in PAGES_WITHOUT_DOSSIERS and item.get_closest_marker("site") is None:
            item.add_marker(pytest.mark.site("people"))


@pytest.fixture
def database_kind() -> str:
    """SQLite; a module whose pages lean on the database asks for both kinds (see `on_both`)."""
    return "sqlite"


@pytest.fixture
def app(platform: Platform) -> Any:
    """The application of the platform under test."""
    return app_of(platform)


@pytest.fixture
def visiting(app: Any) -> Visiting:
    """`visiting()` is a stranger's browser; `visiting(person)` one that has signed in by the form."""
    return partial(_browser, app)


def _browser(app: Any, person: Person | None = None, **environ: str) -> TestApp:
    opened = TestApp(app, extra_environ={"REMOTE_ADDR": "192.0.2.1", **environ})
    if person is not None:
        sign_in(opened, person.email)
    return opened


def sign_in(browser: TestApp, email: str, password: str = PASSWORD, **options: Any) -> Any:
    """Fill the sign-in form and send it."""
    form = browser.get("/sign-in").forms[form_of("/sign-in", browser.get("/sign-in"))]
    form["email"], form["password"] = email, password
    return form.submit(**options)


def form_of(action: str, page: Any) -> int:
    """The number of the form of a page that posts to an address (WebTest numbers them)."""
    return next(n for n, form in page.forms.items() if isinstance(n, int) and form.action == action)


def post(
    browser: TestApp, page: Any, action: str, status: int | str = 303, button: str | None = None, **values: str
) -> Any:
    """Send the form of `page` that posts to `action`, with these fields filled in, by the button of that name."""
    form = page.forms[form_of(action, page)]
    for name, value in values.items():
        form[name] = value
    return form.submit(button, status=status)


def link_in(text: str) -> str:
    """The path of the one-time link in a mail."""
    found = re.search(r"https?://[^/\s]+(/(?:invitations|act)/[\w-]+)", text)
    assert found, text
    return found.group(1)


@pytest.fixture
def admin(people: People) -> Person:
    return people("sam")


@pytest.fixture
def maya(people: People) -> Person:
    return people("maya")


@pytest.fixture
def shared_stranger(visiting: Visiting) -> TestApp:
    """A browser without an account."""
    return visiting()


@pytest.fixture
def shared_admin(visiting: Visiting, admin: Person) -> TestApp:
    """A browser of somebody who may do nearly everything."""
    return visiting(admin)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the filled demo lie: it is filled once for the session."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def tour(templates: Templates, demo_folder: Path) -> Iterator[Tour]:
    """The filled demo, served to the tests of a module."""
    with touring(templates, demo_folder) as running:
        yield running
