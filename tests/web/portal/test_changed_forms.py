"""A form that is published anew while somebody fills it in: by an open page, and by a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import Platform
from formengine.services.publishing.publications import publish
from tests.documents.conftest import changed
from tests.support.platforms import ROOT, acting_on
from tests.web.dossiers.visitors import SignedIn, form_to
from tests.web.portal.test_drafts import begun, rows, value_at
from tests.web.portal.test_request_form import ADDRESS, ANSWERS, checked, count, filled

FILE = "workflows/legal_advice/requests/legal_advice.yaml"
TYPED = {**ANSWERS, "background": "Signed in 2019,\nnever renewed", "area": "Tax"}
OPINION = "workflows/legal_advice/documents/opinion."
CHANGES = {
    "renamed": [
        ("    background: {title: {en: Background,", "    facts: {title: {en: The facts,"),
        ("question, background, papers", "question, facts, papers"),
        ("    background: {rows: 5}", "    facts: {rows: 5}"),
    ],
    "option": [("        - {const: tax, title: {en: Tax, fr: Fiscalité}}\n", "")],
    "required": [("external_counsel_name, answer_form,", "external_counsel_name, answer_form, decision_date,")],
    "title": [("title: {en: Subject, fr: Objet}", "title: {en: The subject, fr: Objet}")],
}
Republish = Callable[..., None]


@pytest.fixture
def republish(platform: Platform) -> Republish:
    """`republish("renamed", "option")` publishes the site with these changes of the form for legal advice."""

    def make(*names: str) -> None:
        site = Bundle.from_folder(ROOT)
        text = site.files[FILE].decode()
        for old, new in (change for name in names for change in CHANGES[name]):
            assert old in text
            text = text.replace(old, new)
        texts = {
            path: changed(content, {"word/document.xml": lambda xml: xml.replace(b" background", b" facts")})
            for path, content in site.files.items()
            if path.startswith(OPINION) and "renamed" in names
        }
        with acting_on(platform, None) as work:
            files = {path: content for path, content in site.files.items() if not path.endswith("stories.yaml")}
            publish(work, Bundle({**files, **texts, FILE: text.encode()}), "changed")

    return make


def moved(page: Any) -> dict[str, str]:
    """What the note about a changed form gives to be moved by hand, by the title of its field."""
    note = page.html.find(class_="fe-changed")
    return {} if note is None else {row.dt.get_text(): row.dd.get_text() for row in note.find_all("div")}


def test_a_draft_is_carried_to_the_newer_form(signed_in: SignedIn, republish: Republish, platform: Platform) -> None:
    """F8: what changed is said; what fits is kept; the answer of a renamed field and an option that went are given as
    text, and stay on the page, and in the draft, until they are taken away."""
    maya = signed_in("maya")
    begun(maya, **TYPED)
    republish("renamed", "option", "required")
    page = maya.get(f"{ADDRESS}?draft={rows(platform)[0].id}")
    assert moved(page) == {"Background": "Signed in 2019,\nnever renewed", "Area of law": "Tax"}
    note = page.html.find(class_="fe-changed").get_text()
    assert "New: The facts" in note
    assert "Now required: When must you decide?" in note
    assert value_at(page, "/subject") == ANSWERS["subject"]
    assert value_at(page, "/facts").strip() == "", "nothing is invented"
    page = form_to(page, ADDRESS).submit("_go", value="next", status=422)
    assert moved(page)["Background"] == "Signed in 2019,\nnever renewed"
    form_to(page, ADDRESS).submit("_go", value="save", status=303)
    page = maya.get(f"{ADDRESS}?draft={rows(platform)[0].id}")
    assert moved(page)["Background"] == "Signed in 2019,\nnever renewed"
    page = filled(form_to(page, ADDRESS), facts="Signed in 2019").submit("_go", value="seen", status=200)
    assert moved(page) == {}
    assert value_at(page, "/facts").strip() == "Signed in 2019"


def test_an_open_page_is_not_sent_to_another_form(
    signed_in: SignedIn, republish: Republish, platform: Platform
) -> None:  # fmt: skip
    """F8: sent from a page that is older than the form, it is shown on the newer one first; nothing typed is lost."""
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), **TYPED)
    republish("renamed")
    page = form.submit("_go", value="next", status=200)
    assert "Step 1 of" in page.text
    assert moved(page) == {"Background": "Signed in 2019,\nnever renewed"}
    live = form.submit("_go", value="", headers={"X-Form-Live": "1"}, status=200)
    assert moved(live) == moved(page), "also while it is typed"
    assert "Step 2 of" in form_to(page, ADDRESS).submit("_go", value="next", status=200).text
    assert count(platform) == 0


def test_a_change_that_concerns_no_answer_stops_nobody(
    signed_in: SignedIn, republish: Republish, platform: Platform
) -> None:  # fmt: skip
    """F8: where the newer form takes the same answers, the request is sent as if nothing had happened."""
    form = checked(signed_in("maya"))
    republish("title")
    form.submit("_go", value="send", status=303)
    assert count(platform) == 1


def test_a_draft_in_another_language(signed_in: SignedIn, platform: Platform) -> None:
    """F8: a draft is read in the language that it was typed in, and shown in the reader's."""
    maya = signed_in("maya")
    begun(maya, **TYPED)
    page = maya.get("/")
    french = form_to(page, "/language")
    french.submit("language", value="fr", status=303)
    page = maya.get(f"{ADDRESS}?draft={rows(platform)[0].id}")
    assert moved(page) == {}
    assert value_at(page, "/subject") == ANSWERS["subject"]
    assert "Fiscalité" in page.html.find(attrs={"data-pointer": "/area"}).get_text()
