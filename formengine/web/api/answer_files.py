"""The files of a call that sends answers: each goes where the name of its part, a JSON Pointer, says, and none takes
the place of an answer or of another file (F9, X5).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from pyramid.request import Request

from formengine import json_pointer
from formengine.errors import DocumentRefused, Invalid, QuotaExceeded
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.catalogue import request_types
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.files.uploads import FileStore
from formengine.web.api.declared_answers import DeclaredAnswers
from formengine.web.api.request_body import RequestBody

if TYPE_CHECKING:
    from formengine.forms import Form

MISPLACED: Final = (
    "No field of this form takes this file. Name its part by the JSON Pointer of a file field, each once."
)
ANSWERED: Final = "Both an answer and this file were sent for {place}: leave out the answer in `answers`, or the file."
DOUBLED: Final = "Another file was sent for {place}, which takes one: leave out one of the two."
FIXED: Final = "This field is read-only, or calculated from other answers: leave this file out."
MAX_STEPS: Final = 20
"""The longest pointer of a file."""
_FILE_KINDS: Final = ("file", "files")

PlacedFile = tuple[str, str]
"""A stored file: the JSON Pointer that its part was named by, and its id."""


def answers_with_files(
    request: Request, schema: Any, answers: dict[str, Any], body: RequestBody
) -> tuple[dict[str, Any], list[PlacedFile]]:
    """The answers that a form asks for, with the files of a call, each stored and put at its pointer.

    Raises Invalid (422) with an error at the pointer of each file that has no place of its own, and of one that is not
    accepted; nothing is stored before each has its place.
    """
    work = request.work
    places = FilePlaces(DeclaredAnswers(schema, request_types.field_kinds_for(work, work.language, schema)), answers)
    references, errors = [], []
    for pointer, _upload in body.files:
        try:
            references.append(places.take(pointer))
        except PlaceTaken as taken:
            message = say(work.language, taken.sentence, place=taken.place)
            errors.append(FieldError(pointer, None, "file", message))
    if errors:
        raise Invalid(errors)
    store, placed = FileStore(work), list[PlacedFile]()
    for (pointer, upload), reference in zip(body.files, references, strict=True):
        try:
            reference.update(store.save(upload))
        except QuotaExceeded:
            raise
        except DocumentRefused as error:
            raise Invalid([FieldError(pointer, None, "file", str(error))]) from None
        placed.append((pointer, reference["id"]))
    return places.answers, placed


def refused_files(
    work: UnitOfWork, form: Form, data: Mapping[str, Any], placed: Collection[PlacedFile]
) -> list[FieldError]:
    """The errors of files that came with answers, where the form has no file field, or one that people do not fill in.

    `data` are the answers with their files.
    """
    if not placed:
        return []
    with work.session.no_autoflush:  # the files take the write lock when they are flushed
        nodes = form.nodes(form.complete(data))
    fields = {
        file["id"]: node
        for node in nodes
        if node.kind in _FILE_KINDS and not node.unrepresentable
        for file in node.files
    }
    errors = []
    for pointer, id in placed:
        field = fields.get(id)
        if json_pointer.first(pointer) in form.computed or (field is not None and field.read_only):
            errors.append(FieldError(pointer, None, "readOnly", say(work.language, FIXED)))
        elif field is None:
            errors.append(FieldError(pointer, None, "file", say(work.language, MISPLACED)))
    return errors


class PlaceTaken(Exception):
    """A file has no place: `sentence` says why, of the `place` (a JSON Pointer) where something stands already."""

    def __init__(self, sentence: str, place: str) -> None:
        super().__init__(sentence)
        self.sentence, self.place = sentence, place


class FilePlaces:
    """The answers of a call, and where files go among them."""

    def __init__(self, declared: DeclaredAnswers, answers: Mapping[str, Any]) -> None:
        self._declared = declared
        self.answers: dict[str, Any] = declared.only(answers)
        self._references: list[dict[str, Any]] = []

    def take(self, pointer: str) -> dict[str, Any]:
        """An empty file reference at a pointer, to be filled in. Groups and rows around it are made where there are
        none, and a list of files takes it at its end. Raises PlaceTaken.
        """
        steps = json_pointer.split(pointer)
        if not pointer.startswith("/") or len(steps) > MAX_STEPS:
            raise PlaceTaken(MISPLACED, pointer)
        value: Any = self.answers
        for depth, step in enumerate(steps):
            made: Any = [] if self._declared.is_list(steps[: depth + 1]) else {}
            value = self._member(value, step, made, steps[:depth])
            if depth == len(steps) - 1:
                return self._reference_at(value, made, steps)
        raise PlaceTaken(MISPLACED, pointer)

    def _member(self, value: Any, step: str, made: Any, around: list[str]) -> Any:
        """The member or entry of some answers, made where there is none."""
        if self._is_file(value):
            raise PlaceTaken(DOUBLED, json_pointer.join(around))
        if isinstance(value, dict):
            return value.setdefault(step, made)
        if not isinstance(value, list):
            raise PlaceTaken(ANSWERED, json_pointer.join(around))
        index = json_pointer.list_index(step, len(value) + 1)
        if index is None:
            raise PlaceTaken(MISPLACED, json_pointer.join(around))
        if index == len(value):
            value.append(made)
        return value[index]

    def _reference_at(self, value: Any, made: Any, steps: list[str]) -> dict[str, Any]:
        place = json_pointer.join(steps)
        if isinstance(made, list) and isinstance(value, list):
            reference: dict[str, Any] = {}
            value.append(reference)
        elif value is made:
            reference = made
        else:
            raise PlaceTaken(DOUBLED if self._holds_file(value) else ANSWERED, place)
        self._references.append(reference)
        return reference

    def _is_file(self, value: Any) -> bool:
        return any(reference is value for reference in self._references)

    def _holds_file(self, value: Any) -> bool:
        """Whether a file of this call is there, or below."""
        if self._is_file(value):
            return True
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return any(self._holds_file(member) for member in members)
