"""Parser of `stories.yaml`: executable examples of a pack (W14), which `stories.runner` runs in the simulation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.stories.keys import ACTS, BESIDE, EXPECTED, STORY
from formengine.conditions.durations import parse_duration
from formengine.source.yaml_cursor import YamlCursor

ACT_KEYS: Final = ("by", *ACTS, *BESIDE)
_ACT_TEXTS: Final = ("fill", "do", "claim", "document", "delegate", "comment", "child", "reason", "refused")
_NOW = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{1,2}:\d{2})?\Z")


@dataclass
class Step:
    """One line of a story: `kind` is expect, wait or by; `value` the mapping or duration that follows."""

    cursor: YamlCursor
    kind: str
    value: Any


@dataclass
class Story:
    """A story without syntax errors. `people` are the names of people by role, `now` when it begins."""

    cursor: YamlCursor
    name: str
    request: RequestType
    people: dict[str, list[str]]
    now: datetime
    answers: dict[str, Any]
    steps: list[Step] = field(default_factory=list)

    @property
    def fills(self) -> bool:
        """Whether several people fill in the form (`fill:`): `answers` are then those of the requester."""
        return any(step.kind == "by" and "fill" in step.value for step in self.steps)


def read_stories(cursor: YamlCursor, request_types: Mapping[str, RequestType], zone: str) -> list[Story]:
    """The stories of a pack; a story with an error is left out."""
    if cursor.value is not None and not isinstance(cursor.value, list):
        cursor.error("kind", "stories.yaml holds a list: each story begins with - story: and a sentence")
        return []
    stories: dict[str, Story] = {}
    for item in cursor.items():
        findings_before = len(cursor.findings)
        story = _story(item, request_types, zone)
        if story is not None and story.name in stories:
            item.error("twice", f"two stories are called {story.name}; give each its own sentence")
        if story is not None and len(cursor.findings) == findings_before:
            stories[story.name] = story
    return list(stories.values())


def _story(cursor: YamlCursor, request_types: Mapping[str, RequestType], zone: str) -> Story | None:
    if not isinstance(cursor.value, dict):
        cursor.error("kind", "a story begins with story: and a sentence")
        return None
    cursor.mapping(*STORY)
    name, request = cursor.require("story", "A short question is answered"), cursor.require("request", "nda")
    title = name.text() if name else None
    request_type = request.name_of("request type in this pack called", request_types) if request else None
    steps = cursor.require("steps", "[{by: paul, do: take}]")
    now = _now(cursor, zone)
    answers = cursor.at("answers")
    if not isinstance(answers.value, dict | None):
        answers.error("kind", "answers takes a map: the form's fields and what was answered")
    people = {entry.name: list(entry.texts()) for entry in cursor.at("people").entries()}
    parsed_steps = [step for item in (steps.items() if steps else ()) if (step := _step(item)) is not None]
    if title is None or request_type is None or now is None:
        return None
    values = dict(answers.value) if isinstance(answers.value, dict) else {}
    return Story(cursor, title, request_types[request_type], people, now, values, parsed_steps)


def _now(cursor: YamlCursor, zone: str) -> datetime | None:
    now = cursor.get("now")
    text = now.text() if now else "2026-03-02 10:00"
    try:
        if text is None or not _NOW.match(text):
            raise ValueError(text)
        return datetime.fromisoformat(_padded(text)).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        (now or cursor).error("now", "now takes a day and an hour: 2026-03-02 10:00")
        return None


def _padded(text: str) -> str:
    day, _, hour = text.replace("T", " ").partition(" ")
    return f"{day} {hour.zfill(5)}" if hour else f"{day} 09:00"


def _step(cursor: YamlCursor) -> Step | None:
    value = cursor.value
    if not isinstance(value, dict):
        cursor.error("kind", "a step is expect: {...}, wait: a duration, or by: a person with what is done")
        return None
    if "expect" in value:
        expected = cursor.mapping("expect").at("expect").mapping(*EXPECTED)
        expected.at("facts").mapping()
        lists = {key: expected.at(key) for key in ("mails", "open")}
        texts = {key: value.texts() for key, value in lists.items() if value.present}
        return Step(cursor, "expect", {**expected.value, **texts})
    if "wait" in value:
        wait = cursor.mapping("wait").require("wait", "2 days")
        duration = wait.parsed(parse_duration, "duration") if wait else None
        return Step(cursor, "wait", duration) if duration else None
    return _act(cursor, value)


def _is_split_in_two(cursor: YamlCursor) -> bool:
    """Whether a step is written as two entries of its list: `- by: ana`, then `- do: answer`; told at the first."""
    steps: Any = cursor.document.value
    for key in cursor.path[:-1]:
        steps = steps[key]
    number = int(cursor.path[-1])
    begins = [isinstance(step, dict) and set(step) == {"by"} for step in steps]
    goes_on = [isinstance(step, dict) and "by" not in step and any(key in step for key in ACTS) for step in steps]
    if begins[number] and goes_on[number + 1 : number + 2] == [True]:
        cursor.error("step", "a step has one dash; take out the one of the next line, and begin that under by")
        return True
    return goes_on[number] and begins[max(number - 1, 0)]


def _act(cursor: YamlCursor, value: dict[str, Any]) -> Step | None:
    if _is_split_in_two(cursor):
        return None
    cursor.mapping(*ACT_KEYS)
    acts = [key for key in ACTS if key in value]
    by = cursor.require("by", "paul")
    if len(acts) != 1 and not any(key not in ACT_KEYS for key in value):  # a misspelt one is told already
        cursor.error("step", f"say what is done, one thing a step: {', '.join(ACTS)}")
    if len(acts) != 1:
        return None
    if "decide" in value and value["decide"] not in ("approve", "reject"):
        cursor.at("decide").choice(("approve", "reject"))
        return None
    cursor.at("fields").mapping()
    for key in _ACT_TEXTS:
        if isinstance(value.get(key), dict | list):
            cursor.at(key).text()
    return None if by is None or by.text() is None else Step(cursor, "by", value)
