"""A pack: one folder under `workflows/` - a workflow with the request types and templates that use it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.packs.request_type_parser import CheckContext, read_request_type
from formengine.authoring.packs.schema_files import bundled
from formengine.errors import DefinitionError
from formengine.source import Document, Finding, Severity, closest, did_you_mean
from formengine.source import Path as SourcePath
from formengine.source.bundle import hash_of
from formengine.source.yaml_cursor import IDENTIFIER, YamlCursor, read_document
from formengine.workflow.definition.tables import FOLDER as TABLES
from formengine.workflow.definition.tables import Table, is_lookup, is_table, read_table

if TYPE_CHECKING:
    from formengine.workflow.definition.model import Workflow
    from formengine.workflow.definition.vocabulary import Vocabulary

log = logging.getLogger(__name__)
FOLDER: Final = "workflows/"
KNOWN: Final = ("workflow.yaml", "stories.yaml")
_FORM: Final = re.compile(rb"^form:", re.MULTILINE)
"""What a request type has, and no other file."""


@dataclass(frozen=True)
class Pack:
    """A compiled pack; `files` are by path inside the site.

    A dossier is pinned to the hash, which covers all files but the stories.
    """

    id: str
    hash: str
    workflow: Workflow
    request_types: tuple[str, ...]
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def templates(self) -> dict[str, bytes]:
        """The templates by file name, as `DocumentRule.template` names them."""
        folder = f"{FOLDER}{self.id}/documents/"
        return {path.removeprefix(folder): c for path, c in self.files.items() if path.startswith(folder)}


@dataclass
class PackSource:
    """The YAML documents of a pack, the request types read from them, and the findings so far."""

    id: str
    files: Mapping[str, bytes]
    workflow: Document | None = None
    stories: Document | None = None
    requests: dict[str, Document] = field(default_factory=dict)
    request_types: dict[str, RequestType] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    """Ids of request types that have errors: what a workflow says of their forms and documents is not checked."""
    findings: list[Finding] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)
    schema_files: set[str] = field(default_factory=set)
    """Paths of the files whose schemas are part of a form."""

    @property
    def hash(self) -> str:
        """The hash of the pack: over all its files but the stories."""
        return hash_of({path: c for path, c in self.files.items() if not path.endswith("/stories.yaml")})

    def built(self, workflow: Workflow) -> Pack:
        """The pack with its compiled workflow."""
        return Pack(self.id, self.hash, workflow, tuple(self.request_types), dict(self.files))


def packs_in(files: Mapping[str, bytes]) -> tuple[dict[str, dict[str, bytes]], list[Finding]]:
    """The files of each pack of a site, by pack id; and findings for files that are in no pack."""
    packs: dict[str, dict[str, bytes]] = {}
    findings: list[Finding] = []
    for path, content in files.items():
        if not path.startswith(FOLDER):
            continue
        name, _, rest = path.removeprefix(FOLDER).partition("/")
        if rest and IDENTIFIER.match(name):
            packs.setdefault(name, {})[path] = content
        elif rest:
            message = f"{name!r} cannot be a pack's id: small letters, digits and _; rename the folder"
            findings.append(Finding(path, 1, 1, "error", "identifier", message))
        else:
            message = "this file is in no pack and is not read; put it into a folder: workflows/<pack>/"
            severity: Severity = "error" if path.endswith((".yaml", ".yml")) else "warning"
            findings.append(Finding(path, 1, 1, severity, "not-read", message))
    for pack_files in packs.values():
        pack_files.update(_tables_of(pack_files, files))
    return packs, findings


def _tables_of(pack_files: Mapping[str, bytes], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The look-up tables that a workflow names: they belong to its pack, so that a dossier keeps those of its start."""
    path, content = next((entry for entry in pack_files.items() if entry[0].endswith("/workflow.yaml")), ("", b""))
    document = read_document(content, path, published=True)[0] if b"lookup" in content else None
    names = sorted(set(_tables_named(document.value))) if document is not None else []
    return {path: files[path] for path in (f"{TABLES}{name}.yaml" for name in names) if path in files}


def _tables_named(value: Any) -> Iterator[str]:
    """The tables that look-ups anywhere in a workflow name (`{lookup: TABLE, ...}`)."""
    if isinstance(value, Mapping):
        if is_lookup(value) and isinstance(value["lookup"], str):
            yield value["lookup"]
        for part in value.values():
            yield from _tables_named(part)
    elif isinstance(value, list):
        for part in value:
            yield from _tables_named(part)


def read_source(pack_id: str, files: Mapping[str, bytes], context: CheckContext | None) -> PackSource:
    """Read the YAML of a pack; its request types are checked against `context`, and not at all without one."""
    source = PackSource(pack_id, files)
    top = f"{FOLDER}{pack_id}/"
    for path, content in files.items():
        if path.startswith(TABLES):
            document = _document(source, content, path, published=True)  # the reader of `config/` has its findings
            if document is not None and is_table(document.value):
                name = PurePosixPath(path).stem
                source.tables[name] = read_table(name, YamlCursor(document))
            continue
        inside = PurePosixPath(path.removeprefix(top))
        if str(inside) == "workflow.yaml":
            source.workflow = _document(source, content, path, published=context is None)
        elif str(inside) == "stories.yaml" and context is not None:
            source.stories = _document(source, content, path)
        elif inside.parts[0] == "requests" and len(inside.parts) == 2 and inside.suffix == ".yaml":
            _request_type(source, inside.stem, content, path, context)
        elif inside.name.endswith((".yaml", ".yml", ".yaml.txt", ".yml.txt")) and str(inside) not in KNOWN:
            source.findings.append(_not_read(top, inside, files))
    source.findings = [f for f in source.findings if f.code != "not-read" or f.file not in source.schema_files]
    if f"{top}workflow.yaml" not in files and not any(f.message.endswith("/workflow.yaml") for f in source.findings):
        message = f"the pack {pack_id} has no workflow.yaml; write one, or delete the folder"
        source.findings.append(Finding(f"{top}workflow.yaml", 1, 1, "error", "missing-file", message))
    return source


