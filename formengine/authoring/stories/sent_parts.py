"""A request that several people fill in, in a story: begun by the requester, sent part by part (F20, W14).

As in the portal, a part is asked for when the form shows one of its fields beside the answers that are there; the
request is sent, and its workflow begins, when no part is open any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from formengine import json_pointer
from formengine.authoring.packs.form_parts import REQUESTER
from formengine.authoring.packs.request_type import RequestType
from formengine.conditions.suggestions import money_meant
from formengine.errors import Refused
from formengine.source import did_you_mean

if TYPE_CHECKING:
    from formengine.forms import FieldError, Form
    from formengine.forms.form_part import FormPart, PartFields

_ASKED_FOR = ("required", "dependentRequired")


class UnfitAnswers(Exception):
    """Answers that the form does not take, or that belong to another part; the message says which."""


class StoryFilling:
    """The parts that were sent so far, by id, with their answers."""

    def __init__(self, request_type: RequestType, form: Form) -> None:
        self._type, self._form = request_type, form
        self._sent: dict[str, dict[str, Any]] = {}

    @property
    def answers(self) -> dict[str, Any]:
        """The answers of all parts that were sent, with those that the form computes."""
        sent = {name: value for answers in self._sent.values() for name, value in answers.items()}
        return dict(self._form.complete(sent))

    @property
    def open(self) -> list[str]:
        """The parts that are asked for and not sent."""
        return [name for name in self._type.parts if name not in self._sent and self._asked(name)]

    def send(self, part_id: str, answers: Mapping[str, Any]) -> None:
        """Send a part. Raises Refused for one that is not open, UnfitAnswers for what the form does not take."""
        if part_id not in (REQUESTER, *self._type.parts):
            hint = did_you_mean(part_id, self._type.parts) or "; name one of parts: of the request type"
            raise UnfitAnswers(f"there is no part {part_id}{hint}")
        if part_id != REQUESTER and part_id not in self.open:
            raise Refused(["This part is not open: it was sent, or nothing of it is asked."])
        part = self._part(part_id)
        foreign = [name for name in answers if name not in part.part_fields]
        if foreign:
            raise UnfitAnswers(f"{foreign[0]} is not filled in by {part_id}, but by {self._part_of(foreign[0])}")
        if errors := part.validate(dict(answers)):
            raise UnfitAnswers(told(errors, self._form, answers))
        self._sent[part_id] = dict(answers)
        for other in [name for name in self._sent if name != part_id and self._lacks(name)]:
            del self._sent[other]

    def whole(self) -> Mapping[str, Any]:
        """All answers, once no part is open. Raises UnfitAnswers for what does not fit together."""
        if errors := self._form.validate(self.answers):
            raise UnfitAnswers(told(errors, self._form, self.answers))
        return self.answers

    def _lacks(self, part_id: str) -> bool:
        """Whether an answer of another part has called up a required field of a part that was sent."""
        part, own = self._part(part_id), self._sent[part_id]
        missing = [error for error in part.validate(own) if error.keyword in _ASKED_FOR]
        return any(json_pointer.first(error.pointer) not in own for error in missing)

    def _asked(self, part_id: str) -> bool:
        part = self._part(part_id)
        return bool(part.asked(part.part_fields.of(self.answers)))

    def _part(self, part_id: str) -> FormPart:
        from formengine.forms.form_part import FormPart

        rule = self._type.parts.get(part_id)
        sees = self._type.fields_of_others if rule is None else rule.sees
        return FormPart(self._form, self._fields(part_id), self.answers, sees)

    def _fields(self, part_id: str) -> PartFields:
        from formengine.forms.form_part import fields_but, fields_of

        if part_id == REQUESTER:
            return fields_but(self._type.fields_of_others)
        return fields_of(self._type.parts[part_id].fields)

    def _part_of(self, name: str) -> str:
        owners = (part for part, rule in self._type.parts.items() if name in rule.fields)
        return f"the part {next(owners)}" if name in self._type.fields_of_others else "the requester, under answers:"


def told(errors: Sequence[FieldError], form: Form, answers: Mapping[str, Any]) -> str:
    """The first error of a form as the finding of a story: the names that lead to the answer, rows by number."""
    pointer, message = errors[0].pointer, errors[0].message
    for money, value in form.values_of_kind("money", answers, misfits=True) if errors[0].keyword == "type" else ():
        if pointer in (money, f"{money}/amount") and (amount := money_meant(value)) is not None:
            pointer, message = money, f"an amount of money is a map; write {amount}"
    tokens = json_pointer.split(pointer)
    place = ", ".join(f"row {int(token) + 1}" if token.isdecimal() else token for token in tokens)
    return f"these answers do not fit the form: {f'{place}: ' if place else ''}{message}"
