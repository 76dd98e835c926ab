"""Reading and changing what is another client's, by every id in addresses and in the API (T13, T14)."""

from __future__ import annotations

from formengine.web.routes import PUBLIC, Route, routes
from tests.attack.browser import Browser, Program
from tests.attack.report import Report
from tests.attack.world import CANARY, World
from tests.web.dossiers.visitors import ADVICE, NDA


def play(world: World, report: Report) -> None:
    for email in ("eve@example.net", "oscar@example.com"):
        browser = world.browser(email)
        take_pages(world, report, browser, email)
        take_by_api(world, report, Program(world.portal, browser.api_token()), email)
        sweep_numbers(report, browser, email)
    read_internal(world, report)
    attach_internal(world, report)
    overstep(world, report)


def of_dossiers(route: Route) -> bool:
    return route.factory is not None and "{type}" not in route.pattern


def take_pages(world: World, report: Report, browser: Browser, email: str) -> None:
    token, came, leaked = browser.token(), dict[str, int](), []
    for route in [route for route in routes() if of_dossiers(route) and not route.is_api]:
        for method in route.methods:
            data = {"csrf_token": token, "comment": "x", "text": "x"} if method == "POST" else None
            answer = browser.request(method, world.address(route), data=data)
            came[f"{method} {route.name}"] = answer.status_code
            leaked += [route.name] if CANARY in answer.text else []
    report.statuses("T13", f"pages of another's dossier, as {email}", came, {404})
    report.note("T43", f"words of another's dossier, as {email}", "none", leaked, not leaked, len(came))
    lists = ["/", "/matters", "/contracts", "/litigation", "/contracts?q=Assessing", f"/contracts?q={world.asked}"]
    hits = [path for path in lists if CANARY in (text := browser.get(path).text) or f"/dossiers/{world.asked}" in text]
    report.note("T43", f"lists and searches, as {email}", "nothing of Maya's", hits, not hits, len(lists))
    admin = {
        f"{method} {route.name}": browser.request(
            method, world.address(route), data={"csrf_token": token} if method == "POST" else None
        ).status_code
        for route in routes()
        for method in route.methods
        if route.permission in ("people.manage", "mails.manage", "desk.read")
    }
    report.statuses("T13", f"the admin's and the desk's pages, as {email}", admin, {403})


def take_by_api(world: World, report: Report, program: Program, email: str) -> None:
    came, leaked = {}, []
    for route in [route for route in routes() if of_dossiers(route) and route.is_api]:
        method = route.methods[0]
        body = {"transition": "ask", "comment": "x", "text": "x"} if method == "POST" else None
        address = world.address(route).removeprefix("/api/v1")
        answer = program.request(method, address, json=body, headers={"If-Match": '"1"'})
        came[f"{method} {route.name}"] = answer.status_code
        leaked += [route.name] if CANARY in answer.text else []
    report.statuses("T13", f"API calls on another's dossier, as {email}", came, {404, 403})
    report.note("T43", f"words of another's dossier by the API, as {email}", "none", leaked, not leaked, len(came))


def sweep_numbers(report: Report, browser: Browser, email: str) -> None:
    paths = [f"/{kind}/{n}{tail}" for kind, tail in KINDS for n in (*range(1, 15), -1, 0, 10**30)]
    came = {path: browser.get(path).status_code for path in paths}
    report.statuses("T13", f"all numbers of files, as {email}", came, {404})


TAILS = ("", "/content", "/text")
KINDS = tuple((kind, tail) for kind in ("attachments", "documents") for tail in TAILS)


def read_internal(world: World, report: Report) -> None:
    """Maya, whose dossier it is, asks for what is internal on it."""
    browser = world.browser("maya")
    program = Program(world.portal, browser.api_token())
    came = {
        path: answer.status_code
        for path in (f"/attachments/{world.internal_attachment}", f"/attachments/{world.internal_file}")
        for answer in (browser.get(path), program.get(path))
    }
    report.statuses("T13", "internal files, as the client of the dossier", came, {404})
    pages = [browser.get(f"/dossiers/{world.asked}?tab={tab}").text for tab in TABS]
    pages += [program.get(f"/dossiers/{world.asked}/{part}").text for part in ("notes", "history", "attachments")]
    seen = [text for text in pages if "Between us" in text or "strategy" in text]
    report.note("T43", "internal notes on pages and in the API", "none", len(seen), not seen, len(pages))


