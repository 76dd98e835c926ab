"""A client sees nothing of another organisation's: marked strings of it are looked for in every page, API answer,
file, feed and mail that the client can reach, made from the table of routes, so that a new route is visited too.
"""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, product
from typing import Any, Final
from uuid import uuid4

import pytest
from mcp import Client
from sqlalchemy import select
from webtest import TestApp

from formengine.errors import NotFound
from formengine.forms import Upload as FileUpload
from formengine.services.accounts import api_tokens, calendar_feeds
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import answer_copies, assignment, attachments, child_opening, documents, notes
from formengine.services.dossiers import transitions as steps
from formengine.services.dossiers.facets import count_facets
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.dossiers.saved_views import save_view
from formengine.services.drafts.storage import FilledForm, save_draft
from formengine.services.intake.submissions import submit
from formengine.services.notifications.choices import save_choices
from formengine.services.notifications.digests import write_digests
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.base import Base
from formengine.storage.models.exports import Export
from formengine.storage.models.files_and_notes import Attachment, Document, DocumentVersion, Note, StoredFile
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Organisation, Person
from formengine.storage.models.rounds import Round, Seat
from formengine.web.routes import Route, routes
from tests.services.conftest import paper
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import serving_app
from tests.web.assistant.test_endpoint import TOOLS, connected
from tests.web.dossiers.visitors import ADVICE, NDA, Visitor

CANARY: Final = "zqxcanary"
"""In every text of the other organisation's."""
BAIT: Final = "platypus"
"""A word beside it that Maya searches for: pages show what was searched for again."""
INTERNAL: Final = "zqxinternal"
"""In what the legal team keeps to itself on Maya's own dossiers."""
MOST: Final = 10
"""How many addresses of one route are visited."""
TABS: Final = (
    "notes",
    "attachments",
    "people",
    "approvals",
    "answers",
    "history",
    "children-milestone",
    "children-task",
)
NOT_VISITED: Final = {
    "dev_mails": "development alone", "dev_mail": "development alone", "dev_mail_html": "development alone",
    "mcp": "a protocol of posts; `test_no_answer_to_an_assistant_does` calls each of its tools",
}  # fmt: skip


@pytest.fixture
def database_kind() -> str:
    """The conditions are the same on both kinds of database (`services/access/test_policy.py`)."""
    return "sqlite"


@dataclass
class World:
    """Two organisations with requests of every sort, and the values for the placeholders of addresses."""

    own: str
    foreign: str
    owner: Person
    values: dict[str, list[str]] = field(default_factory=dict)

    def addresses(self, route: Route) -> Iterator[str]:
        """The addresses of a route: with what is the other organisation's, and with the client's own."""
        names = re.findall(r"\{(\w+)", route.pattern)
        unknown = [self.foreign, self.own, "1", self.owner.id]
        part = route.name.removeprefix("api.").split(".")[0]
        values_of = (self.values.get(f"{part} {name}", self.values.get(name, unknown)) for name in names)
        for chosen in islice(product(*values_of), MOST):
            values = iter(chosen)
            yield re.sub(r"\{\w+(:[^}]*)?\}", lambda _match, values=values: next(values), route.pattern)  # type: ignore[misc]


@pytest.fixture
def world(platform: Platform, people: People, acting: Acting) -> World:
    people.all()
    with platform.database.transaction() as session:
        session.add(Organisation(short=CANARY, name=f"{CANARY} Ltd"))
    with platform.database.reading() as session:
        organisation = session.scalars(select(Organisation).where(Organisation.short == CANARY)).one().id
    zed = people.add(f"zed@{CANARY}.test", "collaborator", name=f"Zed {CANARY}", organisation_id=organisation)
    foreign = _requests(acting, people, zed, f"{CANARY} {BAIT}")
    own = _requests(acting, people, people("maya"), "Chairs")
    with acting(people("paul")) as work:
        for reference in own:
            secret = FileUpload(f"{INTERNAL}.txt", "text/plain", io.BytesIO(INTERNAL.encode()))
            notes.add_note(work, reference, f"{INTERNAL} among us", internal=True, files=[secret])
            held = FileUpload(f"{INTERNAL} held.txt", "text/plain", io.BytesIO(b"held"))
            attachments.attach_files(work, reference, [held], held=True)
        assignment.share(work, own[0], True)
    with acting(people("paul")) as work:
        summary = {"review_summary": f"{INTERNAL} about the terms"}
        steps.perform(work, own[0], "ask_approval", get_dossier(work, own[0]).version, summary)
    world = World(own[0], foreign[0], zed)
    world.values = _values(platform, [*foreign, *own], zed) | _unsent(acting, zed)
    return world


