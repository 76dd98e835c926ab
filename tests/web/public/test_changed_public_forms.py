"""A public form that is published anew while somebody fills it in, or while its answers wait for their confirmation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from webtest import TestResponse, Upload

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import Platform
from formengine.services.publishing.publications import publish
from formengine.storage.models.drafts import Draft
from tests.support.platforms import SITES, acting_on
from tests.web.dossiers.visitors import Visitor, form_to
from tests.web.portal.test_changed_forms import moved
from tests.web.portal.test_drafts import value_at
from tests.web.public.test_public_requests import (
    FORM,
    Mails,
    dossiers,
    filled,
    link_of,
    mails,
    quick,
    stranger,
    typed,
)

__all__ = ["mails", "quick", "stranger"]
pytestmark = pytest.mark.site("public")
FILE = "workflows/data_request/requests/data_request.yaml"
CHANGES = {
    "renamed": [
        ("    words: {title: {en: In your words,", "    details: {title: {en: The details,"),
        ("[right, words]}", "[right, details]}"),
        ("required: [right, words]", "required: [right, details]"),
    ],
    "option": [("        - {const: access, title: {en: To see my data, fr: Accéder à mes données}}\n", "")],
    "help": [("Have your personal data shown", "Have all your personal data shown")],
    "notice": [("I ask about my own data, or for", "I ask about my data, or for")],
}
Republish = Callable[..., None]


@pytest.fixture
def republish(platform: Platform) -> Republish:
    """`republish("renamed")` publishes the site with these changes of the public form."""

    def make(*names: str) -> None:
        site = Bundle.from_folder(SITES / "public")
        text = site.files[FILE].decode()
        for old, new in (change for name in names for change in CHANGES[name]):
            assert old in text
            text = text.replace(old, new)
        with acting_on(platform, None) as work:
            publish(work, Bundle({**site.files, FILE: text.encode()}), "changed")

    return make


def waiting(stranger: Visitor, mails: Mails, **answers: str) -> str:
    """The address by which a request that was filled in is confirmed."""
    filled(stranger, **answers)
    return link_of(mails("confirm_request")[-1], "public/confirmation")


def changed_answers(page: TestResponse, stranger: Visitor) -> TestResponse:
    """The form with the answers that wait, by the link of the page of confirmation."""
    links = page.html.find_all("a", string=["Change your answers", "Look at your answers again"])
    return stranger.get(links[0]["href"])


def sent_again(page: TestResponse) -> TestResponse:
    """Go to the end of the form as it stands, and send it."""
    for _page in range(2):
        page = form_to(page, FORM).submit("_go", value="next", status=200)
    last = form_to(page, FORM)
    last["accept_notice"] = "yes"
    return last.submit("_go", value="send", status=303)


def drafts(platform: Platform) -> list[Draft]:
    with platform.database.reading() as session:
        return list(session.query(Draft).order_by(Draft.created_at, Draft.id))


def test_an_open_page_is_carried_to_the_newer_form(stranger: Visitor, republish: Republish, platform: Platform) -> None:
    """F8, F13: as a draft is; nothing is sent before its sender has seen what changed, and nothing typed is lost."""
    page = typed(stranger.get(FORM, {"lang": "en"}), words="Everything, please")
    republish("renamed")
    shown = page.submit("_go", value="next", status=200)
    assert shown.html.find(class_="fe-changed").h2.get_text() == "This form has changed since you began"
    assert moved(shown) == {"In your words": "Everything, please"}
    assert "New: The details" in shown.html.find(class_="fe-changed").get_text()
    assert value_at(shown, "/details").strip() == "", "nothing is invented"
    again = form_to(shown, FORM).submit("_go", value="next", status=422)
    assert moved(again) == {"In your words": "Everything, please"}
    seen = typed(again, details="Everything").submit("_go", value="seen", status=200)
    assert moved(seen) == {}
    assert value_at(seen, "/details").strip() == "Everything"
    assert drafts(platform) == []


def test_a_page_in_french_is_carried_in_its_own_words(stranger: Visitor, republish: Republish) -> None:
    """F8, F13, O1: the note in the language of the page."""
    page = typed(stranger.get(FORM, {"lang": "fr"}), words="Tout, s’il vous plaît")
    republish("renamed")
    note = page.submit("_go", value="next", status=200).html.find(class_="fe-changed")
    assert note.h2.get_text() == "Ce formulaire a changé depuis que vous l’avez commencé"
    assert "Dans vos termes" in note.get_text()
    assert "Tout, s’il vous plaît" in note.get_text()


@pytest.mark.parametrize("change", ["renamed", "option", "notice"])
def test_answers_that_wait_are_not_sent_on_another_form(
    stranger: Visitor, mails: Mails, republish: Republish, platform: Platform, change: str
) -> None:
    """F8, F13: the page of the link says so and leads to the form, filled in; the link that replaces it sends."""
    address = waiting(stranger, mails)
    republish(change)
    page = stranger.get(address)
    assert page.html.find(class_="fe-changed").h2.get_text() == "This form has changed since you filled it in"
    assert page.html.select('form[action*="confirmation"]') == []
    assert "Everything, please" in page.text, "on the form that it was answered on"
    refused = stranger.post(address, {"csrf_token": stranger.cookies["fe_csrf"]}, status="*")
    assert refused.status_int in (409, 422)
    assert "The form has changed." in refused.text
    assert dossiers(platform) == []
    form = changed_answers(page, stranger)
    if change == "renamed":
        assert moved(form) == {"In your words": "Everything, please"}
        form = typed(form, details="Everything").submit("_go", value="seen", status=200)
    elif change == "option":
        assert moved(form) == {"What do you ask?": "To see my data"}
        choice = form.html.find(attrs={"data-pointer": "/right"})
        chosen = form_to(form, FORM)
        chosen[choice["name"]] = '"erasure"'
        form = chosen.submit("_go", value="seen", status=200)
    sent_again(form)
    assert len(drafts(platform)) == 1, "the one that it replaces is gone"
    newer = link_of(mails("confirm_request")[-1], "public/confirmation")
    form_to(stranger.get(newer), newer).submit(status=303)
    assert len(dossiers(platform)) == 1
    assert stranger.get(address, status=404).html.h1


def test_a_change_of_words_alone_changes_nothing(
    stranger: Visitor, mails: Mails, republish: Republish, platform: Platform
) -> None:
    """F8, F13: answers that mean the same on the newer form are sent by their link."""
    address = waiting(stranger, mails)
    republish("help")
    form_to(stranger.get(address), address).submit(status=303)
    assert len(dossiers(platform)) == 1


def test_answers_that_wait_may_be_changed(stranger: Visitor, mails: Mails, platform: Platform) -> None:
    """F13: with the name, the address and the files; the new link sends, the earlier one is no link any more."""
    page = typed(stranger.get(FORM, {"lang": "en"}), words="First words")
    radio = stranger.get(FORM).html.find("input", type="radio")
    page[radio["name"]] = radio["value"]
    second = form_to(page.submit("_go", value="next", status=200), FORM)
    control = next(name for name, fields in second.fields.items() if name and type(fields[0]).__name__ == "File")
    second[control] = Upload("proof.txt", b"a proof", "text/plain")
    last = form_to(second.submit("_go", value="next", status=200), FORM)
    for name, value in {"sender_name": "Dana Doe", "sender_email": "dana@people.test", "accept_notice": "yes"}.items():
        last[name] = value
    last.submit("_go", value="send", status=303)
    address = link_of(mails("confirm_request")[0], "public/confirmation")
    another = Visitor(stranger.app)
    form = changed_answers(another.get(address, {"lang": "en"}), another)
    assert form.html.find(class_="fe-changed") is None
    assert value_at(form, "/words").strip() == "First words"
    summary = typed(form, words="Second words")
    page = summary.submit("_go", value="next", status=200)
    assert "proof.txt" in page.text
    end = form_to(page, FORM).submit("_go", value="next", status=200)
    assert end.html.find(id="sender_name")["value"] == "Dana Doe"
    send = form_to(end, FORM)
    send["accept_notice"] = "yes"
    send.submit("_go", value="send", status=303)
    newer = link_of(mails("confirm_request")[-1], "public/confirmation")
    assert newer != address
    another.get(address, status=404)
    form_to(another.get(newer), newer).submit(status=303)
    assert dossiers(platform)[0].submission_id
    status = another.get(newer, status=303).follow()
    assert "Second words" in status.text
    assert "proof.txt" in status.text


def test_a_link_that_holds_no_answers_leads_to_what_became_of_it(stranger: Visitor, mails: Mails) -> None:
    """F13: unknown, sent, or of another form; nothing of it is shown."""
    address = waiting(stranger, mails)
    secret = address.rsplit("/", 1)[1]
    stranger.get("/public/requests/question", {"from": secret}, status=404)
    assert stranger.get(FORM, {"from": "x" * 500}, status=303).follow(status=404).html.h1
    form_to(stranger.get(address), address).submit(status=303)
    page = stranger.get(FORM, {"from": secret}, status=303).follow(status=303)
    assert "/status/" in page.location
