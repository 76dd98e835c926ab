"""Every kind of mail from cases that are played through the services, for the page of the docs that shows them.

Stories of sites are played to their end by the API; what no story causes is done by services on dossiers of the
product's own packs and of the site `parts`. The clock stands still, and ids and links are the same each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import time_machine
from sqlalchemy import select, update

from formengine.authoring.config.mail_templates import KINDS, OVERVIEW
from formengine.mail import html_of, text_of
from formengine.services.accounts import invitations, sign_up_decisions, sign_ups
from formengine.services.approvals.guest_signing import send_code
from formengine.services.approvals.seat_changes import add_copy
from formengine.services.approvals.successors import Successor, confirm_forward, guest_forward
from formengine.services.case.effects import apply_effects
from formengine.services.case.repository import load_for_update
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.assignment import assign, claim
from formengine.services.dossiers.child_opening import open_child
from formengine.services.dossiers.document_sharing import share_version
from formengine.services.dossiers.documents import draft_document, new_document_version
from formengine.services.dossiers.notes import add_note
from formengine.services.dossiers.transitions import perform
from formengine.services.drafts.expiry import expire_drafts
from formengine.services.drafts.storage import save_draft
from formengine.services.intake.part_changes import remind_part, withdraw
from formengine.services.intake.submissions import submit
from formengine.services.notifications.choices import save_choices
from formengine.services.notifications.digests import write_digests
from formengine.services.notifications.mail_frame import mail_frame
from formengine.services.notifications.mail_text import word_mail
from formengine.services.notifications.mails import notify
from formengine.services.publishing.publications import publish
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Seat
from formengine.workflow.engine.case import NotifyPeople
from tests.support import mail_plays
from tests.support.databases import migrate
from tests.support.people import People
from tests.support.platforms import ROOT, SITES, acting_on, close_platform, open_platform, settings_of
from tests.support.server import app_of

MONDAY: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STORIES: Final = (
    ("power_of_attorney", "power_of_attorney", 0),
    ("power_of_attorney", "power_of_attorney", 4),
    ("data_subject", "data_request", 4),
    ("due_diligence", "due_diligence", 1),
)
"""Stories, by site, pack and number, that cause the mails which the cases below do not."""
VARIANTS: Final = ("status", "late", "event", "shared", "provider")
"""The variables of which each value is a mail of its own on the page; one that is true gives it its name."""


@dataclass(frozen=True)
class SampleMail:
    """A mail as it would be sent: `variant` tells those of one kind apart, `outside` a reader without an account."""

    kind: str
    variant: str
    outside: bool
    sender: str
    to: str
    subject: str
    text: str
    html: str


def sample_mails(language: str) -> list[SampleMail]:
    """One mail of each kind and variant in a language, the kinds in their order."""
    samples: dict[tuple[str, str, bool], SampleMail] = {}
    for play in (
        _matter,
        _parts,
        mail_plays.litigation,
        mail_plays.public,
        mail_plays.charge_lost,
        mail_plays.documents,
        *STORIES,
    ):
        for sample in _played(play, language):
            samples.setdefault((sample.kind, sample.variant, sample.outside), sample)
    return sorted(samples.values(), key=lambda sample: (KINDS.index(sample.kind), sample.variant, sample.outside))


def _played(play: Any, language: str) -> Iterator[SampleMail]:
    """Play a case on a site of its own; the mails that it wrote in the language."""
    sites = {_parts: SITES / "parts", mail_plays.public: SITES / "public"}
    sites[mail_plays.charge_lost] = sites[mail_plays.documents] = SITES / "casework"
    site = sites.get(play, ROOT) if callable(play) else SITES / play[0]
    with _platform(site, language) as platform:
        people = People(platform)
        people.all()
        with platform.database.transaction() as session:
            session.execute(update(Person).values(language=language))
        for person in people.known.values():
            person.language = language
        if callable(play):
            with time_machine.travel(MONDAY, tick=False):
                play(platform, people, language)
        else:
            _tell_story(platform, people, *play)
        with platform.database.reading() as session:
            for mail in session.scalars(select(Mail).order_by(Mail.id)).all():
                yield _sample(platform, session, mail)


@contextmanager
def _platform(site: Path, language: str) -> Iterator[Platform]:
    """A platform with a site whose first language, in which people outside are written to, is the one given."""
    with _opened(_published(site, language), site) as (platform, _file):
        yield platform


@contextmanager
def _opened(database: bytes, site: Path) -> Iterator[tuple[Platform, Path]]:
    """A platform on a database with this content, in a new file."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "mails.sqlite")
        file.write_bytes(database)
        values = {"storage_url": f"file:{folder}/files", "base_url": "https://legal.example.com"}
        platform = open_platform(settings_of(**values, database_url=f"sqlite:///{file}", site=site))
        yield platform, file
        close_platform(platform)


@cache
def _published(site: Path, language: str) -> bytes:
    """The content of a database with a published site and nothing else."""
    with _opened(_migrated(), site) as (platform, file):
        with acting_on(platform, None) as work:
            publish(work, mail_plays.bundle_of(site, language))
        platform.database.close()
        return file.read_bytes()


