"""A tour of the filled demo: which pages each person opens, and the rules that every page has to meet."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any, Final

from babel.messages.pofile import read_po
from playwright.sync_api import Page
from sqlalchemy import select

import formengine
from formengine.cli.demo.accounts import make_people
from formengine.cli.demo.command import open_dossiers
from formengine.cli.demo.dossiers import read_demo_dossiers
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.document_drafts import make_draft
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import NO_DRAFT, Document
from formengine.storage.models.mails import Mail
from formengine.web.template_globals import LANGUAGE_NAMES
from tests.support.databases import Templates
from tests.support.platforms import ROOT, close_platform, open_platform, publish_site, settings_of
from tests.support.server import serving
from tests.web.tour_site import strain, strained_places

AXE: Final = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK: Final = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
CROWDING: Final = Path(__file__).with_name("crowding.js").read_text(encoding="utf-8")
STRANGER: Final = "stranger"

TABS: Final = ("overview", "notes", "attachments", "approvals", "answers", "people", "history")
PAGES: Final[dict[str, list[str]]] = {
    STRANGER: ["/sign-in", "/sign-up", "/sign-up/not-one-of-ours", "/forgotten-password",
               "/invitations/not-one-of-ours", "/dev/mail", "/dev/mail/{a_mail}",
               "/act/{link}", "/act/not-one-of-ours", "/fewer-mails/not-one-of-ours", "/public", "/public/links",
               "/verify", "/nowhere"],
    "maya": ["/", "/?q=contract", "/?q=nothing+like+it", "/contracts", "/contracts?q=zzz",
             "/requests/new/nda", "/requests/new/contract_review", "/requests/new/legal_advice",
             "/requests/new/litigation_notice", "/submissions/{nda_out}", "/drafts", "/exports", "/account",
             "/account/tokens", "/account/notifications", "/inbox", "/requests/new", "/views", "/desk",
             *(f"/dossiers/{{nda_out}}?tab={tab}" for tab in (*TABS, "children-milestone")),
             "/dossiers/{nda_out}/answers", "/dossiers/{nda_out}/steps/withdraw",
             "/dossiers/{nda_out}/children/milestone",
             "/filling/{filling}", "/dossiers/{arabic}", "/dossiers/{late}",
             *(f"/dossiers/{{late}}?tab={tab}" for tab in ("notes", "attachments", "people", "children-milestone"))],
    "cleo": ["/", "/dossiers/{asked}", "/dossiers/{asked}/steps/answer"],
    "bo": ["/", "/account/out-of-office", "/dossiers/{to_approve}", "/dossiers/{to_approve}?tab=approvals"],
    "ana": [*(f"/dossiers/{{late}}?tab={tab}" for tab in ("overview", "notes", "attachments", "people",
                                                         "children-milestone")),
            "/dossiers/{late}/related", "/dossiers/{late}/steps/ask_approval", "/matters",
            "/attachments/{attachment}/text", "/documents/{version}/text"],
    "ines": ["/", "/inbox"],
    "lena": ["/", "/desk", "/desk/ratings", "/desk?tab=queue", "/desk?tab=unassigned", "/desk?tab=waiting",
             "/desk?tab=decisions", "/desk?tab=late",
             *(f"/dossiers/{{dispute}}?tab={tab}" for tab in ("overview", "notes", "attachments", "approvals",
                                                              "children-hearing", "children-task")),
             "/dossiers/{dispute}/children/hearing/new", "/dossiers/{dispute}/children/hearing/1",
             "/dossiers/{dispute}/children/hearing/1/change", "/dossiers/{dispute}/children/hearing/1/steps/adjourn",
             "/litigation"],
    "sam": ["/", "/admin", "/admin/people", "/admin/people?q=zzz", "/admin/people/new", "/admin/people/{maya}",
            "/admin/people/{maya}/history", "/admin/organisations/1/closure",
            "/admin/organisations/1/departments/1/removal",
            "/admin/organisations", "/admin/organisations/1", "/sign-ups", "/sign-ups/{sign_up}", "/admin/mail",
            "/admin/templates", "/admin/embedding", "/desk?tab=unassigned", "/contracts"],
    "theo": ["/", "/matters", "/dossiers/{to_approve}",
             *(f"/dossiers/{{to_approve}}?tab={tab}" for tab in ("history", "children-milestone")),
             "/dossiers/{to_approve}/children/milestone/1"],
}  # fmt: skip
"""Addresses by who opens them; what stands in braces is filled from the demo and what the tour adds to it."""
ELSEWHERE: Final[dict[str, str]] = {
    "a file, or an answer to a program": "calendar healthz readyz favicon embed_script dev_mail_html filling.file"
    " filling.part_file dossier.answers_pdf dossier.archive attachment attachment.content version version.content"
    " dossier.hearing_file dossier.acknowledgement_document export.file act.document act.part_file status.file"
    " status.version signed_copy dossier.signed_copy dossier.signature_certificate dossier.signature_evidence"
    " admin_template_file mcp version.redline version.page act.page dossier.provider_file",
    "tests/web/public": "public.confirmation public.request status",
    "tests/web/portal/test_embedded_form.py: without header and footer": "embed embed.sent embed.begun",
    "tests/web/portal/test_drafts_browser.py": "draft request_change",
    "tests/web/portal, of parts": "filling.part",
    "tests/web/exports/test_browser.py": "export",
    "tests/web/accounts/test_admin_templates.py": "admin_template",
    "tests/web/dossiers/test_document_drafts.py": "version.changes",
    "tests/web/ops/test_form_gallery.py": "dev_forms dev_form",
    "tests/web/dossiers, where a case is made for them": "dossier.correction dossier.note dossier.vote"
    " dossier.acknowledgement dossier.rating",
}
"""The names of the routes that no tour goes to, by what tests them instead."""


@dataclass(frozen=True)
class Tour:
    """The demo, served at `url`; `places` are the values of the placeholders in PAGES."""

    url: str
    platform: Platform
    places: dict[str, str]

    def addresses(self, name: str) -> list[str]:
        """The addresses that a person opens."""
        return [self.url + path.format(**self.places) for path in PAGES[name]]


def filled_demo(templates: Templates, demo_folder: Path, folder: Path) -> str:
    """The URL of a new database with the demo, whose files are in `demo_folder`; it is filled once per run."""
    files = templates.shared / "files of the demo"

    def fill(url: str) -> None:
        platform = open_platform(settings_of(database_url=url, storage_url=f"file:{files}", site=ROOT))
        publish_site(platform)
        people = make_people(platform)
        opened, refused = open_dossiers(platform, people, len(read_demo_dossiers()))
        assert (opened, refused) == (len(read_demo_dossiers()), [])
        strain(platform, people)
        _make_drafts_to_sign(platform)
        close_platform(platform)

    url = templates.filled("sqlite", folder, "the demo", fill)
    if not (demo_folder / "files").exists():
        copytree(files, demo_folder / "files")
    return url


def _make_drafts_to_sign(platform: Platform) -> None:
    """Run the jobs for which the signers of contracts wait: the site is served without a worker."""
    query = select(Document).join(Dossier).where(Dossier.state == "signature", Document.draft_after != NO_DRAFT)
    with platform.database.reading() as session:
        jobs = [
            {"dossier": row.dossier_id, "document": row.name, "after": row.draft_after}
            for row in session.scalars(query)
        ]
    for job in jobs:
        make_draft(platform, job)


@contextmanager
def touring(templates: Templates, folder: Path) -> Iterator[Tour]:
    """Serve a copy of the demo, whose files are in `folder`."""
    files = f"file:{folder}/files"
    url = filled_demo(templates, folder, folder)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        platform = open_platform(settings_of(database_url=url, storage_url=files, site=ROOT, base_url=address))
        with serving(platform, listener, worker=False):
            yield Tour(address, platform, places_of(platform))
        close_platform(platform)


def places_of(platform: Platform) -> dict[str, str]:
    """What stands for the words in braces in PAGES, on a site filled with the demo whose mails are not sent yet."""
    queries = {
        "nda_out": ("signature", "NDA"),
        "asked": ("more_information", ""),
        "to_approve": ("approval", "Licence"),  # by Bo, above an amount
        "dispute": ("pleadings", ""),
    }
    with platform.database.reading() as session:
        rows = session.scalars(select(Dossier).order_by(Dossier.id.desc())).all()
        values = {
            name: next(row.reference for row in rows if row.state == state and row.title.startswith(title))
            for name, (state, title) in queries.items()
        }
        for mail in session.scalars(select(Mail).where(Mail.dossier_id.is_not(None)).order_by(Mail.id.desc())):
            link = re.search(r"/act/([\w-]+)", word_mail(platform, session, mail)[1])
            if link is not None:
                values |= strained_places(platform)
                return {**values, "link": link[1], "a_mail": str(mail.id), "maya": rows[-1].requester_id}
    raise AssertionError("no mail has a link to sign by")


def look(page: Page, dark: bool = True) -> list[str]:
    """What is wrong with the open page: structure, target sizes, and axe violations in light and dark."""
    problems: list[str] = page.evaluate(LOOK)
    page.evaluate(AXE)
    problems += _violations(page, {"type": "tag", "values": RULES})
    if dark:
        page.emulate_media(color_scheme="dark")
        problems += [f"dark: {line}" for line in _violations(page, {"type": "rule", "values": ["color-contrast"]})]
        page.emulate_media(color_scheme="light")
    return problems


def _violations(page: Page, only: dict[str, Any]) -> list[str]:
    run = "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})"
    result: dict[str, Any] = page.evaluate(run, only)
    return [f"axe {rule['id']}: {node['html'][:160]}" for rule in result["violations"] for node in rule["nodes"][:2]]


NAMES_AS_THEY_ARE = frozenset((*LANGUAGE_NAMES.values(), "Finance", "Legal", "Sales"))
"""Names of languages, and of the departments of the demo, which are the same on every page."""


def french() -> dict[str, str]:
    """Texts whose French differs from the English: none of these may appear on a French page."""
    translations: dict[str, str] = {}
    for path in (Path(formengine.__file__).parent / "locale" / "fr").glob("*.po"):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="fr", abort_invalid=True):
                is_translated = isinstance(message.id, str) and message.id and message.string != message.id
                if is_translated and message.id not in NAMES_AS_THEY_ARE:
                    translations[message.id] = str(message.string)
    return translations


def untranslated(page: Page, translations: dict[str, str], allowed: frozenset[str] = frozenset()) -> list[str]:
    """English texts in the content, accessible names or title of a French page."""
    texts: list[str] = page.evaluate("""() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [document.title.split(" – ")[0]];
      while (walker.nextNode()) {
        if (!walker.currentNode.parentElement.closest("[lang]:not(html), pre, code, .fe-prose, .fe-paper")) {
          found.push(walker.currentNode.data);
        }
      }
      for (const one of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]")) {
        for (const name of ["aria-label", "placeholder", "title", "alt"]) found.push(one.getAttribute(name) || "");
      }
      return found.map(text => text.trim().replace(/\\s+/g, " "));
    }""")
    return sorted({text for text in texts if text in translations and text not in allowed})
