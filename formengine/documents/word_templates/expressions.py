"""Check of the expressions of a template: unknown fields and parts of fields, answers that may be missing, filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final

from jinja2 import nodes

from formengine.documents.word_templates.field_types import ANY, TEXT, FieldType
from formengine.documents.word_templates.filters import filters_in
from formengine.documents.word_templates.presence import ABSENT, Known, Presence, combined, plain
from formengine.i18n import say
from formengine.source import closest
from formengine.source.findings import Severity

Scope = Mapping[str, FieldType]
Facts = dict[str, frozenset[str] | None]
GLOBALS: Final = {"range": ANY, "namespace": ANY, "loop": ANY}
_OPEN: Final = ("any", "object")
_TOLERANT: Final = {"default", "d", "party"}
"""Filters whose arguments, and for `default` the value too, may be missing."""
_MOST_NAMES: Final = 12
"""How many names a finding proposes, those that are most alike; of others it says how many there are."""
_FILTERS: Final = frozenset(filters_in("en"))
_FILTERS_MEANT: Final = {"en_lettres": "in_words", "en_toutes_lettres": "in_words", "words": "in_words"}
"""Filters by the names under which authors look for them."""


@dataclass
class ExpressionCheck:
    """Walks the syntax tree of a part; `report(line, severity, code, tag, sentence)` takes what is found, `used` the
    names of the fields that are used.
    """

    types: Mapping[str, FieldType]
    presence: Mapping[str, Presence]
    language: str
    report: Callable[[int, Severity, str, str, str], None]
    used: set[str] = field(default_factory=set)

    def statements(self, body: Iterable[nodes.Node], scope: Scope, known: Known) -> None:
        """Check statements where the variables of `scope` are set and `known` holds."""
        scope = dict(scope)
        for node in body:
            if isinstance(node, nodes.Output):
                for child in node.nodes:
                    self._expression(child, scope, known, needed=True)
            elif isinstance(node, nodes.If):
                self._if(node, scope, known)
            elif isinstance(node, nodes.For):
                self._for(node, scope, known)
            elif isinstance(node, nodes.Assign):
                self._expression(node.node, scope, known, needed=False)
                if isinstance(node.target, nodes.Name):
                    scope[node.target.name] = self._type(node.node, scope)[0] or ANY

    def _if(self, node: nodes.If, scope: Scope, known: Known) -> None:
        self._expression(node.test, scope, known, needed=False)
        self.statements(node.body, scope, combined((known, self._facts(node.test, scope))))
        otherwise = combined((known, self._facts(node.test, scope, holds=False)))
        for branch in node.elif_:
            self._expression(branch.test, scope, otherwise, needed=False)
            self.statements(branch.body, scope, combined((otherwise, self._facts(branch.test, scope))))
            otherwise = combined((otherwise, self._facts(branch.test, scope, holds=False)))
        self.statements(node.else_, scope, otherwise)

    def _for(self, node: nodes.For, scope: Scope, known: Known) -> None:
        self._expression(node.iter, scope, known, needed=False)
        type_ = self._type(node.iter, scope)[0]
        inner = {**scope, "loop": ANY}
        targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
        for target in targets:
            if isinstance(target, nodes.Name):
                inner[target.name] = (type_.item if type_ and len(targets) == 1 else None) or ANY
        self.statements(node.body, inner, known)
        self.statements(node.else_, scope, known)

    def _expression(self, node: nodes.Node, scope: Scope, known: Known, *, needed: bool) -> None:
        """Check an expression; `needed`: its text is written, so it must not be missing."""
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            self._path(node, scope, known, needed=needed)
        elif isinstance(node, nodes.Filter):
            self._filter(node, scope, known, needed=needed)
        elif isinstance(node, nodes.CondExpr):
            self._expression(node.test, scope, known, needed=False)
            self._expression(node.expr1, scope, combined((known, self._facts(node.test, scope))), needed=needed)
            if node.expr2 is not None:
                otherwise = combined((known, self._facts(node.test, scope, holds=False)))
                self._expression(node.expr2, scope, otherwise, needed=needed)
        elif isinstance(node, nodes.Or | nodes.And):
            self._expression(node.left, scope, known, needed=False)
            facts = self._facts(node.left, scope) if isinstance(node, nodes.And) else {}
            self._expression(node.right, scope, combined((known, facts)), needed=needed)
        elif isinstance(node, nodes.Compare | nodes.Test | nodes.Not):
            for child in node.iter_child_nodes():
                self._expression(child, scope, known, needed=False)
        else:
            for child in node.iter_child_nodes():
                self._expression(child, scope, known, needed=needed)

    def _filter(self, node: nodes.Filter, scope: Scope, known: Known, *, needed: bool) -> None:
        if node.name not in _FILTERS:
            sentence = say(self.language, "There is no filter {name}.", name=node.name)
            hint = self._hint(sentence, _FILTERS_MEANT.get(node.name, node.name), _FILTERS)
            self.report(node.lineno, "error", "template-filter", f"|{node.name}", hint)
        tolerant = node.name in _TOLERANT
        if node.node is not None:
            self._expression(node.node, scope, known, needed=needed and node.name not in ("default", "d"))
        for argument in (*node.args, *(keyword.value for keyword in node.kwargs)):
            self._expression(argument, scope, known, needed=needed and not tolerant)

    def _path(self, node: nodes.Node, scope: Scope, known: Known, *, needed: bool) -> None:
        """Check a field, or a part of one."""
        chain = path_of(node)
        if chain is None:
            for child in node.iter_child_nodes():
                self._expression(child, scope, known, needed=needed)
            return
        name, *members = chain
        type_ = scope.get(name) or self.types.get(name) or GLOBALS.get(name)
        if type_ is None:
            sentence = say(self.language, "{name} is no field of the form or the workflow.", name=name)
            options = [*self.types, *scope]
            self.report(node.lineno, "error", "template-fact", name, self._hint(sentence, name, options))
            return
        self.used.add(name)
        path = name
        is_missing = name not in scope and name in self.types and not self._is_sure(name, known)
        for member in members:
            inner = _member(type_, member)
            if inner is None:
                sentence = say(self.language, "{path} has no part {name}.", path=path, name=member)
                self.report(
                    node.lineno,
                    "error",
                    "template-fact",
                    f"{path}.{member}",
                    self._hint(sentence, member, type_.members),
                )
                return
            absent = type_.kind not in _OPEN[:1] and bool(type_.members) and member not in type_.required
            path = f"{path}.{member}"
            if not is_missing and absent and path not in known:
                is_missing = True
                self._report_missing(node, path, needed=needed)
                return
            type_ = inner
        if is_missing and path not in known:
            self._report_missing(node, name if name not in known else path, needed=needed)

    def _is_sure(self, name: str, known: Known) -> bool:
        return name in known or self.presence.get(name, ABSENT).is_sure(known)

    def _report_missing(self, node: nodes.Node, path: str, *, needed: bool) -> None:
        if not needed:
            return
        sentence = say(
            self.language,
            "{name} may have no answer; write {guard} before it and {end} behind it, or {fallback}.",
            name=path,
            guard="{% if " + path + " %}",
            end="{% endif %}",
            fallback="{{ " + path + '|default("…") }}',
        )
        self.report(node.lineno, "warning", "template-absent", path, sentence)

    def _hint(self, sentence: str, name: str, options: Iterable[str]) -> str:
        meant = closest(name, options)
        if meant:
            return f"{sentence} {say(self.language, 'Did you mean {name}?', name=meant)}"
        nearest = sorted(options, key=lambda option: (-SequenceMatcher(None, name, option).ratio(), option))
        names, more = ", ".join(sorted(nearest[:_MOST_NAMES])), len(nearest[_MOST_NAMES:])
        advice = "Write one of: {names}; there are {n} more." if more else "Write one of: {names}."
        return f"{sentence} {say(self.language, advice, names=names, n=more)}" if names else sentence

    def _type(self, node: nodes.Node, scope: Scope) -> tuple[FieldType | None, str]:
        """The type of a field or a part of one, and its path; (None, "") for another expression."""
        chain = path_of(node)
        if chain is None:
            return None, ""
        type_ = scope.get(chain[0]) or self.types.get(chain[0])
        for member in chain[1:]:
            type_ = _member(type_, member) if type_ else None
        return type_, ".".join(chain)

    def _facts(self, test: nodes.Node, scope: Scope, *, holds: bool = True) -> Facts:
        """What is known where a test holds, or does not."""
        if isinstance(test, nodes.Not):
            return self._facts(test.node, scope, holds=not holds)
        if isinstance(test, nodes.And if holds else nodes.Or):
            return combined((self._facts(test.left, scope, holds=holds), self._facts(test.right, scope, holds=holds)))
        if isinstance(test, nodes.Or if holds else nodes.And):
            return _either(self._facts(test.left, scope, holds=holds), self._facts(test.right, scope, holds=holds))
        if isinstance(test, nodes.Compare) and len(test.ops) == 1:
            return self._facts_of_comparison(test, scope, holds=holds)
        if isinstance(test, nodes.Test) and test.name in ("defined", "undefined"):
            path = self._type(test.node, scope)[1]
            return {path: None} if path and (test.name == "defined") == holds else {}
        type_, path = self._type(test, scope)
        if not path:
            return {}
        if type_ is not None and type_.kind == "boolean":
            return {path: frozenset((plain(holds),))}
        return {path: None} if holds else {}

    def _facts_of_comparison(self, test: nodes.Compare, scope: Scope, *, holds: bool) -> Facts:
        type_, path = self._type(test.expr, scope)
        values = _constants(test.ops[0].expr)
        operator = test.ops[0].op
        if not path or values is None:
            return {}
        if operator in ("ne", "notin"):
            operator, holds = {"ne": "eq", "notin": "in"}[operator], not holds
        if operator in ("eq", "in"):
            if holds:
                return {path: values}
            domain = frozenset(plain(value) for value in type_.titles) if type_ else frozenset()
            sure = self._is_sure(path, {}) if "." not in path else False
            return {path: domain - values} if domain and sure else {}
        return {path: None} if holds else {}


def _either(left: Facts, right: Facts) -> Facts:
    """What is known where one or the other holds."""
    both: Facts = {}
    for path in left.keys() & right.keys():
        first, second = left[path], right[path]
        both[path] = None if first is None or second is None else first | second
    return both


def path_of(node: nodes.Node) -> list[str] | None:
    """The names of a path such as `counterparty.name`; "0" for an item of a list. None for another expression."""
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        before = path_of(node.node)
        return None if before is None else [*before, node.attr]
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        before = path_of(node.node)
        return None if before is None else [*before, str(node.arg.value)]
    return None


def _member(type_: FieldType, name: str) -> FieldType | None:
    """The type of a part of a value; None where it has no such part."""
    if type_.kind == "any" or (type_.kind == "object" and not type_.members):
        return ANY
    if type_.kind in ("list", "files", "people") and name.lstrip("-").isdigit():
        return type_.item or ANY
    if name.lstrip("-").isdigit():
        return TEXT
    return type_.members.get(name)


def _constants(node: nodes.Node) -> frozenset[str] | None:
    if isinstance(node, nodes.Const):
        return frozenset((plain(node.value),))
    if isinstance(node, nodes.List | nodes.Tuple):
        values: list[Any] = [item.value for item in node.items if isinstance(item, nodes.Const)]
        return frozenset(map(plain, values)) if len(values) == len(node.items) else None
    return None
