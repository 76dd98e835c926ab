"""The pages of signing up, and of those who decide (P5, U3)."""

from __future__ import annotations

from typing import Any

from webtest import TestApp

from formengine.services.core.unit_of_work import Platform
from formengine.web import make_app
from tests.support.people import PASSWORD, People
from tests.support.platforms import MakePlatform
from tests.support.sign_up_rules import APPROVAL, SetRule, link_to, mails_to, publish_rule, set_rule
from tests.web.conftest import Visiting, _browser, form_of, post, sign_in

__all__ = ["set_rule"]
KIM = "kim@globex.example"
NEW = "three quiet yellow doors"


def ask(browser: TestApp, status: int = 200, **values: str) -> Any:
    fields = {"email": KIM, "name": "Kim Berg", **values}
    return post(browser, browser.get("/sign-up"), "/sign-up", status=status, **fields)


def waiting(platform: Platform, visiting: Visiting, **values: str) -> str:
    """Kim asks, and confirms the address: the path of the link."""
    browser = visiting()
    ask(browser, **values)
    link = link_to(platform, KIM, "sign-up")
    post(browser, browser.get(link), link)
    return link


def test_the_sign_in_page_leads_to_signing_up(visiting: Visiting, set_rule: SetRule) -> None:
    """P5, P29: where the portal lets people sign up; else to the contact address, which the footer has anyhow."""
    page = visiting().get("/sign-in")
    assert page.html.select('a[href="/sign-up"]') == []
    assert len(page.html.select('a[href="mailto:legal@example.com"]')) == 2
    assert "by the legal team alone" in visiting().get("/sign-up", status=404)
    set_rule("{mode: open}")
    page = visiting().get("/sign-in")
    assert page.html.select_one('main a[href="/sign-up"]').text == "Sign up"
    assert page.html.select('footer a[href="mailto:legal@example.com"]') != []
    assert visiting().get("/sign-up?lang=fr").html.h1.text == "S’inscrire"


def test_nobody_posts_a_request_where_it_is_off(visiting: Visiting, platform: Platform) -> None:
    """U3: by a forged form either."""
    browser = visiting()
    token = browser.get("/sign-in").forms[0]["csrf_token"].value
    browser.post("/sign-up", {"csrf_token": token, "email": KIM, "name": "Kim"}, status=403)
    assert mails_to(platform, KIM) == []


def test_the_answer_is_the_same_for_every_address(
    visiting: Visiting, set_rule: SetRule, people: People, platform: Platform
) -> None:
    """U3, T18: with an account, invited, closed, waiting already, and unknown."""
    set_rule(APPROVAL)
    waiting(platform, visiting)
    for state in ("active", "invited", "closed"):
        people.add(f"{state}@globex.example", state=state)
    texts = set()
    for name in ("kim", "active", "invited", "closed", "unknown"):
        address = f"{name}@globex.example"
        answer = ask(visiting(), email=address)
        texts.add(answer.html.find("main").get_text().replace(address, "X"))
        assert mails_to(platform, address) != []
    assert len(texts) == 1


def test_typed_values_are_kept(visiting: Visiting, set_rule: SetRule) -> None:
    """U3, F6: each error at its field; the accepted domains are said before and after."""
    set_rule("{mode: approval, approver: {team: intake}, domains: [example.com]}")
    browser = visiting()
    assert "addresses of example.com" in browser.get("/sign-up")
    page = ask(browser, 422, reason="Our contracts\nwith you", company="Globex SA")
    field = page.html.find(id="email")
    assert (field["value"], field["aria-invalid"]) == (KIM, "true")
    assert "Accepted: example.com." in page.html.find(id="email-wrong").text
    assert page.html.find(id="reason").text.replace("\r", "").strip() == "Our contracts\nwith you"
    assert page.html.find(id="company")["value"] == "Globex SA"


def test_too_many_tries(make_platform: MakePlatform, site_folder: Any) -> None:
    """U3, T19: 429 with Retry-After, and what was typed."""
    platform = make_platform(rate_limits="on")
    publish_rule(platform, site_folder, "{mode: open}")
    browser = _browser(make_app(platform))
    for _time in range(3):
        ask(browser)
    answer = ask(browser, 429)
    assert int(answer.headers["Retry-After"]) > 0
    assert "Too many tries" in answer.html.find(id="refusal").text
    assert answer.html.find(id="email")["value"] == KIM


