"""The oracles of the design over the RJSF samples, their instances and the probes: O1, O2, O3 and O6."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from formengine.forms import Form, FormError, Validator
from tests.forms.browser import Page, posted
from tests.forms.declared_values import Declared
from tests.forms.fixtures import need, read
from tests.forms.known_exceptions import SAMPLES, STANDING
from tests.forms.oracles import linked, multipart, once, same, whole


def samples() -> Iterator[dict[str, Any]]:
    """Every RJSF sample."""
    for path in sorted(need("rjsf-samples").glob("*.json")):
        yield read(path)


def instances(name: str) -> list[dict[str, Any]]:
    """The valid and invalid data for a sample."""
    recorded: list[dict[str, Any]] = read(need("instances") / "rjsf-samples" / f"{name}.json")["instances"]
    return recorded


def with_standing(sample: dict[str, Any], data: Any) -> Any:
    """Data with the read-only defaults that the page of a sample adds to them."""
    return {**STANDING.get(sample["name"], {}), **data} if isinstance(data, dict) else data


def test_samples(capsys: pytest.CaptureFixture[str]) -> None:
    """F2, F5: O1, O3 and O6 over the 40 samples: at least 39 read back the same, urlencoded and multipart."""
    counts: Counter[str] = Counter()
    for sample in samples():
        form, declared = Form(sample["schema"], ui=sample["uiSchema"]), Declared(sample["schema"])
        data = sample.get("formData")
        html = form.render(data)
        whole(Page(html))
        whole(Page(form.render()))
        if data is None:  # prefilled by defaults; what was read then has to come back
            data = form.read(posted(html)).data
            html = form.render(data)
        expected = with_standing(sample, declared.dropped(data))
        back = [form.read(posted(html), data).data, form.read(multipart(html), data).data]
        fine = all(same(item, expected) for item in back)
        counts["back" if fine else "other"] += 1
        assert fine or sample["name"] in SAMPLES, (sample["name"], back[0], expected)
        once(Page(html), expected, list(declared.names(expected)))
    with capsys.disabled():
        print("\nrjsf-samples", dict(counts))  # noqa: T201
    assert counts["back"] >= 39
    assert sum(counts.values()) == 40


def test_instances(capsys: pytest.CaptureFixture[str]) -> None:
    """F3, F6: O1, O2, O3 and O6 over every instance: 99 % of the valid ones read back, every error has its control."""
    counts: Counter[str] = Counter()
    for sample in samples():
        form, judge = Form(sample["schema"], ui=sample["uiSchema"]), Validator(sample["schema"])
        declared = Declared(sample["schema"])
        for instance in instances(sample["name"]):
            data = instance["data"]
            html = form.render(data)
            answers = form.read(posted(html), data)
            page = Page(answers.html())
            whole(page)
            linked(page, answers.errors)
            assert answers.valid == (not form.validate(answers.data)) == judge.is_valid(answers.data)
            assert answers.operation is False
            if not instance["valid"]:
                counts["invalid"] += 1
                continue
            expected = with_standing(sample, declared.dropped(data))
            fine = same(answers.data, expected)
            counts["back" if fine else "other"] += 1
            if fine:
                once(Page(html), expected, list(declared.names(expected)))
    with capsys.disabled():
        print("\ninstances", dict(counts))  # noqa: T201
    assert counts["back"] >= 0.99 * (counts["back"] + counts["other"])
    assert counts["back"] > 450
    assert counts["invalid"] > 500


def test_verdicts_of_instances() -> None:
    """F3: O2: the verdict on each instance, formats aside, is the recorded one."""
    wrong = []
    for sample in samples():
        judge = Validator(_without_formats(sample["schema"]))
        for number, instance in enumerate(instances(sample["name"])):
            if judge.is_valid(instance["data"]) != instance["valid"]:
                wrong.append((sample["name"], number))
    assert wrong == []


def _without_formats(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: _without_formats(value)
            for key, value in schema.items()
            if key != "format" or not isinstance(value, str)
        }
    return [_without_formats(item) for item in schema] if isinstance(schema, list) else schema


def test_probes(capsys: pytest.CaptureFixture[str]) -> None:
    """F2: every one-keyword schema renders and reads back the same, or is refused with a pointer and a message."""
    refused = []
    counts: Counter[str] = Counter()
    for probe in read(need("probes") / "rjsf-keyword-probes.json"):
        try:
            form = Form(probe["schema"])
        except FormError as refusal:
            refused.append(refusal.pointer)
            continue
        html = form.render(probe["formData"])
        whole(Page(html))
        if probe["formData"] is None:
            counts["no data"] += 1
            continue
        expected = Declared(probe["schema"]).dropped(probe["formData"])
        fine = same(form.read(posted(html), probe["formData"]).data, expected)
        counts["back" if fine else "other"] += 1
        assert fine, probe["name"]
    with capsys.disabled():
        print("\nprobes", dict(counts), "refused", refused)  # noqa: T201
    assert refused == ["/properties/k/items/$dynamicRef"]
    assert counts["back"] >= 45


def test_the_oracles_can_fail() -> None:
    """O1, O2, O3, O6: a control left out, a pointer swapped, an id twice, an error without link: each is detected."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    form, data = Form(schema), {"a": "one", "b": "two"}
    html, names = str(form.render(data)), ["/a", "/b"]
    first = next(element for element in Page(html).all("input") if element.get("data-pointer") == "/a")
    once(Page(html), data, names)
    whole(Page(html))
    removed = html.replace('data-pointer="/a"', "data-nothing")
    twice = html.replace('data-pointer="/b"', 'data-pointer="/a"')
    for mutant in (removed, twice):
        with pytest.raises(AssertionError):
            once(Page(mutant), data, names)
    with pytest.raises(AssertionError):
        whole(Page(html.replace(f'for="{first["id"]}"', "")))
    with pytest.raises(AssertionError):
        whole(Page(html + f'<p id="{first["id"]}"></p>'))
    unnamed = html.replace(f' name="{first["name"]}"', "")
    assert not same(form.read(posted(unnamed)).data, data)
    answers = form.read([])
    linked(Page(answers.html()), answers.errors)
    with pytest.raises(AssertionError):
        linked(Page(answers.html().replace("data-error-summary", "").replace("href", "data-href")), answers.errors)