@cache
def _migrated() -> bytes:
    """The content of a migrated, empty database."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "mails.sqlite")
        migrate(f"sqlite:///{file}")
        return file.read_bytes()


def _tell_story(platform: Platform, people: People, site: str, pack: str, number: int) -> None:
    from tests.support.stories import StoryInBoth, stories_of
    from tests.support.story_portal import Portal

    stories = stories_of(site)
    run = stories.run(pack, stories.stories[pack][number])
    StoryInBoth(run, Portal(app_of(platform), platform, people)).play()


def _sample(platform: Platform, session: Any, mail: Mail) -> SampleMail:
    subject, text = word_mail(platform, session, mail, mask=True)
    frame, variables = mail_frame(platform, session, mail), mail.variables or {}
    values = {name: variables[name] for name in VARIANTS if variables.get(name)}
    variant = " ".join(name if value is True else str(value) for name, value in values.items())
    if mail.kind == OVERVIEW:
        variant = "of a client" if variables["open"]["rows"] else "of the legal team"
    return SampleMail(
        kind=mail.kind,
        variant=variant,
        outside=mail.person_id is None,
        sender=frame.sender,
        to=mail.to,
        subject=_steady(subject),
        text=_steady(text_of(text, frame, mail.language)),
        html=html_of(subject, text, mail.language, frame),
    )


def _steady(text: str) -> str:
    """A text without what differs each time: ids of accounts, signatures, drafts and files."""
    text = re.sub(r"/fewer-mails/[^\s)]+", "/fewer-mails/…", text)
    text = re.sub(r"(/status/[A-Z]+-\d+-\d+)/[^\s)>]+", r"\1/…", text)
    text = re.sub(
        r"(/drafts|/invitations|/act|/sign-up|/public/confirmation|/exports)/[\w…%-]+",
        r"\1/…",
        re.sub(r"[0-9a-f]{32,}", "…", text),
    )
    return re.sub(r"(https?://\S+) \(\1\)", r"\1", text)


def _matter(platform: Platform, people: People, language: str) -> None:
    """A confidentiality agreement from its request to the signature by somebody outside, and what is about accounts."""
    from tests.web.dossiers.visitors import ADVICE, NDA

    def act(who: str | None, service: Any, *args: Any, now: datetime = MONDAY, **values: Any) -> Any:
        with acting_on(platform, people(who) if who else None, now=now, language=language) as work:
            return service(work, *args, **values)

    def dossier() -> Dossier:
        with platform.database.reading() as session:
            return session.scalars(select(Dossier).order_by(Dossier.id)).first()  # type: ignore[return-value]

    with acting_on(platform, people("maya"), now=MONDAY, language=language) as work:
        answers = {**NDA, "personal_data": False}
        reference = submit(work, "nda", answers, key="nda", accept_notice=True).dossier.reference
        advice = submit(work, "legal_advice", ADVICE, key="advice", accept_notice=True).dossier.reference
    act("paul", claim, reference)
    act("sam", assign, advice, people("ana").id)
    act("paul", add_note, reference, "Their lawyer asks for three years instead of five. Is that all right with you?")
    act(None, draft_document, dossier().id, "agreement", after=0)
    with platform.database.reading() as session:
        seat = session.scalars(select(Seat).where(Seat.status == "open")).first()
        assert seat is not None
        round_id = seat.round_id
    act("paul", add_copy, reference, round_id, "lee@firm.test")
    _forward(platform, act, reference)
    _advice(act, people, advice)
    with acting_on(platform, people("sam"), now=MONDAY) as work:
        invitations.invite(work, "noor@example.com", "Noor Haddad", "client", language=people("maya").language)
    act("maya", invitations.request_password_reset, "maya@example.com")
    _sign_ups(platform, act, people("maya").language)
    due = {"title": "Signed copies exchanged", "due": "2026-03-31"}
    act("paul", open_child, reference, "milestone", due, visible_to_client=True)
    _draft(act, people)
    act("maya", save_choices, {"note": "daily", "transition": "daily"}, "18", "0")
    act("paul", add_note, reference, "One more thing: who signs for them?")
    act(None, write_digests, now=MONDAY + timedelta(days=1))
    _engine(platform, people, reference)
    mail_plays.rating_and_export(platform, people, advice, language)


def _forward(platform: Platform, act: Any, reference: str) -> None:
    """Joe, who signs by a link, names somebody else, and Paul confirms."""
    with platform.database.reading() as session:
        asked = session.scalars(select(Mail).where(Mail.kind == "signature_asked").order_by(Mail.id.desc())).first()
        seat = session.scalars(select(Seat).where(Seat.status == "open")).first()
        assert asked is not None
        assert seat is not None
        token = word_mail(platform, session, asked)[1].split("/act/")[1].partition(")")[0]
        ids = (seat.round_id, seat.id)
    act(None, send_code, token)
    with platform.database.reading() as session:
        code = session.scalars(select(Mail).where(Mail.kind == "code").order_by(Mail.id.desc())).first()
        assert code is not None
        digits = word_mail(platform, session, code)[0][:6]
    act(None, guest_forward, token, digits, Successor("Jo Martin", "jo@globex.test", "I left the board in January."))
    act("paul", confirm_forward, reference, *ids)
    from tests.services.conftest import paper

    act("paul", new_document_version, reference, "agreement", paper(), ends_signatures=True)


def _advice(act: Any, people: People, reference: str) -> None:
    """A question is asked back, answered, an opinion is shared, and the advice is given."""
    from tests.services.conftest import paper

    def step(who: str, name: str, fields: Any = None, comment: str | None = None) -> None:
        def take(work: Any) -> None:
            version = work.session.scalars(select(Dossier.version).where(Dossier.reference == reference)).one()
            perform(work, reference, name, version, fields, comment)

        act(who, take)

    step("ana", "take")
    step("ana", "ask", comment="Until when does the lease run, and does it renew itself?")
    step("maya", "answer_question", comment="Until the end of 2027. It renews for three years unless we say otherwise.")
    act("ana", new_document_version, reference, "opinion", paper())
    act("ana", share_version, reference, "opinion")
    answer = (
        "Yes. Give notice by registered letter before 31 March; it then ends on 30 September.\n\nA draft is attached."
    )
    step("ana", "give_answer", {"answer": answer})


def _sign_ups(platform: Platform, act: Any, language: str) -> None:
    """Two people ask for an account and confirm their address; one is let in."""
    for email, name in (("kim@example.com", "Kim Berg"), ("lou@example.com", "Lou Martin")):
        act(None, sign_ups.request_account, email, name, language=language, company="Globex", reason="We buy from you.")
        with platform.database.reading() as session:
            asked = select(Mail).where(Mail.kind == "sign_up", Mail.to == email)
            text = word_mail(platform, session, session.scalars(asked).one())[1]
        secret = re.search(r"/sign-up/([\w-]+)", text)
        assert secret is not None
        act(None, sign_ups.confirm_address, secret[1])
    act(None, sign_ups.request_account, "maya@example.com", "Maya Laurent", language=language, reason="To ask.")
    act("ana", sign_up_decisions.accept_sign_up, 1, "client")
    act(
        "ana",
        sign_up_decisions.refuse_sign_up,
        2,
        "We know nobody of that name at Globex.",
    )


def _draft(act: Any, people: People) -> None:
    from formengine.services.drafts.storage import FilledForm

    filled = FilledForm("request:legal_advice", "Ending the Lyon lease", "en", {}, {"subject": "x"})
    act("maya", save_draft, people("maya").id, filled)
    act(None, expire_drafts, now=MONDAY + timedelta(days=26))


def _engine(platform: Platform, people: People, reference: str) -> None:
    """What the engine tells only where a pack has it or an account is closed: its effects, applied to the agreement."""
    due = {"name": {"en": "Reply to the court", "fr": "Réponse au tribunal"}, "due": "2026-06-02T22:00:00+00:00"}
    before = {"due": "2026-04-02T22:00:00+00:00", "last_day": "2026-04-02"}
    title = {"en": "Agreement", "fr": "Accord"}
    lost = {"rule": "signature", "number": 1}
    told = [
        NotifyPeople("nobody", (people("sam").id,), lost),
        NotifyPeople("version", (people("ines").id,), {"document": title, "number": 3, "void": True, "unclean": True}),
        NotifyPeople(
            "extended",
            (people("maya").id,),
            {"deadline": {**due, "last_day": "2026-06-02"}, "before": before, "comment": "The court is closed."},
        ),
    ]
    with acting_on(platform, people("paul"), now=MONDAY) as work:
        loaded = load_for_update(work, reference)
        apply_effects(loaded, list(told))
        files = [
            {"name": name, "type": "application/pdf", "sha256": "0" * 64} for name in ("signed.pdf", "certificate.pdf")
        ]
        data = {"round": {"name": "Signature"}, "enclosures": files, "verify": "https://legal.example.com/verify"}
        to, provider = [people("maya").id, "joe@globex.test"], {"provider": "DocuSeal"}
        notify(work, "signed_copy", to, data, dossier=loaded.dossier, entry="signed")
        downloads = {"downloads": [{"title": title["en"], "url": "https://legal.example.com/signed"}]}
        notify(work, "signed_copy", to, {**data, **provider, **downloads}, dossier=loaded.dossier, entry="elsewhere")


def _parts(platform: Platform, people: People, language: str) -> None:
    """A purchase that several people fill in: asked, reminded, not fitting, withdrawn; and one that nobody can."""
    from tests.services.intake.test_fillings import Request

    unfit = Request(platform, people, language).begin()
    unfit("paul", remind_part, unfit.id, "finance")
    unfit.send("bo", "finance", budget="B-1", either="O-1")
    unfit.by_link(their_address="1 Supply Street", neither="C-1")
    withdrawn = Request(platform, people, language).begin()
    withdrawn("cleo", withdraw, withdrawn.id, "We bought second-hand chairs instead.")
    Request(platform, people, language).begin(kind="audit", question="Why?")
