"""Cases for the page of mails: a litigation with its hearings, a form without an account, ratings and exports."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from sqlalchemy import select

from formengine.authoring import Bundle
from formengine.i18n import say
from formengine.services.accounts.accounts import close_account
from formengine.services.approvals.signed_copies import REASONS
from formengine.services.case.document_failures import tell_failed_document
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import child_changes, child_opening, ratings, transitions
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.document_drafts import failure_sentence
from formengine.services.dossiers.document_holders import COUNTERPARTY, US
from formengine.services.dossiers.document_turns import hand_over
from formengine.services.dossiers.documents import new_document_version
from formengine.services.dossiers.weekly_overview import write_overviews
from formengine.services.exports import exports
from formengine.services.intake import public_requests
from formengine.services.intake.submissions import submit
from formengine.services.notifications.choices import save_choices
from formengine.services.notifications.mail_text import word_mail
from formengine.services.publishing.publications import publish
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Child
from tests.support.people import People
from tests.support.platforms import SITES, acting_on

LANGUAGES: Final = {"en": "[en, fr]", "fr": "[fr, en]"}
MONDAY: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEARING: Final = {"at": "2026-05-12T14:30:00+02:00", "court": "Tribunal de commerce de Lyon", "room": "3"}
NOTICE: Final[dict[str, Any]] = {
    "event_kind": "we_claim", "received_on": "2026-02-27", "our_entity": "acme_sas", "our_position": "claimant",
    "opponents": [{"name": "Initech SARL"}], "facts": "They do not pay.", "insured": "no",
}  # fmt: skip


def bundle_of(site: Path, language: str) -> Bundle:
    """The files of a site whose first language, in which people outside are written to, is the one given."""
    files = Bundle.from_folder(site).files
    portal = files["config/portal.yaml"].replace(b"languages: [en, fr]", f"languages: {LANGUAGES[language]}".encode())
    return Bundle({**files, "config/portal.yaml": portal})


class Play:
    """People who act on a platform, each in a unit of work of their own."""

    def __init__(self, platform: Platform, people: People, now: datetime = MONDAY) -> None:
        self.platform, self.people, self.now = platform, people, now

    def __call__(self, who: str | None, service: Any, *args: Any, **values: Any) -> Any:
        with acting_on(self.platform, self.people(who) if who else None, now=self.now) as work:
            return service(work, *args, **values)

    def mail(self, kind: str) -> str:
        """The text of the last mail of a kind."""
        with self.platform.database.reading() as session:
            mail = session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id.desc())).first()
            assert mail is not None, kind
            return word_mail(self.platform, session, mail)[1]


def litigation(platform: Platform, people: People, _language: str) -> None:
    """A hearing is listed, moved, adjourned, held and cancelled; a milestone is moved and met."""
    act = Play(platform, people)
    answers = {**NOTICE, "custodians": [people("maya").id]}
    reference = act("maya", submit, "litigation_notice", answers, key="notice", accept_notice=True).dossier.reference
    act("omar", claim, reference)

    def step(number: int, name: str, fields: Any = None, comment: str | None = None, kind: str = "hearing") -> None:
        def take(work: Any) -> None:
            child = work.session.scalars(select(Child).where(Child.kind == kind, Child.number == number)).one()
            transitions.perform(work, reference, name, child.dossier.version, fields, comment, child)

        act("omar", take)

    def change(number: int, fields: dict[str, Any], kind: str = "hearing") -> None:
        def write(work: Any) -> None:
            version = work.session.scalars(select(Dossier.version).where(Dossier.reference == reference)).one()
            child_changes.update_child(work, reference, kind, number, version, fields)

        act("omar", write)

    act("omar", child_opening.open_child, reference, "hearing", HEARING, visible_to_client=True)
    change(1, {"at": "2026-05-19T09:00:00+02:00", "room": "5"})
    step(1, "adjourn", {"at": "2026-09-08T10:00:00+02:00"}, "The expert asks for more time.")
    act.now = datetime(2026, 9, 8, 12, 0, tzinfo=UTC)  # an outcome can be recorded from the day of the hearing on
    step(2, "hold", {"outcome": "Judgment on 6 October."})
    act.now = MONDAY
    act("omar", child_opening.open_child, reference, "hearing", HEARING, visible_to_client=True)
    step(3, "cancel", None, "The parties have settled.")


def charge_lost(platform: Platform, people: People, language: str) -> None:
    """Somebody who is in charge of one area of a deal leaves."""
    from tests.services.dossiers.test_children_in_charge import WORKFLOW

    act = Play(platform, people)
    workflow = WORKFLOW.replace("lead: {team: contracts}", "lead: {team: contracts, one_person: true}")
    files = bundle_of(SITES / "casework", language).files
    act("sam", publish, Bundle({**files, "workflows/deal/workflow.yaml": workflow.encode()}))
    reference = act("maya", submit, "deal", {"subject": "The sale of Egret"}).dossier.reference
    kim = people.add("kim@example.com", "collaborator", name="Kim Berg")
    act("paul", claim, reference)

    def begin(work: Any) -> None:
        version = work.session.scalars(select(Dossier.version).where(Dossier.reference == reference)).one()
        transitions.perform(work, reference, "begin", version, {"areas": [{"name": "Taxes", "who": kim.id}]})

    act("paul", begin)
    act("sam", close_account, kim.id)


def documents(platform: Platform, people: People, _language: str) -> None:
    """A contract goes to the counterparty, back, and to a colleague; one cannot be drafted, another's PDF not made."""
    from tests.services.conftest import paper

    act = Play(platform, people)
    reference = act("maya", submit, "deal", {"subject": "The sale of Egret"}).dossier.reference
    act("paul", claim, reference)
    act("paul", new_document_version, reference, "contract", paper())
    act("paul", hand_over, reference, "contract", COUNTERPARTY)
    act("sam", hand_over, reference, "contract", US)
    act("paul", hand_over, reference, "contract", people("sam").id)

    def fail(work: Any) -> None:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == reference)).one()
        reason = "refers to the clause '_terms', which is left out"
        draft = partial(failure_sentence, reason, is_team=True)
        tell_failed_document(work, dossier, ["contract"], "draft", "0", draft)
        signed = REASONS["settings"]
        tell_failed_document(work, dossier, ["contract"], "signed", "1", lambda language: say(language, signed))

    act(None, fail)


