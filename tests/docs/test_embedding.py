"""The examples of the forms library in other frameworks work: their pages are filled in and sent."""

from __future__ import annotations

import io
import sys
from types import ModuleType
from typing import Any

import pytest

from tests.docs.pages import blocks
from tests.forms.browser import Page


def example(framework: str) -> Any:
    """The program of the documentation for a framework, as a module; skipped where that is not installed."""
    pytest.importorskip(framework)
    (block,) = [block for block in blocks("python") if f"from {framework}" in block.text]
    module = ModuleType(f"example_of_{framework}")
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
    """F15: errors, a field that appears with htmx, a draft, an upload and the summary; the token is needed."""
    client = example("flask").app.test_client()
    with client.get("/look/forms.css") as look:
        assert b".ff-form" in look.data
    html = client.get("/lease").text
    names, token = controls(html), hidden(html, "csrf")
    assert client.post("/lease", data={"csrf": "x"}).status_code == 403
    refused = client.post("/lease", data={"csrf": token, names["/street"]: "<b>Rue</b>"})
    assert refused.status_code == 422
    assert "data-error-summary" in refused.text
    assert "&lt;b&gt;Rue" in client.get("/lease").text  # the draft
    pets = next(e for e in Page(html).all("input") if e.get("data-pointer") == "/pets" and e["value"] == "true")
    live = client.post("/lease", data={"csrf": token, pets["name"]: "true"}, headers={"HX-Request": "true"}).text
    assert "Which pets?" in live
    assert "<form" not in live
    paper = (io.BytesIO(b"%PDF-1.4"), "lease.pdf")
    sent = client.post("/lease", data={"csrf": token, names["/street"]: "Rue du Port", names["/paper"]: paper})
    assert sent.status_code == 200, sent.text
    assert "lease.pdf" in sent.text
    assert "Rue du Port" in sent.text


def test_the_django_example() -> None:
    """F15: in French, with the framework's own token."""
    urls = example("django")
    import django
    from django.conf import settings
    from django.test import Client

    settings.configure(
        SECRET_KEY="s" * 50,
        ROOT_URLCONF=urls.__name__,
        ALLOWED_HOSTS=["testserver"],
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()
    client = Client(enforce_csrf_checks=True)
    assert client.post("/bail").status_code == 403
    html = client.get("/bail").content.decode()
    name, token = controls(html)["/rue"], hidden(html, "csrfmiddlewaretoken")
    refused = client.post("/bail", {"csrfmiddlewaretoken": token})
    assert refused.status_code == 422
    assert "Répondez à cette question." in refused.content.decode()
    sent = client.post("/bail", {"csrfmiddlewaretoken": token, name: "Rue du Port"})
    assert "Rue du Port" in sent.content.decode()
