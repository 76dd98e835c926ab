"""What needs the hand of a legal admin: mails, jobs, rounds and people that do not get on by themselves (N3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select

from formengine.jobs import list_jobs
from formengine.services.access.enforcement import current_site, require_permission
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.listing import OPEN_CATEGORIES
from formengine.services.notifications.mail_admin import mail_counts
from formengine.services.publishing.publications import newest
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person, SignUpRequest
from formengine.storage.models.rounds import Round, Seat

JOBS_READ: Final = 50
"""How many dead jobs are counted at most."""


@dataclass(frozen=True)
class StuckRound:
    """A round in which nobody is asked who could decide, on a dossier that the reader may see."""

    reference: str
    title: str


@dataclass(frozen=True)
class AdminAlerts:
    """Counts of what needs a hand. `people` counts the accounts that cannot be used yet, by their state, `sign_ups` the
    requests for an account that wait for a decision (P5); `warnings` are those of the publication that is being served:
    {file, line, message}.
    """

    failed_mails: int
    retrying_mails: int
    dead_jobs: int
    stuck: list[StuckRound]
    people: Mapping[str, int]
    sign_ups: int
    warnings: list[dict[str, Any]]
    without_account: list[str]
    """The addresses of teams and positions for which there is no open account: nobody acts there."""

    @property
    def none(self) -> bool:
        """Whether all is well."""
        counts = (self.failed_mails, self.retrying_mails, self.dead_jobs, self.sign_ups)
        return not any((*counts, self.stuck, self.people, self.warnings, self.without_account))


def admin_alerts(work: UnitOfWork) -> AdminAlerts:
    """What needs a hand on this site. Raises Refused without `people.manage`."""
    require_permission(work, "people.manage")
    mails, publication = mail_counts(work), newest(work.session)
    unusable = select(Person.state, func.count()).where(Person.state.not_in(("active", "closed")))
    waiting = select(func.count(SignUpRequest.id)).where(SignUpRequest.state == "waiting")
    return AdminAlerts(
        failed_mails=mails.get("failed", 0),
        retrying_mails=mails.get("retrying", 0),
        dead_jobs=len(list_jobs(work.platform.queue, "dead", JOBS_READ)),
        stuck=_stuck_rounds(work),
        people=dict(iter(work.session.execute(unusable.group_by(Person.state)))),
        sign_ups=work.session.scalar(waiting) or 0,
        warnings=list(publication.warnings or []) if publication is not None else [],
        without_account=_without_account(work),
    )


def _without_account(work: UnitOfWork) -> list[str]:
    site = current_site(work)
    named = {address.lower() for team in site.teams.values() for address in team.members}
    named |= {team.manager.lower() for team in site.teams.values() if team.manager}
    named |= {address.lower() for holders in site.positions.values() for address in holders}
    known = work.session.scalars(select(Person.email).where(Person.email.in_(sorted(named)), Person.state != "closed"))
    return sorted(named - set(known))


def _stuck_rounds(work: UnitOfWork, limit: int = 10) -> list[StuckRound]:
    """Open rounds without an open seat; the engine tells the team when it happens, and this is where it stays told."""
    asked = select(Seat.id).where(Seat.round_id == Round.id, Seat.status == "open").exists()
    query = (
        select(Dossier.reference, Dossier.title, Dossier.titles)
        .join(Round, Round.dossier_id == Dossier.id)
        .where(Round.status == "open", ~asked, Dossier.state_category.in_(OPEN_CATEGORIES))
        .order_by(Dossier.id.desc())
        .limit(limit)
    )
    return [StuckRound(row.reference, title_in(row, work.language)) for row in work.session.execute(query)]
