"""The keys of `stories.yaml`, each with what it says: the parser knows no others, and the reference lists them."""

from __future__ import annotations

from typing import Final

STORY: Final = {
    "story": "a sentence of its own for each story: what it shows; findings begin with it",
    "request": "the id of a request type of this pack: the name of its file in `requests/`",
    "people": (
        "who is in each role, in short names: `{requester: maya, lawyer: [paul, ana]}`. `team:contracts` "
        "and `position:cfo` give all roles of a team or a position their people"
    ),
    "now": "day and hour at which the request is sent, by the clock of the portal; by default `2026-03-02 10:00`",
    "answers": (
        "what is answered, by field of the form; they have to be valid. With `fill` they are those of the requester"
    ),
    "steps": "what happens and what is expected, in the order in which it happens",
}
"""The keys of a story."""

STEP: Final = {
    "by": "who does it: a person of `people`, a role that has one, or the e-mail address of somebody outside",
    "expect": "what has to be true now",
    "wait": "time that passes: `3 working days`, `2 months`; deadlines, reminders and expiries happen meanwhile",
}
"""What a step begins with."""

ACTS: Final = {
    "fill": "sends a part of a form that several people fill in, with its answers in `fields`",
    "do": "takes a step of the workflow, by its id in `transitions`",
    "claim": "takes the dossier on, in a role with `one_person: true`",
    "document": "adds a version of a document, by its id; templates make theirs, also when answers are corrected",
    "decide": "`approve` or `reject`, in the approval in which the person has a seat",
    "sign": "signs, in the round of signatures of that id",
    "decline": "declines to sign, in the round of that id, with a `reason`",
    "acknowledge": "acknowledges, in the round of that id",
    "delegate": "gives the seat to the person named",
}
"""What somebody does; a step has one of them."""

BESIDE: Final = {
    "fields": "what the step asks for, by name",
    "comment": "the comment of a step, a decision or an acknowledgement",
    "child": "the child whose step it is: `hearing` is the first that has not ended, `hearing 2` the second",
    "reason": "why somebody declines",
    "refused": 'the step has to be refused, for a reason that has these words; `""` for any reason',
}
"""What may stand beside it."""

EXPECTED: Final = {
    "state": "the state of the dossier, by its id",
    "client_sees": "the state as the client reads it, in one of the portal's languages",
    "facts": "facts and computed answers with their values",
    "mails": "roles or people who were told since the last `expect` with `mails`; others may have been told too",
    "open": "the parts of the form that are open",
}
"""What an `expect` may say."""
