"""Dossiers of the demo: a request with its answers and steps, performed through the services.

`dossiers.yaml` has them in the syntax of stories, with `days_ago` for the day of each step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from formengine.cli.demo.documents import paper
from formengine.cli.demo.people import COMPANIES

if TYPE_CHECKING:
    from formengine.forms import Upload
    from formengine.services.core.unit_of_work import Platform, UnitOfWork
    from formengine.services.intake.dossier_opening import Submitted
    from formengine.storage.models.people import Person

T = TypeVar("T")


@dataclass(frozen=True)
class DemoDossier:
    """A submission of `request` by a person, `days_ago`, with `answers`; then `steps`, each on its own day."""

    request: str
    by: str
    days_ago: float
    answers: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    number: int = 0

    def varied(self, number: int) -> DemoDossier:
        """The repetition `number` of this dossier: with another company, and dates relative to today."""
        company, contact, host = COMPANIES[number % len(COMPANIES)]
        words = {"{company}": company, "{contact}": contact, "{email}": f"{host}@example.net"}
        return replace(
            self,
            number=number,
            answers=_filled(self.answers, words),
            steps=tuple(_filled(step, words) for step in self.steps),
        )

    def at(self, days_ago: float, index: int, now: datetime) -> datetime:
        """The moment of its step `index`: in office hours, and later than the steps before it."""
        minutes = 8 * 60 + 10 + self.number * 17 % 60 + index * 31
        day = (now - timedelta(days=days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        return min(now, day + timedelta(minutes=minutes))


def read_demo_dossiers() -> list[DemoDossier]:
    """The dossiers of `dossiers.yaml`, in order."""
    demo_dossiers = yaml.safe_load(Path(__file__).with_name("dossiers.yaml").read_text(encoding="utf-8"))
    return [
        DemoDossier(**{"steps": (), **demo_dossier, "answers": _without_nulls(demo_dossier["answers"])})
        for demo_dossier in demo_dossiers
    ]


def _without_nulls(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without those that are null; null removes an answer that a YAML merge key has brought in."""
    return {name: value for name, value in answers.items() if value is not None}


def play(demo_dossier: DemoDossier, platform: Platform, people: Mapping[str, Person], key: str) -> bool:
    """Create a demo dossier, each step in a transaction of its own; False when it exists already (by `key`)."""
    from formengine.services.core.unit_of_work import run_in_transaction

    now = datetime.now(UTC)

    def run(person: Person, at: datetime, operation: Callable[[UnitOfWork], T]) -> T:
        return run_in_transaction(platform, operation, person.id, now=at, language=person.language)

    submitted = run(
        people[demo_dossier.by],
        demo_dossier.at(demo_dossier.days_ago, 0, now),
        lambda work: _submit(work, demo_dossier, people, key),
    )
    if not submitted.fresh:
        return False
    reference = submitted.dossier.reference
    for index, step in enumerate(demo_dossier.steps, 1):
        at = demo_dossier.at(step["days_ago"], index, now)
        run(people[step["by"]], at, lambda work, step=step: _do(work, reference, step, people))  # type: ignore[misc]
    return True


def _submit(work: UnitOfWork, demo_dossier: DemoDossier, people: Mapping[str, Person], key: str) -> Submitted:
    from formengine.services.files.uploads import FileStore
    from formengine.services.intake.submissions import submit

    earlier = _submitted_answers(work, key)
    values = _with_people(demo_dossier.answers, people)
    answers = dict(earlier) if earlier else _with_files(values, lambda upload: FileStore(work).save(upload))
    return submit(work, demo_dossier.request, answers, key=key, accept_notice=True)


def _do(work: UnitOfWork, reference: str, step: Mapping[str, Any], people: Mapping[str, Person]) -> None:
    """Perform one step of a demo dossier: do, claim, assign, note, document, decide or sign."""
    from formengine.services.approvals import decisions
    from formengine.services.case.repository import get_dossier
    from formengine.services.dossiers import assignment, documents, notes, transitions

    comment = step.get("comment")
    if "claim" in step:
        assignment.claim(work, reference)
    elif "assign" in step:
        assignment.assign(work, reference, people[step["assign"]].id)
    elif "note" in step:
        notes.add_note(work, reference, step["note"], internal=step.get("internal", False))
    elif "document" in step:
        documents.new_document_version(work, reference, step["document"], paper(step["file"]))
    elif "decide" in step:
        decisions.decide(work, reference, step["decide"], comment)
    elif "sign" in step:
        decisions.sign(work, reference, step["sign"], consent=True)
    else:
        version = get_dossier(work, reference).version
        transitions.perform(work, reference, step["do"], version, step.get("fields"), comment)


def _submitted_answers(work: UnitOfWork, key: str) -> Mapping[str, Any] | None:
    """The answers of the submission with this key, if there is one: a repeat has to send the same files."""
    from sqlalchemy import select

    from formengine.storage.models.dossiers import IdempotencyKey, Submission

    query = (
        select(Submission.answers)
        .join(IdempotencyKey, IdempotencyKey.submission_id == Submission.id)
        .where(IdempotencyKey.key == key, IdempotencyKey.person_id == work.person.id)
    )
    return work.session.scalar(query)


def _with_people(value: Any, people: Mapping[str, Person]) -> Any:
    """A value with `@maya` for the id of Maya's account."""
    if isinstance(value, Mapping):
        return {key: _with_people(inner, people) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_people(inner, people) for inner in value]
    return people[value[1:]].id if isinstance(value, str) and value.startswith("@") else value


def _with_files(answers: Mapping[str, Any], save: Callable[[Upload], Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: dict(save(paper(value["file"]))) if isinstance(value, Mapping) and "file" in value else value
        for name, value in answers.items()
    }


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """A value with its `{words}` filled in, and `today+14` or `today-3` as a date."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    if not isinstance(value, str):
        return value
    for word, text in words.items():
        value = value.replace(word, text)
    if value.startswith("today") and value[5:].lstrip("+-").isdigit():
        return (datetime.now(UTC) + timedelta(days=int(value[5:]))).date().isoformat()
    return value
