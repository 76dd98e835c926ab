"""HTTP itself: methods, headers and cookies of any size, hidden requests, paths out of the folder (T22, T24)."""

from __future__ import annotations

import time

from formengine.web.routes import routes
from tests.attack.browser import Browser, raw, status_of
from tests.attack.report import Report
from tests.attack.world import World

PATHS = (
    "/static/../../production.ini", "/static/..%2f..%2fproduction.ini", "/static/%2e%2e/%2e%2e/settings.py",
    "/static//etc/passwd", "/static/..\\..\\settings.py", "/static/%00", "/static/theme.css%00.txt", "/static/",
    "/static", "/static/vendor/", "/.git/config", "/production.ini", "/var/files", "/dev/mail", "/dev/forms",
    "/dev/mail/1/html", "/%ff%fe", "/%c0%ae%c0%ae/etc/passwd", "/dossiers/../admin", "/dossiers/%2e%2e%2fadmin",
    "//admin", "/dossiers/NDA-2026-0001%0d%0aX: y", "/server-status", "/debug", "/_debug_toolbar", "/?%ff",
    "/requests/new/../../../etc/passwd", "/attachments/..%2f..%2fetc%2fpasswd", "/documents/1/text/../../2",
)  # fmt: skip


def play(world: World, report: Report) -> None:
    use_methods(world, report)
    leave_the_folder(world, report)
    send_headers(world, report)
    smuggle(world, report)