def _unsent(acting: Acting, zed: Person) -> dict[str, list[str]]:
    """A draft, a saved view and an export of Zed's, as values for the placeholders of their addresses."""
    words, filter_ = f"{CANARY} {BAIT}", [["kind", "contract"], ["q", CANARY]]
    with acting(zed) as work:
        about = FilledForm("request:nda", f"Draft {words}", "en", {"0-purpose": [words]}, {"purpose": words})
        draft = save_draft(work, zed.id, about).draft
        view = save_view(work, "contracts", f"{CANARY} view", f"q={CANARY}")
        named = {"title": f"List {words}", "parameters": filter_, "format": "xlsx", "language": "en"}
        export = Export(person_id=zed.id, rows=1, created_at=work.now, **named)
        work.session.add(export)
        work.session.flush()
        return {"draft id": [draft.id], "view id": [str(view.id)], "export id": [export.id]}


def _requests(acting: Acting, people: People, person: Person, words: str) -> list[str]:
    """The references of a person's requests, with notes, files, documents, milestones; all texts say `words`."""
    party = {"name": words, "country": "FR"}
    contact = {"name": words, "email": "joe@globex.test"}
    nda = {**NDA, "purpose": words, "counterparty": party, "counterparty_contact": contact}
    advice = {**ADVICE, "subject": words, "question": words}
    made = []
    for type_id, answers in (("nda", nda), ("legal_advice", advice)):
        with acting(person) as work:
            made.append(submit(work, type_id, answers, key=uuid4().hex, accept_notice=True).dossier.reference)
    with acting(person) as work:
        for reference in made:
            file = FileUpload(f"{words}.txt", "text/plain", io.BytesIO(words.encode()))
            notes.add_note(work, reference, f"A note: {words}", files=[file])
    with acting(people("paul")) as work:
        assignment.claim(work, made[0])
        child_opening.open_child(work, made[0], "milestone", {"title": words, "due": "2027-05-04"}, True)
        dossier = get_dossier(work, made[0])
        documents.new_document_version(work, dossier.reference, "agreement", paper())
        assignment.share(work, made[0], True)
    return made


def _values(platform: Platform, references: list[str], zed: Person) -> dict[str, list[str]]:
    """What each placeholder can name, what is the other organisation's first."""
    with platform.database.reading() as session:

        def ids(table: type[Base]) -> list[str]:
            return [str(row.id) for row in session.scalars(select(table).order_by(table.id))]  # type: ignore[attr-defined]

        files = [*ids(Attachment)[:4], *ids(DocumentVersion)[:2], *ids(StoredFile)[:4], *ids(Document)[:1], "agreement"]
        return {
            "reference": references, "id": files, "file": ids(StoredFile)[:4], "note": ids(Note)[:4],
            "person": [zed.id],
            "kind": ["milestone", "task", "hearing"], "number": ["1", "2"], "seat": ids(Seat)[:3] or ["1"],
            "round": ids(Round)[:2] or ["1"], "type": ["nda", "legal_advice"], "transition": ["ask", "withdraw"],
            "document": ["agreement"], "entry": ["1", "2"], "token": ["1", zed.id], "mail": ids(Mail)[:3],
        }  # fmt: skip


