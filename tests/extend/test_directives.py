"""The directives of plugins: declared once, documented exactly, each name claimed once."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationConflictError, ConfigurationError

from formengine.errors import PluginFailed
from formengine.extend import DIRECTIVES, registry_of
from formengine.extend.plugin_guard import LimitedCalendar, limited
from formengine.log_context import ContextFilter, log_context
from formengine.registry import Registry
from formengine.workflow.definition.vocabulary import Recorder, Vocabulary
from tests.support.platforms import ROOT

SLOTS = {directive.slot for directive in DIRECTIVES}


def config_with_directives() -> Any:
    config = Configurator()
    config.include("formengine.extend")
    return config


def test_the_reference_documents_exactly_the_declared_directives() -> None:
    """By name, with the signature; a plugin author reads nothing that is not there, and misses nothing."""
    page = (ROOT / "docs/reference/plugins.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)$", page, re.M) == [directive.name for directive in DIRECTIVES]
    assert re.findall(r"^`config\.(.+)`$", page, re.M) == [directive.signature for directive in DIRECTIVES]


def test_config_has_exactly_the_declared_directives() -> None:
    bare, config = Configurator(), config_with_directives()
    added = set(config.registry._directives) - set(getattr(bare.registry, "_directives", ()))
    assert added == {directive.name for directive in DIRECTIVES}


def test_every_slot_is_a_field_of_the_registry_or_of_its_vocabulary() -> None:
    assert set(Registry.__dataclass_fields__) | set(Vocabulary.__dataclass_fields__) > SLOTS


def test_what_is_claimed_becomes_the_registry() -> None:
    config = config_with_directives()
    config.add_workflow_guard("weekday", lambda subject, options: True, says="Only on weekdays.")
    config.add_field_kind("acme:number", {"type": "string"}, widget="textarea")
    config.add_field_kind(
        "acme:date", {"type": "string"}, says={"any": {"en": "A working day.", "fr": "Un jour ouvré."}}
    )
    config.add_site_check("empty", lambda site: [])
    config.commit()
    registry = registry_of(config)
    assert registry.vocabulary.guards["weekday"].says == "Only on weekdays."
    assert registry.vocabulary.field_kinds == {
        "acme:number": {"type": "string", "x-widget": "textarea"},
        "acme:date": {"type": "string", "x-says": {"any": {"en": "A working day.", "fr": "Un jour ouvré."}}},
    }
    assert len(registry.site_checks) == 1


def test_two_plugins_cannot_claim_one_name() -> None:
    """In one slot; the same name in another slot is another thing."""
    config = config_with_directives()
    config.add_workflow_guard("chat", print)
    config.add_workflow_action("chat", print)
    config.commit()

    def first(config: Any) -> None:
        config.add_workflow_guard("virus", print)

    def second(config: Any) -> None:
        config.add_workflow_guard("virus", repr)

    config.include(first)
    config.include(second)
    with pytest.raises(ConfigurationConflictError, match="virus"):
        config.commit()


@pytest.mark.parametrize("config", [config_with_directives(), Recorder(Vocabulary.builtin())], ids=["app", "recorder"])
def test_arguments_that_do_not_fit_are_answered_with_the_signature(config: Any) -> None:
    with pytest.raises(
        TypeError, match=r"'check'; write config\.add_workflow_guard\(name, check, says=None, params=None"
    ):
        config.add_workflow_guard("weekday")


def test_a_word_of_a_plugin_is_called_within_limits() -> None:
    """X4: what it may not answer fails under its name."""
    config = config_with_directives()
    config.add_condition_word("sounds like", lambda fact, value: "perhaps")
    config.commit()
    with pytest.raises(PluginFailed, match="sounds like"):
        registry_of(config).vocabulary.words["sounds like"].test("a", "b")


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        (lambda c: c.add_field_kind("formengine:money", {"type": "string"}), "prefix `formengine`"),
        (lambda c: c.add_field_kind("money", {"type": "string"}), "prefix of your own"),
        (lambda c: c.add_field_kind("acme:number", {"type": "strng"}), "strng"),
        (lambda c: c.add_field_kind("acme:number", {"type": "string"}, says=5), "`says` is a sentence"),
        (lambda c: c.add_field_kind("acme:number", {}, says={"patern": "x", "any": "y"}), 'did you mean "pattern"'),
        (lambda c: c.add_condition_word("is", lambda fact, value: True), "built in"),
        (lambda c: c.add_condition_word("sounds like", print, types=["strng"]), 'did you mean "string"'),
        (lambda c: c.add_condition_word("sounds like", print, types="string"), "a list"),
        (lambda c: c.add_workflow_guard("weekday", 5), "`check` is no function"),
        (lambda c: c.add_workflow_guard("weekday", print, params={"type": "strng"}), "`params` is no JSON Schema"),
        (lambda c: c.add_deadline_calendar("moon", object()), "no method `add`"),
        (lambda c: c.add_site_check("empty", None), "no function"),
        (lambda c: c.add_job("post", None), "`function` is no function"),
        (lambda c: c.add_job("deliver_mail", print), "a built-in job"),
        (lambda c: c.add_job("post", print, tries=0), "`tries`"),
        (lambda c: c.add_job("post", print, tris=3), "'tris'; write config.add_job(name, function, tries=16"),
        (lambda c: c.add_job("post", print, first_wait="soon"), "are seconds"),
        (lambda c: c.add_plugin_settings({"type": "object"}), "`properties`"),
        (lambda c: c.add_plugin_settings({"properties": {"URL": {"type": "string"}}}), "lower-case letters"),
        (lambda c: c.add_plugin_settings({"properties": {"url": {"type": "strng"}}}), 'did you mean "string"'),
        (lambda c: c.add_plugin_settings({"properties": {"url": {"type": "string"}}, "required": ["urll"]}), "'urll'"),
        (lambda c: c.add_plugin_settings({"properties": {"url": {"type": "string", "pattern": 5}}}), "no JSON Schema"),
        (lambda c: c.add_plugin_settings({"properties": {"url": {"type": "string"}}}), "that the ini names"),
    ],
)
def test_what_cannot_work_stops_the_start_with_the_place(claim: Any, problem: str) -> None:
    """T32: a directive judges what it is given, and names the file and line of the plugin."""
    with pytest.raises(ConfigurationError, match=r"test_directives\.py:\d+: ") as refusal:
        claim(config_with_directives())
    assert problem in str(refusal.value)


def test_a_plugin_that_hangs_is_not_asked_again_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """T32: each page that asked it would wait as long again."""
    calls, ending = [], threading.Event()

    def hang() -> bool:
        calls.append(1)
        return ending.wait(10)

    monkeypatch.setattr("formengine.extend.plugin_guard.TIMEOUT", 0.05)
    check = limited("guard", "slow", hang, lambda answer: True)
    for sentence in ("in time", "not asked again"):
        with pytest.raises(PluginFailed, match=sentence):
            check()
    assert len(calls) == 1
    ending.set()
    monkeypatch.setattr("formengine.extend.plugin_guard.PAUSE", 0)
    assert check() is True


def test_a_calendar_that_hangs_is_not_asked_again_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """T32: each deadline would hold its dossier as long again."""
    calls, ending = [], threading.Event()

    class SlowCalendar:
        def add(self, start: datetime, amount: int, unit: str) -> datetime:
            calls.append(1)
            ending.wait(10)
            return start

        def between(self, start: datetime, end: datetime) -> float:
            return 0.0

    monkeypatch.setattr("formengine.extend.plugin_guard.TIMEOUT", 0.05)
    calendar = LimitedCalendar("moon", SlowCalendar())
    for sentence in ("in time", "not asked again"):
        with pytest.raises(PluginFailed, match=sentence):
            calendar.add(datetime(2026, 3, 2, tzinfo=UTC), 1, "days")
    assert len(calls) == 1
    ending.set()


def test_the_text_of_an_exception_is_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """T44: it may hold a password or an address."""

    def fail() -> bool:
        raise ValueError("secret canary")

    caplog.handler.addFilter(ContextFilter())
    with log_context({"request_id": "r-17"}):
        for call, is_answer in ((fail, lambda answer: True), (lambda: "secret canary", lambda answer: False)):
            caplog.clear()
            with pytest.raises(PluginFailed) as failure:
                limited("guard", "leaky", call, is_answer)()
            assert "canary" not in f"{failure.value} {failure.value.reasons}"
            assert "canary" in caplog.text
            assert [record.request_id for record in caplog.records] == ["r-17"]  # type: ignore[attr-defined]
