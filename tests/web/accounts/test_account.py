"""The account page: profile, password, sessions, API tokens; and the language of pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import ApiToken, Person, SignIn
from tests.support.people import PASSWORD
from tests.web.conftest import Visiting, post, sign_in


def test_profile_changes_take_effect_on_the_next_page(visiting: Visiting, maya: Person, platform: Platform) -> None:
    """O7: pages follow the person's language and time zone as soon as they are saved; zones are chosen by part of the
    world and named in the language, those likely to be wanted in front."""
    client = visiting(maya)
    saved = post(
        client, client.get("/account"), "/account/profile", name="  Maya  Martin ", language="fr", zone="Asia/Tokyo"
    ).follow()
    assert "Votre profil a été enregistré." in saved
    zones = saved.html.find(id="profile-zone")
    assert [option.text for option in zones.find_all("option", recursive=False)] == [
        "Tokyo – Japon",
        "Paris – France",
        "UTC",
    ]
    assert [option["value"] for option in zones.find_all("option", selected=True)] == ["Asia/Tokyo"]
    asia = zones.find("optgroup", label="Asie")
    assert {"Calcutta – Inde", "Tokyo – Japon"} < {option.text for option in asia.find_all("option")}
    for city, area in (("New York", "du Nord"), ("Mexico", "centrale et Caraïbes"), ("Lima", "du Sud")):
        america = zones.find("optgroup", label=f"Amérique {area}")
        assert any(option.text.startswith(city) for option in america.find_all("option")), city
    with platform.database.reading() as session:
        person = session.get_one(Person, maya.id)
        created = session.scalars(select(SignIn)).one().created_at
    assert (person.name, person.language, person.zone) == ("Maya Martin", "fr", "Asia/Tokyo")
    hour = (created.hour + 9) % 24
    assert f"à {hour:02}:{created.minute:02}" in saved


def test_invalid_profile_is_shown_again_with_typed_values(visiting: Visiting, maya: Person) -> None:
    """U1: typed values are kept, and each error is shown at its field."""
    client = visiting(maya)
    page = post(client, client.get("/account"), "/account/profile", status=422, name=" ", zone="UTC")
    assert page.html.find(id="profile-name")["aria-invalid"] == "true"
    assert page.html.select_one("#profile-zone option[selected]")["value"] == "UTC"
    assert page.html.select_one("[data-error-summary] a")["href"] == "#profile-name"


def test_ten_wrong_current_passwords_end_the_session(visiting: Visiting, maya: Person) -> None:
    """T19: the account page accepts ten attempts at the current password an hour; the eleventh is not compared and ends
    the session."""
    client = visiting(maya)
    page = client.get("/account")
    for number in range(10):
        refused = post(client, page, "/account/password", status=422, present=f"guess {number}", new="x")
        assert "not your present password" in refused
    stopped = post(client, page, "/account/password", status=429, present=PASSWORD, new="four calm green trees")
    assert "Too many tries" in stopped
    assert client.get("/account", status=303).location.endswith("/sign-in?next=%2Faccount")


def test_password_change_ends_all_other_sessions(visiting: Visiting, maya: Person) -> None:
    """U1: the current password is required; this session continues, the person's others end."""
    other_client, client = visiting(maya), visiting(maya)
    new = "another set of words"
    refused = post(client, client.get("/account"), "/account/password", status=422, present="wrong", new=new)
    assert "not your present password" in refused
    assert "wrong" not in [field.get("value") for field in refused.html.find_all("input")]
    weak = post(client, client.get("/account"), "/account/password", status=422, present=PASSWORD, new="mayamayamaya")
    assert "too easy to guess" in weak
    post(client, client.get("/account"), "/account/password", present=PASSWORD, new=new).follow(status=200)
    assert other_client.get("/account").status_int == 303
    sign_in(visiting(), maya.email, new, status=303)


