"""A pack: one folder under `workflows/` - a workflow with the request types and templates that use it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.packs.request_type_parser import CheckContext, read_request_type
from formengine.errors import DefinitionError
from formengine.source import Document, Finding, did_you_mean
from formengine.source.bundle import hash_of
from formengine.source.yaml_cursor import IDENTIFIER, read_document

if TYPE_CHECKING:
    from formengine.workflow.definition.model import Workflow
    from formengine.workflow.definition.vocabulary import Vocabulary

log = logging.getLogger(__name__)
FOLDER: Final = "workflows/"
KNOWN: Final = ("workflow.yaml", "stories.yaml")


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
    findings: list[Finding] = field(default_factory=list)

    @property
    def hash(self) -> str:
        return hash_of({path: c for path, c in self.files.items() if not path.endswith("/stories.yaml")})

    def built(self, workflow: Workflow) -> Pack:
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
            findings.append(Finding(path, 1, 1, "warning", "not-read", message))
    return packs, findings


def read_source(pack_id: str, files: Mapping[str, bytes], context: CheckContext | None) -> PackSource:
    """Read the YAML of a pack; its request types are checked against `context`, and not at all without one."""
    source = PackSource(pack_id, files)
    top = f"{FOLDER}{pack_id}/"
    for path, content in files.items():
        inside = PurePosixPath(path.removeprefix(top))
        if str(inside) == "workflow.yaml":
            source.workflow = _document(source, content, path)
        elif str(inside) == "stories.yaml" and context is not None:
            source.stories = _document(source, content, path)
        elif inside.parts[0] == "requests" and len(inside.parts) == 2 and inside.suffix == ".yaml":
            _request_type(source, inside.stem, content, path, context)
        elif inside.suffix in (".yaml", ".yml") and str(inside) not in KNOWN:
            message = f"this file is not read{did_you_mean(inside.name, KNOWN)}"
            source.findings.append(Finding(path, 1, 1, "warning", "not-read", message))
    if f"{top}workflow.yaml" not in files:
        message = f"the pack {pack_id} has no workflow.yaml; write one, or delete the folder"
        source.findings.append(Finding(f"{top}workflow.yaml", 1, 1, "error", "missing-file", message))
    return source


def _request_type(source: PackSource, name: str, content: bytes, path: str, context: CheckContext | None) -> None:
    document = _document(source, content, path)
    if document is None:
        return
    if not IDENTIFIER.match(name):
        message = f"{name!r} cannot be the id of a request type: small letters, digits and _; rename the file"
        source.findings.append(Finding(path, 1, 1, "error", "identifier", message))
        return
    source.requests[name] = document
    if context is None:
        source.request_types[name] = RequestType.from_yaml(name, source.id, document.value)
        return
    request_type, findings = read_request_type(document, name, source.id, context)
    source.findings += findings
    if request_type is not None:
        source.request_types[name] = request_type


def _document(source: PackSource, content: bytes, path: str) -> Document | None:
    document, findings = read_document(content, path)
    source.findings += findings
    return None if any(finding.severity == "error" for finding in findings) else document


def compile_workflow(
    source: PackSource, teams: Any, calendars: Any, vocabulary: Vocabulary
) -> tuple[Workflow | None, list[Finding]]:
    """The workflow of a pack, checked against its forms and, unless None, the contents of teams and calendars."""
    from formengine.workflow.loader import parse_workflow

    if source.workflow is None:
        return None, []
    forms = {name: request_type.schema_in_all for name, request_type in source.request_types.items()}
    documents = {name for request_type in source.request_types.values() for name in request_type.documents}
    try:
        return parse_workflow(source.workflow, source.id, forms, teams, calendars, vocabulary, documents)
    except Exception as error:  # a check never raises, whatever an author wrote; the log has the traceback
        log.exception("the workflow %s cannot be compiled", source.id)
        message = f"this workflow cannot be compiled: {type(error).__name__}: {str(error)[:200]}"
        return None, [source.workflow.finding((), "workflow", message)]


def read_pack(pack_id: str, files: Mapping[str, bytes], vocabulary: Vocabulary) -> Pack:
    """A version of a pack that was published before, from its files alone.

    It was checked when it was published, so only what keeps it from running now is an error: raises DefinitionError.
    """
    source = read_source(pack_id, files, None)
    workflow, findings = compile_workflow(source, None, None, vocabulary)
    if workflow is None:
        raise DefinitionError(f"the pack {pack_id} cannot be read: {first_error([*source.findings, *findings])}")
    return source.built(workflow)


def first_error(findings: Iterable[Finding]) -> str:
    return next((str(finding) for finding in findings if finding.severity == "error"), "it has no workflow.yaml")
