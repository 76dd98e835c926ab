"""Requests of people without an account (F13): filled in on a public form, confirmed by a link in a mail, and only then
sent to the legal team.

Until it is confirmed, a request is a draft that nobody but the holder of the link reads. Its sender then is a person in
the state GUEST: without password and without sign-in. Somebody who has an account sends it by the same link, and
follows it in that account.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update

from formengine.authoring import RequestType
from formengine.errors import LinkSpent, NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.rate_limits import Limit
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.services.drafts.changed_forms import CarriedForm, FormChanges, carry_controls, older_form
from formengine.services.drafts.storage import FilledForm, new_draft
from formengine.services.intake.submissions import submit
from formengine.services.notifications.mails import notify
from formengine.services.notifications.secret_text import SecretText
from formengine.services.notifications.status_links import status_link
from formengine.services.people.displayed_names import displayed_name
from formengine.storage.database import expect_unchanged
from formengine.storage.models.base import new_id
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.drafts import Draft, DraftFile
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.people import GUEST, Person

if TYPE_CHECKING:
    from formengine.forms import Answers

UNCONFIRMED: Final = "public:"
"""What a draft is about that waits for its confirmation, before the id of the request type."""
VISITOR: Final = "public:"
"""Whose files those of a public form are, before the key of the page."""
SENT: Final = "public-sent:"
"""What it is about once it was sent, before the reference of its dossier: the link leads on from there."""
LIFETIME: Final = timedelta(days=2)
MAX_WAITING: Final = 5
"""The number of requests of one address that wait for their confirmation."""
PUBLIC_ADDRESS: Final = Limit("public:address", 20, timedelta(hours=1))
PUBLIC_EMAIL: Final = Limit("public:email", 8, timedelta(days=1))
PUBLIC_POSTS: Final = Limit("public:posts", 200, timedelta(hours=1))
"""Requests by network address and by e-mail address, and posts of public forms by network address."""
MAX_LINKS: Final = 20
"""The number of dossiers whose links are mailed again at a time."""


@dataclass(frozen=True)
class Sender:
    """Who sends a public request, as they typed it."""

    name: str
    email: str


@dataclass(frozen=True)
class UnconfirmedRequest:
    """A request that waits for its confirmation; `reference` is that of the dossier once it was sent."""

    draft: Draft
    sender: Sender
    request_type: RequestType | None
    reference: str = ""

    @property
    def data(self) -> Mapping[str, Any]:
        """The answers, {} once they were sent."""
        return self.draft.data or {}


@dataclass(frozen=True)
class ReopenedRequest:
    """The answers of such a request on the present form, with what that changes; its files are those of `visitor`."""

    answers: Answers
    changes: FormChanges
    sender: Sender
    visitor: str


def public_request_types(work: UnitOfWork) -> list[RequestType]:
    """The request types that are offered without an account, by title."""
    types = [offered for offered in current_site(work).request_types.values() if offered.audience == "public"]
    return sorted(types, key=lambda request_type: request_type.title_in(work.language))


def get_public_type(work: UnitOfWork, type_id: str) -> RequestType:
    """A request type that is offered without an account; raises NotFound for any other."""
    request_type = current_site(work).request_types.get(type_id)
    if request_type is None or request_type.audience != "public":
        raise NotFound(f"no public request type {type_id}")
    return request_type


def as_visitor(work: UnitOfWork, visitor: str) -> UnitOfWork:
    """The unit of work of somebody who fills in a public form; their files are those of `visitor`, the key of their
    page.
    """
    return replace(work, actor=Guest(VISITOR + visitor, 0))


def receive(
    work: UnitOfWork,
    request_type: RequestType,
    answers: Answers,
    sender: Sender,
    *,
    accepted: bool,
    instead: str = "",
) -> None:
    """Keep valid answers until they are confirmed, and mail the link to do so to the sender's address.

    Nothing tells whether the address has an account. The caller has counted the try (`limits_of`). `instead` is the
    secret of the request that these answers replace, where it is not sent yet: its link ends.
    """
    if instead:
        _discard_unsent(work, instead)
    owner = _owner(sender.email)
    waiting = (Draft.owner == owner) & Draft.about.startswith(UNCONFIRMED) & (Draft.expires_at > work.now)
    with work.session.no_autoflush:
        if (work.session.scalar(select(func.count()).select_from(Draft).where(waiting)) or 0) >= MAX_WAITING:
            return
    controls: dict[str, Sequence[str]] = {"name": [sender.name], "email": [sender.email]}
    filled = FilledForm(
        about=UNCONFIRMED + request_type.id,
        title=request_type.title_in(work.language),
        language=work.language,
        controls={**controls, "accepted": ["yes"] if accepted else []},
        data=answers.data,
        files=[str(file.get("id")) for _pointer, file in request_form(work, request_type).files(answers.data)],
        form_hash=request_type.hash,
        saved_by=(work.actor_id or "").removeprefix(VISITOR),
    )
    draft = new_draft(work, owner, filled)
    base = work.platform.settings.base_url.rstrip("/")
    link = SecretText(work.platform.settings.secret, f"{base}/public/confirmation/")
    draft.secret_hash = work.platform.settings.secret.hash(link.secret)
    draft.expires_at = work.now + LIFETIME
    data = {"request": {"title": draft.title}, "link": link}  # no word of the sender's own: anybody may have typed it
    for mail in notify(replace(work, actor=None), "confirm_request", [sender.email], data, entry=draft.id):
        mail.language = work.language


def _discard_unsent(work: UnitOfWork, secret: str) -> None:
    """Delete a request that waits for its confirmation; nothing is done where there is none, or it was sent."""
    try:
        earlier = get_unconfirmed(work, secret, lock=True)
    except LinkSpent:
        return
    if not earlier.reference:
        work.session.delete(earlier.draft)
        work.session.flush()  # one less that waits


def limits_of(work: UnitOfWork, email: str) -> tuple[tuple[Limit, str], ...]:
    """What a request counts towards: its network address, and its e-mail address."""
    return (PUBLIC_ADDRESS, work.address or "-"), (PUBLIC_EMAIL, email)


def _owner(email: str) -> str:
    return UNCONFIRMED + hashlib.sha256(email.encode()).hexdigest()[:40]


def get_unconfirmed(work: UnitOfWork, secret: str, *, lock: bool = False) -> UnconfirmedRequest:
    """The request of a link; raises LinkSpent for a link that is unknown or has expired."""
    query = select(Draft).where(Draft.secret_hash.in_(work.platform.settings.secret.hashes(secret)))
    if lock and not work.platform.database.is_sqlite:
        query = query.with_for_update()
    draft = work.session.scalar(query)
    if draft is None or not draft.about.startswith((UNCONFIRMED, SENT)):
        raise LinkSpent("unknown")
    if draft.expires_at <= work.now:
        raise LinkSpent("expired")
    if lock:
        expect_unchanged(work.session, select(Draft.about).where(Draft.id == draft.id), draft.about)
    sender = Sender(*((draft.controls.get(name) or [""])[0] for name in ("name", "email")))
    if draft.about.startswith(SENT):
        return UnconfirmedRequest(draft, sender, None, draft.about.removeprefix(SENT))
    try:
        request_type = get_public_type(work, draft.about.removeprefix(UNCONFIRMED))
    except NotFound:
        request_type = None
    return UnconfirmedRequest(draft, sender, request_type)


def changes_since(work: UnitOfWork, waiting: UnconfirmedRequest) -> FormChanges:
    """What the present form means for answers that were given on an older one; nothing where it is the same."""
    if waiting.request_type is None or waiting.draft.form_hash == waiting.request_type.hash:
        return FormChanges()
    return _carried(as_visitor(work, waiting.draft.saved_by), waiting, waiting.request_type).changes


def reopen(work: UnitOfWork, request_type: RequestType, secret: str) -> ReopenedRequest:
    """The answers of the request of a link on the present form, to be changed and sent again (F8). Raises LinkSpent for
    a link that holds no answers to this request type, or none any more.
    """
    waiting = get_unconfirmed(work, secret)
    if waiting.request_type is None or waiting.request_type.id != request_type.id:
        raise LinkSpent("unknown")
    visitor = waiting.draft.saved_by
    work = as_visitor(work, visitor)
    carried = _carried(work, waiting, request_type)
    answers = request_form(work, request_type).resume(carried.controls)
    return ReopenedRequest(answers, carried.changes, waiting.sender, visitor)


def _carried(work: UnitOfWork, waiting: UnconfirmedRequest, request_type: RequestType) -> CarriedForm:
    draft, data = waiting.draft, dict(waiting.data)
    older = older_form(work, request_type, draft.form_hash, draft.language)
    controls = older.draft(data) if older is not None else {}
    form = request_form(work, request_type)
    return carry_controls(work, request_type, form, controls, draft.form_hash, draft.language, data)


def confirm(work: UnitOfWork, secret: str) -> Dossier:
    """Send the request of a link to the legal team; a second time it is the dossier of the first.

    Raises LinkSpent; Refused where the request type is no longer offered, its form has changed in what it asks, or the
    address belongs to a closed account; Invalid where the form does not take the answers any more.
    """
    waiting = get_unconfirmed(work, secret, lock=True)
    if waiting.reference:
        return sent_dossier(work, waiting)
    if waiting.request_type is None:
        raise Refused([say(work.language, "This form is no longer offered.")])
    if changes_since(work, waiting):
        raise Refused([say(work.language, "The form has changed. Look at your answers again before you send them.")])
    request_form(work, waiting.request_type)  # compiled before the first statement that writes
    work.platform.definitions.pack(work.session, current_site(work).packs[waiting.request_type.pack].hash)
    draft, person = waiting.draft, _person(work, waiting.sender, waiting.draft.language)
    files = select(DraftFile.file_id).where(DraftFile.draft_id == draft.id)
    unused = StoredFile.id.in_(files) & StoredFile.dossier_id.is_(None)
    work.session.execute(update(StoredFile).where(unused).values(stored_by=person.id))
    sent = submit(
        replace(work, actor=person, language=draft.language),
        waiting.request_type.id,
        waiting.data,
        key=f"public-{draft.id}",
        accept_notice=bool(draft.controls.get("accepted")),
    )
    draft.about, draft.data = f"{SENT}{sent.dossier.reference}", None
    return sent.dossier


def sent_dossier(work: UnitOfWork, sent: UnconfirmedRequest) -> Dossier:
    """The dossier of a request that was sent already (`reference`)."""
    return work.session.scalars(select(Dossier).where(Dossier.reference == sent.reference)).one()


def _person(work: UnitOfWork, sender: Sender, language: str) -> Person:
    """The person of an address that was confirmed, added in the state GUEST where there is none."""
    person = work.session.scalar(select(Person).where(Person.email == sender.email))
    if person is None:
        person = Person(
            id=new_id(),
            email=sender.email,
            name=displayed_name(sender.name) or sender.email,
            role="client",
            state=GUEST,
            language=language,
            zone=work.portal_zone,
            created_at=work.now,
        )
        work.session.add(person)
        work.session.flush()
    if person.state == "closed" or person.role == "auditor":
        sentence = "This address cannot send requests. Please write to the legal team."
        raise Refused([say(work.language, sentence)])
    return person


def resend_links(work: UnitOfWork, email: str) -> None:
    """Mail the links of their requests to somebody without an account; nothing is done for any other address, and the
    caller is not told which. The caller has counted the try (`limits_of`).
    """
    person = work.session.scalar(select(Person).where(Person.email == email, Person.state == GUEST))
    if person is None:
        return
    query = select(Dossier).where(Dossier.requester_id == person.id).order_by(Dossier.id.desc()).limit(MAX_LINKS)
    rows = work.session.scalars(query).all()
    requests = [{"title": row.title, "reference": row.reference} for row in rows]
    if not requests:
        return
    notify(work, "status_links", [person.id], {"requests": requests}, entry=new_id())


def follow_path(work: UnitOfWork, dossier: Dossier) -> str:
    """Where its requester follows a dossier, in this portal: the status page by its secret link, or with an account the
    dossier's own page.
    """
    requester = work.session.get_one(Person, dossier.requester_id)
    if requester.state != GUEST:
        return f"/dossiers/{dossier.reference}"
    return status_link(work.platform, dossier).removeprefix(work.platform.settings.base_url.rstrip("/"))
