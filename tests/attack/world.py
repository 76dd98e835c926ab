"""What there is to steal: a client's dossiers with notes, files and a signature, and attackers beside her."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from formengine.forms import Upload
from formengine.services.dossiers import child_opening, notes
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.documents import draft_document
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, DocumentVersion, StoredFile
from formengine.storage.models.people import ApiToken, Person
from formengine.web.routes import Route
from tests.attack.browser import ATTACKER, Browser, Program
from tests.attack.portal import Portal
from tests.support.platforms import acting_on
from tests.support.postgresql_cluster import until
from tests.web.dossiers.visitors import NDA

CANARY = "CANARY-0f3a"
"""A word in everything that is internal or Maya's."""
TEAM = ("paul", "ana", "lena", "ines", "nora", "bo")


@dataclass
class World:
    """Maya's dossiers and their parts; Eve, a client of no company; Oscar, a colleague of Maya's without a part in
    them."""

    portal: Portal
    asked: str = ""
    signing: str = ""
    link: str = ""
    internal_file: str = ""
    internal_attachment: int = 0
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        portal, people = self.portal, self.portal.people
        for name in ("maya", *TEAM):
            people(name)
        people.add("eve@example.net")
        people.add("oscar@example.com", organisation_id=people("maya").organisation_id)
        purpose = {"purpose": f"Assessing a supply agreement {CANARY}"}
        self.asked, self.signing = self.submit(purpose), self.submit({**purpose, "personal_data": False})
        with acting_on(portal.platform, people("paul")) as work:
            claim(work, self.asked)
            note = notes.add_note(work, self.asked, f"Hello {CANARY}").id
            secret = Upload("strategy.txt", "text/plain", io.BytesIO(f"our strategy {CANARY}".encode()))
            notes.add_note(work, self.asked, f"Between us {CANARY}", internal=True, files=[secret])
            child_opening.open_child(work, self.asked, "milestone", {"title": f"Kick-off {CANARY}"}, True)
            dossier = work.session.query(Dossier).filter_by(reference=self.asked).one().id
        with acting_on(portal.platform, None) as work:
            draft_document(work, dossier, "agreement", after=0)
        with portal.platform.database.reading() as session:
            attachment = session.scalars(select(Attachment).where(Attachment.internal)).one()
            version = session.scalars(select(DocumentVersion.id)).first()
            file = session.scalars(select(StoredFile).where(StoredFile.id == attachment.file_id)).one()
            self.internal_attachment, self.internal_file = attachment.id, file.id
        self.ids = {
            "reference": self.asked, "transition": "ask", "kind": "milestone", "number": "1", "type": "nda",
            "note": str(note), "document": "agreement", "secret": "0" * 43, "person": people("maya").id,
            "id": str(attachment.id), "version": str(version), "token": "1", "specimen": "nda", "mail": "1",
            "round": "1", "seat": "1", "file": "1", "item": "1", "part": "1", "sign_up": "1", "session": "0" * 16,
            "absence": "1", "organisation": "1", "department": "1", "view": "1", "job": "1", "child": "1",
            "provider": "1",
        }  # fmt: skip
        self.link = self.mailed("joe@globex.test", r"/act/([\w-]+)")

    def submit(self, changes: dict[str, Any]) -> str:
        with acting_on(self.portal.platform, self.portal.people("maya")) as work:
            return submit(work, "nda", {**NDA, **changes}, key=uuid4().hex, accept_notice=True).dossier.reference

    def request_signature(self) -> str:
        """The secret of a link to sign, of a new request of Maya's."""
        before = len(self.portal.inbox.to("joe@globex.test"))
        self.submit({"personal_data": False, "purpose": "Another"})
        return self.mailed("joe@globex.test", r"/act/([\w-]+)", after=before)

    def mailed(self, to: str, pattern: str, after: int = 0) -> str:
        """The last thing of a pattern in the texts of mails to an address, once there are more than `after` mails."""
        texts: list[str] = []

        def arrived() -> bool:
            texts[:] = [str(mail.get_body(("plain",)).get_content()) for mail in self.portal.inbox.to(to)[after:]]  # type: ignore[union-attr]
            return any(re.search(pattern, text) for text in texts)

        until(arrived, 60, 0.1)
        return [match[1] for text in texts for match in re.finditer(pattern, text)][-1]

    def address(self, route: Route, **ids: str) -> str:
        """The address of a route with the ids of what is Maya's."""
        ids = {**self.ids, **ids}
        if route.name.startswith("version") or route.name in ("api.document",):
            ids["id"] = ids["version"]
        return route.pattern.format(**ids)

    def browser(self, name: str, source: str = ATTACKER) -> Browser:
        """A signed-in browser of a person, by name of the demo or by address."""
        browser = Browser(self.portal, source)
        answer = browser.sign_in(name if "@" in name else self.portal.people(name).email)
        assert answer.status_code == 303, (name, answer.status_code, answer.text[-600:])
        return browser

    def program(self, name: str, *scopes: str) -> Program:
        return Program(self.portal, self.browser(name).api_token(*scopes))

    def person(self, email: str) -> Person:
        with self.portal.platform.database.reading() as session:
            return session.scalars(select(Person).where(Person.email == email)).one()

    def tokens_of(self, email: str) -> list[ApiToken]:
        with self.portal.platform.database.reading() as session:
            return list(session.scalars(select(ApiToken).join(Person).where(Person.email == email)))