def public(platform: Platform, people: People, language: str) -> None:
    """Somebody without an account fills in a form, confirms it, and asks for the links to their requests."""
    act = Play(platform, people)
    answers = {"right": "access", "words": "Everything, please."}

    def send(work: Any) -> None:
        reader = replace(work, language=language)
        request_type = public_requests.get_public_type(reader, "data_request")
        read: Any = SimpleNamespace(data=answers)
        sender = public_requests.Sender("Dana Doe", "dana@people.test")
        public_requests.receive(reader, request_type, read, sender, accepted=True)

    act(None, send)
    secret = re.search(r"/public/confirmation/([\w-]+)", act.mail("confirm_request"))
    assert secret is not None
    act(None, public_requests.confirm, secret[1])
    act(None, public_requests.resend_links, "dana@people.test")


def rating_and_export(platform: Platform, people: People, ended: str, language: str) -> None:
    """The requester of a dossier that has ended is asked to rate it; Paul exports a list that is long."""
    act = Play(platform, people, MONDAY + timedelta(days=2))

    def ask(work: Any) -> None:
        ratings.ask_for_rating(work, work.session.scalars(select(Dossier.id).where(Dossier.reference == ended)).one())

    act(None, ask)

    def begin(work: Any) -> str:
        title = {"en": "Contracts", "fr": "Contrats"}[language]
        export = exports.begin_export(work, [("kind", "contract")], "xlsx", title)
        assert export is not None
        return str(export.id)

    with patch.object(exports, "LONG", 0):
        export_id = act("paul", begin)
    exports.write_export(platform, export_id)
    for who in ("maya", "paul"):
        act(who, save_choices, {"overview": "weekly"}, "9", "2")
    act(None, write_overviews)
