"""Words that people write for the keys and fixed words of workflows, with those that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from formengine.source.yaml_cursor import COMMON_WORDS

WORDS_MEANT: Final[Mapping[str, tuple[str, ...]]] = {
    **COMMON_WORDS,
    **dict.fromkeys(("role", "roles", "by", "actor", "actors", "performed_by"), ("who", "approvers", "people")),
    **dict.fromkeys(("target", "next", "goto", "go_to", "destination"), ("to", "go")),
    **dict.fromkeys(("notification", "notifications", "mail", "mails"), ("notify", "tell")),
    **dict.fromkeys(("requester", "client"), ("submitter",)),
    **dict.fromkeys(("agreement", "deal"), ("contract",)),
    **dict.fromkeys(("dispute", "lawsuit", "claim", "litige", "contentieux"), ("litigation",)),
    **dict.fromkeys(("advice", "question", "case", "dossier"), ("matter",)),
    "order": ("steps",),
    "steps": ("order",),
    "due": ("within",),
    "final": ("ends",),
    "required": ("requires",),
}
"""What people write for keys and kinds of workflows, with the words of the language that say the same; where none of
these is known at a place, nothing is suggested."""
