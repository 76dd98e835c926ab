"""Bodies that cost memory, time or a broken page: fields without end, deep JSON, parts without names (T24, T14)."""

from __future__ import annotations

import gzip

import httpx

from formengine.web.routes import routes
from tests.attack.browser import Browser, Program, raw, status_of
from tests.attack.report import Report
from tests.attack.world import World
from tests.web.dossiers.visitors import NDA

FORM = "application/x-www-form-urlencoded"
MEBI = 2**20
FIELD_PATHS = (
    "/sign-in",
    "/",
    "/act/x/code",
    "/nowhere",
    "/api/v1/submissions",
    "/requests/new/nda",
    "/healthz",
    "/static/forms/forms.js",
)
MANY_FIELDS = {
    "a&": b"a&" * (MEBI // 2),
    "a=&": b"a=&" * (MEBI // 3),
    "%": b"%26&" * (MEBI // 4),
    "&": b"&" * MEBI,
    ";": b"a;" * (MEBI // 2),
}
JSON_TEXTS = {
    "lists": b"[" * 200_000,
    "closed lists": b"[" * 50_000 + b"]" * 50_000,
    "objects": b'{"a":' * 100_000,
    "a number of 1 MiB": b"9" * MEBI,
    "an exponent": b'{"answers":{"term_years":1e999999999}}',
    "NaN": b'{"answers":NaN}',
    "half a text": b'{"answers":"\\ud800"}',
    "no UTF-8": b"\xff\xfe{}",
    "a NUL": b'{"answers":{"purpose":"\\u0000"}}',
    "doubled keys": b'{"answers":{},"answers":{"a":1}}',
    "nothing": b"",
    "a number": b"1",
    "a list": b"[]",
    "null": b"null",
    "a proto": b'{"__proto__":{"a":1},"constructor":{"prototype":{}}}',
}
HEAD = b"--B\r\nContent-Disposition: form-data"
PARTS = {
    "without a name": HEAD + b"\r\n\r\nx\r\n--B--\r\n",
    "with an unknown charset": HEAD + b'; name="a"\r\nContent-Type: text/plain; charset=nope\r\n\r\nx\r\n--B--\r\n',
    "with an odd encoding": HEAD + b'; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n--B--\r\n',
    "cut off": HEAD + b'; name="a"\r\n\r\nx',
    "without an end": b"--B\r\n" * 20_000,
    "within parts": HEAD
    + b'; name="a"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n\r\nx\r\n--C--\r\n--B--\r\n',
    "of bytes": HEAD + b'; name="\xff\xfe"\r\n\r\n\xff\xfe\r\n--B--\r\n',
    "with a NUL": HEAD + b'; name="a\0"\r\n\r\nx\0\r\n--B--\r\n',
    "that are none": b"\r\n\r\n",
    "with a filename alone": HEAD + b'; filename="a.txt"\r\n\r\nx\r\n--B--\r\n',
}
BROKEN_FORMS = {name: ("multipart/form-data; boundary=B", body) for name, body in PARTS.items()}
BROKEN_FORMS["without a boundary"] = ("multipart/form-data", PARTS["cut off"])
BROKEN_FORMS["in an unknown charset"] = (f"{FORM}; charset=nope", b"a=b")
BROKEN_FORMS["in UTF-7"] = (f"{FORM}; charset=utf-7", b"a=+AGEAYg-")
BROKEN_FORMS["in UTF-16"] = (f"{FORM}; charset=utf-16", "a=b".encode("utf-16"))
BROKEN_FORMS["of half an escape"] = (FORM, b"a=%&%zz=%ff&%ff=%00")


def play(world: World, report: Report) -> None:
    send_fields(world, report)
    send_large(world, report)
    send_deep(world, report)
    send_broken_parts(world, report)


def send_fields(world: World, report: Report) -> None:
    stranger, before, came = Browser(world.portal), world.portal.memory, {}
    costs: dict[str, float] = {}
    for path in FIELD_PATHS:
        for name, body in MANY_FIELDS.items():
            for kind in (FORM, ""):
                begun = world.portal.cpu_seconds
                answer = stranger.post(path, content=body, headers={"Content-Type": kind} if kind else {})
                what = f"{name} to {path} {kind[:3]}"
                came[what], costs[what] = answer.status_code, world.portal.cpu_seconds - begun
    report.statuses(
        "T24",
        "forms of half a million fields",
        came,
        {303, 400, 401, 404, 405},
        among="4xx, or to sign in where it is one field",
    )
    dearest = max(costs, key=lambda what: costs[what])
    report.note(
        "T24",
        "the CPU time of each, and the memory of the process",
        "under 1 s, under 100 MiB more",
        f"{costs[dearest]:.2f} s ({dearest}), {world.portal.memory - before} MiB",
        costs[dearest] < 1 and world.portal.memory - before < 100,
        len(came),
    )
    query = {path: stranger.get(f"{path}?{'a&' * 15000}").status_code for path in ("/sign-in", "/", "/api/v1/me")}
    report.statuses("T24", "addresses of 15,000 fields", query, {400, 414, 431})


def send_large(world: World, report: Report) -> None:
    came, before = {}, world.portal.memory
    headers = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    came["65 MiB, announced"] = status_of(raw(world.portal, headers + b"Content-Length: 68157440\r\n\r\n", tls=False))
    came["3 MiB to the sign-in"] = Browser(world.portal).post("/sign-in", content=b"a" * 3 * MEBI).status_code

    def pieces():  # type: ignore[no-untyped-def]
        for _piece in range(48):
            yield b"a=b&" * (MEBI // 64)

    try:
        came["3 MiB in chunks"] = (
            Browser(world.portal).post("/sign-in", content=pieces(), headers={"Content-Type": FORM}).status_code
        )
    except httpx.HTTPError:
        came["3 MiB in chunks"] = 413  # the connection was closed while sending
    files = {"payload": (None, "{}"), "files": ("a.bin", b"x" * 3 * MEBI)}
    came["3 MiB of files to the sign-in"] = Browser(world.portal).post("/sign-in", files=files).status_code
    packed = gzip.compress(b"a=b&" * MEBI * 8)
    answer = Browser(world.portal).post(
        "/sign-in", content=packed, headers={"Content-Encoding": "gzip", "Content-Type": FORM}
    )
    came["32 MiB in gzip"] = answer.status_code
    report.statuses("T24", "large bodies where no files belong", came, {400, 413})
    more = world.portal.memory - before
    report.note("T24", "the memory of the process", "under 100 MiB more", f"{more} MiB", more < 100)


def send_deep(world: World, report: Report) -> None:
    program, came = world.program("maya"), {}
    begun = world.portal.cpu_seconds
    for name, body in JSON_TEXTS.items():
        for path in ("/submissions", f"/dossiers/{world.asked}/transitions", f"/dossiers/{world.asked}/notes"):
            headers = {"Content-Type": "application/json", "Idempotency-Key": name[:20].replace(" ", "-")}
            came[f"{name} to {path[:14]}{path[-6:]}"] = program.post(path, content=body, headers=headers).status_code
    for depth in (101, 900, 20_000):
        text = (
            '{"request_type":"nda","accept_notice":true,"answers":{"purpose":'
            + '{"a":' * depth
            + "1"
            + "}" * (depth + 2)
        )
        came[f"answers {depth} deep"] = program.post(
            "/submissions",
            content=text.encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": f"d{depth}"},
        ).status_code
    report.statuses("T24", "JSON that is deep, long or none", came, {400, 413, 422, 428, 404, 403})
    took = world.portal.cpu_seconds - begun
    report.note("T24", "and its CPU time", "under 10 s", f"{took:.1f} s", took < 10, len(came))
    long = program.submit("nda", {**NDA, "counterparty": {"name": "x" * MEBI, "country": "FR"}}, "long").status_code
    report.note("T14", "a name of 1 MiB", "422", long, long in (422, 413))


def send_broken_parts(world: World, report: Report) -> None:
    maya = world.browser("maya")
    program = Program(world.portal, maya.api_token())
    writes = [route for route in routes() if route.writes and not route.name.startswith("dev_")]
    for who in ("signed in", "not signed in"):
        stranger = Browser(world.portal)
        token = maya.token() if who == "signed in" else ""
        came = {}
        for route in [route for route in writes if route.name not in ("sign_out", "account_sessions")]:
            client = (program if route.is_api else maya) if who == "signed in" else stranger
            path = world.address(route, token=world.link)
            path = path.removeprefix("/api/v1") if client is program else path
            came |= {f"{name}: {route.name}": status for name, status in send_broken(client, path, token).items()}
        report.statuses(
            "T24", f"parts and forms that cannot be read, {who}", came, set(range(200, 500)), among="no 5xx"
        )
    up = maya.get("/account").status_code
    report.note("T24", "the portal afterwards", "200", up, up == 200)


def send_broken(client: httpx.Client, path: str, token: str) -> dict[str, int]:
    """Each of the forms that cannot be read to one address: the statuses."""
    came = {}
    for name, (kind, body) in BROKEN_FORMS.items():
        key = name[:20].replace(" ", "-")
        headers = {"Content-Type": kind, "X-CSRF-Token": token, "If-Match": '"1"', "Idempotency-Key": key}
        came[name] = client.post(path, content=body, headers=headers).status_code
    return came
