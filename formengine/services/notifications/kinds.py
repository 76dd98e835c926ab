"""The kinds of what people are told, as they choose about them: titles, in groups (N1, N2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from formengine.i18n import say
from formengine.services.access.policy import Role
from formengine.services.notifications.choices import CHOSEN_KINDS
from formengine.value_format import title_of_id
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES

_REQUESTS: Final = {
    "submission": "Your request has arrived",
    "new_dossier": "A new request for your team",
    "transition": "Progress of a dossier",
    "sent_back": "Your answers are sent back for correction",
    "note": "A new note",
    "assigned": "A dossier is assigned to you",
    "charge_lost": "Nobody is in charge of a task any more",
    "version": "A new version of a document",
    "sign_up_asked": "Somebody asks for an account",
    "rating": "A request has ended: how was it handled?",
    "draft_expiring": "Your draft will soon be deleted",
    "export_ready": "Your export is ready",
    "overview": "Weekly overview of your open work",
}
_DECISIONS: Final = {
    "approval_asked": "Your approval is asked for",
    "approval_reminder": "Reminder of an approval",
    "approval_decided": "An approval is decided",
    "signature_asked": "Your signature is asked for",
    "signature_reminder": "Reminder of a signature",
    "signature_done": "Everyone has signed",
    "signed_copy": "Your signed copy",
    "signature_declined": "A signature is declined, or too late",
    "copy": "You are in copy of a signature",
    "forward_asked": "A signer names somebody else",
    "forwarded": "A signature is forwarded, or not",
    "acknowledgement_asked": "Something to read and confirm",
    "acknowledgement_reminder": "Reminder to read and confirm",
    "outcome": "Outcome of a reading or a decision",
    "nobody": "Nobody can approve or sign",
}
_DATES: Final = {
    "hearing": "Hearings",
    "milestone": "Milestones",
    "deadline_near": "A deadline is near",
    "deadline_missed": "A deadline has passed",
    "extended": "A deadline is extended",
}
_PARTS: Final = {
    "part_asked": "Your part of a form to fill in",
    "part_reminder": "Reminder of your part",
    "part_withdrawn": "A request is withdrawn",
    "parts_unfit": "Answers that do not fit together",
    "part_nobody": "Nobody can fill in a part",
}
_GROUPS: Final[tuple[tuple[str, Mapping[str, str]], ...]] = (
    ("Requests and dossiers", _REQUESTS),
    ("Approvals and signatures", _DECISIONS),
    ("Dates", _DATES),
    ("Forms that several people fill in", _PARTS),
)
TITLES: Final = {kind: title for _heading, titles in _GROUPS for kind, title in titles.items()}
TITLES["digest"] = "Digest"
_OF_TEAM: Final = frozenset(("new_dossier", "assigned", "charge_lost", "forward_asked", "sign_up_asked"))
"""Kinds that only the legal team is told of."""
_OF_ADMINS: Final = frozenset(("nobody", "part_nobody"))
"""Kinds that only legal admins are told of."""


@dataclass(frozen=True)
class KindGroup:
    """A heading of the page of choices, with the titles of its kinds by kind."""

    title: str
    kinds: Mapping[str, str]


def kind_title(kind: str, language: str) -> str:
    """What a kind is called in a language."""
    return say(language, TITLES[kind]) if kind in TITLES else title_of_id(kind)


def kind_groups(role: Role, language: str) -> list[KindGroup]:
    """The kinds that somebody of a role may be told of, in groups; a kind without a group of its own stands last."""
    mine = [kind for kind in CHOSEN_KINDS if _concerns(kind, role)]
    groups = [KindGroup(say(language, title), _named(mine, kinds, language)) for title, kinds in _GROUPS]
    others = [kind for kind in mine if kind not in TITLES]
    if others:
        groups.append(KindGroup(say(language, "Other"), {kind: kind_title(kind, language) for kind in others}))
    return [group for group in groups if group.kinds]


def _named(mine: list[str], kinds: Mapping[str, str], language: str) -> dict[str, str]:
    return {kind: kind_title(kind, language) for kind in kinds if kind in mine}


def _concerns(kind: str, role: Role) -> bool:
    if kind in _OF_ADMINS:
        return role == "legal_admin"
    return kind not in _OF_TEAM or role in LEGAL_TEAM_ROLES
