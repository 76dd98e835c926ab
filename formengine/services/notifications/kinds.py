"""The kinds of what people are told, as they choose about them: titles, in groups (N1, N2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from formengine.authoring.config.mail_templates import OVERVIEW
from formengine.i18n import say
from formengine.services.access.policy import Role
from formengine.services.notifications.choices import CHOSEN_KINDS
from formengine.value_format import title_of_id
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES

_REQUESTS: Final = {
    "submission": "Your request has arrived",
    "transition": "Progress of a dossier",
    "sent_back": "Your answers are sent back for correction",
    "draft_expiring": "Your draft will soon be deleted",
    "rating": "A request has ended: how was it handled?",
}
_TALK: Final = {
    "note": "A new note",
    "version": "A new version of a document",
    "turn": "Whose turn it is with a document",
    "export_ready": "Your export is ready",
}
_ASKED: Final = {
    "approval_asked": "Your approval is asked for",
    "approval_reminder": "Reminder of an approval",
    "signature_asked": "Your signature is asked for",
    "signature_reminder": "Reminder of a signature",
    "acknowledgement_asked": "Something to read and confirm",
    "acknowledgement_reminder": "Reminder to read and confirm",
    "part_asked": "Your part of a form to fill in",
    "part_reminder": "Reminder of your part",
}
_OUTCOMES: Final = {
    "approval_decided": "An approval is decided",
    "signature_done": "Everyone has signed",
    "signed_copy": "Your signed copy",
    "signature_declined": "A signature is declined, or too late",
    "copy": "You are in copy of a signature",
    "forward_asked": "A signer names somebody else",
    "forwarded": "A signature is forwarded, or not",
    "outcome": "Outcome of a reading or a decision",
    "part_withdrawn": "A request is withdrawn",
    "parts_unfit": "Answers that do not fit together",
}
_DATES: Final = {
    "hearing": "Hearings",
    "milestone": "Milestones",
    "deadline_near": "A deadline is near",
    "deadline_missed": "A deadline has passed",
    "extended": "A deadline is extended",
}
_TEAM: Final = {
    "new_dossier": "A new request for your team",
    "assigned": "A dossier is assigned to you",
    "charge_lost": "Nobody is in charge of a dossier or task any more",
    "sign_up_asked": "Somebody asks for an account",
    "draft_failed": "A document could not be made",
    "nobody": "Nobody can approve or sign",
    "part_nobody": "Nobody can fill in a part",
}
_GROUPS: Final[tuple[tuple[str, Mapping[str, str]], ...]] = (
    ("What is asked of you", _ASKED),
    ("Your requests", _REQUESTS),
    ("Notes and documents", _TALK),
    ("What others decided and signed", _OUTCOMES),
    ("Dates", _DATES),
    ("Work of the legal team", _TEAM),
)
TITLES: Final = {kind: title for _heading, titles in _GROUPS for kind, title in titles.items()}
TITLES["digest"] = "Digest"
TITLES[OVERVIEW] = "Weekly overview of your open work"
_OF_TEAM: Final = frozenset(
    ("new_dossier", "assigned", "charge_lost", "forward_asked", "sign_up_asked", "draft_failed", "nobody")
)
"""Kinds that only the legal team is told of."""
_OF_ADMINS: Final = frozenset(("part_nobody",))
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
    """The kinds that somebody of a role may be told of, in groups; a kind without a group of its own stands last.

    The weekly overview is in none: it is a mail by itself, which somebody has or has not.
    """
    mine = [kind for kind in CHOSEN_KINDS if kind != OVERVIEW and _concerns(kind, role)]
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
