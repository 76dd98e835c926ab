"""Definition of rounds: approvals, signatures and acknowledgements, with their steps and who is asked (W7, W8, W19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from formengine.conditions.durations import Duration
from formengine.conditions.parser import Condition
from formengine.i18n import Text
from formengine.workflow.definition.vote_rules import UNCOUNTED, Share, Voting

RoundKind = Literal["approval", "signature", "acknowledgement"]
CommentRule = Literal["none", "optional", "required"]
SECTIONS: Final[Mapping[RoundKind, str]] = {
    "approval": "approvals",
    "signature": "signatures",
    "acknowledgement": "acknowledgements",
}
"""Where `workflow.yaml` declares the rounds of each kind."""
IN_APP: Final = "in_app"
"""The signature provider of seats that are signed on pages of the portal."""


@dataclass(frozen=True)
class Approver:
    """An entry of a step or group: `source` is `role:ID`, `team:ID`, `person:ID` or `position:ID`.

    `need` is the number of votes that it takes (0: all), or their share of those seated.
    """

    source: str
    need: int | Share = 1
    when: Condition | None = None


@dataclass(frozen=True)
class RoundStep:
    """A step of an approval, or a group of signers: its entries vote in parallel, and each must get its votes.

    `shows` are the facts that its seats show, in place of those of the round (None). `comment`: whether something is
    written with an acknowledgement.
    """

    name: Text
    entries: tuple[Approver, ...]
    when: Condition | None = None
    shows: tuple[str, ...] | None = None
    voting: Voting = UNCOUNTED
    comment: CommentRule = "none"


@dataclass(frozen=True)
class LateRule:
    """Escalation of a seat that is open longer than `after`."""

    after: Duration
    escalate_to: str | None = None
    tell: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoundRule:
    """An approval, the signatures of documents, or an acknowledgement, as declared (W7, W8, W19).

    `documents` are those that it is about, each once: what is decided or signed is all of them, or none (S11).
    `not_same_person_as` are roles whose people may not vote (four-eyes principle). `visible_to_client`: the client
    reads the comments of an approval's votes. `shows` are the facts that a seat shows beside what the step that asked
    required; None for those that `engine.shown_facts` chooses. `fixed`: nobody changes who is asked. `cc` are roles, or
    facts with people, who get a copy of what is put to signature and of what was signed. `voting` is what holds for
    steps that do not say otherwise.

    An acknowledgement has the words of its `button` (None: *Acknowledge*), a `statement` that its people read, and
    `adds`, the roles whose people may ask more people while it runs.

    `notify` are the roles that hear that it was opened, and of each outcome (`done` is the wanted one), in place of
    those who hear of it by default.
    """

    id: str
    kind: RoundKind
    title: Text
    steps: tuple[RoundStep, ...]
    documents: tuple[str, ...] = ()
    rejection: Literal["stops", "counts", "returns_one_step"] = "stops"
    not_same_person_as: tuple[str, ...] = ()
    may_delegate: bool = False
    start_again: bool = True
    if_nobody: Literal["refuse", "skip"] = "refuse"
    remind: Duration | None = None
    late: LateRule | None = None
    expires: Duration | None = None
    provider: str = IN_APP
    options: Mapping[str, Any] = field(default_factory=dict)
    visible_to_client: bool = False
    shows: tuple[str, ...] | None = None
    fixed: bool = False
    cc: tuple[str, ...] = ()
    voting: Voting = UNCOUNTED
    notify: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    button: Text | None = None
    statement: Text | None = None
    adds: tuple[str, ...] = ()
