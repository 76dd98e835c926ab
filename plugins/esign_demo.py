"""Demo signature providers: one that signs, one that declines, one whose requests expire.

Name it in the ini (`formengine.plugins = ./esign_demo`), then in a workflow:

    signatures:
      execution: {provider: demo_accepts, with: {after: 1}, document: contract, order: [[signatory]]}

A real provider sends the document to its service in `start`, with `seat.id` as idempotency key, because a call may be
repeated. It is called in jobs, never while a dossier is locked.
"""

PARAMS = {
    "type": "object",
    "properties": {"after": {"type": "integer", "minimum": 0, "title": "Number of polls before it answers"}},
    "additionalProperties": False,
}


class DemoProvider:
    """Reports `outcome` once the status of a seat has been polled `after` times (an option of the round)."""

    several_documents = True

    def __init__(self, outcome):
        self.outcome = outcome
        self.polls_left = {}

    def start(self, round, seat):
        """Request a signature; a second call for the same seat changes nothing."""
        self.polls_left.setdefault(seat.id, round.options.get("after", 0))

    def recall(self, seat):
        """Withdraw the request."""
        self.polls_left.pop(seat.id, None)

    def status(self, seat):
        """ "asked", then the outcome; after a restart of the process the outcome at once."""
        polls = self.polls_left.get(seat.id, 0)
        if polls > 0:
            self.polls_left[seat.id] = polls - 1
            return "asked"
        return self.outcome


def includeme(config):
    """Register the providers."""
    for name, outcome in (("accepts", "signed"), ("declines", "declined"), ("times_out", "expired")):
        config.add_signature_provider(f"demo_{name}", DemoProvider(outcome), params=PARAMS)