def test_log_out_everywhere_ends_all_sessions_of_the_person(visiting: Visiting, maya: Person, people: object) -> None:
    """U1: every session of the person ends, including this one; other people's sessions do not."""
    first, second = visiting(maya), visiting(maya)
    somebody = visiting(people("cleo"))  # type: ignore[operator]
    response = post(second, second.get("/account"), "/account/log-out-everywhere")
    assert "signed out on every device, and your tokens no longer work" in response.follow()
    assert first.get("/account").status_int == second.get("/account").status_int == 303
    somebody.get("/account", status=200)


def test_api_token_is_shown_once_and_can_be_revoked(visiting: Visiting, maya: Person, platform: Platform) -> None:
    """X5: only a hash of the token is stored; only its owner can revoke it."""
    client = visiting(maya)
    page = client.get("/account")
    token_csrf = page.forms[0]["csrf_token"].value
    shown = client.post("/account/tokens", {"csrf_token": token_csrf, "scopes": ["read", "submit"]})
    token = shown.html.find(id="token")["value"]
    assert token.startswith("fe_")
    assert token not in client.get("/account/tokens")
    with platform.database.reading() as session:
        row = session.scalars(select(ApiToken)).one()
    assert row.scopes == ["read", "submit"]
    assert token not in row.secret_hash
    thief = visiting(_somebody(platform))
    csrf = thief.get("/account").forms[0]["csrf_token"].value
    thief.post(f"/account/tokens/{row.id}/withdraw", {"csrf_token": csrf}, status=404)
    post(client, client.get("/account/tokens"), f"/account/tokens/{row.id}/withdraw")
    with platform.database.reading() as session:
        assert session.scalars(select(ApiToken)).one().withdrawn_at is not None
    for scope in ("everything", "admin"):  # `admin` is for legal admins
        client.post("/account/tokens", {"csrf_token": token_csrf, "scopes": [scope]}, status=422)


def _somebody(platform: Platform) -> Person:
    from tests.support.people import People

    return People(platform).add("eve@example.com")


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [({}, "", "en"), ({"Accept-Language": "fr-CA,fr;q=0.9"}, "", "fr"), ({"Accept-Language": "de"}, "", "en"),
     ({"Accept-Language": "fr"}, "?lang=en", "en"), ({}, "?lang=fr", "fr"), ({}, "?lang=xx", "en")],
)  # fmt: skip
def test_language_of_an_anonymous_visitor(
    visiting: Visiting, headers: dict[str, str], query: str, language: str
) -> None:
    """O7: `lang` in the address, else Accept-Language, else the portal's default language."""
    assert visiting().get(f"/sign-in{query}", headers=headers).html.html["lang"] == language


def test_language_switch_is_remembered(visiting: Visiting, maya: Person, platform: Platform) -> None:
    """O7: every page has a language switch, also without an account; the choice is kept in a cookie."""
    stranger = visiting()
    page = post(stranger, stranger.get("/sign-in?next=%2Faccount"), "/language", button="language")
    assert page.location == "http://localhost/sign-in?next=%2Faccount"
    assert "Se connecter" in stranger.get("/sign-in")
    client = visiting(maya)
    post(client, client.get("/account"), "/language", button="language")
    assert "Votre compte" in client.get("/account")
    with platform.database.reading() as session:
        assert session.get_one(Person, maya.id).language == "fr"


def test_use_extends_a_session(visiting: Visiting, maya: Person, platform: Platform) -> None:
    """U1: each use postpones the session's expiry; an expired session is rejected."""
    client = visiting(maya)
    now = datetime.now(UTC)
    for ends, status in ((now + timedelta(days=1), 200), (now - timedelta(seconds=1), 303)):
        with platform.database.transaction() as session:
            session.scalars(select(SignIn)).one().expires_at = ends
        assert client.get("/account").status_int == status
        with platform.database.reading() as session:
            moved = session.scalars(select(SignIn)).one().expires_at > now + timedelta(days=13)
        assert moved is (status == 200)