def use_methods(world: World, report: Report) -> None:
    browser = world.browser("maya")
    for method in ("TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "OPTIONS", "x-y"):
        came, echoed = {}, []
        for route in [route for route in routes() if not route.name.startswith("dev_")]:
            path = world.address(route, token=world.link)
            if method == "CONNECT":
                line = f"CONNECT {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                if len(came) < 3:
                    came[route.name] = status_of(raw(world.portal, line.encode())) or 400
                continue
            answer = browser.request(method, path, headers={"X-Canary": "echo-this"})
            came[route.name] = answer.status_code
            echoed += [route.name] if "echo-this" in answer.text else []
        report.statuses("T24", f"{method} on every route", came, {400, 401, 403, 404, 405, 410, 501})
        report.note("T24", f"{method} echoes", "nothing", echoed or "nothing", not echoed)
    posts = [route for route in routes() if route.methods == ("POST",) and not route.is_api]
    patterns = {route.pattern for route in routes() if "GET" in route.methods}
    head = {
        r.name: browser.head(world.address(r, token=world.link)).status_code for r in posts if r.pattern not in patterns
    }
    report.statuses("T24", "HEAD on posts", head, {404, 405, 410})
    override = {
        name: browser.get("/sign-out", headers={name: "POST"}).status_code
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    }
    override["_method"] = browser.get("/sign-out?_method=POST").status_code
    report.statuses("T10", "GET that claims to be a POST", override, {404, 405})


def leave_the_folder(world: World, report: Report) -> None:
    came, leaked = {}, []
    for path in PATHS:
        for tls in (True, False):
            lines = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            answer = raw(world.portal, lines.encode("utf-8"), tls=tls)
            came[f"{path}{'' if tls else ' behind the proxy'}"] = status_of(answer) or 400
            words = (b"formengine.secret", b"root:", b"[app:main]", b"FORMENGINE_", b"Traceback", b"def ")
            leaked += [path for word in words if word in answer]
    report.statuses(
        "T22", "paths out of the folder, and what is not served", came, {303, 400, 404}, among="4xx, or to sign in"
    )
    report.note("T22", "what those answers hold", "no file of the server", leaked or "none", not leaked, len(came))


def send_headers(world: World, report: Report) -> None:
    portal, came = world.portal, {}
    requests = {
        "a header of 64 KiB": b"X-A: " + b"a" * 65536 + b"\r\n",
        "a header of 1 MiB": b"X-A: " + b"a" * 2**20 + b"\r\n",
        "10,000 headers": b"".join(b"X-%d: y\r\n" % n for n in range(10_000)),
        "10,000 cookies": b"Cookie: " + b"; ".join(b"c%d=v" % n for n in range(10_000)) + b"\r\n",
        "10,000 short cookies": b"Cookie: " + b";".join(b"a=" for n in range(10_000)) + b"\r\n",
        "cookies that are none": b'Cookie: ;;;=;"\\;a="b;\xff\xfe=\x01; __Host-fe_session=\xff; fe_flash=a.b; a\r\n',
        "languages": b"Accept-Language: " + b"a,;q=" * 3000 + b"\r\n",
        "a language": b"Accept-Language: ../../../etc/passwd, \xff\r\n",
        "a range": b"Range: bytes=0-0,1-1,2-2,3-3\r\n",
        "If-None-Match": b"If-None-Match: " + b'"a",' * 5000 + b"\r\n",
        "a content length of minus one": b"Content-Length: -1\r\n",
        "a content length of text": b"Content-Length: abc\r\n",
        "a huge content length": b"Content-Length: " + b"9" * 40 + b"\r\n",
        "an unknown encoding": b"Transfer-Encoding: xchunked\r\n",
        "a content type of nonsense": b'Content-Type: ;;;\xff="\r\nContent-Length: 0\r\n',
        "an authorization of nonsense": b"Authorization: Bearer \xff\x00\r\n",
        "a request id with a line": b"X-Request-Id: abcdefgh\\r\\nSet-Cookie: a=b\r\n",
    }
    slowest = 0.0
    for what, lines in requests.items():
        for tls in (True, False):
            for path in (b"/sign-in", b"/api/v1/me"):
                begun = time.monotonic()
                data = b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lines + b"\r\n"
                answer = raw(portal, data, tls=tls, seconds=5)
                slowest = max(slowest, time.monotonic() - begun)
                came[f"{what} {path.decode()} {'proxy' if tls else 'direct'}"] = status_of(answer)
                if b"Set-Cookie: a=b" in answer:
                    came[f"{what} echoed"] = 999
    allowed = {0, 200, 303, 304, 400, 401, 411, 413, 414, 431, 501}
    report.statuses("T24", "headers of any size and kind", came, allowed, among="4xx, or taken")
    up = Browser(portal).get("/healthz").status_code
    report.note("T24", "/healthz afterwards", "200", up, up == 200)


def smuggle(world: World, report: Report) -> None:
    """A second request hidden in the body of a first; on one connection only as many answers as requests."""
    hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    heads = {
        "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
        "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(hidden) + hidden,
        "chunks in capitals": b"Transfer-Encoding: CHUNKED\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
        "chunks behind a blank": b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
        "two encodings": b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + hidden,
        "a length with a sign": b"Content-Length: +%d\r\n\r\n" % len(hidden) + hidden,
        "a folded header": b"X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n" % len(hidden)
        + hidden,
        "a chunk size of nonsense": b"Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n" + hidden,
        "a bare line feed": b"Content-Length: %d\n\n" % len(hidden) + hidden,
    }
    wrong = {}
    for what, rest in heads.items():
        for tls in (True, False):
            answer = raw(world.portal, b"POST /sign-out HTTP/1.1\r\nHost: localhost\r\n" + rest, tls=tls, seconds=4)
            if b'"up"' in answer or b"200 OK" in answer:
                wrong[f"{what} {'proxy' if tls else 'direct'}"] = answer[-150:]
    # haproxy and the server agree that these are two requests, where the standard says that they are
    agreed = {"length and chunks", "chunks in capitals", "two encodings"}
    odd = {what: text for what, text in wrong.items() if what.rsplit(" ", 1)[0] not in agreed}
    report.note(
        "T24", "requests hidden in bodies", "refused, or read alike by both", odd or "none", not odd, 2 * len(heads)
    )
