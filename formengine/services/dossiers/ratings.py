"""Ratings of how a dossier was handled: its requester's, once it has ended; counsel reads them (D10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from formengine.errors import Invalid, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, readable_dossiers, require_permission
from formengine.services.case.repository import get_dossier
from formengine.services.core.audit_log import append_entry
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import notify
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.ratings import Rating

STARS: Final = (1, 2, 3, 4, 5)
RATING_PERIOD: Final = timedelta(days=60)
"""How long after its end a dossier can be rated."""
CHANGE_PERIOD: Final = timedelta(days=14)
"""How long after it was given a rating can be changed."""
MAX_COMMENT: Final = 4000


@dataclass(frozen=True)
class RatingView:
    """What a page says of the rating of a dossier: the row, if any, and whether the reader may give or change it."""

    rating: Rating | None
    may_rate: bool


@dataclass(frozen=True)
class RatedDossier:
    """A rating in the list of counsel."""

    reference: str
    title: str
    rating: Rating


@dataclass(frozen=True)
class RatingSummary:
    """The ratings of the dossiers that the reader may see: how many of each number of stars, and the newest."""

    counts: dict[int, int]
    newest: list[RatedDossier]

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def average(self) -> float:
        """Their mean; 0 without any."""
        return sum(stars * count for stars, count in self.counts.items()) / self.total if self.total else 0.0


def rating_view(work: UnitOfWork, dossier: Dossier) -> RatingView | None:
    """The rating of a dossier for the actor: its requester, or a reader of internal content; None for anybody else, and
    before the dossier has ended without one.
    """
    is_own = dossier.requester_id == work.actor_id
    if not (is_own or has_permission(work, "dossier.read_internal", dossier)):
        return None
    rating = work.session.get(Rating, dossier.id)
    may_rate = is_own and not _reasons(work, dossier, rating)
    return RatingView(rating, may_rate) if rating is not None or may_rate else None


def rating_reasons(work: UnitOfWork, dossier: Dossier) -> list[str]:
    """Why the actor may not rate a dossier now, or change its rating; [] when they may."""
    return _reasons(work, dossier, work.session.get(Rating, dossier.id))


def _reasons(work: UnitOfWork, dossier: Dossier, rating: Rating | None) -> list[str]:
    if dossier.requester_id != work.actor_id:
        return [say(work.language, "Only whoever made the request rates how it was handled.")]
    if dossier.ended_at is None:
        return [say(work.language, "You can rate it when it has ended.")]
    if rating is None and dossier.state_category != "done":
        return [say(work.language, "A request that was withdrawn or cancelled is not rated.")]
    if rating is not None and work.now - rating.rated_at > CHANGE_PERIOD:
        return [say(work.language, "A rating can be changed for {n} days.", n=CHANGE_PERIOD.days)]
    if rating is None and work.now - dossier.ended_at > RATING_PERIOD:
        return [say(work.language, "A request can be rated for {n} days after its end.", n=RATING_PERIOD.days)]
    return []


def rate(work: UnitOfWork, reference: str, stars: int | None, comment: str) -> Rating:
    """Rate a dossier that has ended, or change one's rating of it; the history keeps each. The same again changes
    nothing.

    Raises NotFound; Refused for anybody but its requester, before its end, and when it is too late; Invalid without
    one to five stars, and for a comment that is too long.
    """
    dossier = get_dossier(work, reference, lock=True)
    require_permission(work, "dossier.read", dossier)
    rating = work.session.get(Rating, dossier.id)
    reasons = _reasons(work, dossier, rating)
    if reasons:
        raise Refused(reasons)
    if stars not in STARS:
        raise Invalid([FieldError("/stars", "stars", "required", say(work.language, "Choose from one to five."))])
    if len(comment) > MAX_COMMENT:
        sentence = say(work.language, "A comment has at most {n} characters.", n=MAX_COMMENT)
        raise Invalid([FieldError("/comment", "comment", "maxLength", sentence)])
    if rating is not None and (rating.stars, rating.comment) == (stars, comment.strip()):
        return rating
    if rating is None:
        rating = Rating(dossier_id=dossier.id, person_id=work.person.id, rated_at=work.now)
        work.session.add(rating)
    else:
        rating.changed_at = work.now
    rating.stars, rating.comment = stars, comment.strip()
    append_entry(work, "rated", {"stars": stars, "comment": rating.comment}, dossier)
    return rating


def ask_for_rating(work: UnitOfWork, dossier_id: int) -> None:
    """Mail the requester of a dossier that has ended, once for each dossier (in a job): not for one that was rated
    meanwhile, opened again or cancelled.
    """
    dossier = work.session.get(Dossier, dossier_id)
    if dossier is None or dossier.ended_at is None or dossier.state_category != "done":
        return
    if work.session.get(Rating, dossier.id) is None:
        link = f"{work.platform.settings.base_url.rstrip('/')}/dossiers/{dossier.reference}/rating"
        data = {"days": RATING_PERIOD.days, "link": link}
        notify(work, "rating", [dossier.requester_id], data, dossier=dossier, entry="end")


def rating_summary(work: UnitOfWork, limit: int = 50) -> RatingSummary:
    """The ratings of the dossiers that the actor may see, for the legal team. Raises Refused without `desk.read`."""
    require_permission(work, "desk.read")
    of_dossiers = select(Rating.stars, func.count()).join(Dossier, Rating.dossier_id == Dossier.id)
    counts: Sequence[tuple[int, int]] = [
        (stars, count)
        for stars, count in work.session.execute(of_dossiers.where(readable_dossiers(work)).group_by(Rating.stars))
    ]
    columns = (Rating, Dossier.reference, Dossier.title, Dossier.titles)
    query = select(*columns).join(Dossier, Rating.dossier_id == Dossier.id)
    query = query.where(readable_dossiers(work)).order_by(Rating.rated_at.desc(), Rating.dossier_id.desc())
    newest = work.session.execute(query.limit(limit))
    rows = [RatedDossier(row.reference, title_in(row, work.language), row.Rating) for row in newest]
    return RatingSummary({stars: dict(counts).get(stars, 0) for stars in STARS}, rows)
