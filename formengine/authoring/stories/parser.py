"""`stories.yaml`: examples that must hold (W14), read into steps; `telling` runs them in the simulation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from formengine.authoring.packs.request_type import RequestType
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.durations import parse_duration

KEYS: Final = ("story", "request", "people", "now", "answers", "steps")
ACTS: Final = ("do", "claim", "document", "decide", "sign", "decline", "delegate")
ACT_KEYS: Final = ("by", *ACTS, "fields", "comment", "child", "reason", "refused")
EXPECTED: Final = ("state", "client_sees", "facts", "mails")
_NOW = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{1,2}:\d{2})?\Z")


@dataclass
class Step:
    """One line of a story: `what` is expect, wait or by; `given` the map or text that follows."""

    cursor: YamlCursor
    what: str
    given: Any


@dataclass
class Story:
    """A story that can be told: whose shape is right."""

    cursor: YamlCursor
    name: str
    request: RequestType
    people: dict[str, list[str]]
    now: datetime
    answers: dict[str, Any]
    steps: list[Step] = field(default_factory=list)


def read_stories(cursor: YamlCursor, request_types: Mapping[str, RequestType], zone: str) -> list[Story]:
    """The stories of a pack; what is wrong with one becomes findings, and it is left out."""
    found: list[Story] = []
    names: set[str] = set()
    for one in cursor.items() if isinstance(cursor.value, list) else ():
        before = len(cursor.findings)
        story = _story(one, request_types, zone)
        if story is not None and story.name in names:
            one.error("twice", f"two stories are called {story.name}; give each its own sentence")
        if story is not None and len(cursor.findings) == before:
            names.add(story.name)
            found.append(story)
    if cursor.value is not None and not isinstance(cursor.value, list):
        cursor.error("kind", "stories.yaml holds a list: each story begins with - story: and a sentence")
    return found


def _story(cursor: YamlCursor, request_types: Mapping[str, RequestType], zone: str) -> Story | None:
    if not isinstance(cursor.value, dict):
        cursor.error("kind", "a story begins with story: and a sentence")
        return None
    cursor.only(*KEYS)
    name, wanted = cursor.need("story", "A short question is answered"), cursor.need("request", "nda")
    title = name.string() if name else None
    request = wanted.word(request_types, "request type in this pack called") if wanted else None
    steps = cursor.need("steps", "[{by: paul, do: take}]")
    now = _now(cursor, zone)
    answers = cursor.get("answers")
    if answers is not None and not isinstance(answers.value, dict):
        answers.error("kind", "answers takes a map: the form's fields and what was answered")
    people = _people(cursor)
    read = [one for item in (steps.items() if steps else ()) if (one := _step(item)) is not None]
    if title is None or request is None or now is None:
        return None
    given = dict(answers.value) if answers and isinstance(answers.value, dict) else {}
    return Story(cursor, title, request_types[request], people, now, given, read)


def _now(cursor: YamlCursor, zone: str) -> datetime | None:
    given = cursor.get("now")
    text = given.string() if given else "2026-03-02 10:00"
    if given and text is not None and not _NOW.match(text):
        given.error("now", "now takes a day and an hour: 2026-03-02 10:00")
        return None
    try:
        return datetime.fromisoformat(_padded(text)).replace(tzinfo=ZoneInfo(zone)) if text else None
    except ValueError:
        (given or cursor).error("now", "now takes a day and an hour: 2026-03-02 10:00")
        return None


def _padded(text: str) -> str:
    day, _, hour = text.replace("T", " ").partition(" ")
    return f"{day} {hour.zfill(5)}" if hour else f"{day} 09:00"


def _people(cursor: YamlCursor) -> dict[str, list[str]]:
    given = cursor.get("people")
    return {entry.name: list(entry.strings()) for entry in given.entries()} if given else {}


def _step(cursor: YamlCursor) -> Step | None:
    value = cursor.value
    if not isinstance(value, dict):
        cursor.error("kind", "a step is expect: {...}, wait: a duration, or by: a person with what is done")
        return None
    if "expect" in value:
        cursor.only("expect")
        expected = cursor.at("expect")
        expected.only(*EXPECTED)
        return Step(cursor, "expect", value["expect"] if isinstance(value["expect"], dict) else {})
    if "wait" in value:
        cursor.only("wait")
        return _wait(cursor)
    return _act(cursor, value)


def _wait(cursor: YamlCursor) -> Step | None:
    try:
        return Step(cursor, "wait", parse_duration(cursor.value["wait"]))
    except ValueError as error:
        cursor.at("wait").error("duration", str(error))
        return None


def _act(cursor: YamlCursor, value: dict[str, Any]) -> Step | None:
    cursor.only(*ACT_KEYS)
    acts = [key for key in ACTS if key in value]
    by = cursor.need("by", "paul")
    if len(acts) != 1:
        message = f"say what is done, one thing a step: {', '.join(ACTS)}"
        cursor.error("step", message)
        return None
    if "decide" in value and value["decide"] not in ("approve", "reject"):
        hint = did_you_mean(str(value["decide"]), ("approve", "reject"))
        cursor.at("decide").error("unknown", f"decide takes approve or reject{hint}")
        return None
    if by is None or by.string() is None or not isinstance(value.get("fields") or {}, dict):
        return None
    return Step(cursor, "by", value)
