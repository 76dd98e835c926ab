"""The directives of plugins: one table, from which `config` gets its methods and the reference page its text.

A name is claimed once in each slot (Pyramid's conflict detection names both places); what was claimed becomes the
registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pyramid.exceptions import ConfigurationError

from formengine.extend.claim_checks import problem_of
from formengine.extend.plugin_guard import with_limits
from formengine.registry import Registry
from formengine.workflow.definition.vocabulary import WORD_DIRECTIVES, Directive, Vocabulary

_KEY: Final = "formengine.extend"


def _field_kind(name: str, schema: Mapping[str, Any], widget: str | None = None) -> Any:
    """A kind for `$ref`, its prefix included (`acme:matter_number`)."""
    return {**schema, "x-widget": widget} if widget else dict(schema)


def _site_check(name: str, check: Any) -> Any:
    """`check(site)` answers findings, beside our own."""
    return check


DIRECTIVES: Final = (
    *WORD_DIRECTIVES,
    Directive("add_field_kind", "field_kinds", _field_kind),
    Directive("add_site_check", "site_checks", _site_check),
)


def includeme(config: Any) -> None:
    """Add the directives to a configurator; what they collect is read by `registry_of` after its commit."""
    config.registry[_KEY] = {directive.slot: {} for directive in DIRECTIVES}
    for directive in DIRECTIVES:
        config.add_directive(directive.name, _method(directive))


def _method(directive: Directive) -> Callable[..., None]:
    def claim(config: Any, *args: Any, **options: Any) -> None:
        name, value = directive.read(*args, **options)
        slot = directive.slot
        problem = problem_of(slot, name, value)
        if problem:
            caller = config.action_info
            raise ConfigurationError(f"{caller.file}:{caller.line}: {directive.name}({name!r}): {problem}")
        config.action(("formengine", slot, name), lambda: config.registry[_KEY][slot].update({name: value}))

    return claim


def registry_of(config: Any) -> Registry:
    """What was claimed by the plugins that this (committed) configurator included, words with limits on their calls."""
    claims: dict[str, dict[Any, Any]] = config.registry[_KEY]
    vocabulary = Vocabulary.builtin()
    for directive in WORD_DIRECTIVES:
        for name, word in claims[directive.slot].items():
            vocabulary = vocabulary.with_word(directive.slot, name, with_limits(directive.slot, name, word))
    return Registry(
        vocabulary=vocabulary,
        field_kinds=claims["field_kinds"],
        site_checks=tuple(claims["site_checks"].values()),
    )
