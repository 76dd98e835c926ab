"""The oracles of the design over the RJSF samples, their instances and the probes."""

from __future__ import annotations

import io
import random
import time
from collections import Counter
from typing import Any

from formengine.forms import Form, FormError, Upload, Validator
from tests.forms.browser import Page, posted
from tests.forms.exceptions import PROBES, SAMPLES
from tests.forms.fixtures import need, read

NOTHING = object()


def meant(value: Any, *, top: bool = True) -> Any:
    """Data without what a form cannot tell from absent: empty texts, lists and objects, null."""
    if isinstance(value, dict):
        inside = {key: meant(one, top=False) for key, one in value.items()}
        inside = {key: one for key, one in inside.items() if one is not NOTHING}
        return inside if inside or top else NOTHING
    if isinstance(value, list):
        items = [None if one is NOTHING else one for one in (meant(each, top=False) for each in value)]
        return items if items or top else NOTHING
    if value is None or value == "":
        return {} if top else NOTHING
    return value


def whole(page: Page) -> None:
    """O6: ids once, labels and references lead somewhere, every control has a name for people."""
    ids = set(page.ids)
    assert len(ids) == len(page.ids)
    labels = {one.get("for") for one in page.all("label")}
    assert labels <= ids
    for one in page.elements:
        assert set((one.get("aria-describedby") or "").split()) <= ids
        assert "style" not in one
        assert not any(name.startswith("on") for name in one)
        if one["tag"] in ("input", "select", "textarea") and one.get("type") != "hidden":
            assert one["id"] in labels
    for one in page.all("fieldset"):
        assert any(one in legend["inside"] for legend in page.all("legend"))


def test_samples() -> None:
    """F2, F5: O1, O3 and O6 over the 40 samples: at least 39 come back whole."""
    counts: Counter[bool] = Counter()
    for path in sorted(need("rjsf-samples").glob("*.json")):
        sample = read(path)
        form = Form(sample["schema"], ui=sample["uiSchema"])
        html = form.render(sample.get("formData"))
        whole(Page(html))
        whole(Page(form.render()))
        back = form.read(posted(html))
        same = meant(back.data) == meant(sample.get("formData")) or sample.get("formData") is None
        assert same or sample["name"] in SAMPLES, sample["name"]
        counts[same] += 1
    print("samples", dict(counts))  # noqa: T201
    assert counts[True] >= 39


def test_instances() -> None:
    """F3, F6: O1 and O2 over the instances: 99 % come back; every error points at a control that is there."""
    counts: Counter[str] = Counter()
    for path in sorted((need("instances") / "rjsf-samples").glob("*.json")):
        sample = read(need("rjsf-samples") / path.name)
        form, judge = Form(sample["schema"], ui=sample["uiSchema"]), Validator(sample["schema"])
        for instance in read(path)["instances"][:12]:
            declared = form.resume(form.draft(instance["data"])).data
            answers = form.read(posted(form.render(instance["data"])))
            counts["same" if meant(answers.data) == meant(declared) else "differs"] += 1
            assert answers.valid == judge.is_valid(answers.data), (path.name, answers.errors)
            page = Page(answers.html())
            whole(page)
            assert {error.control_id for error in answers.errors} <= set(page.ids)
            links = {one["href"] for one in page.all("a")}
            assert {f"#{error.control_id}" for error in answers.errors} <= links
    print("instances", dict(counts))  # noqa: T201
    assert counts["same"] >= 0.99 * sum(counts.values())


def test_probes() -> None:
    """F2: every one-keyword schema is drawn and comes back, or is refused with a place and a sentence."""
    refused = []
    for probe in read(need("probes") / "rjsf-keyword-probes.json"):
        try:
            form = Form(probe["schema"])
        except FormError as refusal:
            refused.append(refusal.pointer)
            continue
        html = form.render(probe["formData"])
        whole(Page(html))
        assert meant(form.read(posted(html)).data) == meant(probe["formData"]) or probe["name"] in PROBES, probe["name"]
    assert refused == ["/properties/k/items/$dynamicRef"]


def hostile(post: list[tuple[str, str]], chance: random.Random) -> list[list[tuple[str, Any]]]:
    """What nobody posts by accident."""
    names = [name for name, _ in post]
    rows = " ".join(map(str, range(100_000)))
    words = ["", "0", "1", "true", 'j{"x":1}', "j[[", "null", "-1", "1e999", "nan", "\x00", "\ud800"]
    return [
        [],
        post * 3,
        chance.sample(post, len(post) // 2),
        [(name, "\x00\x07junk") for name in names],
        [(name, "9" * 5000) for name in names],
        [(name, "x" * 1_000_000) for name in names[:3]],
        [(name, Upload("é.pdf", "application/pdf", io.BytesIO(b"x"))) for name in names],
        [(name + "-j", "[" * 5000) for name in names],
        [(name + "-r", rows) for name in names] + [(name + "-x-r", rows) for name in names],
        [(f"f-{number}", "x") for number in range(100_000)],
        [*post, ("fe-op", "add " + (names or ["f"])[-1])],
        [*post, ("fe-op", "zap"), ("__start__", "x:mapping"), ("csrf_token", "x")],
        [(name[::-1], value) for name, value in post],
        *[[(name, chance.choice(words)) for name in names] for _ in range(2)],
    ]


def test_hostile() -> None:
    """F5: O4 and O7: whatever is posted, a form comes back within a second, whole, with ids that are there."""
    chance = random.Random(7)
    slowest = 0.0
    for path in sorted(need("rjsf-samples").glob("*.json"))[::3]:
        sample = read(path)
        form = Form(sample["schema"], ui=sample["uiSchema"])
        for post in hostile(posted(form.render(sample.get("formData"))), chance):
            began = time.perf_counter()
            answers = form.read(post)
            html = answers.html()
            slowest = max(slowest, time.perf_counter() - began)
            page = Page(html)
            assert len(page.ids) == len(set(page.ids))
            assert {error.control_id for error in answers.errors} <= set(page.ids)
    assert slowest < 1


def test_the_short_way_draws_the_same() -> None:
    """F2: a form shown the quick way is the same text as the same form shown node by node."""
    for path in sorted((need("instances") / "rjsf-samples").glob("*.json")):
        sample = read(need("rjsf-samples") / path.name)
        form = Form(sample["schema"], ui=sample["uiSchema"])
        for instance in read(path)["instances"][:12]:
            long = form._renderer.html(form._build(instance["data"], {}, defaults=False)[0], {}, [], None)
            assert instance["data"] is None or form.render(instance["data"]) == long
