"""Sessions, tokens and one-time links after their end (T11, T16, T17)."""

from __future__ import annotations

import re

from tests.attack.browser import Browser, Program
from tests.attack.report import Report
from tests.attack.world import World
from tests.support.people import PASSWORD

NEW, NEWER = "nine quiet lanterns over water", "seven loud kettles under snow"


def play(world: World, report: Report) -> None:
    look_at_cookies(world, report)
    fix_a_session(world, report)
    use_what_ended(world, report)
    reset_the_password(world, report)
    accept_an_invitation_twice(world, report)
    sign_twice(world, report)


def look_at_cookies(world: World, report: Report) -> None:
    browser = Browser(world.portal)
    browser.get("/sign-in?lang=fr")
    answers = [browser.get("/sign-in?lang=fr"), browser.sign_in("lena@example.com")]
    answers += [browser.send_form("/language", language="fr", next="/"), browser.send_form("/sign-out")]
    cookies = [value for answer in answers for value in answer.headers.get_list("Set-Cookie")]
    wrong = [
        cookie.split(";")[0].split("=")[0]
        for cookie in cookies
        if not all(word in cookie.lower() for word in ("; secure", "; httponly", "; samesite=lax", "; path=/"))
        or "domain=" in cookie.lower()
        or not cookie.startswith("__Host-")
    ]
    expected = "__Host-, Secure, HttpOnly, SameSite, no Domain"
    report.note("T11", "every cookie of the portal", expected, wrong or "so", not wrong, len(cookies))


def fix_a_session(world: World, report: Report) -> None:
    """A session that the attacker knows is put into the victim's browser before the sign-in."""
    attacker = world.browser("eve@example.net")
    known = attacker.cookies["__Host-fe_session"]
    victim = Browser(world.portal, "127.0.0.41")
    victim.cookies.set("__Host-fe_session", known, domain="localhost.local")
    victim.sign_in("lena@example.com")
    new = victim.cookies.get("__Host-fe_session", domain="localhost.local")
    still = attacker.get("/account")
    taken = new == known or "lena@example.com" in still.text
    report.note(
        "T11", "a session fixed before signing in", "a new one; the old one ends", f"{still.status_code}", not taken
    )
    forged = Browser(world.portal)
    came = {}
    for name, value in (
        ("x" * 43, "random"),
        ("", "empty"),
        ("../" * 20, "path"),
        ("0", "zero"),
        ("' OR 1=1 --", "SQL"),
    ):
        forged.cookies.clear()
        forged.headers["Cookie"] = f"__Host-fe_session={name}"
        came[value] = forged.get("/account").status_code
    report.statuses("T11", "sessions that were never given", came, {303})
    device = victim.cookies["__Host-fe_device"]
    holder = Browser(world.portal)
    holder.headers["Cookie"] = f"__Host-fe_device={device}; __Host-fe_session={device}"
    status = holder.get("/account").status_code
    report.note("T19", "a known device's cookie alone", "303", status, status == 303)


def use_what_ended(world: World, report: Report) -> None:
    came = {}
    browser = world.browser("lena", "127.0.0.42")
    old = copied(world, browser)
    browser.send_form("/sign-out")
    came["after signing out"] = old.get("/account").status_code
    browser, other = world.browser("lena", "127.0.0.42"), world.browser("lena", "127.0.0.43")
    program = Program(world.portal, browser.api_token())
    program.get("/me").raise_for_status()
    browser.send_form("/account/password", present=PASSWORD, new=NEW)
    came["after a new password, elsewhere"] = other.get("/account").status_code
    came["after a new password, here"] = browser.get("/account").status_code - 200 + 303
    tokens = {"after a new password": program.get("/me").status_code}
    program = Program(world.portal, browser.api_token())
    old = copied(world, browser)
    browser.send_form("/account/log-out-everywhere")
    came["after logging out everywhere"] = old.get("/account").status_code
    tokens["after logging out everywhere"] = program.get("/me").status_code
    admin = Browser(world.portal, "127.0.0.44")
    admin.sign_in("sam@example.com", "seven green umbrellas sing")
    for action, about in (("log-out-everywhere", {}), ("role", {"role": "collaborator"}), ("close", {})):
        victim = world.browser("oscar@example.com", "127.0.0.42")
        program = Program(world.portal, victim.api_token())
        admin.send_form(f"/admin/people/{world.person('oscar@example.com').id}/{action}", **about)
        came[f"after the admin's {action}"] = victim.get("/account").status_code
        if action != "role":  # a role ends sessions; its tokens have the new role's rights
            tokens[f"after the admin's {action}"] = program.get("/me").status_code
    closed = Browser(world.portal, "127.0.0.42").sign_in("oscar@example.com").status_code
    report.statuses("T11", "sessions that have ended", came, {303})
    report.statuses("T11", "tokens that have ended", tokens, {401})
    report.note("U7", "signing in to a closed account", "422", closed, closed == 422)


def copied(world: World, browser: Browser) -> Browser:
    """A thief's browser with the same session."""
    thief = Browser(world.portal)
    thief.headers["Cookie"] = f"__Host-fe_session={browser.cookies['__Host-fe_session']}"
    return thief


