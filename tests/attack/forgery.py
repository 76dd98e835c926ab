"""Requests forged by other sites, other hosts and other headers: CSRF, Host, redirects, addresses (T10, T20, T21)."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from sqlalchemy import select

from formengine.storage.models.people import SignIn
from formengine.web.routes import routes
from tests.attack.browser import Browser, raw
from tests.attack.report import Report
from tests.attack.world import World
from tests.support.people import PASSWORD

EVIL = "evil.example"
NEXT = (
    f"//{EVIL}", f"/\\{EVIL}", f"https://{EVIL}", f"https:{EVIL}", f"/\t/{EVIL}", f"/\n/{EVIL}", f"\\\\{EVIL}",
    f"///{EVIL}", f"/%09/{EVIL}", f"/%2f%2f{EVIL}", f"/%5c{EVIL}", f"javascript:alert(1)//{EVIL}", f" //{EVIL}",
    f"/.//{EVIL}", f"/..//{EVIL}", f"/;@{EVIL}", f"@{EVIL}", f".{EVIL}", f"data:text/html,{EVIL}", f"/{'a' * 3000}",
    f"http:/\\{EVIL}", f"/\u2028/{EVIL}", f"/\u2044{EVIL}", f"／／{EVIL}", f"/\r\nLocation: https://{EVIL}",
)  # fmt: skip


def play(world: World, report: Report) -> None:
    forge_posts(world, report)
    change_hosts(world, report)
    lead_astray(world, report)
    claim_addresses(world, report)
    share_across_origins(world, report)


def forge_posts(world: World, report: Report) -> None:
    maya, eve = world.browser("maya"), world.browser("eve@example.net")
    own, others = maya.token(), eve.token()
    writes = [route for route in routes() if route.writes and not route.is_api and not route.name.startswith("dev_")]
    attempts = {
        "no token": ({}, {}),
        "an empty token": ({"csrf_token": ""}, {}),
        "the token of somebody else": ({"csrf_token": others}, {}),
        "another origin": ({"csrf_token": own}, {"Origin": f"https://{EVIL}"}),
        "the origin null": ({"csrf_token": own}, {"Origin": "null"}),
        "the origin over http": ({"csrf_token": own}, {"Origin": world.portal.url.replace("https", "http")}),
        "Sec-Fetch-Site: cross-site": ({"csrf_token": own}, {"Sec-Fetch-Site": "cross-site"}),
    }
    for attack, (data, headers) in attempts.items():
        came = {
            route.name: maya.post(world.address(route, token=world.link), data=data, headers=headers).status_code
            for route in writes
        }
        # a dossier that one may not change, and an address without its object, are refused before the form is read
        report.statuses("T10", f"every post with {attack}", came, {400, 401, 403, 404, 410})
    still = maya.get("/account").status_code
    report.note("T10", "the session afterwards", "open", still, still == 200)
    by_cookie = {
        route.name: maya.request(route.methods[0], world.address(route), json={}).status_code
        for route in routes()
        if route.is_api and route.writes
    }
    report.statuses("T10", "posts to the API with a cookie alone", by_cookie, {401})
    got = {
        route.name: maya.get(world.address(route, token=world.link)).status_code
        for route in writes
        if "GET" not in route.methods
    }
    shared = {route.pattern for route in routes() if "GET" in route.methods}
    got = {
        name: status for name, status in got.items() if next(r for r in writes if r.name == name).pattern not in shared
    }
    report.statuses("T10", "posts as GET", got, {404, 405})


def change_hosts(world: World, report: Report) -> None:
    portal = world.portal
    locations = []
    for headers in (
        {"Host": EVIL}, {"X-Forwarded-Host": EVIL}, {"X-Forwarded-Proto": "http", "X-Forwarded-Port": "80"},
        {"Forwarded": f"host={EVIL}"}, {"X-Original-URL": f"//{EVIL}/"}, {"X-Rewrite-URL": "/admin"},
    ):  # fmt: skip
        answer = Browser(portal).get("/account", headers=headers)
        locations.append(answer.headers.get("Location", str(answer.status_code)))
    for target in (
        f"GET http://{EVIL}/account HTTP/1.1\r\nHost: {EVIL}",
        f"GET /account HTTP/1.1\r\nHost: {EVIL}\r\nHost: localhost",
    ):
        for tls in (True, False):
            answer = raw(portal, f"{target}\r\nConnection: close\r\n\r\n".encode(), tls=tls).decode(errors="replace")
            locations += [line[9:].strip() for line in answer.splitlines() if line.lower().startswith("location:")]
    astray = [location for location in locations if EVIL in location or location.startswith("http:")]
    report.note(
        "T20", "Host and forwarded hosts in redirects", "our own address", astray or "ours", not astray, len(locations)
    )
    browser = Browser(portal)
    token = browser.token()
    form = {"csrf_token": token, "email": "ana@example.com"}
    browser.post("/forgotten-password", data=form, headers={"Host": EVIL, "X-Forwarded-Host": EVIL})
    link = world.mailed("ana@example.com", r"(https?://\S+/invitations/)")
    report.note("T20", "Host in the link of a mail", portal.url, link, link.startswith(portal.url + "/"))


def lead_astray(world: World, report: Report) -> None:
    wrong = []
    email = world.portal.people("lena").email
    signed_in = world.browser("lena", "127.0.0.31")
    for text in NEXT:
        answers = [Browser(world.portal, "127.0.0.31").send_form("/language", language="en", next=text)]
        if text in NEXT[:6]:
            answers.append(Browser(world.portal, "127.0.0.31").sign_in(email, next=text))
        answers.append(signed_in.get(f"/sign-in?next={quote(text)}"))
        for answer in answers:
            location = answer.headers.get("Location", "")
            wrong += [(text[:40], location)] if not stays(location, world.portal.url) else []
    report.note("T21", "redirects to other sites", "none", wrong or "none", not wrong, 2 * len(NEXT) + 6)


def stays(location: str, url: str) -> bool:
    """Whether a browser that follows a Location stays here, however it reads backslashes."""
    parts = urlsplit(location.replace("\\", "/"))
    return bool(location) and f"{parts.scheme}://{parts.netloc}" == url and not parts.path.startswith("//")


def claim_addresses(world: World, report: Report) -> None:
    """X-Forwarded-For written by the client."""
    wrong = []
    for value in ("203.0.113.9", "127.0.0.1", "::1", "127.0.0.1, 127.0.0.1", "x" * 5000, ",,,", "127.0.0.32:99999"):
        browser = Browser(world.portal, "127.0.0.32")
        headers = {"X-Forwarded-For": value, "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9"}
        form = {"csrf_token": browser.token(), "email": world.portal.people("bo").email, "password": PASSWORD}
        browser.post("/sign-in", data=form, headers=headers)
        with world.portal.platform.database.reading() as session:
            address = session.scalars(select(SignIn.address).order_by(SignIn.created_at.desc())).first()
        wrong += [(value[:30], address)] if address != "127.0.0.32" else []
    report.note("T19", "addresses claimed in headers", "127.0.0.32", wrong or "127.0.0.32", not wrong, 7)


def share_across_origins(world: World, report: Report) -> None:
    maya = world.browser("maya")
    shared = []
    for path in ("/account", "/api/v1/me", "/api/v1/openapi.json", "/static/forms/forms.js", "/readyz"):
        for method in ("GET", "OPTIONS"):
            headers = {"Origin": f"https://{EVIL}", "Access-Control-Request-Method": "POST"}
            answer = maya.request(method, path, headers=headers)
            shared += [path for name in answer.headers if name.lower().startswith("access-control-")]
    report.note("T10", "CORS for another origin", "no Access-Control header", shared or "none", not shared, 10)
