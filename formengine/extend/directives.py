"""The directives of plugins: one table, from which `config` gets its methods and the reference page its text.

A name is claimed once in each slot (Pyramid's conflict detection names both places); what was claimed becomes the
registry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from pyramid.exceptions import ConfigurationError

from formengine.extend.claim_checks import problem_of
from formengine.extend.plugin_guard import with_limits, with_limits_of_job
from formengine.forms.rules.author_sentences import SAYS
from formengine.registry import PluginJob, Registry
from formengine.settings import PluginTexts
from formengine.workflow.definition.plugin_settings import read_plugin_settings, schema_problem
from formengine.workflow.definition.vocabulary import SETTINGS_DIRECTIVE, WORD_DIRECTIVES, Directive, Vocabulary

_KEY: Final = "formengine.extend"
_LOADING: Final = "formengine.extend.loading"
"""The key of what is loaded now: name of the plugin, and the texts of all plugins' settings."""


class ArgumentsDoNotFit(ConfigurationError, TypeError):  # type: ignore[misc]  # Pyramid is untyped
    """A directive is called with arguments that it does not have."""


def _field_kind(name: str, schema: Mapping[str, Any], widget: str | None = None, says: Any = None) -> Any:
    """A field kind, for `$ref` in forms; its name has a prefix (`acme:matter_number`). `says` is the error message for
    a value that the schema refuses, or one by keyword; texts may be maps by language. A request type's `errors` come
    before it.
    """
    more = {"x-widget": widget or None, SAYS: says}
    return {**schema, **{keyword: value for keyword, value in more.items() if value is not None}}


def _site_check(name: str, check: Any) -> Any:
    """`check(site)` returns findings; they are added to the product's own."""
    return check


def _job(name: str, function: Any, tries: int = 16, first_wait: float = 5.0, longest_wait: float = 3600.0) -> PluginJob:
    """`function(job)` is called by a worker for each `(name, payload)` that an action returns. `job` is a
    `formengine.extend.JobContext`: `payload`, `key` (for Idempotency-Key), `attempt`, `last`, `settings`, `dossier`.

    It may use the network, for a minute. When it raises, it is called again after `first_wait` seconds, then after
    twice as long each time up to `longest_wait`, `tries` times in all. `Retry(seconds)` sets the wait;
    `DeliveryFailed(reply, permanent=True)` ends the tries. A job that failed for good is in the dossier's history.
    """
    return PluginJob(name, function, tries, first_wait, longest_wait)


DIRECTIVES: Final = (
    *WORD_DIRECTIVES,
    Directive("add_field_kind", "field_kinds", _field_kind),
    Directive("add_site_check", "site_checks", _site_check),
    Directive("add_job", "jobs", _job),
    SETTINGS_DIRECTIVE,
)


def includeme(config: Any) -> None:
    """Add the directives to a configurator; what they collect is read by `registry_of` after its commit."""
    config.registry[_KEY] = {directive.slot: {} for directive in DIRECTIVES}
    for directive in DIRECTIVES:
        method = _settings_method if directive is SETTINGS_DIRECTIVE else _method(directive)
        config.add_directive(directive.name, method)


@contextmanager
def loading(config: Any, plugin: str, texts: PluginTexts) -> Iterator[None]:
    """While a plugin is included: it is known by its name in the ini, and finds its settings."""
    config.registry[_LOADING] = (settings_name(plugin), texts)
    try:
        yield
    finally:
        del config.registry[_LOADING]


def settings_name(plugin: str) -> str:
    """The part of its settings' keys that names a plugin.

    >>> settings_name("./working_days"), settings_name("acme-esign")
    ('working_days', 'acme_esign')
    """
    return re.sub(r"\W", "_", plugin.removeprefix("./")).lower()


def _method(directive: Directive) -> Callable[..., None]:
    def claim(config: Any, *args: Any, **options: Any) -> None:
        name, value = _read(config, directive, args, options)
        slot = directive.slot
        problem = problem_of(slot, name, value)
        if problem:
            raise ConfigurationError(f"{_place(config)}: {directive.name}({name!r}): {problem}")
        plugin, _ = config.registry.get(_LOADING, ("", None))
        config.action(("formengine", slot, name), lambda: config.registry[_KEY][slot].update({name: (plugin, value)}))

    return claim


def _settings_method(config: Any, *args: Any, **options: Any) -> Any:
    _, schema = _read(config, SETTINGS_DIRECTIVE, args, options)
    problem = schema_problem(schema) or problem_of(SETTINGS_DIRECTIVE.slot, "settings", schema)
    if problem is None and _LOADING not in config.registry:
        problem = "only a plugin that the ini names has settings"
    if problem:
        raise ConfigurationError(f"{_place(config)}: {SETTINGS_DIRECTIVE.name}: {problem}")
    plugin, texts = config.registry[_LOADING]
    settings = read_plugin_settings(plugin, schema, texts.of(plugin))
    register = config.registry[_KEY][SETTINGS_DIRECTIVE.slot].update
    config.action(("formengine", SETTINGS_DIRECTIVE.slot, plugin), lambda: register({plugin: (plugin, settings)}))
    return settings


def _read(config: Any, directive: Directive, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, Any]:
    try:
        return directive.read(*args, **options)
    except TypeError as error:
        raise ArgumentsDoNotFit(f"{_place(config)}: {error}") from None


def _place(config: Any) -> str:
    return f"{config.action_info.file}:{config.action_info.line}"


def registry_of(config: Any) -> Registry:
    """What was claimed by the plugins that this (committed) configurator included, words with limits on their calls."""
    claims: dict[str, dict[Any, tuple[str, Any]]] = config.registry[_KEY]
    vocabulary = Vocabulary.builtin()
    for directive in WORD_DIRECTIVES:
        for name, (_, word) in claims[directive.slot].items():
            vocabulary = vocabulary.with_word(directive.slot, name, with_limits(directive.slot, name, word))
    settings = {plugin: value for plugin, (_, value) in claims[SETTINGS_DIRECTIVE.slot].items()}
    field_kinds = {name: schema for name, (_, schema) in claims["field_kinds"].items()}
    return Registry(
        vocabulary=replace(vocabulary, field_kinds=field_kinds),
        site_checks=tuple(check for _, check in claims["site_checks"].values()),
        jobs={
            name: replace(with_limits_of_job(job), settings=settings.get(plugin))
            for name, (plugin, job) in claims["jobs"].items()
        },
        settings=settings,
    )
