"""The directives of plugins: declared once, documented exactly, each name claimed once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationConflictError

from formengine.errors import PluginFailed
from formengine.extend import DIRECTIVES, registry_of
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
    config.add_document_converter("text/a", "text/b", bytes.upper)
    config.add_document_converter("text/a", "text/c", bytes.lower)
    config.add_site_check("empty", lambda site: [])
    config.add_pack("packs/acme")
    config.commit()
    registry = registry_of(config)
    assert registry.vocabulary.guards["weekday"].says == "Only on weekdays."
    assert registry.field_kinds == {"acme:number": {"type": "string", "x-widget": "textarea"}}
    assert set(registry.converters) == {("text/a", "text/b"), ("text/a", "text/c")}
    assert len(registry.site_checks) == 1
    assert registry.packs == ("packs/acme",)


def test_two_plugins_cannot_claim_one_name() -> None:
    """In one slot; the same name in another slot is another thing."""
    config = config_with_directives()
    config.add_notification_channel("chat", print)
    config.add_file_scanner("chat", print)
    config.commit()

    def first(config: Any) -> None:
        config.add_file_scanner("virus", print)

    def second(config: Any) -> None:
        config.add_file_scanner("virus", repr)

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
