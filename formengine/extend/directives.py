"""The directives of surfaces.md, *Plugins*: each claims a name once, and what was claimed becomes the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.extend.plugin_guard import (
    BoundedCalendar,
    BoundedProvider,
    are_people,
    bounded,
    is_answer_of_action,
    is_verdict,
)
from formengine.i18n import Text
from formengine.registry import Registry
from formengine.workflow.definition.vocabulary import Action, ConditionWord, Guard, Provider, Resolver, Vocabulary

Params = Mapping[str, Any] | None
_KEY: Final = "formengine.extend"


@dataclass
class _Claims:
    vocabulary: Vocabulary = field(default_factory=Vocabulary.builtin)
    field_kinds: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    site_checks: dict[str, Any] = field(default_factory=dict)
    channels: dict[str, Any] = field(default_factory=dict)
    converters: dict[tuple[str, str], Any] = field(default_factory=dict)
    scanners: dict[str, Any] = field(default_factory=dict)
    packs: list[str] = field(default_factory=list)


def includeme(config: Any) -> None:
    """Add the directives to a configurator; what they collect is read by `registry_of` after its commit."""
    config.registry[_KEY] = _Claims()
    for directive in DIRECTIVES:
        config.add_directive(directive.__name__, directive)


def registry_of(config: Any) -> Registry:
    """What was claimed by the plugins that this (committed) configurator included."""
    claims: _Claims = config.registry[_KEY]
    return Registry(
        vocabulary=claims.vocabulary,
        field_kinds=claims.field_kinds,
        site_checks=tuple(claims.site_checks.values()),
        channels=claims.channels,
        converters=claims.converters,
        scanners=claims.scanners,
        packs=tuple(claims.packs),
    )


def _claim(config: Any, what: str, name: object, take: Callable[[_Claims], None]) -> None:
    def register() -> None:
        take(config.registry[_KEY])

    config.action(("formengine", what, name), register)


def _word(config: Any, kind: str, name: str, word: Any) -> None:
    def take(claims: _Claims) -> None:
        claims.vocabulary = claims.vocabulary.with_word(kind, name, word)

    _claim(config, kind, name, take)


def add_workflow_guard(
    config: Any,
    name: str,
    check: Callable[[Any, Mapping[str, Any]], bool | str],
    says: Text | None = None,
    params: Params = None,
) -> None:
    """`check(subject, options)` answers True, or the reason as text: `when: {use: NAME, with: {...}}`."""
    _word(config, "guards", name, Guard(name, bounded("guard", name, check, is_verdict), says, params))


def add_workflow_action(
    config: Any,
    name: str,
    action: Callable[[Any, Mapping[str, Any]], Sequence[tuple[str, Mapping[str, Any]]] | None],
    says: Text | None = None,
    params: Params = None,
) -> None:
    """`action(subject, options)` answers None, or (job name, args) to enqueue: `do: [{use: NAME, with: {...}}]`."""
    held = bounded("action", name, action, is_answer_of_action)
    _word(config, "actions", name, Action(name, held, says, params))


def add_approver_resolver(
    config: Any,
    name: str,
    resolver: Callable[[Any, Mapping[str, Any]], Sequence[str]],
    says: Text | None = None,
    params: Params = None,
) -> None:
    """`resolver(subject, options)` answers person ids, or addresses of outside people: `resolver: NAME` of a role."""
    held = bounded("approver resolver", name, resolver, are_people)
    _word(config, "resolvers", name, Resolver(name, held, says, params))


def add_signature_provider(config: Any, name: str, provider: Any, params: Params = None) -> None:
    """An object with `start(round, seat)`, `recall(seat)` and `status(seat)` (which answers asked, signed, declined or
    expired), called in jobs and perhaps twice: `provider: NAME` of a signature round."""
    _word(config, "providers", name, Provider(name, BoundedProvider(name, provider), params))


def add_deadline_calendar(config: Any, name: str, calendar: Any) -> None:
    """An object with `add(start, amount, unit)` and `between(start, end)`: `calendar: NAME` of a workflow."""
    _word(config, "calendars", name, BoundedCalendar(name, calendar))


def add_condition_word(config: Any, word: str, test: Callable[[Any, Any], bool], types: Sequence[str] = ()) -> None:
    """`FACT word VALUE` in conditions; `test(fact, value)` answers; `types` are the JSON types it may stand after."""
    held = bounded("condition word", word, test, lambda answer: isinstance(answer, bool))
    _word(config, "words", word, ConditionWord(word, held, tuple(types)))


def add_notification_channel(config: Any, name: str, send: Callable[[Any, Any], None], params: Params = None) -> None:
    """`send(person, message)`, called in a job."""
    _claim(config, "channels", name, lambda claims: claims.channels.update({name: send}))


def add_field_kind(config: Any, name: str, schema: Mapping[str, Any], widget: str | None = None) -> None:
    """A kind for `$ref`, its prefix included (`acme:matter_number`)."""
    kind = {**schema, "x-widget": widget} if widget else dict(schema)
    _claim(config, "field_kinds", name, lambda claims: claims.field_kinds.update({name: kind}))


def add_site_check(config: Any, name: str, check: Any) -> None:
    """`check(site)` answers findings, beside our own."""
    _claim(config, "site_checks", name, lambda claims: claims.site_checks.update({name: check}))


def add_document_converter(config: Any, source: str, target: str, convert: Callable[[bytes], bytes]) -> None:
    """`convert(content)` makes a `target` (a media type) of a `source`."""
    _claim(config, "converters", (source, target), lambda claims: claims.converters.update({(source, target): convert}))


def add_file_scanner(config: Any, name: str, scan: Any) -> None:
    """`scan(stream)` answers None for a clean file, else what was found."""
    _claim(config, "scanners", name, lambda claims: claims.scanners.update({name: scan}))


def add_pack(config: Any, path: str) -> None:
    """A folder with a pack, added to the site's own."""
    _claim(config, "packs", path, lambda claims: claims.packs.append(path))


DIRECTIVES: Final = (
    add_workflow_guard,
    add_workflow_action,
    add_approver_resolver,
    add_signature_provider,
    add_deadline_calendar,
    add_notification_channel,
    add_field_kind,
    add_condition_word,
    add_site_check,
    add_document_converter,
    add_file_scanner,
    add_pack,
)
