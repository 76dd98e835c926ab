"""The examples of the forms library in other frameworks work: their pages are filled in and sent."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.docs.pages import blocks
from tests.forms.browser import Page
from tests.support.browser import NewPage
from tests.support.server import serving_app


def example(framework: str, number: int = 0) -> Any:
    """The program of the documentation for a framework, as a module; skipped where that is not installed. `number`:
    which of several.
    """
    pytest.importorskip(framework)
    block = [block for block in blocks("python") if f"from {framework}" in block.text][number]
    module = ModuleType(f"example_of_{framework}_{number}")
    sys.modules[module.__name__] = module
    exec(compile(block.text, str(block), "exec"), module.__dict__)
    return module


def controls(html: str) -> dict[str, str]:
    """The names of the controls of a page by their pointers."""
    return {
        element["data-pointer"]: element["name"]
        for element in Page(html).all("input", "select", "textarea")
        if "data-pointer" in element and "name" in element
    }


def hidden(html: str, name: str) -> str:
    """The value of a hidden control."""
    value: str = next(element["value"] for element in Page(html).all("input") if element.get("name") == name)
    return value


def test_the_flask_example() -> None:
    """F15: errors, a field that appears with the script, a draft of any length, an upload and the summary; the token is
    needed.
    """
    client = example("flask").app.test_client()
    for name, part in (("forms.css", b".ff-form"), ("forms.js", b"X-Form-Live")):
        with client.get(f"/look/{name}") as look:
            assert part in look.data
    html = client.get("/lease").text
    names, token = controls(html), hidden(html, "csrf")
    assert client.post("/lease", data={"csrf": "x"}).status_code == 403
    refused = client.post("/lease", data={"csrf": token, names["/street"]: "<b>Rue</b>" * 1000})
    assert refused.status_code == 422
    assert "data-error-summary" in refused.text
    assert "&lt;b&gt;Rue" in client.get("/lease").text  # the draft
    pets = next(e for e in Page(html).all("input") if e.get("data-pointer") == "/pets" and e["value"] == "true")
    live = client.post("/lease", data={"csrf": token, pets["name"]: "true"}, headers={"X-Form-Live": "1"}).text
    assert "Which pets?" in live
    assert "data-error-summary" not in live
    paper = (io.BytesIO(b"%PDF-1.4"), "lease.pdf")
    sent = client.post("/lease", data={"csrf": token, names["/street"]: "Rue du Port", names["/paper"]: paper})
    assert sent.status_code == 200, sent.text
    assert "lease.pdf" in sent.text
    assert "Rue du Port" in sent.text


class LateAnswers:
    """An application whose answers to live posts arrive when they are released."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.arrived, self.released = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        body: Iterable[bytes] = self._app(environ, start)
        if environ.get("HTTP_X_FORM_LIVE"):
            self.arrived.set()
            assert self.released.wait(10)
        return body


@pytest.mark.browser
def test_the_flask_example_in_a_browser(new_page: NewPage) -> None:
    """F4, F5, F15: under its strict policy, what is typed while an answer is under way stays, and a field appears; the
    page fits a telephone, and is dark where its reader wants that.
    """
    app = LateAnswers(example("flask").app)
    page = new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    with serving_app(app) as url:
        page.goto(f"{url}/lease")
        street = page.get_by_label("Street")
        page.get_by_label("Yes").check()
        assert app.arrived.wait(10)
        street.press_sequentially("Rue du Port")
        app.released.set()
        page.get_by_label("Which pets?").fill("A cat")
        expect(street).to_have_value("Rue du Port")
        paper = {"name": "lease.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
        page.get_by_label("Lease").set_input_files(paper)
        expect(page.locator(".ff-kept")).to_contain_text("lease.pdf")
        assert page.get_by_role("button", name="Update the form").all() == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        colours = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(document.body).fontFamily]"
        background, font = street.evaluate(colours)
        assert background == "rgb(26, 34, 42)"
        assert "system-ui" in font
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".fe-answers")).to_contain_text("A cat")
    assert complaints == []


