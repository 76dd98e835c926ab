"""A client sees nothing of another organisation's: marked strings of it are looked for in every page, API answer,
file, feed and mail that the client can reach, made from the table of routes, so that a new route is visited too.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import select
from webtest import TestApp

from formengine.forms import Upload as FileUpload
from formengine.services.accounts import api_tokens, calendar_feeds
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment, attachments, documents, notes
from formengine.services.dossiers import transitions as steps
from formengine.services.intake.submissions import submit
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.base import Base
from formengine.storage.models.files_and_notes import Attachment, Document, DocumentVersion, Note, StoredFile
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Organisation, Person
from formengine.storage.models.rounds import Round, Seat
from formengine.web.routes import Route, routes
from tests.services.conftest import paper
from tests.support.people import People
from tests.support.platforms import Acting
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
    "mcp": "a protocol of posts: its tools call the services of the API",
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
        for chosen in islice(product(*(self.values.get(name, unknown) for name in names)), MOST):
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
    world = World(own[0], foreign[0], zed)
    world.values = _values(platform, [*foreign, *own], zed)
    return world


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
        steps.open_child(work, made[0], "milestone", {"title": words, "due": "2027-05-04"}, True)
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
            "document": ["agreement"], "token": ["1", zed.id], "mail": ids(Mail)[:3],
        }  # fmt: skip


def read(answer: Any) -> str:
    """All that an answer says: headers, text, and what an archive or workbook holds."""
    body: bytes = answer.body
    texts = [f"{name}: {value}" for name, value in answer.headers.items()]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "\n".join(
                [
                    *texts,
                    *archive.namelist(),
                    *(archive.read(name).decode("utf-8", "replace") for name in archive.namelist()),
                ]
            )
    return "\n".join([*texts, body.decode("utf-8", "replace")])


def queries_of(route: Route) -> tuple[str, ...]:
    """The queries with which a route is visited: the tabs of a dossier, and a search wherever there may be one."""
    if route.name == "dossier":
        return ("", *(f"?tab={tab}" for tab in TABS))
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
    shown = {"dossier", "attachment", "dossier.archive", "contracts", "matters", "home", "account"}
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
