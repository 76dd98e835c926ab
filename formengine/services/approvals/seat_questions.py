"""Questions of somebody who is asked to sign by link, and the answers of the legal team, by mail (S5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.approvals.participants import participant_name
from formengine.services.case.guest_links import get_usable_link, new_link, seat_of
from formengine.services.case.new_dossier_mails import team_to_notify
from formengine.services.case.outside_names import outside_names
from formengine.services.case.repository import get_dossier, load
from formengine.services.core.audit_log import append_entry, chain_end
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient, actor_name, notify
from formengine.services.people.lookup import person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Round, Seat, SeatQuestion

MAX_LENGTH: Final = 2000
MAX_OPEN: Final = 3
"""How many questions of one seat may wait for an answer."""


@dataclass(frozen=True)
class QuestionView:
    """A question as shown: to whoever asked it, and to the legal team. `answer` is "" while there is none."""

    id: int
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    answered_by: str


def questions_of_dossier(work: UnitOfWork, dossier: Dossier) -> Mapping[int, list[QuestionView]]:
    """The questions asked on the seats of a dossier, by seat, the oldest first; read once in a transaction."""

    def read() -> dict[int, list[QuestionView]]:
        query = select(SeatQuestion).join(Seat, SeatQuestion.seat_id == Seat.id).join(Round, Seat.round_id == Round.id)
        views: dict[int, list[QuestionView]] = {}
        for row in work.session.scalars(query.where(Round.dossier_id == dossier.id).order_by(SeatQuestion.id)):
            by = person_name(work, row.answered_by)
            view = QuestionView(row.id, row.text, row.asked_at, row.answer or "", row.answered_at, by)
            views.setdefault(row.seat_id, []).append(view)
        return views

    return work.remember(("seat questions", dossier.id), read)


def ask_question(work: UnitOfWork, token: str, text: str) -> None:
    """Ask whoever is in charge, by a link, which stays valid. They are mailed the question.

    Raises LinkSpent; Invalid (`/question`) for an empty or too long one; Refused while MAX_OPEN wait for an answer.
    """
    link = get_usable_link(work, token, lock=True)
    seat = seat_of(work, link)
    dossier, words = seat.round.dossier, _checked(work, text, "question")
    chain_end(work.session, dossier.reference)  # locked: nobody asks by another link of the seat meanwhile
    waiting = [view for view in questions_of_dossier(work, dossier).get(seat.id, ()) if not view.answer]
    if len(waiting) >= MAX_OPEN:
        sentence = "Your questions wait for an answer; it comes by mail."
        raise Refused([say(work.language, sentence)], about="question")
    row = SeatQuestion(seat_id=seat.id, text=words, asked_at=work.now)
    work.session.add(row)
    work.forget(("seat questions", dossier.id))
    entry = append_entry(work, "question_asked", {"comment": words, "data": _data(seat)}, dossier, by=seat.person)
    name = str(seat.data.get("name") or "") or participant_name(load(work, dossier), seat.person)
    address = f"{work.platform.settings.base_url.rstrip('/')}/dossiers/{dossier.reference}?tab=approvals"

    def data(recipient: Recipient) -> dict[str, object]:
        body = say(recipient.language, "Question before signing:") + "\n\n" + words
        return {"note": _note(body, name), "link": lambda: f"{address}#question-{row.id}"}

    to = [dossier.assignee_id] if dossier.assignee_id else team_to_notify(work, dossier)
    notify(work, "note", to, data, dossier=dossier, entry=entry.number)


def answer_question(work: UnitOfWork, reference: str, question_id: int | None, text: str) -> None:
    """Answer, for the legal team: whoever asked is mailed the answer, with a fresh link where they are still asked to
    sign. A question may be answered after that, too.

    Raises NotFound; Invalid (`/answer`); Refused where it was answered already.
    """
    dossier = get_dossier(work, reference, lock=True)
    require_permission(work, "dossier.note_internal", dossier)
    row = work.session.get(SeatQuestion, question_id) if question_id is not None else None
    if row is None or row.seat.round.dossier_id != dossier.id:
        raise NotFound(f"no question {question_id}")
    words, seat = _checked(work, text, "answer"), row.seat
    if row.answer is not None:
        raise Refused([say(work.language, "This question was answered already.")])
    is_asked = seat.status == "open" and seat.round.status == "open"
    row.answer, row.answered_at, row.answered_by = words, work.now, work.actor_id
    work.forget(("seat questions", dossier.id))
    entry = append_entry(work, "question_answered", {"comment": words, "data": _data(seat)}, dossier)
    quoted = "\n".join(f"> {line}" for line in row.text.splitlines())
    values: dict[str, object] = {"note": _note(f"{quoted}\n\n{words}", actor_name(work))}
    if is_asked:
        values["link"] = new_link(work, seat)
    names = outside_names(load(work, dossier).case)
    notify(work, "note", [seat.person], values, dossier=dossier, entry=entry.number, names=names)


def _checked(work: UnitOfWork, text: str, field: str) -> str:
    words = text.strip()
    if not words:
        sentence = "Write your question." if field == "question" else "Write the answer."
        raise Invalid([FieldError(f"/{field}", None, "required", say(work.language, sentence))])
    if len(words) > MAX_LENGTH:
        sentence = say(work.language, "Write at most {n} characters.", n=MAX_LENGTH)
        raise Invalid([FieldError(f"/{field}", None, "maxLength", sentence)])
    return words


def _data(seat: Seat) -> dict[str, object]:
    return {"rule": seat.round.definition, "number": seat.round.number, "seat": seat.id, "person": seat.person}


def _note(text: str, author: str) -> dict[str, object]:
    """The variables of a mail about a note."""
    return {"text": text, "author": author, "internal": False, "files": [], "mentioned": False}
