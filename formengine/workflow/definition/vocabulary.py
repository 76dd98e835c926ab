"""Extension points of the workflow language: guards, actions, approver resolvers, calendars, condition words,
signature providers and built-in children.

Plugins add them by name (`formengine.extend`); checks and engine look them up. Source: docs/reference/plugins.md.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from formengine.conditions.condition_words import ConditionWord
from formengine.conditions.fact_types import Kinds
from formengine.i18n import Text
from formengine.source import read_yaml
from formengine.workflow.definition.plugin_settings import frozen_settings

Params = Mapping[str, Any] | None
"""The JSON Schema of a plugin's options; None accepts anything."""


@dataclass(frozen=True)
class Guard:
    """`check(subject, options)` returns True, or the reason against the step as text. In YAML: `when: {use: NAME, with:
    {...}}`.
    """

    name: str
    check: Callable[[Any, Mapping[str, Any]], bool | str]
    says: Text | None = None
    params: Params = None


@dataclass(frozen=True)
class Action:
    """`action(subject, options)` returns None, or a list of (job name, payload) to enqueue, of jobs that `add_job`
    registers. In YAML: `do: [{use: NAME, with: {...}}]`."""

    name: str
    action: Callable[[Any, Mapping[str, Any]], Sequence[tuple[str, Mapping[str, Any]]] | None]
    says: Text | None = None
    params: Params = None


@dataclass(frozen=True)
class Resolver:
    """`resolver(subject, options)` returns account ids, or e-mail addresses of people without an account. In YAML:
    `resolver: NAME` of a role."""

    name: str
    resolver: Callable[[Any, Mapping[str, Any]], Sequence[str]]
    says: Text | None = None
    params: Params = None


@dataclass(frozen=True)
class Provider:
    """An object with `start(round, seat)`, `recall(seat)` and `status(seat)` (which returns asked, signed, declined or
    expired, or a `SignatureReport`). Jobs call it, possibly more than once for the same seat. With
    `webhook(headers, body)`, the service may tell that something happened. Rounds about several documents are asked
    of it only where its attribute `several_documents` is true; PDFs are made before `start` where `takes_pdf` is true.
    In YAML: `provider: NAME` of a signature round.
    """

    name: str
    provider: Any  # None where only the name is known: no application is assembled
    params: Params = None

    @property
    def takes_several_documents(self) -> bool:
        """Whether a round may be about several documents; True where only the name is known."""
        return self.provider is None or bool(getattr(self.provider, "several_documents", False))


def _calendar(name: str, calendar: Any) -> Any:
    """An object with `add(start, amount, unit)` and `between(start, end)`. In YAML: `calendar: NAME` of a workflow."""
    return calendar


@dataclass(frozen=True)
class BuiltInChild:
    """A child that every workflow of `kinds` (empty: every workflow) has unless it declares its own."""

    id: str
    definition: Mapping[str, Any]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """All extension points by kind and name, field kinds (JSON Schemas by `prefix:name`) included.

    Frozen: `with_word` returns a changed copy.
    """

    guards: Mapping[str, Guard] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    resolvers: Mapping[str, Resolver] = field(default_factory=dict)
    calendars: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, ConditionWord] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    children: Mapping[str, BuiltInChild] = field(default_factory=dict)
    field_kinds: Kinds = field(default_factory=dict)

    @classmethod
    def builtin(cls) -> Vocabulary:
        """The vocabulary without plugins."""
        return cls(providers={"in_app": Provider("in_app", None)}, children=_builtin_children())

    def kind_advice(self, child: str) -> str | None:
        """What to write where a workflow has no such child because it is of another kind; None for any other child."""
        builtin = self.children.get(child)
        if builtin is None or not builtin.kinds:
            return None
        kind = " or ".join(builtin.kinds)
        return f"workflows of kind {kind} have it: write kind: {kind}, or declare it in `children`"

    def with_word(self, kind: str, name: str, word: Any) -> Vocabulary:
        """A copy with one more word; `kind` is the name of a field. Raises ValueError when the name is taken."""
        words: Mapping[str, Any] = getattr(self, kind)
        if name in words and not _is_reserved(words[name]):
            raise ValueError(f"{name!r} is declared twice among the {kind}")
        return replace(self, **{kind: {**words, name: word}})


