"""Signature providers to try a workflow with: one that signs, one that declines, one that lets the time run out.

Name it in the ini (`formengine.plugins = ./esign_demo`), then in a workflow:

    signatures:
      execution: {provider: demo_accepts, with: {after: 1}, document: contract, order: [[signatory]]}

A real provider sends the document to its service in `start`, with `seat.id` as its own key: a call may be repeated. It
is called in jobs, never while a dossier is held.
"""

PARAMS = {
    "type": "object",
    "properties": {"after": {"type": "integer", "minimum": 0, "title": "Times it is asked before it answers"}},
    "additionalProperties": False,
}


class Demo:
    """Answers `outcome` once it has been asked `after` times how a seat stands."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.left = {}

    def start(self, round, seat):
        """Asking twice for a seat is asking once."""
        self.left.setdefault(seat.id, round.options.get("after", 0))

    def recall(self, seat):
        """What is not asked any more is forgotten."""
        self.left.pop(seat.id, None)

    def status(self, seat):
        """`asked`, then the outcome; in a process that was started anew the outcome at once."""
        left = self.left.get(seat.id, 0)
        if left > 0:
            self.left[seat.id] = left - 1
            return "asked"
        return self.outcome


def includeme(config):
    """What this plugin adds."""
    for name, outcome in (("accepts", "signed"), ("declines", "declined"), ("times_out", "expired")):
        config.add_signature_provider(f"demo_{name}", Demo(outcome), params=PARAMS)
