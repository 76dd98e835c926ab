"""`load_workflow`: what is not given is not checked, plugins bring their words, and no file makes it raise."""

from __future__ import annotations

import copy
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from formengine.errors import Refused
from formengine.source import Finding, read_yaml
from formengine.workflow import Simulation, load_workflow, parse_workflow
from tests.support.cpu_time import cpu_limit
from tests.support.platforms import ROOT
from tests.support.thorough import examples
from tests.support.yaml_text import yaml_text
from tests.workflow.builders import FORM, NOW, PEOPLE, TEAMS

PACKS = sorted((ROOT / "workflows").glob("*/workflow.yaml"))
EXAMPLES = sorted((ROOT.parent / "shared" / "design" / "examples").glob("*/workflow.yaml"))
JUNK: list[Any] = [None, True, -1, 1.5, "", "x", "any", "back", "1 day", "x is y", [], [[]], [None], {}, {"a": None}]
JUNK += [{"use": "g"}, {"from": 3}, {"role": 3}, [{"otherwise": []}], {"en": 3}, [3, "x"], "a" * 300]


def forms_of(pack: Path) -> dict[str, Any]:
    found = {}
    for path in sorted((pack.parent / "requests").glob("*.yaml")):
        document, _ = read_yaml(path.read_text("utf-8"), path.name)
        assert document is not None
        assert isinstance(document.value, dict)
        found[path.stem] = document.value["form"]
    return found


@pytest.mark.parametrize("path", [*PACKS, *EXAMPLES], ids=lambda path: f"{path.parts[-3]}-{path.parent.name}")
def test_nothing_is_found_in_what_is_well_written(path: Path) -> None:
    """W13: no false alarm, with the forms and without."""
    for forms in (forms_of(path), {}):
        workflow, findings = load_workflow(path, forms=forms)
        assert workflow is not None
        assert [str(finding) for finding in findings] == []


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [item for key, child in inside for item in [(*path, key), *places(child, (*path, key))]]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def mutated(value: Any, chance: random.Random) -> Any:
    """A workflow with a few nodes deleted, retyped, doubled or under another name."""
    for _ in range(chance.randint(1, 4)):
        every = places(value)
        if not every:
            return value
        path = chance.choice(every)
        parent, key, act = at(value, path[:-1]), path[-1], chance.randrange(4)
        if act == 0:
            del parent[key]
        elif act == 1:
            parent[key] = copy.deepcopy(chance.choice(JUNK))
        elif act == 2:
            parent[key] = copy.deepcopy(at(value, chance.choice(every)))
        elif isinstance(parent, dict):
            parent[chance.choice(["x", "A b", "any", f"{key}x"])] = parent.pop(key)
        else:
            parent.insert(0, parent[key])
    return value


@pytest.mark.parametrize("path", [*PACKS, *EXAMPLES], ids=lambda path: f"{path.parts[-3]}-{path.parent.name}")
def test_no_file_makes_it_raise(path: Path) -> None:
    """W13: any document gives findings, never an exception, within a time limit."""
    chance, forms = random.Random(path.parent.name), forms_of(path)
    document, _ = read_yaml(path.read_text("utf-8"), path.name)
    assert document is not None
    for _ in range(examples(20, 60)):
        text = yaml_text(mutated(copy.deepcopy(document.value), chance))
        given = mutated(copy.deepcopy(forms), chance) if chance.random() < 0.3 else forms
        teams = chance.choice([None, TEAMS, {"teams": [], "positions": 3}])
        with cpu_limit(3):
            read, findings = read_yaml(text, "workflow.yaml")
            if read is not None:
                workflow, more = parse_workflow(read, "test", given, teams, None)
                assert (workflow is None) == any(finding.severity == "error" for finding in more)
                findings += more
            assert all(finding.line >= 1 and finding.message for finding in findings)


WITH_PLUGIN = """
title: T
kind: matter
starts_in: draft
calendar: all_hours
roles:
  requester: {is: submitter}
  expert: {resolver: by_paper, with: {paper: ours}}
states:
  draft:
    deadlines: [{within: 2 working hours, then: {go: late}}]
  late: {ends: true}
  done: {ends: true}
transitions:
  finish: {from: draft, to: done, who: [expert], when: [note sounds like yes, {use: weekday, with: {day: 0}}],
           do: [{use: count, with: {by: 2}}]}
  withdraw: {from: draft, to: done, who: [requester]}
"""


