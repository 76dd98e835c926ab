"""Guessing passwords, codes, links and tokens; and locking others out by guesses (T16, T18, T19)."""

from __future__ import annotations

import time
from datetime import timedelta
from secrets import token_urlsafe
from statistics import median

from sqlalchemy import update

from formengine.services.approvals.link_codes import CODE_LIFETIME
from formengine.services.core.rate_limits import SIGNING_CODE, SIGNING_SEAT
from formengine.storage.models.rounds import ActLink
from tests.attack.browser import Browser, Program
from tests.attack.report import Report
from tests.attack.world import World
from tests.support.people import PASSWORD
from tests.support.postgresql_cluster import until


def play(world: World, report: Report) -> None:
    guess_codes(world, report)
    guess_present_password(world, report)
    tell_accounts_apart(world, report)
    flood_with_resets(world, report)
    guess_tokens(world, report)
    guess_passwords(world, report)


def guess_passwords(world: World, report: Report) -> None:
    owner, email = "127.0.0.51", "paul@example.com"
    known = world.browser("paul", owner)
    known.send_form("/sign-out")
    attacker = Browser(world.portal)
    statuses = [attacker.sign_in(email, f"wrong {n}").status_code for n in range(15)]
    held = set(statuses[:10]) <= {422, 429} and set(statuses[10:]) == {429}
    report.note("T19", "15 passwords for one account", "422 at first, then 429", statuses, held, 15)
    right = attacker.sign_in(email).status_code
    report.note("T19", "the right password, by the attacker, at once", "429", right, right == 429)
    back = known.sign_in(email).status_code
    report.note("T19", "its owner, on a device that signed in before", "303", back, back == 303)
    attacker.sign_in(email, "wrong again")
    stranger = Browser(world.portal, "127.0.0.52")
    statuses = [Browser(world.portal, f"127.0.1.{n}").sign_in(email, f"wrong {n}").status_code for n in range(12)]
    answer = stranger.sign_in(email)
    wait = int(answer.headers.get("Retry-After", "0"))
    time.sleep(min(wait, 40) + 0.5)
    later = stranger.sign_in(email).status_code
    held = answer.status_code in (303, 429) and wait <= 31 and later == 303
    report.note(
        "T19", "its owner, on a new device", "at most 30 s", f"{answer.status_code}, {wait} s, {later}", held, 13
    )
    other = Browser(world.portal, "127.0.0.53").sign_in("nora@example.com").status_code
    report.note("T19", "somebody else, elsewhere, meanwhile", "303", other, other == 303)
    spray = [attacker.sign_in(f"p{n}@example.com", "Spring2026!").status_code for n in range(70)]
    report.note(
        "T19", "one password for 70 accounts", "429 in the end", f"{spray.count(422)} tried", spray[-1] == 429, 70
    )


def guess_present_password(world: World, report: Report) -> None:
    thief = world.browser("bo", "127.0.0.54")
    statuses = []
    for n in range(12):
        if thief.get("/account").status_code != 200:
            break
        statuses.append(
            thief.send_form("/account/password", present=f"wrong {n}", new="ten tall ships at anchor").status_code
        )
    after = thief.get("/account").status_code
    held = statuses == [422] * 10 + [429] and after == 303
    report.note(
        "T19",
        "the present password, in a stolen session",
        "ten tries, then the session ends",
        f"{statuses}, {after}",
        held,
        12,
    )


def guess_codes(world: World, report: Report) -> None:
    """On a signature of its own: five codes per code, twenty per seat, and the right one is refused then."""
    link = world.request_signature()
    outside = Browser(world.portal, "127.0.0.55")
    token = outside.token()
    tried, refused_right = 0, 0

    def sign(code: str) -> int:
        form = {"csrf_token": token, "code": code, "text": "Joe", "consent": "yes"}
        return outside.post(f"/act/{link}/signature", data=form).status_code

    statuses = []
    for _round in range(5):
        code = new_code(world, outside, link, token)
        for guess in range(6):
            wrong = f"{(int(code) + guess + 1) % 10**6:06d}"
            statuses.append(sign(wrong))
            tried += 1
        refused_right += sign(code) == 422
    again = outside.post(f"/act/{link}/code", data={"csrf_token": token}).status_code
    held = set(statuses) == {422} and refused_right == 5
    limits = f"{SIGNING_CODE.tries} per code, {SIGNING_SEAT.tries} per seat"
    report.note(
        "T16", "signing codes", limits, f"{tried} guesses, right one refused {refused_right} of 5", held, tried + 5
    )
    report.note("T16", "another code at once", "429", again, again == 429)


