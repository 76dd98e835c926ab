"""YAML reader with the position of each value and key, on libyaml's nodes.

Close to YAML 1.2: only `true` and `false` are booleans; `12:30`, `2026-03-02` and `010` are texts, as is a key `on`.
Merge keys, tags and duplicate keys are findings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import yaml

from formengine.source.findings import Finding, Severity
from formengine.source.yaml_errors import explain, unreadable_lines

MAX_SIZE: Final = 1_000_000
MAX_DEPTH: Final = 40
MAX_NODES: Final = 100_000

Path = tuple[str | int, ...]
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?\Z|[-+]?[0-9]+[eE][-+]?[0-9]+\Z")
_WORDS_FOR_BOOLEANS: Final = {"yes", "no", "on", "off"}
_LABELS: Final = ("title", "name", "description", "help", "placeholder", "client_sees")


class WrittenNumber(float):
    """A number that remembers how it was written, so that `1.10` is not 1.1 where a text was wanted."""

    text: str

    def __new__(cls, text: str) -> WrittenNumber:
        number = super().__new__(cls, text)
        number.text = text
        return number


@dataclass
class Document:
    """A YAML file as plain values, with the place of every value and key.

    `places` maps a path (keys and list positions from the top) to (line, column) of its value, counting from 1;
    `keys` likewise of the key that names it.
    """

    file: str
    value: Plain
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    bare: set[Path] = field(default_factory=set)

    def finding(
        self, path: Path, code: str, message: str, severity: Severity = "error", *, at_key: bool = False
    ) -> Finding:
        """A finding at a path; where that path is not in the file, at the nearest thing around it that is."""
        places = self.keys if at_key else self.places
        where = path
        while where not in places and where:
            where = where[:-1]
            places = self.places
        line, column = places.get(where, (1, 1))
        return Finding(self.file, line, column, severity, code, message)


def read_file(content: bytes, file: str) -> tuple[Document | None, list[Finding]]:
    """`read_yaml` for bytes; bytes that are not UTF-8 are a finding."""
    try:
        return read_yaml(content.decode("utf-8-sig"), file)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = "this is not UTF-8 text; save the file as UTF-8"
        return None, [Finding(file, line, column, "error", "encoding", message)]


def read_yaml(text: str, file: str) -> tuple[Document | None, list[Finding]]:
    """The document of a YAML text (None when it cannot be parsed), and the findings in it."""
    if len(text) > MAX_SIZE:
        message = f"the file has {len(text):,} characters; at most {MAX_SIZE:,}"
        return None, [Finding(file, 1, 1, "error", "too-large", message)]
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    early = unreadable_lines(text, file)
    if early:
        return None, early
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        return None, [explain(error, text, file)]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return None, [Finding(file, 1, 1, "error", "yaml", f"this is not YAML that can be read: {error}")]
    builder = _Builder(Document(file, None))
    try:
        builder.document.value = builder.build(node, (), 0) if node is not None else None
    except _LimitExceeded as problem:
        return None, [*builder.findings, problem.finding]
    return builder.document, builder.findings


class _LimitExceeded(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


class _Builder:
    """Walks libyaml's nodes once; an alias is walked again, so its size counts against the limit."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Finding] = []
        self._nodes = 0

    def build(self, node: yaml.Node, path: Path, depth: int) -> Plain:
        self._count(node, depth)
        self.document.places[path] = _place(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node, path)

    def _count(self, node: yaml.Node, depth: int) -> None:
        self._nodes += 1
        if depth > MAX_DEPTH:
            raise _LimitExceeded(self._at(node, "too-deep", f"nested more than {MAX_DEPTH} levels deep"))
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} values, aliases counted each time"
            raise _LimitExceeded(self._at(node, "too-many", message))

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> Plain:
        mapping: dict[str, Plain] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                message = "a key must be plain text; put one that begins with ?, [ or { between quotation marks"
                self.findings.append(self._at(key_node, "key", message))
                continue
            key = str(key_node.value)
            if key == "<<":
                message = "merging with << is not supported; write the keys out"
                self.findings.append(self._at(key_node, "merge", message))
                continue
            if key in mapping:
                message = f"the key {key!r} stands here a second time (first on line {lines[key]}); keep one of them"
                self.findings.append(self._at(key_node, "duplicate-key", message))
                continue
            lines[key] = key_node.start_mark.line + 1
            self.document.keys[(*path, key)] = _place(key_node)
            mapping[key] = self.build(value_node, (*path, key), depth + 1)
        return mapping

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Plain:
        text = str(node.value)
        if node.tag.startswith("!") or node.tag.startswith("tag:yaml.org,2002:python"):
            self.findings.append(self._at(node, "tag", f"the tag {node.tag} is not allowed; write plain text"))
            return text
        if node.style:  # between quotation marks, or a block
            return text
        self.document.bare.add(path)
        return self._plain(node, text, path)

    def _plain(self, node: yaml.ScalarNode, text: str, path: Path) -> Plain:
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if text.lower() in _WORDS_FOR_BOOLEANS and text != "NO" and not _is_label(path):
            message = f'{text} is read as text, not as true or false; write true or false, or "{text}" if it is text'
            self.findings.append(self._at(node, "yes-no", message, "warning"))
            return text
        if text.lower() in ("true", "false"):
            message = f'write {text.lower()} in small letters, or "{text}" if it is a text'
            self.findings.append(self._at(node, "true-false", message, "warning"))
            return text
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            return WrittenNumber(text)
        return text

    def _at(self, node: yaml.Node, code: str, message: str, severity: Severity = "error") -> Finding:
        line, column = _place(node)
        return Finding(self.document.file, line, column, severity, code, message)


def _is_label(path: Path) -> bool:
    """Whether the value at a path is a text for people: a title and the like, or one of its languages."""
    key = path[-1] if path else ""
    return key in _LABELS or (isinstance(key, str) and len(key) == 2 and path[-2:-1] != () and path[-2] in _LABELS)


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
