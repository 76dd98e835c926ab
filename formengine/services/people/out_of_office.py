"""Out of office: seats newly asked of somebody during an absence go to their delegate (U10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, is_client_side, require_permission, role_of
from formengine.services.access.policy import ROLES, Viewer, is_permitted
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import reasons_not_to_choose
from formengine.storage.models.absences import Absence
from formengine.storage.models.people import Person
from formengine.workflow.definition.model import KINDS
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES

MAX_ABSENCE: Final = timedelta(days=366)


def announce_absence(
    work: UnitOfWork, delegate_id: str, starts_at: datetime, ends_at: datetime, kinds: Iterable[str] = ()
) -> Absence:
    """Record an absence of the actor, and the delegate for dossiers of some kinds (all where none are given); the same
    again is the one that is there.

    Seats that are open already are not affected. Raises Refused with every reason, the first of them about "period" or
    "person": the actor may not decide, the period is empty or past, or the delegate may not stand in or, for a
    client, is of another organisation (U9).
    """
    lock_site_chain(work)
    require_permission(work, "absence.own")
    person, dossier_kinds = work.person, tuple(dict.fromkeys(kinds))
    period, delegate = period_errors(work, starts_at, ends_at), _delegate_errors(work, person, delegate_id)
    unknown = [
        say(work.language, "There is no kind of dossier {kind}.", kind=k) for k in dossier_kinds if k not in KINDS
    ]
    others = (
        []
        if period or delegate or unknown
        else _overlapping(work.session, person.id, starts_at, ends_at, dossier_kinds)
    )
    for row in others:
        if (row.delegate_id, row.starts_at, row.ends_at, {*row.kinds}) == (
            delegate_id,
            starts_at,
            ends_at,
            {*dossier_kinds},
        ):
            return row
    sentence = "You are out of office in this time already; end that first."
    overlap = [say(work.language, sentence)] if others else []
    if reasons := [*period, *overlap, *delegate, *unknown]:
        raise Refused(reasons, about="period" if period or overlap else "person" if delegate else "")
    row = Absence(
        person_id=person.id,
        delegate_id=delegate_id,
        starts_at=starts_at,
        ends_at=ends_at,
        kinds=list(dossier_kinds),
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    append_entry(work, "absence_announced", _absence_payload(row))
    return row


def period_errors(work: UnitOfWork, starts_at: datetime, ends_at: datetime) -> list[str]:
    """Why nobody can be absent in a period: it is empty, past or too long."""
    errors = []
    if ends_at <= starts_at:
        errors.append(say(work.language, "The period has to end after it begins."))
    elif ends_at <= work.now:
        errors.append(say(work.language, "The period is over already."))
    elif ends_at - starts_at > MAX_ABSENCE:
        errors.append(say(work.language, "A period lasts a year at most."))
    return errors


def _delegate_errors(work: UnitOfWork, person: Person, delegate_id: str) -> list[str]:
    delegate = work.session.get(Person, delegate_id)
    if delegate is None or delegate.state != "active":
        return [say(work.language, "Choose somebody with an active account.")]
    if delegate.id == person.id:
        return [say(work.language, "Choose somebody else than yourself.")]
    if reasons := reasons_not_to_choose(work, delegate):
        return reasons
    if not is_permitted("dossier.decide", Viewer(delegate.id, role_of(delegate))):
        sentence = "{person} does not have the permission to approve, reject or sign."
        return [say(work.language, sentence, person=delegate.name)]
    return []


def _overlapping(
    session: Session, person: str, starts_at: datetime, ends_at: datetime, kinds: tuple[str, ...]
) -> list[Absence]:
    """The absences of somebody that share a moment and a kind of dossier with a new one."""
    query = select(Absence).where(Absence.person_id == person, Absence.starts_at < ends_at, Absence.ends_at > starts_at)
    return [row for row in session.scalars(query) if not row.kinds or not kinds or set(row.kinds) & set(kinds)]


def end_absence(work: UnitOfWork, absence_id: int) -> Absence:
    """End an absence: one that is running ends now, one to come is removed. A legal admin may do so for anybody.

    Raises NotFound for an absence of somebody else.
    """
    lock_site_chain(work)
    row = work.session.get(Absence, absence_id, populate_existing=True)
    if row is None or (row.person_id != work.actor_id and not has_permission(work, "people.manage")):
        raise NotFound(f"no absence {absence_id}")
    if row.ends_at > work.now:
        row.starts_at, row.ends_at = min(row.starts_at, work.now), work.now
        append_entry(work, "absence_ended", _absence_payload(row))
    return row


def possible_delegates(work: UnitOfWork) -> list[Row[str, str]]:
    """Whom the actor may choose as a delegate, at most 500 as rows with `id` and `name`: who may approve and sign.

    For a client these are the people of their own organisation and the legal team (U9).
    """
    roles = [role for role in ROLES if is_permitted("dossier.decide", Viewer("", role))]
    actor = work.person
    query = select(Person.id, Person.name).where(
        Person.state == "active", Person.role.in_(roles), Person.id != actor.id
    )
    if is_client_side(work):
        colleagues = Person.organisation_id == actor.organisation_id
        query = query.where(or_(colleagues, Person.role.in_(LEGAL_TEAM_ROLES)))
    return list(work.session.execute(query.order_by(Person.folded_name, Person.id).limit(500)))


def current_absences(work: UnitOfWork) -> list[Absence]:
    """The absences of the actor that have not ended, the next one first."""
    query = select(Absence).where(Absence.person_id == work.actor_id, Absence.ends_at > work.now)
    return list(work.session.scalars(query.order_by(Absence.starts_at)))


def running_absences(work: UnitOfWork, moment: datetime) -> list[Absence]:
    """The absences of everybody who is out of office at a moment (UTC)."""
    query = select(Absence).where(Absence.starts_at <= moment, Absence.ends_at > moment).order_by(Absence.id)
    return work.remember(("absences", moment), lambda: list(work.session.scalars(query)))


def delegate_of(absences: Iterable[Absence], person: str, kind: str) -> str | None:
    """The delegate of a person for dossiers of a kind, among some absences; None for somebody who is not away."""
    periods = (row for row in absences if row.person_id == person)
    return next((row.delegate_id for row in periods if not row.kinds or kind in row.kinds), None)


def _absence_payload(row: Absence) -> dict[str, object]:
    period = {"from": row.starts_at.isoformat(), "to": row.ends_at.isoformat()}
    return {"person": row.person_id, "absence": row.id, "delegate": row.delegate_id, "kinds": list(row.kinds), **period}