class AllHours:
    def add(self, start: datetime, amount: int, unit: str) -> datetime:
        return start + timedelta(hours=amount)

    def between(self, start: datetime, end: datetime) -> int:
        return int((end - start).total_seconds() // 60)


counted: list[int] = []


def includeme(config: Any) -> None:
    params = {"type": "object", "required": ["day"], "properties": {"day": {"type": "integer"}}}
    config.add_workflow_guard(
        "weekday", lambda subject, options: subject.now.weekday() == options["day"] or "Not today.", params=params
    )
    config.add_workflow_action("count", lambda subject, options: counted.append(options["by"]))
    config.add_approver_resolver(
        "by_paper",
        lambda subject, options: ["ana"] if subject.facts.get("paper") == options["paper"] else [],
        params={"type": "object", "required": ["paper"]},
    )
    config.add_condition_word("sounds like", lambda fact, value: str(fact).startswith(str(value)), types=["string"])
    config.add_deadline_calendar("all_hours", AllHours())
    config.add_field_kind("acme:number", {"type": "string"})


def loaded(tmp_path: Path, text: str = WITH_PLUGIN, **given: Any) -> tuple[Any, list[Finding]]:
    path = tmp_path / "acme" / "workflow.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return load_workflow(path, **given)


def test_a_plugin_s_words_run_in_the_simulation(tmp_path: Path) -> None:
    """W13, W4: guard, action, resolver, condition word and calendar of a plugin, from `load_workflow` on."""
    workflow, findings = loaded(tmp_path, forms={"ask": FORM}, plugins=[includeme])
    assert workflow is not None, [str(finding) for finding in findings]
    assert workflow.id == "acme"
    sim = Simulation(workflow, "ask", {"paper": "ours", "note": "yes, please"}, PEOPLE, NOW + timedelta(days=1))
    assert sim.allowed("ana")["finish"] == ["Not today."]
    with pytest.raises(Refused):
        sim.do("finish", by="bo")
    counted.clear()
    sim = Simulation(workflow, "ask", {"paper": "ours", "note": "yes, please"}, PEOPLE, NOW)
    assert sim.deadlines[0].due == NOW + timedelta(hours=2)
    sim.do("finish", by="ana")
    assert (sim.state, counted) == ("done", [2])


@pytest.mark.parametrize(
    ("written", "instead", "code"),
    [
        ("{day: 0}", "{day: monday}", "options"),
        ("{day: 0}", "{}", "options"),
        ("with: {paper: ours}", "with: {}", "options"),
        ("use: weekday", "use: weekdy", "unknown-plugin"),
        ("use: count", "use: cuont", "unknown-plugin"),
        ("resolver: by_paper", "resolver: by_papre", "unknown-plugin"),
        ("note sounds like", "years sounds like", "type"),
        ("calendar: all_hours", "calendar: all_hour", "unknown-calendar"),
    ],
)
def test_options_are_checked_against_the_plugin_s_schema(tmp_path: Path, written: str, instead: str, code: str) -> None:
    """W13: options of a plugin are checked against its JSON Schema, with their line."""
    text = WITH_PLUGIN.replace(written, instead)
    workflow, findings = loaded(tmp_path, text, forms={"ask": FORM}, plugins=[includeme], calendars={})
    line = next(n for n, content in enumerate(text.split("\n"), 1) if instead in content)
    assert workflow is None
    assert [(finding.code, finding.line, finding.severity) for finding in findings] == [(code, line, "error")]


def test_without_the_plugin_each_of_its_words_is_missing_once(tmp_path: Path) -> None:
    """W13: and what is not given (forms, teams, calendars) is not checked."""
    _, findings = loaded(tmp_path)
    assert {finding.code for finding in findings} == {"unknown-plugin", "condition"}


def test_a_file_of_an_older_encoding_is_a_finding(tmp_path: Path) -> None:
    """A2: never a traceback."""
    path = tmp_path / "workflow.yaml"
    path.write_bytes("title: Société\n".encode("latin-1"))
    workflow, findings = load_workflow(path)
    assert (workflow, [finding.code for finding in findings]) == (None, ["encoding"])


def test_mistakes_that_have_nothing_to_do_with_one_another_are_told_together(tmp_path: Path) -> None:
    """W13: only what follows from another is hidden: a mistyped role does not hide a dead end."""
    text = (Path(__file__).parent / "checks" / "clean.yaml").read_text("utf-8")
    text = text.replace("who: [drafter], when: paper is ours", "who: [draftr], when: paper is ours")
    text = text.replace("  work_a: {within: working}", "  work_a: {within: working}\n  lost: {}")
    _, findings = loaded(tmp_path, text, forms={"ask": FORM})
    assert {finding.code for finding in findings} == {"unknown-role", "no-way-in"}


def test_a_party_has_no_address_to_sign_at(tmp_path: Path) -> None:
    """W13: a signer without an e-mail fact; a contact and an e-mail field have one."""
    form = {"type": "object", "properties": {**FORM["properties"], "firm": {"$ref": "formengine:party"}}}
    form["properties"]["mail"] = {"type": "string", "format": "email"}
    text = (Path(__file__).parent / "checks" / "clean.yaml").read_text("utf-8")
    codes = {}
    for name in ("firm", "mail", "contact"):
        _, findings = loaded(tmp_path, text.replace("field: contact", f"field: {name}"), forms={"ask": form})
        codes[name] = [finding.code for finding in findings]
    assert codes == {"firm": ["no-email"], "mail": [], "contact": []}
    assert NOW.tzinfo is UTC
