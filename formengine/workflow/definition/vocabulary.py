"""The words that a workflow may use beyond its own: guards, actions, resolvers, calendars, condition words, signature
providers and built-in children. Plugins fill it (`formengine.extend`); the checker and the engine read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from formengine.i18n import Text
from formengine.workflow.definition.builtin_children import HEARING, MILESTONE, TASK

Params = Mapping[str, Any] | None


@dataclass(frozen=True)
class Guard:
    """`check(subject, options)` answers True, or the reason as text."""

    name: str
    check: Callable[[Any, Mapping[str, Any]], bool | str]
    says: Text | None = None
    params: Params = None


@dataclass(frozen=True)
class Action:
    """`action(subject, options)` answers None, or a list of (job name, arguments) to enqueue."""

    name: str
    action: Callable[[Any, Mapping[str, Any]], Sequence[tuple[str, Mapping[str, Any]]] | None]
    says: Text | None = None
    params: Params = None


@dataclass(frozen=True)
class Resolver:
    """`resolver(subject, options)` answers person ids, or addresses of people outside."""

    name: str
    resolver: Callable[[Any, Mapping[str, Any]], Sequence[str]]
    says: Text | None = None
    params: Params = None


@dataclass(frozen=True)
class ConditionWord:
    """`FACT word VALUE`; `types` are the kinds of fact it may stand after (empty: any)."""

    word: str
    test: Callable[[Any, Any], bool]
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provider:
    """How signatures are asked for; `provider` is None where only the name is known (no application is assembled)."""

    name: str
    provider: Any = None
    params: Params = None


@dataclass(frozen=True)
class BuiltInChild:
    """A child that every workflow of `kinds` (empty: every workflow) has unless it declares its own."""

    id: str
    definition: Mapping[str, Any]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """All words by name. Frozen: `with_word` answers another one."""

    guards: Mapping[str, Guard] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    resolvers: Mapping[str, Resolver] = field(default_factory=dict)
    calendars: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, ConditionWord] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    children: Mapping[str, BuiltInChild] = field(default_factory=dict)

    @classmethod
    def builtin(cls) -> Vocabulary:
        """What there is without plugins."""
        children = (
            BuiltInChild("task", TASK),
            BuiltInChild("hearing", HEARING, ("litigation",)),
            BuiltInChild("milestone", MILESTONE, ("contract",)),
        )
        return cls(providers={"in_app": Provider("in_app")}, children={c.id: c for c in children})

    def with_word(self, kind: str, name: str, word: Any) -> Vocabulary:
        """The same with one word more; `kind` is the name of a field. Raises ValueError when the name is taken."""
        known: Mapping[str, Any] = getattr(self, kind)
        if name in known and not _is_empty(known[name]):
            raise ValueError(f"{name!r} is declared twice among the {kind}")
        return replace(self, **{kind: {**known, name: word}})


def _is_empty(word: Any) -> bool:
    """Whether a name is only kept free for what the product brings through the plugins' own door."""
    return isinstance(word, Provider) and word.provider is None


class Recorder:
    """Stands in for Pyramid's `config` when plugins are read without an application (`load_workflow(plugins=)`).

    Directives that do not concern workflows are taken and forgotten.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def add_workflow_guard(self, name: str, check: Any, says: Text | None = None, params: Params = None) -> None:
        self.vocabulary = self.vocabulary.with_word("guards", name, Guard(name, check, says, params))

    def add_workflow_action(self, name: str, action: Any, says: Text | None = None, params: Params = None) -> None:
        self.vocabulary = self.vocabulary.with_word("actions", name, Action(name, action, says, params))

    def add_approver_resolver(self, name: str, resolver: Any, says: Text | None = None, params: Params = None) -> None:
        self.vocabulary = self.vocabulary.with_word("resolvers", name, Resolver(name, resolver, says, params))

    def add_deadline_calendar(self, name: str, calendar: Any) -> None:
        self.vocabulary = self.vocabulary.with_word("calendars", name, calendar)

    def add_signature_provider(self, name: str, provider: Any, params: Params = None) -> None:
        self.vocabulary = self.vocabulary.with_word("providers", name, Provider(name, provider, params))

    def add_condition_word(self, word: str, test: Any, types: Iterable[str] = ()) -> None:
        self.vocabulary = self.vocabulary.with_word("words", word, ConditionWord(word, test, tuple(types)))

    def include(self, plugin: Callable[[Any], None] | Any, **_: Any) -> None:
        (getattr(plugin, "includeme", None) or plugin)(self)

    def __getattr__(self, directive: str) -> Callable[..., None]:
        if directive.startswith("_"):
            raise AttributeError(directive)
        return lambda *args, **options: None


@dataclass(frozen=True)
class WordTests:
    """What a condition about answers alone needs (`verdicts.Guards`): plugins' words and guards, no dossier."""

    vocabulary: Vocabulary
    now: datetime
    subject: Any = None

    def use(self, guard: str, options: Mapping[str, Any]) -> bool:
        return self.vocabulary.guards[guard].check(self.subject, options) is True

    def word(self, word: str, fact: object, value: object) -> bool:
        return bool(self.vocabulary.words[word].test(fact, value))


def guards_of(workflow: Any, context: Any) -> WordTests:
    """The tests that conditions of a workflow's documents use."""
    return WordTests(workflow.vocabulary, context.now, context.subject)
