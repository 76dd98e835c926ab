"""Deciding on requests for an account: whom the portal names accepts or refuses them (P5, U3).

Somebody who does not manage people lets others in as clients alone, and a client's approver only into their own
organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import (
    current_site,
    has_permission,
    is_client_side,
    require_permission,
)
from formengine.services.access.policy import ROLES
from formengine.services.accounts.accounts import create_person, rewrite_person
from formengine.services.accounts.field_errors import FormFieldError, raise_invalid
from formengine.services.accounts.invitations import new_link
from formengine.services.accounts.sign_ups import applicant_of
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import notify
from formengine.services.people.organisations import list_organisations
from formengine.storage.models.people import Organisation, Person, SignUpRequest
from formengine.workflow.definition.site_roles import CLIENT_ROLES

MAX_COMMENT: Final = 2000
_SHOWN: Final = 100


@dataclass(frozen=True)
class SignUpLists:
    """The requests that wait for a decision, the one that waits longest first, and those decided last."""

    waiting: Sequence[SignUpRequest]
    decided: Sequence[SignUpRequest]
    deciders: dict[str, str]
    """The names of those who decided, by id."""


def list_sign_ups(work: UnitOfWork) -> SignUpLists:
    """The requests with a confirmed address, at most a hundred that wait and 25 decided; Refused without
    `sign_ups.decide`.
    """
    require_permission(work, "sign_ups.decide")
    waiting = select(SignUpRequest).where(SignUpRequest.state == "waiting").order_by(SignUpRequest.verified_at)
    decided = select(SignUpRequest).where(SignUpRequest.state.in_(("accepted", "refused")))
    latest = list(work.session.scalars(decided.order_by(SignUpRequest.decided_at.desc()).limit(25)))
    return SignUpLists(
        list(work.session.scalars(waiting.limit(_SHOWN))), latest, _names(work, [row.decided_by for row in latest])
    )


def count_waiting(work: UnitOfWork) -> int:
    """The number of requests that wait for a decision; Refused without `sign_ups.decide`."""
    require_permission(work, "sign_ups.decide")
    waiting = select(func.count(SignUpRequest.id)).where(SignUpRequest.state == "waiting")
    return work.session.scalar(waiting) or 0


def get_sign_up(work: UnitOfWork, sign_up_id: int, *, lock: bool = False) -> SignUpRequest:
    """A request with a confirmed address; NotFound, and Refused without `sign_ups.decide`."""
    require_permission(work, "sign_ups.decide")
    query = select(SignUpRequest).where(SignUpRequest.id == sign_up_id, SignUpRequest.state != "unverified")
    row = work.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound(f"no sign-up {sign_up_id}")
    return row


def earlier_sign_ups(work: UnitOfWork, row: SignUpRequest) -> list[SignUpRequest]:
    """What was decided on earlier requests of the same address, the newest first."""
    query = select(SignUpRequest).where(SignUpRequest.email == row.email, SignUpRequest.id != row.id)
    decided = query.where(SignUpRequest.decided_at.is_not(None)).order_by(SignUpRequest.id.desc())
    return list(work.session.scalars(decided.limit(5)))


def roles_to_give(work: UnitOfWork) -> tuple[str, ...]:
    """The site roles that the actor may let somebody in with."""
    return ROLES if has_permission(work, "people.manage") else CLIENT_ROLES


def organisations_to_give(work: UnitOfWork) -> list[Organisation]:
    """The organisations that the actor may let somebody into: a client only their own, which is all they know (P28)."""
    rows = list_organisations(work)
    if is_client_side(work):
        return [row for row in rows if row.id == work.person.organisation_id]
    return rows


def likely_organisation(work: UnitOfWork, row: SignUpRequest) -> str:
    """The short name of the organisation that most people with an address of the same domain belong to; else empty."""
    domain = row.email.rpartition("@")[2].replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    query = (
        select(Organisation.short)
        .join(Person, Person.organisation_id == Organisation.id)
        .where(Person.email.like(f"%@{domain}", escape="\\"), Person.state != "closed")
        .group_by(Organisation.id, Organisation.short)
        .order_by(func.count().desc(), Organisation.short)
    )
    return work.session.scalar(query.limit(1)) or ""


def accept_sign_up(work: UnitOfWork, sign_up_id: int, role: str, organisation: str = "") -> Person:
    """Open the account that somebody asked for: a welcome with a link to choose a password goes to them.

    Where the address belongs to somebody without an account, invited, or whose account was closed, they get this one.
    Raises NotFound; Refused for a request that was decided already, and without `sign_ups.decide`; Invalid for a role
    or an organisation that the actor may not give, or an address that has an account.
    """
    lock_site_chain(work)
    row = _require_waiting(work, sign_up_id)
    raise_invalid(_choice_problems(work, role, organisation))
    existing = work.session.scalar(select(Person).where(Person.email == row.email, Person.state != "active"))
    if existing is not None:
        person = rewrite_person(work, existing, row.name, role, organisation=organisation, language=row.language)
    else:
        person = create_person(
            work, row.email, row.name, role, organisation=organisation, language=row.language,
            permission="sign_ups.decide",
        )  # fmt: skip
    _decide(work, row, "accepted")
    row.person_id = person.id
    lasts = current_site(work).portal.invitations_expire_after
    link = new_link(work, person, "invitation", lasts, "invitations")
    entry = append_entry(work, "sign_up_accepted", {"sign_up": row.id, "person": person.id, "role": role})
    notify(work, "sign_up_accepted", [person.id], {"link": link, "days": lasts.days}, entry=entry.number)
    return person


def refuse_sign_up(work: UnitOfWork, sign_up_id: int, comment: str = "") -> SignUpRequest:
    """Refuse a request for an account; the person is told, with the comment where there is one.

    Raises NotFound; Refused for a request that was decided already, and without `sign_ups.decide`; Invalid for a
    comment that is too long.
    """
    lock_site_chain(work)
    row = _require_waiting(work, sign_up_id)
    comment = comment.strip()
    if len(comment) > MAX_COMMENT:
        sentence = say(work.language, "Write at most {n} characters.", n=MAX_COMMENT)
        raise_invalid([FormFieldError("/comment", sentence, "maxLength")])
    _decide(work, row, "refused")
    row.comment = comment
    entry = append_entry(work, "sign_up_refused", {"sign_up": row.id})
    notify(work, "sign_up_refused", [applicant_of(work, row)], {"comment": comment}, entry=entry.number)
    return row


def _require_waiting(work: UnitOfWork, sign_up_id: int) -> SignUpRequest:
    row = get_sign_up(work, sign_up_id, lock=True)
    if row.state != "waiting":
        name = _names(work, [row.decided_by]).get(row.decided_by or "", "")
        sentences = {
            "accepted": say(work.language, "{name} has accepted this request already.", name=name),
            "refused": say(work.language, "{name} has refused this request already.", name=name),
        }
        raise Refused([sentences[row.state]])
    return row


def _decide(work: UnitOfWork, row: SignUpRequest, state: str) -> None:
    row.state, row.decided_at, row.decided_by = state, work.now, work.actor_id


def _choice_problems(work: UnitOfWork, role: str, organisation: str) -> list[FormFieldError]:
    errors = []
    if role not in roles_to_give(work):
        sentence = say(work.language, "Choose one of these roles: {roles}.", roles=", ".join(roles_to_give(work)))
        errors.append(FormFieldError("/role", sentence, "enum"))
    if is_client_side(work):
        own = {row.short for row in organisations_to_give(work)}
        if organisation.partition("/")[0] not in own:
            errors.append(FormFieldError("/organisation", say(work.language, "Choose your own organisation."), "enum"))
    return errors


def _names(work: UnitOfWork, ids: Sequence[str | None]) -> dict[str, str]:
    wanted = sorted({id for id in ids if id})
    if not wanted:
        return {}
    return dict(work.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).all())