def new_code(world: World, outside: Browser, link: str, token: str) -> str:
    """Ask for a code, as if the half minute since the last one were over."""
    hashes = world.portal.platform.settings.secret.hashes(link)
    with world.portal.platform.database.transaction() as session:
        earlier = ActLink.code_expires_at
        row = session.query(ActLink).filter(ActLink.secret_hash.in_(hashes)).one()
        if row.code_expires_at is not None:
            session.execute(
                update(ActLink)
                .where(ActLink.id == row.id)
                .values({earlier: row.code_expires_at - CODE_LIFETIME / 2 - timedelta(seconds=1)})
            )
    number = len(world.portal.inbox.to("joe@globex.test"))
    outside.post(f"/act/{link}/code", data={"csrf_token": token})
    until(lambda: len(world.portal.inbox.to("joe@globex.test")) > number, 30, 0.1)
    return world.mailed("joe@globex.test", r"\b(\d{6})\b", after=number)


def tell_accounts_apart(world: World, report: Report) -> None:
    """Known and unknown addresses, at the sign-in and in the form for a forgotten password."""
    world.browser("nora", "127.0.2.8")  # brings her hash to the cost of production
    texts, times = set(), {"nora@example.com": [], "nobody@example.com": []}  # type: ignore[var-annotated]
    for email in times:
        for n in range(4):
            browser = Browser(world.portal, f"127.0.2.{n + 1}")
            token = browser.token()
            begun = time.monotonic()
            answer = browser.post("/sign-in", data={"csrf_token": token, "email": email, "password": "wrong wrong"})
            times[email].append(time.monotonic() - begun)
            texts.add(plain(answer.text, token, email))
    report.note("T18", "answers to known and unknown addresses", "one text", f"{len(texts)}", len(texts) == 1, 8)
    known, unknown = (median(values) for values in times.values())
    held = abs(known - unknown) < 0.5 * max(known, unknown)
    report.note("T18", "and their time", "alike", f"{known * 1000:.0f} ms and {unknown * 1000:.0f} ms", held, 8)
    texts, seconds = set(), []
    for email in times:
        browser = Browser(world.portal, "127.0.2.9")
        token = browser.token()
        begun = time.monotonic()
        answer = browser.post("/forgotten-password", data={"csrf_token": token, "email": email})
        seconds.append(time.monotonic() - begun)
        texts.add(plain(answer.text, token, email))
    held = len(texts) == 1 and abs(seconds[0] - seconds[1]) < 0.2
    report.note("T18", "a forgotten password of both", "one text, one time", f"{len(texts)}, {seconds}", held, 2)


def plain(text: str, token: str, email: str) -> str:
    return text.replace(token, "").replace(email, "")


def flood_with_resets(world: World, report: Report) -> None:
    before = len(world.portal.inbox.to("lena@example.com"))
    statuses = [
        Browser(world.portal, f"127.0.3.{n % 3 + 1}")
        .send_form("/forgotten-password", email="lena@example.com")
        .status_code
        for n in range(8)
    ]
    time.sleep(3)
    mails = len(world.portal.inbox.to("lena@example.com")) - before
    report.note(
        "T19", "eight resets of one account", "at most three mails", f"{mails} mails, {set(statuses)}", mails <= 3, 8
    )


def guess_tokens(world: World, report: Report) -> None:
    came = {}
    for n in range(50):
        came[f"token {n}"] = Program(world.portal, f"fe_{token_urlsafe(32)}").get("/me").status_code
    for value in ("fe_", "null", "' OR '1'='1", "%C3%A9", "a" * 5000):
        came[value[:10]] = Program(world.portal, value).get("/me").status_code
    report.statuses("T19", "API tokens that were never given", came, {401})
    basic = Browser(world.portal).get("/api/v1/me", auth=("maya@example.com", PASSWORD)).status_code
    report.note("T19", "a password instead of a token", "401", basic, basic == 401)