def _not_read(top: str, inside: PurePosixPath, files: Mapping[str, bytes]) -> Finding:
    """The finding for a file of YAML that is not where it would be read: an error where a type or workflow is lost."""
    path, stem = f"{top}{inside}", inside.name.partition(".")[0]
    is_form = inside.parts[0] == "requests" or _FORM.search(files[path])
    meant = closest(f"{stem}.yaml", KNOWN) if len(inside.parts) == 1 and not is_form else None
    if meant is not None and f"{top}{meant}" not in files:
        severity: Severity = "error" if meant == "workflow.yaml" else "warning"
        return Finding(path, 1, 1, severity, "not-read", f"this file is not read; rename it to {top}{meant}")
    if is_form:
        message = f"request types lie in requests/ and end in .yaml; rename it to {top}requests/{stem}.yaml"
        return Finding(path, 1, 1, "error", "not-read", message)
    return Finding(path, 1, 1, "warning", "not-read", f"this file is not read{did_you_mean(inside.name, KNOWN)}")


def _request_type(source: PackSource, name: str, content: bytes, path: str, context: CheckContext | None) -> None:
    document = _document(source, content, path, published=context is None)
    if document is None:
        source.unread.append(name)
        return
    if not IDENTIFIER.match(name):
        message = f"{name!r} cannot be the id of a request type: small letters, digits and _; rename the file"
        source.findings.append(Finding(path, 1, 1, "error", "identifier", message))
        return
    source.requests[name] = document
    if context is None:
        source.request_types[name] = _with_files(source, RequestType.from_yaml(name, source.id, document.value), path)[
            0
        ]
        return
    request_type, findings = read_request_type(document, name, source.id, context)
    source.findings += findings
    problems: list[tuple[SourcePath, str]] = []
    if request_type is not None:
        request_type, problems = _with_files(source, request_type, path)
        source.findings += [document.finding(("form", *place), "reference", message) for place, message in problems]
    if request_type is not None and not problems:
        source.request_types[name] = request_type
    else:
        source.unread.append(name)


def _with_files(
    source: PackSource, request_type: RequestType, path: str
) -> tuple[RequestType, list[tuple[SourcePath, str]]]:
    """A request type with the schemas of the files that its form refers to, and what is wrong with these references."""
    bundle = bundled(request_type.form, path, f"{FOLDER}{source.id}/", source.files)
    source.schema_files |= bundle.files
    if not bundle.files:
        return request_type, bundle.problems
    return replace(request_type, source={**request_type.source, "form": bundle.form}), bundle.problems


def _document(source: PackSource, content: bytes, path: str, *, published: bool = False) -> Document | None:
    document, findings = read_document(content, path, published=published)
    source.findings += findings
    return document


def compile_workflow(
    source: PackSource, teams: Any, calendars: Any, vocabulary: Vocabulary, *, published: bool = False
) -> tuple[Workflow | None, list[Finding]]:
    """The workflow of a pack, checked against its forms and, unless None, the contents of teams and calendars."""
    from formengine.workflow.loader import parse_workflow

    if source.workflow is None:
        return None, []
    read = {} if source.unread else source.request_types
    forms = {name: request_type.schema_in_all for name, request_type in read.items()}
    documents = None if source.unread else {name for request_type in read.values() for name in request_type.documents}
    pages = {name: request_type.pages for name, request_type in read.items()}
    try:
        return parse_workflow(
            source.workflow,
            source.id,
            forms,
            teams,
            calendars,
            vocabulary,
            documents,
            pages=pages,
            form_rules={name: request_type.rules for name, request_type in read.items()},
            published=published,
            tables=source.tables,
            unread=bool(source.unread),
        )
    except Exception as error:  # a check never raises, whatever an author wrote; the log has the traceback
        log.exception("the workflow %s cannot be compiled", source.id)
        message = f"this workflow cannot be compiled: {type(error).__name__}: {str(error)[:200]}"
        return None, [source.workflow.finding((), "workflow", message)]


def read_pack(pack_id: str, files: Mapping[str, bytes], vocabulary: Vocabulary) -> Pack:
    """A version of a pack that was published before, from its files alone.

    It was checked when it was published, so only what keeps it from running now is an error: raises DefinitionError.
    """
    source = read_source(pack_id, files, None)
    workflow, findings = compile_workflow(source, None, None, vocabulary, published=True)
    if workflow is None:
        errors = [str(finding) for finding in (*source.findings, *findings) if finding.severity == "error"]
        raise DefinitionError(
            f"the pack {pack_id} cannot be read: {errors[0] if errors else 'it has no workflow.yaml'}"
        )
    return source.built(workflow)
