"""The application over a small site, and WebTest browsers of it, each with its own cookies."""

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
from tests.support.databases import Templates, select_one_database
from tests.support.page_forms import post_sign_in
from tests.support.people import PASSWORD, People
from tests.support.server import app_of
from tests.web.page_tour import Tour, touring

Visiting = Callable[..., TestApp]
HERE = Path(__file__).parent
PAGES_WITHOUT_DOSSIERS = {HERE, HERE / "accounts", HERE / "ops"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of pages that are not about dossiers (accounts, errors, health) use a site without request types.

    A page is tested with one database where its test is written for both: the services below it are, with both.
    """
    for item in items:
        if item.path.parent in PAGES_WITHOUT_DOSSIERS and item.get_closest_marker("site") is None:
            item.add_marker(pytest.mark.site("people"))
    select_one_database(config, items, HERE)


@pytest.fixture
def database_kind() -> str:
    """SQLite; modules whose behaviour depends on the database use both kinds (see `on_both`)."""
    return "sqlite"


@pytest.fixture
def app(platform: Platform) -> Any:
    """The application of the platform under test."""
    return app_of(platform)


@pytest.fixture
def visiting(app: Any) -> Visiting:
    """`visiting()` is an anonymous browser; `visiting(person)` one in which the person has signed in."""
    return partial(_browser, app)


def _browser(app: Any, person: Person | None = None, **environ: str) -> TestApp:
    opened = TestApp(app, extra_environ={"REMOTE_ADDR": "192.0.2.1", **environ})
    if person is not None:
        post_sign_in(opened, person.email, PASSWORD)
    return opened


def sign_in(browser: TestApp, email: str, password: str = PASSWORD, **options: Any) -> Any:
    """Fill the sign-in form and send it."""
    page = browser.get("/sign-in")
    form = page.forms[form_of("/sign-in", page)]
    form["email"], form["password"] = email, password
    return form.submit(**options)


def form_of(action: str, page: Any) -> int:
    """The number of the form that posts to an address (WebTest numbers the forms of a page)."""
    return next(n for n, form in page.forms.items() if isinstance(n, int) and form.action == action)


def post(
    browser: TestApp, page: Any, action: str, status: int | str = 303, button: str | None = None, **values: str
) -> Any:
    """Submit the form of `page` that posts to `action`, with these fields, by the button of that name."""
    form = page.forms[form_of(action, page)]
    for name, value in values.items():
        form[name] = value
    return form.submit(button, status=status)


def link_in(text: str) -> str:
    """The path of the one-time link in a mail."""
    match = re.search(r"https?://[^/\s]+(/(?:invitations|act)/[\w-]+)", text)
    assert match, text
    return match.group(1)


@pytest.fixture
def admin(people: People) -> Person:
    return people("sam")


@pytest.fixture
def maya(people: People) -> Person:
    return people("maya")


@pytest.fixture
def shared_stranger(visiting: Visiting) -> TestApp:
    """An anonymous browser."""
    return visiting()


@pytest.fixture
def shared_admin(visiting: Visiting, admin: Person) -> TestApp:
    """A browser of a legal admin."""
    return visiting(admin)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the filled demo, which is filled once per session."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def tour(templates: Templates, demo_folder: Path) -> Iterator[Tour]:
    """The filled demo, served for the tests of a module."""
    with touring(templates, demo_folder) as running:
        yield running