def _is_reserved(word: Any) -> bool:
    """Whether a name is reserved for a provider that the product itself adds as a plugin."""
    return isinstance(word, Provider) and word.provider is None


@cache
def _builtin_children() -> Mapping[str, BuiltInChild]:
    """The children of `builtin_children.yaml` by id (D8, D9)."""
    kinds = {"hearing": ("litigation",), "milestone": ("contract",)}
    text = files(__package__).joinpath("builtin_children.yaml").read_text("utf-8")
    document, _ = read_yaml(text, "builtin_children.yaml")
    assert document is not None
    children = cast(Mapping[str, Mapping[str, Any]], document.value)
    return {name: BuiltInChild(name, child, kinds.get(name, ())) for name, child in children.items()}


@dataclass(frozen=True)
class Directive:
    """A method that `config` has for plugins.

    `make` has its parameters and its docstring, and returns what is registered in `slot`, a field of Vocabulary or
    Registry; the first `keys` arguments are its name there, which can be claimed once.
    """

    name: str
    slot: str
    make: Callable[..., Any]
    keys: int = 1

    @property
    def signature(self) -> str:
        """As in the reference: `add_workflow_guard(name, check, says=None, params=None)`."""
        parameters = inspect.signature(self.make).parameters.values()
        names = [p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters]
        return f"{self.name}({', '.join(names)})"

    def read(self, *args: Any, **options: Any) -> tuple[Any, Any]:
        """The name that a call claims, and what it registers; TypeError for arguments that do not fit."""
        try:
            bound = inspect.signature(self.make).bind(*args, **options)
        except TypeError as error:
            raise TypeError(f"{error}; write config.{self.signature}") from None
        names = tuple(bound.arguments.values())[: self.keys]
        return names if self.keys > 1 else names[0], self.make(*args, **options)


WORD_DIRECTIVES: Final = (
    Directive("add_workflow_guard", "guards", Guard),
    Directive("add_workflow_action", "actions", Action),
    Directive("add_approver_resolver", "resolvers", Resolver),
    Directive("add_signature_provider", "providers", Provider),
    Directive("add_deadline_calendar", "calendars", _calendar),
    Directive("add_condition_word", "words", ConditionWord),
)
"""The directives that add a word to the vocabulary of workflows; the others are in `formengine.extend`."""


def _settings(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the plugin's own settings, frozen, with an attribute for each of the `properties` of the JSON Schema
    `schema` (of type string, integer, number, boolean or array). They are `formengine.<plugin>.<name>` in the ini, or
    `FORMENGINE_<PLUGIN>__<NAME>` in the environment; `writeOnly` keeps a secret out of messages.
    """
    return schema


SETTINGS_DIRECTIVE: Final = Directive("add_plugin_settings", "settings", _settings)
"""Without an application a plugin's settings have their defaults."""


class Recorder:
    """Stands in for Pyramid's `config` when plugins are read without an application (`load_workflow(plugins=)`).

    Directives that do not concern workflows do nothing.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._directives = {directive.name: directive for directive in WORD_DIRECTIVES}

    def include(self, plugin: Callable[[Any], None] | Any, **_: Any) -> None:
        """Call the `includeme` of a plugin, or a plugin that is such a function itself."""
        (getattr(plugin, "includeme", None) or plugin)(self)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def record(*args: Any, **options: Any) -> Any:
            if name == SETTINGS_DIRECTIVE.name:
                return frozen_settings(SETTINGS_DIRECTIVE.read(*args, **options)[1], {})
            if name in self._directives:
                key, word = self._directives[name].read(*args, **options)
                self.vocabulary = self.vocabulary.with_word(self._directives[name].slot, key, word)
            return None

        return record