def reset_the_password(world: World, report: Report) -> None:
    email = "ines@example.com"
    old = world.browser("ines", "127.0.0.45")
    program = Program(world.portal, old.api_token())
    browser, links = Browser(world.portal, "127.0.0.45"), []
    for number in range(2):
        seen = len(world.portal.inbox.to(email))
        browser.send_form("/forgotten-password", email=email)
        links.append(world.mailed(email, r"(/invitations/[\w-]+)", after=seen if number else 0))
    first, second = links
    opened = [browser.get(second).status_code for _ in range(3)]
    came = {"an older link": browser.send_form(first, password=NEW).status_code}
    done = browser.send_form(second, password=NEWER).status_code
    came["the same link again"] = browser.send_form(second, password=NEW).status_code
    came["opened again"] = browser.get(second).status_code
    came["guessed"] = browser.send_form("/invitations/" + "A" * 43, password=NEW).status_code
    report.statuses("T17", "links for a password", came, {410})
    ended = [old.get("/account").status_code, program.get("/me").status_code]
    report.note("T17", "opening, choosing; session and token then", "200s, 303, [303, 401]", f"{opened} {done} {ended}",
                opened == [200] * 3 and done == 303 and ended == [303, 401])  # fmt: skip
    leaked = [link for link in links if link.rsplit("/", 1)[1] in world.portal.log or stored(world, link)]
    report.note("T44", "secrets of links in the log or the database", "none", leaked or "none", not leaked, len(links))


def stored(world: World, link: str) -> bool:
    """Whether the secret of a link lies in the table of mails or of links."""
    from sqlalchemy import text

    secret = link.rsplit("/", 1)[1]
    with world.portal.platform.database.reading() as session:
        rows = [str(tuple(row)) for table in ("fe_mails", "fe_links") if has_table(session, table)
                for row in session.execute(text(f"SELECT * FROM {table}"))]  # fmt: skip
    return any(secret in row for row in rows)


def has_table(session: object, name: str) -> bool:
    from sqlalchemy import inspect

    return bool(inspect(session.connection()).has_table(name))  # type: ignore[attr-defined]


def accept_an_invitation_twice(world: World, report: Report) -> None:
    admin = Browser(world.portal, "127.0.0.44")
    admin.sign_in("sam@example.com", "seven green umbrellas sing")
    admin.send_form("/admin/people", email="zoe@example.net", name="Zoe", role="client", language="en", organisation="")
    link = world.mailed("zoe@example.net", r"(/invitations/[\w-]+)")
    browser = Browser(world.portal)
    weak = {
        p: browser.send_form(link, password=p).status_code
        for p in ("short", "Password2026!", "zoe@example.net1", "aaaaaaaaaaaaaaa")
    }
    report.statuses("T19", "passwords that are easy to guess", weak, {422})
    first = browser.send_form(link, password=NEW, role="legal_admin", email="sam@example.com").status_code
    second = Browser(world.portal).send_form(link, password=NEWER).status_code
    zoe = world.person("zoe@example.net")
    held = (first, second, zoe.role) == (303, 410, "client")
    report.note(
        "T17", "an invitation used twice, with another role", "303, 410, client", f"{first}, {second}, {zoe.role}", held
    )


def sign_twice(world: World, report: Report) -> None:
    outside = Browser(world.portal, "127.0.0.46")
    link = f"/act/{world.link}"
    opened = [outside.get(link).status_code for _ in range(3)]
    page = outside.get(link).text
    seen = len(world.portal.inbox.to("joe@globex.test"))
    outside.send_form(f"{link}/code")
    code = world.mailed("joe@globex.test", r"\b(\d{6})\b", after=seen)
    read = re.search(r'name="document_sha256" value="([0-9a-f]{64})"', outside.get(link).text)
    assert read is not None, "the signing page names the document that is signed"
    seat = {"code": code, "text": "Joe Martin", "consent": "yes", "document_sha256": read[1]}
    without = outside.send_form(f"{link}/signature", code=code, text="Joe Martin").status_code
    signed = outside.send_form(f"{link}/signature", **seat).status_code
    came = {
        "signed again": outside.send_form(f"{link}/signature", **seat).status_code,
        "declined afterwards": outside.send_form(f"{link}/refusal", code=code, reason="x").status_code,
        "a code afterwards": outside.send_form(f"{link}/code").status_code,
        "read afterwards": outside.get(link).status_code,
        "the document afterwards": outside.get(f"{link}/document").status_code,
        "guessed": outside.get("/act/" + "A" * 43).status_code,
    }
    report.statuses("T16", "a signing link after signing", came, {410})
    leaks = re.findall(r"/dossiers/|/attachments/", page)
    held = (opened, without, signed, leaks) == ([200] * 3, 422, 200, [])
    report.note(
        "T16",
        "opening thrice, without consent, signing",
        "[200s] 422 200",
        f"{opened} {without} {signed} {leaks}",
        held,
    )
