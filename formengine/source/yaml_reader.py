"""YAML reader with the position of each value and key, on libyaml's nodes.

Close to YAML 1.2: only `true` and `false` are booleans; `12:30`, `2026-03-02` and `010` are texts, as is a key `on`.
Merge keys, tags and duplicate keys are findings.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Final

import yaml

from formengine.source.findings import Finding, Severity
from formengine.source.flow_errors import comma_cause
from formengine.source.lookalikes import BULLETS, NAME, inside_curly, name_problem, without_invisible
from formengine.source.yaml_errors import explain, unreadable_lines

MAX_SIZE: Final = 1_000_000
MAX_DEPTH: Final = 40
MAX_NODES: Final = 100_000

Path = tuple[str | int, ...]
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?\Z|[-+]?[0-9]+[eE][-+]?[0-9]+\Z")
_NOT_ZERO: Final = re.compile(r"[-+.0]*[1-9]")
_WORDS_FOR_BOOLEANS: Final = {"yes", "no", "on", "off"}
_LABELS: Final = (
    "title",
    "name",
    "description",
    "help",
    "placeholder",
    "client_sees",
    "legal_notice",
    "dossier_title",
    "says",
)
MISREAD: Final = frozenset(("comma", "comment", "dash", "number", "space"))
"""Codes of findings for what can be read, but not as its author sees it."""
_CUT: Final = re.compile(r" #|\s+# ?\d")
"""A comment that was probably meant as part of the text before it; one behind two blanks is taken for a comment."""


_OTHER_FILES: Final = {
    b"PK\x03\x04": "a Word document or another packed file",
    b"\xd0\xcf\x11\xe0": "a document of an old Word",
    b"{\\rtf": "a document with formatting (RTF)",
    b"%PDF": "a PDF",
    b"\xff\xfe": "a text in UTF-16",
    b"\xfe\xff": "a text in UTF-16",
    b"\x00": "no plain text, or a text in UTF-16",
}
"""What files that are no text begin with."""


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
    for beginning, what in _OTHER_FILES.items():
        if content.startswith(beginning) or (beginning == b"\x00" and beginning in content[:200]):
            message = f"this is {what}; save it as plain text (UTF-8)"
            return None, [Finding(file, 1, 1, "error", "encoding", message)]
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
    builder = _Builder(Document(file, None), text.split("\n"))
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

    def __init__(self, document: Document, lines: list[str]) -> None:
        self.document, self.lines = document, lines
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
        if node.flow_style:
            self._check_commas(node)
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                message = "a key must be plain text; put one that begins with ?, [ or { between quotation marks"
                self.findings.append(self._at(key_node, "key", message))
                continue
            key = str(key_node.value)
            if not key_node.style:
                self._check_name(key_node, key)
            if key == "<<":
                message = "merging with << is not supported; write the keys out"
                self.findings.append(self._at(key_node, "merge", message))
                continue
            if key in mapping:
                self._report_second(key_node, key, path, mapping, lines)
                continue
            lines[key] = key_node.start_mark.line + 1
            self.document.keys[(*path, key)] = _place(key_node)
            mapping[key] = self.build(value_node, (*path, key), depth + 1)
        return mapping

    def _report_second(
        self, node: yaml.Node, key: str, path: Path, mapping: dict[str, Plain], lines: dict[str, int]
    ) -> None:
        """The error for a key that stands in a map already. In an entry of a list whose first key it is, the dash of
        another entry is missing, and the keys that follow belong to that one.
        """
        begins = isinstance(path[-1] if path else None, int) and key == next(iter(mapping)) and len(mapping) > 1
        message = f"the key {key!r} stands here a second time (first on line {lines[key]}); keep one of them"
        if begins:
            lines.update(dict.fromkeys(mapping, 0))
            message = f"another entry of the list begins here, and its dash is missing; write - {key}: ..."
        if lines[key] or begins:
            self.findings.append(self._at(node, "duplicate-key", message))

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Plain:
        text = str(node.value)
        if node.tag.startswith("!") or node.tag.startswith("tag:yaml.org,2002:python"):
            self.findings.append(self._at(node, "tag", f"the tag {node.tag} is not allowed; write plain text"))
            return text
        if node.style:  # between quotation marks, or a block
            return text
        self.document.bare.add(path)
        self._check_text(node, text, path)
        return self._plain(node, text, path)

    def _check_name(self, node: yaml.ScalarNode, name: str) -> None:
        """An error for what a word processor left in a key."""
        problem = name_problem(name)
        if problem is not None:
            line, column = _place(node)
            self.findings.append(Finding(self.document.file, line, column + problem[0], "error", "space", problem[1]))

    def _check_text(self, node: yaml.ScalarNode, text: str, path: Path) -> None:
        """Findings for a text without quotation marks that is read as something else than its author sees."""
        if without_invisible(text) != text and NAME.match(without_invisible(text)):
            self._check_name(node, text)
        line = self._line(node.start_mark)
        if text[0:1] in BULLETS and text[1:2] in (" ", "\u00a0") and not line[: node.start_mark.column].strip(" -"):
            message = f"a list entry begins with a hyphen, not with {text[0]}; write: - {text[2:42].strip()}"
            self.findings.append(self._at(node, "dash", message))
        quoted = inside_curly(text)
        if quoted is not None and not (text[0] == "«" and _is_label(path)):
            message = f'{text[0]} and {text[-1]} are read as part of the text; write straight marks: "{quoted}"'
            self.findings.append(self._at(node, "quotation-mark", message, "warning"))
        rest = self._line(node.end_mark)[node.end_mark.column :]
        if text and _is_label(path) and _CUT.match(rest):
            message = f'what follows # is a comment, no part of the text; write "{text} {rest.strip()}" to keep it'
            self.findings.append(self._at(node, "comment", message, "warning"))

    def _line(self, mark: yaml.Mark) -> str:
        """The line of a place in the text; "" behind the last one, where YAML puts what is left out (`?` alone)."""
        return self.lines[mark.line] if mark.line < len(self.lines) else ""

    def _check_commas(self, node: yaml.MappingNode) -> None:
        """An error for a text in { } that a comma cuts in two: what follows the comma is read as a key of its own."""
        cut: list[yaml.Node] = []
        previous: yaml.Node | None = None
        for key_node, value_node in node.value:
            if isinstance(key_node, yaml.ScalarNode) and self._lacks_colon(key_node, value_node):
                cut.append(key_node)
                continue
            self._report_comma(previous, cut)
            previous, cut = value_node, []
        self._report_comma(previous, cut)

    def _report_comma(self, previous: yaml.Node | None, cut: list[yaml.Node]) -> None:
        if cut and isinstance(previous, yaml.ScalarNode) and not previous.style and previous.value:
            rest = ", ".join(str(node.value) for node in cut)
            message = comma_cause(str(previous.value), rest, self._line(cut[0].start_mark))
            self.findings.append(self._at(cut[0], "comma", message))

    def _lacks_colon(self, key: yaml.Node, value: yaml.Node) -> bool:
        if not isinstance(value, yaml.ScalarNode) or value.value or value.style or value.tag.startswith("!"):
            return False
        return not self._line(key.end_mark)[key.end_mark.column :].lstrip().startswith(":")

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
            return self._fraction(node, WrittenNumber(text))
        return text

    def _fraction(self, node: yaml.ScalarNode, number: WrittenNumber) -> WrittenNumber:
        """A number with a point or an exponent; an error for one beyond what can be stored (`1e400`, `1e-400`)."""
        if not math.isfinite(number):
            message = "this number is too large; write a smaller one, or put it between quotation marks"
            self.findings.append(self._at(node, "number", message))
        elif not number and _NOT_ZERO.match(number.text):
            message = f"{number.text} is so small that it is read as 0; write 0, or a larger number"
            self.findings.append(self._at(node, "number", message))
        return number

    def _at(self, node: yaml.Node, code: str, message: str, severity: Severity = "error") -> Finding:
        line, column = _place(node)
        return Finding(self.document.file, line, column, severity, code, message)


def _is_label(path: Path) -> bool:
    """Whether the value at a path is a text for people: a title and the like, or one of its languages."""
    key = path[-1] if path else ""
    return key in _LABELS or (isinstance(key, str) and len(key) == 2 and path[-2:-1] != () and path[-2] in _LABELS)


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