TABS = ("overview", "answers", "notes", "files", "documents", "approvals", "children", "history")


def attach_internal(world: World, report: Report) -> None:
    """Files of others named by their ids in one's own request."""
    came = {}
    for email in ("maya", "eve@example.net"):
        program = world.program(email)
        forged = {"id": world.internal_file, "name": "a.txt", "size": 1, "type": "text/plain", "sha256": "0" * 64}
        answers = {**CONTRACT, "document": forged}
        came[f"contract of {email}"] = program.submit("contract_review", answers, f"forge-{email}").status_code
        answers = {**CONTRACT, "document": forged, "annexes": [forged]}
        came[f"annex of {email}"] = program.submit("contract_review", answers, f"forge-2-{email}").status_code
    report.statuses("T13", "attaching an internal file by its id", came, {422})


CONTRACT = {
    "contract_type": "services", "our_role": "buyer", "our_entity": "acme_sas",
    "counterparty": {"name": "Globex SA", "country": "FR"},
    "counterparty_contact": {"name": "Joe Martin", "email": "joe@globex.test"},
    "deal_summary": "A deal", "contract_value": {"amount": "100.00", "currency": "EUR"},
    "target_signature": "2027-03-09", "external_deadline": False, "personal_data": False,
}  # fmt: skip


SCOPES = ("admin", "king", "")


def overstep(world: World, report: Report) -> None:
    """More than the form, the scope or the token gives."""
    browser = world.browser("eve@example.net")
    reading = Program(world.portal, browser.api_token("read"))
    writes = [route for route in routes() if route.is_api and route.writes and route.permission != PUBLIC]
    came = {
        route.name: reading.request(route.methods[0], world.address(route).removeprefix("/api/v1"), json={}).status_code
        for route in writes
    }
    report.statuses("T14", "posts with a token that may only read", came, {403, 404})
    program = Program(world.portal, browser.api_token())
    extra = {"state": "signed", "owner_id": "x", "organisation_id": 1, "reference": "NDA-1", "restricted": False}
    came = {name: program.submit("nda", NDA, f"extra-{name}", **{name: v}).status_code for name, v in extra.items()}
    report.statuses("T14", "fields that a submission does not have", came, {422})
    dossier = program.submit("nda", {**NDA, **extra}, "all").json()
    shown = program.get(f"/dossiers/{dossier.get('reference')}").json()
    kept = {name: shown.get(name) for name, value in extra.items() if shown.get(name) == value}
    report.note("T14", "answers named like columns", "no column has their values", kept, not kept)
    browser.send_form(
        "/account/profile",
        name="Eve",
        language="en",
        zone="UTC",
        role="legal_admin",
        email="sam@example.com",
        state="x",
    )
    eve = world.person("eve@example.net")
    report.note("T14", "role and address with the profile", "client", f"{eve.role} {eve.email}", eve.role == "client")
    before = [token.id for token in world.tokens_of("maya@example.com")]
    statuses = {str(n): browser.send_form(f"/account/tokens/{n}/withdraw").status_code for n in before}
    left = [token.id for token in world.tokens_of("maya@example.com") if getattr(token, "withdrawn_at", None) is None]
    report.note(
        "T13", "withdrawing another's API tokens", "they stay", f"{statuses}, {left}", left == before, len(before)
    )
    refused = {scope: browser.send_form("/account/tokens", scopes=[scope], days="30").status_code for scope in SCOPES}
    report.statuses("T14", "a token of more scope than one's role", refused, {422})
    confidential = program.submit("legal_advice", {**ADVICE, "confidentiality": "king"}, "king").status_code
    report.note("T14", "an answer that is no option", "422", confidential, confidential == 422)