@pytest.mark.browser
def test_two_forms_on_a_page_in_a_browser(new_page: NewPage) -> None:
    """F5, F6, F15, O8: the labels, links, live answers and errors of one form are its own, though the other has the
    same fields; what is typed in the other one meanwhile stays.
    """
    page = new_page()
    with serving_app(example("flask", 1).app) as url:
        page.goto(url)
        ids = page.evaluate("Array.from(document.querySelectorAll('[id]'), one => one.id)")
        assert len(ids) == len(set(ids))
        landlord, tenant = page.get_by_role("form", name="landlord"), page.get_by_role("form", name="tenant")
        landlord.get_by_label("Name").fill("Ann")
        tenant.get_by_text("Yes", exact=True).click()  # by its label
        expect(tenant.get_by_label("Seat")).to_be_visible()
        expect(landlord.get_by_label("Seat")).to_have_count(0)
        expect(landlord.get_by_label("Name")).to_have_value("Ann")
        landlord.get_by_text("Yes", exact=True).click()
        expect(landlord.get_by_label("Seat")).to_be_visible()
        expect(tenant.get_by_label("Seat")).to_be_visible()
        tenant.get_by_role("button", name="Send").click()
        expect(tenant.get_by_role("alert")).to_be_focused()
        expect(landlord.get_by_label("Name")).to_have_value("Ann")
        tenant.get_by_role("link", name="Name").click()
        name = tenant.get_by_label("Name")
        expect(name).to_be_focused()
        expect(name).to_have_accessible_description("! Error: Answer this question.")
        name.fill("Bob")
        tenant.get_by_role("button", name="Send").click()
        expect(tenant.locator(".fe-answers")).to_contain_text("Bob")
        expect(landlord.get_by_label("Name")).to_have_value("Ann")


def test_the_django_example() -> None:
    """F15: in French, with the framework's own token, and the library's files among those of the project."""
    urls = example("django")
    import django
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.test import Client, override_settings

    from formengine.forms import STATIC_FOLDER

    settings.configure(
        SECRET_KEY="s" * 50,
        ROOT_URLCONF=urls.__name__,
        ALLOWED_HOSTS=["testserver"],
        INSTALLED_APPS=["django.contrib.staticfiles"],
        STATIC_URL="/static/",
        STATICFILES_DIRS=[("forms", STATIC_FOLDER)],
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()
    client = Client(enforce_csrf_checks=True)
    assert client.post("/bail").status_code == 403
    html = client.get("/bail").content.decode()
    for file in ("forms/forms.css", "forms/forms.js"):
        assert f'"/static/{file}"' in html
        assert finders.find(file)
    name, token = controls(html)["/rue"], hidden(html, "csrfmiddlewaretoken")
    refused = client.post("/bail", {"csrfmiddlewaretoken": token})
    assert refused.status_code == 422
    assert "Répondez à cette question." in refused.content.decode()
    sent = client.post("/bail", {"csrfmiddlewaretoken": token, name: "Rue du Port"})
    assert "Rue du Port" in sent.content.decode()
    with override_settings(ROOT_URLCONF=example("django", 1).__name__):
        two_forms_in_django(client)


def two_forms_in_django(client: Any) -> None:
    """No two elements of the page have one id; what is typed in one form is kept when the other is sent."""
    html = client.get("/parties").content.decode()
    ids = [element["id"] for element in Page(html).elements if "id" in element]
    assert len(ids) == len(set(ids))
    name, token = controls(html)["/nom"], hidden(html, "csrfmiddlewaretoken")
    refused = client.post("/parties/preneur", {"csrfmiddlewaretoken": token, name: ""})
    assert refused.status_code == 422
    assert 'href="#preneur-' in refused.content.decode()
    client.post("/parties/bailleur", {"csrfmiddlewaretoken": token, name: "Ann"})
    sent = client.post("/parties/preneur", {"csrfmiddlewaretoken": token, name: "Bob"}).content.decode()
    assert "<dd>Bob</dd>" in sent
    assert 'value="Ann"' in sent
