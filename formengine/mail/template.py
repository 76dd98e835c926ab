"""Mail templates, written by legal admins: sandboxed Jinja, rendered to a subject and a Markdown body (T31).

The first line is the subject. Templates may use variables, `if`, `for` and some filters, on plain values only. Values
are escaped as Markdown text, so that nobody can put a link into a mail of the portal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import ChainableUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from formengine.errors import DefinitionError
from formengine.i18n import after_de, isolated

MAX_TEMPLATE_LENGTH: Final = 20_000
"""Characters of a template."""
MAX_MAIL_LENGTH: Final = 200_000
MAX_SUBJECT_LENGTH: Final = 400
"""Characters of a subject: names and titles may have hundreds each, and no list of mails shows so many."""
MAX_RANGE_LENGTH: Final = 1000
MAX_LOOP_DEPTH: Final = 2
FILTERS: Final = frozenset(
    (
        "abs",
        "capitalize",
        "count",
        "d",
        "de",
        "default",
        "first",
        "float",
        "int",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "reverse",
        "round",
        "select",
        "selectattr",
        "sort",
        "string",
        "sum",
        "title",
        "trim",
        "truncate",
        "unique",
        "upper",
        "wordcount",
    )
)
METHODS: Final = frozenset(("get", "items", "keys", "lower", "strip", "title", "upper", "values"))
_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.NSRef, nodes.Const, nodes.TemplateData,
    nodes.Getattr, nodes.Getitem, nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And,
    nodes.Or, nodes.Not, nodes.Neg, nodes.Add, nodes.Sub, nodes.Concat, nodes.Filter, nodes.Test, nodes.Call,
    nodes.List, nodes.Tuple, nodes.Keyword,
)  # fmt: skip


def render_mail(text_source: str, variables: Mapping[str, object]) -> tuple[str, str]:
    """Subject and Markdown body of a template; an undefined variable is empty.

    Raises DefinitionError for a template that cannot be parsed, uses a forbidden construct, or grows beyond
    MAX_MAIL_LENGTH.

    >>> render_mail("News about {{ dossier.reference }}\\n\\nDear {{ name }},", {"name": "*Maya*"})
    ('News about', 'Dear \\\\*Maya\\\\*,')
    """
    _subject, body = _parts(text_source)
    return render_subject(text_source, variables), _generate(_BODY_ENVIRONMENT, body, variables).strip()


def render_subject(text_source: str, variables: Mapping[str, object]) -> str:
    """The subject of a template alone, cut at MAX_SUBJECT_LENGTH; raises DefinitionError as `render_mail` does."""
    subject = " ".join(_generate(_SUBJECT_ENVIRONMENT, _parts(text_source)[0], variables).split())
    return subject if len(subject) <= MAX_SUBJECT_LENGTH else f"{subject[: MAX_SUBJECT_LENGTH - 1].rstrip()}…"


def variables_of(text_source: str) -> set[str]:
    """The top-level names of the variables that a template uses; raises DefinitionError as `render_mail` does."""
    return {
        name for part in _parts(text_source) for name in meta.find_undeclared_variables(_parse(_BODY_ENVIRONMENT, part))
    }


def escape_markdown(value: object) -> object:
    """A value as Markdown that shows it literally; numbers and web addresses are left as they are.

    >>> print(escape_markdown("see [this](http://x), my_file.txt"))
    see \\[this\\](http://x), my_file.txt
    """
    if not isinstance(value, str) or _ADDRESS.fullmatch(value):
        return value
    escaped = _SPECIAL.sub(r"\\\g<0>", value)
    return _LINE_START.sub(r"\1\\\2", escaped)


_ADDRESS = re.compile(r"https?://[^\s<>\[\]()\"'`\\*]+")
_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_LINE_START = re.compile(r"(?m)^([^\S\n]*\d*+)([#>+=.)-])")


_TAGS_ALONE = re.compile(r"(?m)^[ \t]*((?:\{%[^%\n]*%\}[ \t]*)+)\n")


def _parts(text: str) -> tuple[str, str]:
    if len(text) > MAX_TEMPLATE_LENGTH:
        raise DefinitionError(f"the text has {len(text)} characters; {MAX_TEMPLATE_LENGTH} are the most")
    subject, _newline, body = text.lstrip().partition("\n")
    # A line with tags only leaves no empty line; the comment keeps the line numbers of messages.
    return subject, "\n" + _TAGS_ALONE.sub(r"\1{#\n#}", body)


def _generate(environment: ImmutableSandboxedEnvironment, source: str, variables: Mapping[str, object]) -> str:
    template = _compiled(environment, source)
    pieces: list[str] = []
    size = 0
    try:
        for piece in template.generate(plain_value(variables)):
            size += len(piece)
            if size > MAX_MAIL_LENGTH:
                raise DefinitionError(f"the text grows beyond {MAX_MAIL_LENGTH} characters when it is filled in")
            pieces.append(piece)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise DefinitionError(f"the text cannot be filled in: {error}") from error
    return "".join(pieces)


@lru_cache(maxsize=512)
def _compiled(environment: ImmutableSandboxedEnvironment, source: str) -> Template:
    return environment.from_string(_parse(environment, source))


def _parse(environment: ImmutableSandboxedEnvironment, source: str) -> nodes.Template:
    try:
        tree = environment.parse(source)
    except TemplateError as error:
        raise DefinitionError(f"the text cannot be read: {error}") from error
    for construct in _forbidden_constructs(tree, 0):
        raise DefinitionError(f"the text uses {construct}, which mails may not")
    return tree


def _forbidden_constructs(node: nodes.Node, depth: int) -> Iterator[str]:
    """The constructs of a template that could loop, grow or reach beyond its variables, described for its author."""
    if not isinstance(node, _NODES):
        yield f"{type(node).__name__.lower()!r} in line {node.lineno}"
    if isinstance(node, nodes.For):
        depth += 1
        if depth > MAX_LOOP_DEPTH or node.recursive:
            yield f"loops within loops within loops in line {node.lineno}"
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        yield f"{node.attr!r} in line {node.lineno}"
    if isinstance(node, nodes.Name) and node.name == "self":
        yield "'self'"
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield f"the filter {node.name!r}"
    if isinstance(node, nodes.Filter) and any(
        _has_nested_filter(argument) for argument in (*node.args, *(k.value for k in node.kwargs))
    ):
        yield f"a filter inside the filter {node.name!r}"
    if isinstance(node, nodes.Call) and not _is_allowed_call(node):
        yield f"a call in line {node.lineno}"
    for child in node.iter_child_nodes():
        yield from _forbidden_constructs(child, depth)


def _has_nested_filter(argument: nodes.Node) -> bool:
    return isinstance(argument, nodes.Filter | nodes.Call) or any(argument.find_all((nodes.Filter, nodes.Call)))


def _is_allowed_call(call: nodes.Call) -> bool:
    if isinstance(call.node, nodes.Name):
        return call.node.name == "range"
    return isinstance(call.node, nodes.Getattr) and call.node.attr in METHODS


def plain_value(value: Any) -> Any:
    """The value as text, numbers, lists and maps; any other object as its text."""
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(item) for item in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE_LENGTH:
        raise ValueError(f"a range has {len(numbers)} numbers; {MAX_RANGE_LENGTH} are the most")
    return numbers


def _environment(finalize: Callable[[object], object] | None) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, finalize=finalize)
    environment.globals = {"range": _range}
    environment.filters["de"] = lambda name: after_de(str(name))
    return environment


def _isolated(value: object) -> object:
    return isolated(value) if isinstance(value, str) else value


_SUBJECT_ENVIRONMENT = _environment(_isolated)
_BODY_ENVIRONMENT = _environment(lambda value: _isolated(escape_markdown(value)))
