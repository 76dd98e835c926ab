"""Dossiers of the demo: a request with its answers and steps, performed through the services.

`dossiers.yaml` has them in the syntax of stories, with `days_ago` for the day of each step. `finished.yaml` has more,
mostly finished, from which many dossiers are copied (`prototypes.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import yaml

from formengine.cli.demo.documents import paper
from formengine.cli.demo.people import COMPANIES
from formengine.services.dossiers import child_opening

if TYPE_CHECKING:
    from formengine.forms import Upload
    from formengine.services.core.unit_of_work import Platform, UnitOfWork
    from formengine.services.intake.dossier_opening import Submitted
    from formengine.storage.models.dossiers import Dossier
    from formengine.storage.models.people import Person
    from formengine.storage.models.rounds import Child

T = TypeVar("T")
OUTSIDE: Final = "outside"
"""Who takes a step without an account."""
_DAY: Final = re.compile(r"today([+-]\d+)(T.+)?")


@dataclass(frozen=True)
class DemoDossier:
    """A submission of `request` by a person, `days_ago`, with `answers`; then `steps`, each on its own day."""

    request: str
    by: str
    days_ago: float
    answers: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    number: int = 0
    share: int = 3
    """How many of a thousand copies are of this dossier, about."""

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

    def older(self, days: float) -> DemoDossier:
        """The same, so many days longer ago."""
        steps = tuple({**step, "days_ago": step["days_ago"] + days} for step in self.steps)
        return replace(self, days_ago=self.days_ago + days, steps=steps)

    def at(self, days_ago: float, index: int, now: datetime) -> datetime:
        """The moment of its step `index`: in office hours, and later than the steps before it."""
        minutes = 8 * 60 + 10 + self.number * 17 % 60 + index * 31
        day = (now - timedelta(days=days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        return min(now, day + timedelta(minutes=minutes))


def read_demo_dossiers(*, finished: bool = False) -> list[DemoDossier]:
    """The dossiers of `dossiers.yaml`, in order; with `finished` also those of `finished.yaml`, which continues it."""
    files = ("dossiers.yaml", "finished.yaml") if finished else ("dossiers.yaml",)
    demo_dossiers = yaml.safe_load(
        "\n".join(Path(__file__).with_name(file).read_text(encoding="utf-8") for file in files)
    )
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

    def run(person: Person | None, at: datetime, operation: Callable[[UnitOfWork], T]) -> T:
        if person is None:
            return run_in_transaction(platform, operation, now=at)
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
        run(people.get(step["by"]), at, lambda work, step=step: _do(work, reference, step, people))  # type: ignore[misc]
    return True


def _submit(work: UnitOfWork, demo_dossier: DemoDossier, people: Mapping[str, Person], key: str) -> Submitted:
    from formengine.services.files.uploads import FileStore
    from formengine.services.intake.submissions import submit

    earlier = _submitted_answers(work, key)
    values = _with_people(demo_dossier.answers, people)
    answers = dict(earlier) if earlier else _with_files(values, lambda upload: FileStore(work).save(upload))
    return submit(work, demo_dossier.request, answers, key=key, accept_notice=True)


def _do(work: UnitOfWork, reference: str, step: Mapping[str, Any], people: Mapping[str, Person]) -> None:
    """Perform one step of a demo dossier: do, claim, assign, note, document, add, share, decide, sign, or a child to
    open.
    """
    from formengine.services.approvals import decisions
    from formengine.services.case.repository import get_dossier
    from formengine.services.dossiers import (
        added_documents,
        assignment,
        document_sharing,
        documents,
        notes,
        transitions,
    )

    comment = step.get("comment")
    if "claim" in step:
        assignment.claim(work, reference)
    elif "assign" in step:
        assignment.assign(work, reference, people[step["assign"]].id)
    elif "note" in step:
        notes.add_note(work, reference, step["note"], internal=step.get("internal", False))
    elif "document" in step:
        documents.new_document_version(work, reference, step["document"], paper(step["file"]), ends_signatures=True)
    elif "add" in step:
        added_documents.add_document(work, reference, step["add"], step["title"], paper(step["file"]))
    elif "share" in step:
        document_sharing.share_version(work, reference, step["share"])
    elif "decide" in step:
        decisions.decide(work, reference, step["decide"], comment)
    elif step["by"] == OUTSIDE:
        _sign_outside(work, reference, step["sign"])
    elif "sign" in step:
        decisions.sign(work, reference, step["sign"], consent=True)
    elif "do" not in step:
        child_opening.open_child(work, reference, step["child"], step["fields"], step.get("visible", False))
    else:
        dossier = get_dossier(work, reference)
        child = _newest_child(work, dossier, step["child"]) if "child" in step else None
        transitions.perform(work, reference, step["do"], dossier.version, step.get("fields"), comment, child)


def _newest_child(work: UnitOfWork, dossier: Dossier, kind: str) -> Child:
    """The last child of a kind that was opened on a dossier."""
    from sqlalchemy import select

    from formengine.storage.models.rounds import Child

    query = select(Child).where(Child.dossier_id == dossier.id, Child.kind == kind).order_by(Child.number.desc())
    return work.session.scalars(query.limit(1)).one()


def _sign_outside(work: UnitOfWork, reference: str, name: str) -> None:
    """Sign as the person outside who is asked to: what a link and a code lead to."""
    from formengine.services.approvals.given_signatures import signature_evidence
    from formengine.services.case.repository import get_dossier, load
    from formengine.services.core.unit_of_work import Guest
    from formengine.workflow.engine import api as engine

    dossier = get_dossier(work, reference, lock=True)
    rounds = load(work, dossier).case.rounds
    address, key = next((s.person, s.key) for r in rounds for s in r.seats if s.status == "open" and "@" in s.person)
    guest = replace(work, actor=Guest(address, int(key or 0)))
    loaded = load(guest, dossier)
    seat = next(seat for round_ in loaded.case.rounds for seat in round_.seats if seat.key == key)
    loaded.run(engine.sign, address, signature_evidence(guest, loaded, seat, name, True), seat)


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
    """A value with its `{words}` filled in, and `today+14` as a date, `today-3T09:00:00+01:00` as a date-time."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    if not isinstance(value, str):
        return value
    for word, text in words.items():
        value = value.replace(word, text)
    if (match := _DAY.fullmatch(value)) is not None:
        return (datetime.now(UTC) + timedelta(days=int(match[1]))).date().isoformat() + (match[2] or "")
    return value