def read(answer: Any) -> str:
    """All that an answer says: headers, text, and what an archive or workbook holds."""
    headers = [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\n".join([*headers, text_of(answer.body)])


def text_of(body: bytes) -> str:
    """The text of a body; of an archive or workbook, of all that is in it."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = archive.namelist()
        return "\n".join([*names, *(archive.read(name).decode("utf-8", "replace") for name in names)])


def queries_of(route: Route) -> tuple[str, ...]:
    """The queries with which a route is visited: the tabs of a dossier, and a search wherever there may be one."""
    if route.name == "dossier":
        return ("", *(f"?tab={tab}" for tab in TABS))
    if route.name == "api.document":
        return ("", *(f"?format={format_}" for format_ in ("signed", "certificate", "evidence")))
    return ("", f"?q={BAIT}") if "{" not in route.pattern else ("",)


def marked(
    client: TestApp, world: World, marks: tuple[str, ...], *, is_api: bool, only: Collection[str] = ()
) -> tuple[set[str], int]:
    """The routes whose answers hold a mark, and how many addresses answered at all; of `only` some routes, or all."""
    found, answered = set(), 0
    for route in routes():
        if route.is_api is not is_api or "GET" not in route.methods or route.name in NOT_VISITED:
            continue
        if only and route.name not in only:
            continue
        for address in world.addresses(route):
            for query in queries_of(route):
                answer = client.get(address + query, status="*")
                if answer.status_int == 303 and "/content?" in (answer.location or ""):
                    answer = client.get(answer.location, status="*")
                answered += answer.status_int == 200
                text = read(answer)
                found |= {route.name for mark in marks if mark in text.lower()}
    return found, answered


def test_no_page_shows_a_client_what_is_another_organisation_s(
    world: World, app: Any, people: People, platform: Platform
) -> None:
    """T43, P28, U7: neither requester nor colleague with whom a dossier is shared, in no page, search or file; nor
    what the legal team keeps to itself. Their owner does see them, on the same walk."""
    for name in ("maya", "cleo"):
        found, answered = marked(
            Visitor(app).sign_in(people(name), people.password), world, (CANARY, INTERNAL), is_api=False
        )
        assert found == set(), name
        assert answered > 40, name
    shown = {"dossier", "attachment", "dossier.archive", "contracts", "matters", "home", "account", "inbox"}
    shown |= {"views", "drafts", "exports", "export", "dossier.answers", "submission"}
    owner = Visitor(app).sign_in(world.owner, people.password)
    assert marked(owner, world, (CANARY,), is_api=False, only=shown)[0] == shown


def test_no_answer_of_the_api_does(world: World, app: Any, people: People, acting: Acting) -> None:
    """T43, P28, X5: with every scope of a client's token."""
    for person, marks, is_owner in ((people("maya"), (CANARY, INTERNAL), False), (world.owner, (CANARY,), True)):
        with acting(person) as work:
            token = api_tokens.create_token(work, work.person, api_tokens.scopes_for(work.person))
        client = TestApp(app, extra_environ={"HTTP_AUTHORIZATION": f"Bearer {token}"})
        found, answered = marked(client, world, marks, is_api=True)
        assert answered > 10
        assert bool(found) is is_owner, found


def test_no_answer_to_an_assistant_does(world: World, app: Any, people: People, acting: Acting) -> None:
    """T43, P28, X8: no tool at /mcp shows Maya's assistant what is another organisation's, nor what the legal team
    keeps to itself; the owner's is shown it by the same calls.
    """
    readers = ((people("maya"), (CANARY, INTERNAL), False), (world.owner, (CANARY,), True))
    with serving_app(app) as url:
        for person, marks, is_owner in readers:
            with acting(person) as work:
                token = api_tokens.create_token(work, work.person, api_tokens.scopes_for(work.person))
            called, answers = asyncio.run(connected(f"{url}/mcp", token, partial(_calls, world)))
            assert called == set(TOOLS)
            assert any("Chairs" in text for text in answers) is not is_owner
            assert any(mark in text.lower() for mark in marks for text in answers) is is_owner


async def _calls(world: World, client: Client) -> tuple[set[str], list[str]]:
    """Each tool that there is, with what is the other organisation's and with the client's own: the names of the
    tools and all that they answered.
    """
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    references = [{"reference": reference} for reference in (*world.values["reference"], "CTR-1999-0001")]
    arguments: dict[str, list[dict[str, Any]]] = {
        "list_request_types": [{}],
        "get_request_type": [{"id": id} for id in ("nda", "legal_advice")],
        "list_dossiers": [{}, {"q": BAIT}, {"kind": "contract"}, {"kind": "matter", "limit": 100}],
        "get_dossier": references,
        "add_note": [{**named, "text": "From an assistant"} for named in references],
        "submit_request": [{"request_type": "legal_advice", "answers": {**ADVICE, "subject": 7}}],
    }
    answers = [tool.model_dump_json() for tool in tools.values()]
    for name in tools:
        answers += [(await client.call_tool(name, given)).model_dump_json() for given in arguments[name]]
    return set(tools), answers


def test_no_mail_and_no_calendar_does(
    world: World, app: Any, people: People, platform: Platform, acting: Acting
) -> None:
    """T43, P28: nothing of it is mailed to people of Maya's organisation; her calendar has none."""
    with platform.database.reading() as session:
        clients = {people("maya").email, people("cleo").email}
        mails = session.scalars(select(Mail).where(Mail.to.in_(clients))).all()
        texts = [" ".join(word_mail(platform, session, mail)) for mail in mails]
        others = session.scalars(select(Mail).where(Mail.to == world.owner.email)).all()
        assert any(CANARY in " ".join(word_mail(platform, session, mail)) for mail in others)
    assert texts
    assert not [text for text in texts if CANARY in text.lower() or INTERNAL in text.lower()]
    with acting(people("maya")) as work:
        calendar_feeds.renew_calendar_address(work)
        work.session.flush()
        shown = calendar_feeds.calendar_address(work)
    assert shown is not None
    feed = TestApp(app).get(re.sub(r"^https?://[^/]+", "", shown.url)).text
    assert "Chairs" in feed
    assert CANARY not in feed


def test_no_export_and_no_count_does(world: World, app: Any, people: People, acting: Acting) -> None:
    """T43, P13, P14, P28: lists as Excel and CSV, and the numbers beside the filters, hold what its reader may read."""
    for person, marks, is_owner in ((people("maya"), (CANARY, INTERNAL), False), (world.owner, (CANARY,), True)):
        browser, texts = Visitor(app).sign_in(person, people.password), []
        token = browser.get("/account").html.find("input", attrs={"name": "csrf_token"})["value"]
        for kind, format_, q in product(("matter", "contract", ""), ("xlsx", "csv"), ("", BAIT, INTERNAL)):
            fields = {"csrf_token": token, "format": format_, "q": q, **({"kind": kind} if kind else {})}
            texts.append(read(browser.post("/exports", fields)).lower())
        assert any(mark in text for mark in marks for text in texts) is is_owner
        assert any(("chairs" in text) is not is_owner for text in texts)
        with acting(person) as work:
            total = count_facets(work, ListFilter()).total.number
            assert total == len(dossier_page(work, ListFilter(), limit=100).items) == 2
            assert count_facets(work, ListFilter(q=BAIT)).total.number == (2 if is_owner else 0)
            assert count_facets(work, ListFilter(q=INTERNAL)).total.number == 0


def test_no_digest_does(world: World, people: People, platform: Platform, acting: Acting) -> None:
    """T43, N2, P28: what is gathered for a digest and for the inbox is of one's own dossiers alone."""
    readers = (people("maya"), people("cleo"), world.owner)
    for reader in readers:
        with acting(reader) as work:
            save_choices(work, {"note": "daily"}, "8", "0")
    with acting(people("paul")) as work:
        for reference, words in ((world.own, "Chairs"), (world.foreign, CANARY)):
            notes.add_note(work, reference, f"News: {words}")
            notes.add_note(work, reference, f"Between us: {INTERNAL}", internal=True)
    with acting(None, now=datetime.now(UTC) + timedelta(days=2)) as work:
        assert write_digests(work) == 2, "Maya and the owner"
    with platform.database.reading() as session:
        digests = session.scalars(select(Mail).where(Mail.kind == "digest")).all()
        texts = {mail.person_id: " ".join(word_mail(platform, session, mail)).lower() for mail in digests}
    assert "chairs" in texts[people("maya").id]
    assert CANARY in texts[world.owner.id]
    assert CANARY not in texts[people("maya").id]
    assert not [text for text in texts.values() if INTERNAL in text]


def test_no_document_of_answers_does(world: World, platform: Platform, people: People, acting: Acting) -> None:
    """T43, D3: the PDF of the answers is made for its reader: another organisation's is not to be asked for, and of the
    own one it holds nothing that is the legal team's.
    """
    with acting(people("maya")) as work:
        with pytest.raises(NotFound):
            answer_copies.request_answer_copy(work, get_dossier(work, world.foreign))
        text = text_of(answer_copies.answers_docx(work, get_dossier(work, world.own)))
    assert "Chairs" in text
    assert INTERNAL not in text
    with acting(people("paul")) as work:
        assert INTERNAL in text_of(answer_copies.answers_docx(work, get_dossier(work, world.own)))
