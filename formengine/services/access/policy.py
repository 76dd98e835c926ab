"""Who may do what: every access rule of the product in one table (U7).

A permission is allowed when ANY of its predicates holds. A predicate is a pure question about an actor and a thing
(a dossier as `Sight`, or nothing). What a workflow allows (who may perform a transition, who has a seat) is the
workflow's own rule on top: it can only narrow what stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["client", "collaborator", "counsel", "legal_admin", "auditor"]
ROLES: Final[tuple[Role, ...]] = ("client", "collaborator", "counsel", "legal_admin", "auditor")


@dataclass(frozen=True)
class Viewer:
    """The actor, as the rules see one: `person` is an id, or an outside address; `organisation` an id or None."""

    person: str
    role: Role
    organisation: int | None = None
    teams: Collection[str] = ()


@dataclass(frozen=True)
class Sight:
    """A dossier, as the rules see one: who is on it, and how far it is shown."""

    involved: Collection[str]
    restricted: bool
    organisation: int | None
    shared_with_organisation: bool


Predicate = Callable[[Viewer, Sight | None], bool]


def anyone(_viewer: Viewer, _sight: Sight | None) -> bool:
    """Whoever is signed in."""
    return True


def counsel(viewer: Viewer, _sight: Sight | None) -> bool:
    return viewer.role == "counsel"


def legal_admin(viewer: Viewer, _sight: Sight | None) -> bool:
    return viewer.role == "legal_admin"


def auditor(viewer: Viewer, _sight: Sight | None) -> bool:
    return viewer.role == "auditor"


def asker(viewer: Viewer, _sight: Sight | None) -> bool:
    """Everyone who may ask something of the legal team: all but the auditor, who changes nothing."""
    return viewer.role != "auditor"


def involved(viewer: Viewer, sight: Sight | None) -> bool:
    """One of the dossier's people: requester, requested for, watcher, assignee, or with a seat now or before."""
    return sight is not None and viewer.role != "auditor" and viewer.person in sight.involved


def counsel_in_sight(viewer: Viewer, sight: Sight | None) -> bool:
    """Counsel, on a dossier that is not restricted to named people."""
    return viewer.role == "counsel" and sight is not None and (not sight.restricted or viewer.person in sight.involved)


def organisation_member(viewer: Viewer, sight: Sight | None) -> bool:
    """Somebody of the client's organisation, when counsel shared the dossier with it and it is not restricted."""
    return (
        sight is not None
        and sight.shared_with_organisation
        and not sight.restricted
        and viewer.organisation is not None
        and viewer.organisation == sight.organisation
        and viewer.role in ("client", "collaborator")
    )


def may_collaborate(viewer: Viewer, _sight: Sight | None) -> bool:
    """Everyone but a plain client and the auditor: a client needs the collaboration permission (P25)."""
    return viewer.role in ("collaborator", "counsel", "legal_admin")


TABLE: Final[dict[str, tuple[Predicate, ...]]] = {
    # anyone's own
    "account.own": (anyone,),
    "catalogue.read": (anyone,),
    "request.submit": (asker,),
    "absence.own": (may_collaborate,),
    # a dossier: reading
    "dossier.read": (involved, counsel_in_sight, legal_admin, auditor, organisation_member),
    "dossier.read_internal": (counsel_in_sight, legal_admin, auditor),
    # a dossier: acting (the workflow narrows these)
    "dossier.act": (involved, counsel_in_sight, legal_admin),
    "dossier.note": (involved, counsel_in_sight, legal_admin),
    "dossier.note_internal": (counsel_in_sight, legal_admin),
    "dossier.attach": (involved, counsel_in_sight, legal_admin),
    "dossier.share": (counsel_in_sight, legal_admin),
    "dossier.assign": (counsel_in_sight, legal_admin),
    "dossier.decide": (may_collaborate,),
    # the legal team's side
    "desk.read": (counsel, legal_admin, auditor),
    # the site
    "people.manage": (legal_admin,),
    "mails.manage": (legal_admin,),
    "site.publish": (legal_admin,),
    "audit.read": (legal_admin, auditor),
}


def permits(permission: str, viewer: Viewer, sight: Sight | None = None) -> bool:
    """Whether the table allows this; an unknown permission is a mistake in our code and raises KeyError."""
    return any(predicate(viewer, sight) for predicate in TABLE[permission])
