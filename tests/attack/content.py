"""What is typed, and what others are shown of it on pages and in mails: HTML, scripts, headers (T9, T23)."""

from __future__ import annotations

import time

from bs4 import BeautifulSoup

from tests.attack.browser import Browser
from tests.attack.report import Report
from tests.attack.world import World
from tests.support.postgresql_cluster import until
from tests.web.dossiers.visitors import ADVICE, NDA

MARK = "xq7"
HTML = (
    f"<{MARK} onclick=alert(1)>",
    f"<script>{MARK}=1;alert(1)</script>",
    f"\"><img src=x onerror=alert('{MARK}')>",
    f"'><svg/onload=alert('{MARK}')>",
    f"[{MARK}](javascript:alert(1))",
    f"![{MARK}](data:text/html,<script>alert(1)</script>)",
    f"<javascript:alert('{MARK}')>",
    f"{{{{ 7*7 }}}} {{% {MARK} %}} ${{7*7}}",
    f"<a href='java\tscript:alert(1)'>{MARK}</a>",
    f"</textarea></title></style><iframe srcdoc='<script>alert(1)</script>'>{MARK}",
    f"<!--{MARK}--><math><mi xlink:href='javascript:1'>",
    f"\u202e{MARK}\u2066<b>",
    f"%3Cscript%3E{MARK}",
    f"+ADw-script+AD4-{MARK}",
    f"<{MARK}\x0bstyle=x>",
    f"&lt;script&gt;{MARK}",
)
LINES = (
    "x\r\nBcc: evil@evil.example",
    "x\nX-Evil: yes",
    "x\r\n\r\n<b>body</b>",
    "x\u2028Bcc: evil@evil.example",
    "=?utf-8?q?x=0d=0aBcc:evil@evil.example?=",
)
ADDRESSES = (
    "a@b.example\r\nBcc: evil@evil.example",
    "a@b.example, evil@evil.example",
    "<a@b.example>",
    '"a b"@b.example',
    "a@b.example\n",
    "a@b\u2028.example",
)
TABS = ("overview", "answers", "notes", "files", "attachments", "documents", "approvals", "children", "history")


def play(world: World, report: Report) -> None:
    references = type_html(world, report)
    read_as_others(world, report, references)
    open_in_chromium(world, report, references)
    inject_headers(world, report)


def type_html(world: World, report: Report) -> list[str]:
    """Each text into each field of words: answers, notes, comments, one's own name."""
    maya, paul, references, came = world.program("maya"), world.program("paul"), [], {}
    profile = world.browser("maya")
    for number, text in enumerate(HTML):
        answers = {**ADVICE, "subject": text[:150], "question": text, "priority": "critical", "priority_reason": text}
        answer = maya.submit("legal_advice", answers, f"html-{number}")
        came[f"answers {number}"] = answer.status_code
        if answer.status_code != 201:
            continue
        reference = answer.json()["reference"]
        references.append(reference)
        for program, kind in ((maya, "m"), (paul, "p")):
            came[f"note {kind}{number}"] = program.post(
                f"/dossiers/{reference}/notes", json={"text": f"**{text}**\n\n> {text}\n\n`{text}`"}
            ).status_code
    answers = {
        **NDA,
        "purpose": HTML[1],
        "counterparty": {"name": HTML[2], "country": "FR"},
        "counterparty_contact": {"name": HTML[3], "email": "joe@globex.test"},
        "personal_data": False,
    }
    answer = maya.submit("nda", answers, "html-nda")
    came["an agreement"] = answer.status_code
    references.append(answer.json()["reference"])
    came["a name"] = profile.send_form("/account/profile", name=HTML[2], language="en", zone="UTC").status_code
    steps = paul.get(f"/dossiers/{references[0]}")
    body = {"transition": "ask", "comment": HTML[1]}
    paul.post(f"/dossiers/{references[0]}/claim", headers={"If-Match": steps.headers["ETag"]})
    etag = paul.get(f"/dossiers/{references[0]}").headers["ETag"]
    came["a comment"] = paul.post(
        f"/dossiers/{references[0]}/transitions", json=body, headers={"If-Match": etag}
    ).status_code
    report.statuses("T9", "markup typed into every field", came, {200, 201, 303, 422}, among="taken, or refused")
    return references


