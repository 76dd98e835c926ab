"""Who may do what: every access rule of the product in one table (U7).

A permission is granted when any of its predicates holds. A predicate is a pure function of the actor (`Viewer`) and the
dossier (`DossierAccess`), or of the actor alone. What a workflow allows (who may perform a transition, who has a seat)
is checked in addition, and can only narrow what is granted here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from formengine.workflow.definition.site_roles import CLIENT_ROLES, SITE_ROLES, SiteRole
from formengine.workflow.engine.readers import RoleReaders

Role = SiteRole
ROLES: Final = SITE_ROLES

SIGN_UP_APPROVER: Final = "portal:sign_up_approver"
"""The source of those who decide on requests for an account (P5); no role of a workflow can be called that."""


@dataclass(frozen=True)
class Viewer:
    """The actor: `person` is an account id or a guest's e-mail address, `organisation` an id, `teams` their ids.

    `sources` are those by which roles of workflows name the actor (`RoleReaders`), and SIGN_UP_APPROVER for whom the
    portal's rule of signing up names.
    """

    person: str
    role: Role
    organisation: int | None = None
    teams: Collection[str] = ()
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DossierAccess:
    """The properties of a dossier that the rules depend on: the ids of its people, and to whom it is shown."""

    involved: Collection[str]
    restricted: bool
    organisation: int | None
    shared_with_organisation: bool
    readers: Collection[RoleReaders] = ()
    """Who reads it by a role of its workflow."""
    asked: Collection[str] = ()
    """Who is, or was, asked to acknowledge something: they read that alone (W19)."""
    in_charge: Collection[str] = ()
    """Who is in charge of children: they read these alone, and take their steps (W23)."""
    fillers: Collection[str] = ()
    """The sources (`Viewer.sources`) of those who are asked to fill in a part: they see that alone (F20)."""


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


def seeing_role(viewer: Viewer, access: DossierAccess | None) -> bool:
    """Somebody who sees the dossier by a role of its workflow, restricted or not (U11)."""
    return (
        access is not None
        and viewer.role != "auditor"
        and any(readers.admit(viewer.sources) for readers in access.readers)
    )


def asked_to_acknowledge(viewer: Viewer, access: DossierAccess | None) -> bool:
    """Somebody with an account who is asked to acknowledge, whatever their role (W19)."""
    return access is not None and viewer.person in access.asked


def in_charge_of_child(viewer: Viewer, access: DossierAccess | None) -> bool:
    """Somebody who is in charge of a child of the dossier: of which one, the workflow says (W23)."""
    return access is not None and viewer.role != "auditor" and viewer.person in access.in_charge


def asked_to_fill(viewer: Viewer, access: DossierAccess | None) -> bool:
    """Somebody who is asked to fill in a part of a request (F20); the auditor, who changes nothing, is not."""
    return access is not None and viewer.role != "auditor" and not viewer.sources.isdisjoint(access.fillers)


def counsel_with_access(viewer: Viewer, access: DossierAccess | None) -> bool:
    """Counsel, on a dossier that is not restricted, or that they see as one of its people or by a role."""
    return (
        viewer.role == "counsel"
        and access is not None
        and (not access.restricted or viewer.person in access.involved or seeing_role(viewer, access))
    )


def organisation_member(viewer: Viewer, access: DossierAccess | None) -> bool:
    """Somebody of the client's organisation, when counsel shared the dossier with it and it is not restricted."""
    return (
        access is not None
        and access.shared_with_organisation
        and not access.restricted
        and viewer.organisation is not None
        and viewer.organisation == access.organisation
        and viewer.role in CLIENT_ROLES
    )


def sign_up_approver(viewer: Viewer, _access: DossierAccess | None) -> bool:
    """Whom the portal names to decide on requests for an account (P5); the auditor, who changes nothing, is not."""
    return viewer.role != "auditor" and SIGN_UP_APPROVER in viewer.sources


def may_collaborate(viewer: Viewer, _access: DossierAccess | None) -> bool:
    """Everyone but a plain client and the auditor: a client needs the collaboration permission (P25)."""
    return viewer.role in ("collaborator", "counsel", "legal_admin")


_READING: Final = (involved, seeing_role, counsel_with_access, legal_admin, auditor, organisation_member)
RULES: Final[dict[str, tuple[Predicate, ...]]] = {
    # anyone's own
    "account.own": (any_account,),
    "catalogue.read": (any_account,),
    "request.submit": (may_request,),
    "draft.own": (may_request,),
    "absence.own": (may_collaborate,),
    # a dossier: reading
    "dossier.read": _READING,
    "dossier.read_rounds": (*_READING, asked_to_acknowledge),  # only their own seats, without `dossier.read`
    "dossier.read_children": (
        *_READING,
        in_charge_of_child,
    ),  # only those they are in charge of, without `dossier.read`
    "dossier.read_internal": (counsel_with_access, legal_admin, auditor),
    # a dossier: acting (the workflow narrows these)
    "dossier.act": (involved, seeing_role, counsel_with_access, legal_admin),
    "dossier.act_in_children": (involved, seeing_role, counsel_with_access, legal_admin, in_charge_of_child),
    "dossier.note": (involved, seeing_role, counsel_with_access, legal_admin),
    "dossier.note_internal": (counsel_with_access, legal_admin),
    "dossier.attach": (involved, seeing_role, counsel_with_access, legal_admin),
    "dossier.add_version": (involved, seeing_role, counsel_with_access, legal_admin),  # the workflow says whom of them
    "dossier.rate": (involved,),  # its requester alone, when it has ended
    "dossier.share": (counsel_with_access, legal_admin),
    "dossier.relate": (counsel_with_access, legal_admin),
    "dossier.assign": (counsel_with_access, legal_admin),
    "dossier.decide": (may_collaborate,),
    "dossier.acknowledge": (asked_to_acknowledge,),
    "dossier.vote": (may_collaborate, asked_to_acknowledge),
    # a request that several people fill in, before it is a dossier
    "filling.read": (involved, counsel_with_access, legal_admin, auditor),
    "filling.manage": (involved, counsel_with_access, legal_admin),
    "filling.parts": (involved, counsel_with_access, legal_admin, auditor, asked_to_fill),  # own part, or all of them
    "part.fill": (asked_to_fill,),
    # the legal team's side
    "desk.read": (counsel, legal_admin, auditor),
    # the site
    "people.manage": (legal_admin,),
    "sign_ups.decide": (legal_admin, sign_up_approver),
    "mails.manage": (legal_admin,),
    "site.publish": (legal_admin,),
    "audit.read": (legal_admin, auditor),
}


def is_permitted(permission: str, viewer: Viewer, access: DossierAccess | None = None) -> bool:
    """Whether the table grants a permission. Raises KeyError for an unknown permission, which is a mistake in our
    code.
    """
    return any(predicate(viewer, access) for predicate in RULES[permission])
