"""Who may do what: every access rule of the product in one table (U7).

A permission is granted when any of its predicates holds. A predicate is a pure function of the actor (`Viewer`) and the
dossier (`DossierAccess`), or of the actor alone. What a workflow allows (who may perform a transition, who has a seat)
is checked in addition, and can only narrow what is granted here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["client", "collaborator", "counsel", "legal_admin", "auditor"]
ROLES: Final[tuple[Role, ...]] = ("client", "collaborator", "counsel", "legal_admin", "auditor")


@dataclass(frozen=True)
class Viewer:
    """The actor: `person` is an account id or a guest's e-mail address, `organisation` an id, `teams` their ids."""

    person: str
    role: Role
    organisation: int | None = None
    teams: Collection[str] = ()


@dataclass(frozen=True)
class DossierAccess:
    """The properties of a dossier that the rules depend on: the ids of its people, and to whom it is shown."""

    involved: Collection[str]
    restricted: bool
    organisation: int | None
    shared_with_organisation: bool


Predicate = Callable[[Viewer, DossierAccess | None], bool]


def any_account(_viewer: Viewer, _access: DossierAccess | None) -> bool:
    """Everybody who is signed in."""
    return True


def counsel(viewer: Viewer, _access: DossierAccess | None) -> bool:
    """Counsel, on any dossier."""
    return viewer.role == "counsel"


def legal_admin(viewer: Viewer, _access: DossierAccess | None) -> bool:
    """Legal admins."""
    return viewer.role == "legal_admin"


def auditor(viewer: Viewer, _access: DossierAccess | None) -> bool:
    """Auditors."""
    return viewer.role == "auditor"


def may_request(viewer: Viewer, _access: DossierAccess | None) -> bool:
    """Everyone who may send requests to the legal team: all but the auditor, who changes nothing."""
    return viewer.role != "auditor"


def involved(viewer: Viewer, access: DossierAccess | None) -> bool:
    """One of the dossier's people: requester, requested for, watcher, assignee, or the holder of a present or former
    seat.
    """
    return access is not None and viewer.role != "auditor" and viewer.person in access.involved


def counsel_with_access(viewer: Viewer, access: DossierAccess | None) -> bool:
    """Counsel, on a dossier that is not restricted to named people."""
    return (
        viewer.role == "counsel" and access is not None and (not access.restricted or viewer.person in access.involved)
    )


def organisation_member(viewer: Viewer, access: DossierAccess | None) -> bool:
    """Somebody of the client's organisation, when counsel shared the dossier with it and it is not restricted."""
    return (
        access is not None
        and access.shared_with_organisation
        and not access.restricted
        and viewer.organisation is not None
        and viewer.organisation == access.organisation
        and viewer.role in ("client", "collaborator")
    )


def may_collaborate(viewer: Viewer, _access: DossierAccess | None) -> bool:
    """Everyone but a plain client and the auditor: a client needs the collaboration permission (P25)."""
    return viewer.role in ("collaborator", "counsel", "legal_admin")


RULES: Final[dict[str, tuple[Predicate, ...]]] = {
    # anyone's own
    "account.own": (any_account,),
    "catalogue.read": (any_account,),
    "request.submit": (may_request,),
    "absence.own": (may_collaborate,),
    # a dossier: reading
    "dossier.read": (involved, counsel_with_access, legal_admin, auditor, organisation_member),
    "dossier.read_internal": (counsel_with_access, legal_admin, auditor),
    # a dossier: acting (the workflow narrows these)
    "dossier.act": (involved, counsel_with_access, legal_admin),
    "dossier.note": (involved, counsel_with_access, legal_admin),
    "dossier.note_internal": (counsel_with_access, legal_admin),
    "dossier.attach": (involved, counsel_with_access, legal_admin),
    "dossier.add_version": (involved, counsel_with_access, legal_admin),  # the workflow says whom of them
    "dossier.share": (counsel_with_access, legal_admin),
    "dossier.assign": (counsel_with_access, legal_admin),
    "dossier.decide": (may_collaborate,),
    # the legal team's side
    "desk.read": (counsel, legal_admin, auditor),
    # the site
    "people.manage": (legal_admin,),
    "mails.manage": (legal_admin,),
    "site.publish": (legal_admin,),
    "audit.read": (legal_admin, auditor),
}


def is_permitted(permission: str, viewer: Viewer, access: DossierAccess | None = None) -> bool:
    """Whether the table grants a permission. Raises KeyError for an unknown permission, which is a mistake in our
    code.
    """
    return any(predicate(viewer, access) for predicate in RULES[permission])