def test_approval_page_by_page(visiting: Visiting, set_rule: SetRule, people: People, platform: Platform) -> None:
    """P5, U3: opening the link confirms nothing; afterwards it shows how the request goes."""
    people("paul"), people("maya")
    set_rule(APPROVAL)
    stranger = visiting()
    assert "Look into your mailbox" in ask(stranger, company="Globex SA", reason="<b>Contracts</b>")
    link = link_to(platform, KIM, "sign-up")
    for _time in range(2):
        page = visiting().get(link)
        visiting().head(link)
    assert page.html.h1.text == "Confirm your address"
    assert mails_to(platform, "paul@example.com") == []
    assert "Your request is being looked at" in post(stranger, page, link).follow()

    decider = visiting(people("paul"))
    request = link_to(platform, "paul@example.com", "sign-ups")
    page = decider.get(request)
    assert "Globex SA" in page
    assert "&lt;b&gt;Contracts" in page.text
    assert page.html.select_one('nav a[href="/sign-ups"]') is not None
    assert [option["value"] for option in page.html.select("#role option")] == ["client", "collaborator"]
    wrong = decider.post(
        f"{request}/acceptance", {"csrf_token": page.forms[0]["csrf_token"].value, "role": "counsel"}, status=422
    )
    assert wrong.html.find(id="role")["aria-invalid"] == "true"
    listed = post(decider, page, f"{request}/acceptance", organisation="acme/legal").follow()
    assert "Kim Berg was let in" in listed
    assert "Nobody waits for a decision." in listed
    assert "Welcome: you were let in" in stranger.get(link)

    chosen = link_to(platform, KIM, "invitations")
    post(stranger, stranger.get(chosen), chosen, password=NEW)
    assert "Kim Berg" in stranger.get("/account")
    assert "has accepted this request already" in post(decider, page, f"{request}/refusal", status=409)


def test_refusal_page_by_page(visiting: Visiting, set_rule: SetRule, people: People, platform: Platform) -> None:
    """U3: the person reads why, in the mail and by the link."""
    people("paul")
    set_rule(APPROVAL)
    link = waiting(platform, visiting, language="fr")
    decider = visiting(people("paul"))
    request = link_to(platform, "paul@example.com", "sign-ups")
    page = post(decider, decider.get(request), f"{request}/refusal", comment="Demandez à votre direction.").follow()
    assert "was refused" in page
    assert "Demandez à votre direction." in visiting().get(link)
    assert "n’a pas pu être acceptée" in (mails_to(platform, KIM)[-1].text or "")
    visiting().get(link).mustcontain("contact us")


def test_open_portal_page_by_page(visiting: Visiting, set_rule: SetRule, people: People, platform: Platform) -> None:
    """P5, U3: the link leads to a password, and that to the home page; used, foreign and old links say so."""
    set_rule("{mode: open}")
    browser = visiting()
    ask(browser)
    link = link_to(platform, KIM, "sign-up")
    weak = post(browser, browser.get(link), link, status=422, password="kim berg kim")
    assert weak.html.find(id="password")["aria-invalid"] == "true"
    assert "Your account is open" in post(browser, weak, link, password=NEW).follow()
    assert "used already" in visiting().get(link, status=410)
    unknown = visiting().get("/sign-up/nonsense", status=410)
    assert unknown.html.select_one('a[href="/sign-up"]').text == "Sign up again"
    sign_in(visiting(), KIM, NEW, status=303)
    assert browser.get("/sign-up").location.endswith("/")  # who is signed in needs no account


def test_who_may_decide(visiting: Visiting, set_rule: SetRule, people: People, platform: Platform) -> None:
    """U3, U7: the team that the portal names, and legal admins; nobody else sees that somebody asked."""
    people("paul")
    set_rule(APPROVAL)
    waiting(platform, visiting)
    for name, status in (("paul", 200), ("sam", 200), ("lena", 403), ("maya", 403), ("theo", 403)):
        browser = visiting(people(name))
        page = browser.get("/sign-ups", status=status)
        assert ("Kim Berg" in page) is (status == 200)
        browser.get("/sign-ups/1", status=status)
    visiting(people("sam")).get("/sign-ups/999", status=404)
    assert visiting(people("lena")).get("/account").html.select('nav a[href="/sign-ups"]') == []


def test_the_home_of_an_admin_tells_who_waits(
    visiting: Visiting, set_rule: SetRule, people: People, platform: Platform
) -> None:
    """U3: with the way to decide; and the invited, with the way to the list of them."""
    people.add("new@globex.example", state="invited")
    set_rule(APPROVAL)
    admin = visiting(people("sam"))
    assert admin.get("/").html.select('main a[href="/sign-ups"]') == []
    waiting(platform, visiting)
    page = admin.get("/")
    assert page.html.select_one('main a[href="/sign-ups"]').text == "1 person asks for an account"
    invited = admin.get(page.html.select_one('main a[href="/admin/people?state=invited"]')["href"])
    assert [th.a.text for th in invited.html.select("tbody th")] == ["New"]


def test_a_forged_host_changes_no_link(visiting: Visiting, set_rule: SetRule, platform: Platform) -> None:
    """U3, T20: links are made from the configured address alone."""
    set_rule("{mode: open}")
    browser = visiting(HTTP_HOST="evil.example:80", HTTP_X_FORWARDED_HOST="evil.example")
    ask(browser)
    assert "evil" not in (mails_to(platform, KIM)[0].text or "")


def test_sign_out_stays_with_who_signed_up(visiting: Visiting, set_rule: SetRule, platform: Platform) -> None:
    """U3: a browser in which somebody else was signed in is the new person's afterwards."""
    set_rule("{mode: open}")
    people = People(platform)
    browser = visiting(people("maya"))
    ask(visiting())
    link = link_to(platform, KIM, "sign-up")
    post(browser, browser.get(link), link, password=NEW)
    assert KIM in browser.get("/account")
    assert form_of("/sign-out", browser.get("/account")) is not None
    sign_in(visiting(), people("maya").email, PASSWORD, status=303)
