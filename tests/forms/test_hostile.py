"""O4 and O7: whatever is posted or kept, a form comes back within a second, whole; only what was touched changes."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import pytest

from formengine.forms import Answers, Form, Upload
from tests.forms.browser import Page, posted
from tests.forms.fixtures import need, read
from tests.forms.oracles import linked, whole
from tests.support.cpu_time import cpu_limit

Pairs = list[tuple[str, Any]]
ROWS = " ".join(map(str, range(100_000)))
WORDS = ["", "0", "1", "true", 'j{"x":1}', "j[[", "null", "-1", "1e999", "nan", "\x00", "\ud800", "9" * 5000]
SAMPLES = ["arrays", "anyOf", "ifThenElse", "large", "additionalProperties", "enumObjects", "references", "files"]


def hostile(post: Pairs, chance: random.Random) -> list[Pairs]:
    """Posts that only an attacker sends."""
    names = [name for name, _ in post]
    return [
        [],
        post * 3,
        chance.sample(post, len(post) // 2),
        chance.sample(post, len(post)),
        [(name, "\x00\x07junk") for name in names],
        [(name, "x" * 1_000_000) for name in names[:9]],
        [(name, Upload("é.pdf", "application/pdf", io.BytesIO(b"x"))) for name in names],
        [(name + "-j", "[" * 5000) for name in names],
        [(name + "-r", ROWS) for name in names] + [(name + "-x-r", ROWS) for name in names],
        [(name[::-1], value) for name, value in post],
        [*post, ("__start__", "x:mapping"), ("csrf_token", "x"), ("", ""), ("f-f-f", "x"), ("f" + "-1" * 900, "x")],
        *[[(name, chance.choice(WORDS)) for name in names] for _ in range(3)],
    ]


def operations(post: Pairs) -> list[Pairs]:
    """Values of buttons that no form has."""
    last = (post or [("f", "")])[-1][0]
    words = [
        "add " + last, "remove f", "up f-0", "zap", "add", "add f-x", "remove " + last + " " + "x" * 9000,
        "open f-" + "1-" * 400,
        "add fe-op", "add f-x 99999999999", "add f " + "9" * 5000, "remove add f", "\x00",
        "add " + "f" * 100_000, "choose \ud800",
    ]  # fmt: skip
    return [[*post, ("fe-op", word)] for word in words]


def timely(read_it: Callable[[], Answers]) -> Answers:
    """The data read and the page rendered again, checked to be complete and to take under a second of CPU."""
    with cpu_limit(1):
        answers = read_it()
        html = answers.html()
    page = Page(html)
    whole(page)
    if not answers.operation:
        linked(page, answers.errors)
    assert len(html) < 40_000_000
    return answers


@pytest.mark.parametrize("name", SAMPLES)
def test_hostile_posts(name: str) -> None:
    """F5: O7: missing, doubled, shuffled, junk, renamed, NUL, megabytes, 100,000 rows, values of no button."""
    sample = read(need("rjsf-samples") / f"{name}.json")
    form = Form(sample["schema"], ui=sample["uiSchema"])
    post: Pairs = list(posted(form.render(sample.get("formData"))))
    for variant in [*hostile(post, random.Random(7)), *operations(post)]:
        timely(lambda variant=variant: form.read(variant))


def test_a_million_controls() -> None:
    """F5, O7: a post with a million controls is not read, and an error says so; rows over the limit are told."""
    form = Form({"type": "object", "properties": {"l": {"type": "array", "items": {"type": "string"}}}})
    answers = timely(lambda: form.read((f"f-{number}", "x") for number in range(1_000_000)))
    assert [error.keyword for error in answers.errors] == ["limit"]
    rows = [(name, ROWS if name.endswith("-r") else value) for name, value in posted(form.render({"l": ["a"]}))]
    assert {error.keyword for error in timely(lambda: form.read(rows)).errors} & {"rows", "limit"}


@pytest.mark.parametrize(
    "draft",
    [
        {}, {"f": None}, {"f": "text"}, {"f": [1, None, {}, ["x"]]}, {"": ["x"], "fe-op": ["add f"]}, {1: ["x"]},
        {"f-r": [ROWS]}, {"f" + "-1" * 5000: ["x"]}, {"f-x-r": ["0 0 0 1 -1 \x00"]}, {"f-c0": ["9" * 99]},
    ],
)  # fmt: skip
def test_hostile_drafts(draft: Any) -> None:
    """F8: O7: a draft is untrusted JSON; whatever it holds, the form is rendered."""
    for name in SAMPLES[:5]:
        sample = read(need("rjsf-samples") / f"{name}.json")
        form = Form(sample["schema"], ui=sample["uiSchema"])
        draft_of_sample = form.read(posted(form.render(sample.get("formData")))).draft
        timely(lambda form=form: form.resume(draft))
        timely(lambda form=form, draft_of_sample=draft_of_sample: form.resume({**draft_of_sample, **draft}))
        whole(Page(form.render(draft=draft)))


@pytest.mark.parametrize("name", ["simple", "nested", "numbers", "nullable"])
def test_only_what_was_touched_changes(name: str) -> None:
    """F3, F5, O4: a control that is left out, malformed or moved to the end changes only the value at its own
    pointer.
    """
    sample = read(need("rjsf-samples") / f"{name}.json")
    form = Form(sample["schema"], ui=sample["uiSchema"])
    html = form.render(sample["formData"])
    post, before = posted(html), flat(form.read(posted(html)).data)
    pointers = {
        element["name"]: element["data-pointer"]
        for element in Page(html).elements
        if "data-pointer" in element and "name" in element
    }
    touched = 0
    for number, (control, value) in enumerate(post):
        rest = post[:number] + post[number + 1 :]
        for variant in ([*rest, (control, "junk")], [*rest, (control, value)], rest):
            after = flat(form.read(variant).data)
            changed = {item for item in {*before, *after} if before.get(item, after) != after.get(item, before)}
            pointer = pointers.get(control)
            assert pointer is None or all(item == pointer or item.startswith(pointer + "/") for item in changed), (
                control,
                changed,
            )
            touched += bool(changed)
    assert touched > 2


def flat(data: Any, pointer: str = "") -> dict[str, str]:
    """Each leaf by its pointer."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if inside is None:
        return {pointer: repr(data)}
    return {key: value for name, inner in inside for key, value in flat(inner, f"{pointer}/{name}").items()}
