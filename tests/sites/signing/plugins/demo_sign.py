"""A signature provider that does as the test says, and a guard and an action that may be told to misbehave."""

import time

calls = []
mood = {"status": "asked", "start": None, "guard": True, "action": None}


class DemoSign:
    def start(self, round, seat):
        calls.append(("start", seat.id, seat.email, round.reference, round.options["house"]))
        if mood["start"] is not None:
            raise mood["start"]

    def recall(self, seat):
        calls.append(("recall", seat.id))

    def status(self, seat):
        calls.append(("status", seat.id))
        answer = mood["status"]
        return answer(seat) if callable(answer) else answer


def moody(subject, options):
    answer = mood["guard"]
    return answer(subject) if callable(answer) else answer


def careless(subject, options):
    answer = mood["action"]
    return answer(subject) if callable(answer) else answer


def hang(_):
    time.sleep(600)


def includeme(config):
    params = {"type": "object", "required": ["house"], "properties": {"house": {"type": "string"}}}
    config.add_signature_provider("demo_sign", DemoSign(), params=params)
    config.add_workflow_guard("moody", moody)
    config.add_workflow_action("careless", careless)