def read_as_others(world: World, report: Report, references: list[str]) -> None:
    pages, wrong = 0, []
    admin = Browser(world.portal, "127.0.0.21")
    admin.sign_in("sam@example.com", "seven green umbrellas sing")
    for browser in (world.browser("maya"), world.browser("paul"), admin):
        paths = [f"/dossiers/{reference}?tab={tab}" for reference in references for tab in TABS]
        paths += [
            "/",
            "/desk",
            "/matters",
            "/contracts",
            "/account",
            "/admin",
            "/admin/mail",
            f"/matters?q={HTML[2]}",
            f"/matters?q={HTML[1]}",
        ]
        for path in paths:
            answer = browser.get(path)
            pages += 1
            wrong += [f"{path}: {fault}" for fault in faults_of(answer.text, world.portal.url)]
            wrong += [f"{path}: {answer.status_code}"] if answer.status_code >= 500 else []
            policy_ = answer.headers.get("Content-Security-Policy", "")
            wrong += [f"{path}: {policy_}"] if "script-src 'self'" not in policy_ or "unsafe" in policy_ else []
    outside = Browser(world.portal).get(f"/act/{world.link}").text
    wrong += faults_of(outside, world.portal.url)
    report.note("T9", "pages that show it to others", "text, never markup", wrong[:4] or "text", not wrong, pages)
    until(lambda: len(world.portal.inbox.messages) >= len(references), 60, 0.2)
    time.sleep(2)
    mails, wrong = world.portal.inbox.messages, []
    for mail in mails:
        part = mail.get_body(("html",))
        wrong += faults_of(str(part.get_content()), world.portal.url) if part is not None else []
    report.note("T9", "mails that show it", "text, never markup", wrong[:4] or "text", not wrong, len(mails))


def faults_of(text: str, url: str) -> list[str]:
    """What a page or mail has that only an attacker can have put there."""
    page, faults = BeautifulSoup(text, "html.parser"), []
    for tag in page.find_all(True):
        if tag.name in (MARK, "iframe", "object", "embed", "base", "math"):
            faults.append(f"<{tag.name}>")
        if tag.name == "script" and not str(tag.get("src", "")).startswith("/static/"):
            faults.append(str(tag)[:80])
        if tag.name in ("svg", "img") and MARK in str(tag):
            faults.append(str(tag)[:80])
        for name, value in tag.attrs.items():
            words = "".join(str(value).split()).lower()
            if name.startswith("on") or name == "srcdoc" or words.startswith(("javascript:", "data:text", "vbscript:")):
                faults.append(f"{tag.name} {name}={str(value)[:60]}")
    return faults + (["49"] if ">49<" in text or (" 49 " in text and MARK in text and "7*7" not in text) else [])


def open_in_chromium(world: World, report: Report, references: list[str]) -> None:
    """The same pages in a browser: no dialog, and nothing that the policy had to block."""
    from playwright.sync_api import sync_playwright

    from tests.support.browser import ARGUMENTS
    from tests.support.requirements import chromium as program

    seen: list[str] = []
    pages = 0
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(program()), args=ARGUMENTS)
        page = chromium.new_context(ignore_https_errors=True).new_page()
        page.on("dialog", lambda dialog: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on(
            "console", lambda message: seen.append(message.text) if "Content Security Policy" in message.text else None
        )
        page.on("pageerror", lambda error: seen.append(str(error)[:100]))
        page.goto(f"{world.portal.url}/sign-in")
        page.fill("#email", "paul@example.com")
        page.fill("#password", world.portal.people.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{world.portal.url}/")
        for reference in (*references[:8], references[-1]):
            for tab in ("overview", "answers", "notes", "history"):
                page.goto(f"{world.portal.url}/dossiers/{reference}?tab={tab}")
                pages += 1
        for path in ("/desk", "/matters", "/requests/new/nda"):
            page.goto(world.portal.url + path)
            pages += 1
        page.goto(f"{world.portal.url}/act/{world.link}")
        chromium.close()
    report.note(
        "T9",
        "the same pages in Chromium",
        "no dialog, no violation of the policy",
        seen[:4] or "none",
        not seen,
        pages + 1,
    )


def inject_headers(world: World, report: Report) -> None:
    """Lines of headers in what becomes a subject or an address."""
    program, number, statuses = world.program("maya"), len(world.portal.inbox.messages), {}
    for n, text in enumerate(LINES):
        statuses[f"a subject {n}"] = program.submit(
            "legal_advice", {**ADVICE, "subject": text}, f"header-{n}"
        ).status_code
        contact = {"name": text, "email": "joe2@globex.test"}
        statuses[f"a name {n}"] = program.submit(
            "nda", {**NDA, "counterparty_contact": contact, "personal_data": False}, f"name-{n}"
        ).status_code
    admin = Browser(world.portal, "127.0.0.21")
    admin.sign_in("sam@example.com", "seven green umbrellas sing")
    for n, email in enumerate(ADDRESSES):
        statuses[f"an address {n}"] = admin.send_form(
            "/admin/people", email=email, name="A", role="client", language="en", organisation=""
        ).status_code
        contact = {"name": "Joe", "email": email}
        statuses[f"a contact {n}"] = program.submit(
            "nda", {**NDA, "counterparty_contact": contact}, f"contact-{n}"
        ).status_code
    report.statuses(
        "T23", "lines in subjects, names and addresses", statuses, {201, 303, 422}, among="taken as text, or refused"
    )
    time.sleep(4)
    mails = world.portal.inbox.messages[number:]
    wrong = [
        str(mail["Subject"])[:60]
        for mail in mails
        if mail["Bcc"]
        or mail["X-Evil"]
        or mail.defects
        or "\n" in str(mail["Subject"])
        or len(mail["To"].addresses) != 1
        or "evil" in str(mail["To"])
    ]
    report.note("T23", "mails sent of them", "one To, no header of the attacker", wrong or "so", not wrong, len(mails))
