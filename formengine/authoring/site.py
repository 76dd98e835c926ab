"""The site: portal, teams, lists, workflows and request types, read from the files of a bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from formengine.authoring.config.companies import Companies
from formengine.authoring.config.lists import kinds_with_lists
from formengine.authoring.config.mail_templates import default_text
from formengine.authoring.config.portal import Portal
from formengine.authoring.config.reader import Config, read_config
from formengine.authoring.config.synonyms import Synonyms
from formengine.authoring.config.teams import Team
from formengine.authoring.packs.pack import Pack, PackSource, compile_workflow, packs_in, read_pack, read_source
from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.packs.request_type_parser import CheckContext
from formengine.errors import DefinitionError
from formengine.i18n import Text
from formengine.source import Finding, has_errors, without_echoes
from formengine.source.bundle import Bundle

if TYPE_CHECKING:
    from formengine.workflow.definition.vocabulary import Vocabulary


T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """A whole site; `calendars` are maps as in the YAML, `lists` are by id, then by key, `theme` holds CSS files."""

    portal: Portal
    teams: Mapping[str, Team]
    positions: Mapping[str, list[str]]
    position_titles: Mapping[str, Text]
    calendars: Mapping[str, Mapping[str, Any]]
    lists: Mapping[str, Mapping[str, Text]]
    packs: Mapping[str, Pack]
    request_types: Mapping[str, RequestType]
    mail_texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    theme: Mapping[str, bytes] = field(default_factory=dict)
    synonyms: Synonyms = ()
    companies: Companies = field(default_factory=dict)
    hash: str = ""

    @cached_property
    def has_public_types(self) -> bool:
        """Whether anything is offered without an account."""
        return any(request_type.audience == "public" for request_type in self.request_types.values())

    def mail_text(self, kind: str, language: str) -> str:
        """The text of a kind of mail (subject, then Markdown): the site's in that language, else the built-in one."""
        return self.mail_texts.get((kind, language)) or default_text(kind, language)

    def kinds_for(self, language: str) -> dict[str, Any]:
        """The field kinds of forms in a language: those built in, and this site's lists."""
        return kinds_with_lists(language, self.lists)


@dataclass
class ParsedBundle:
    """The parts of a bundle and the findings in them, also where errors keep it from being a site."""

    config: Config
    packs: dict[str, PackSource]
    built: dict[str, Pack] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def site(self, site_hash: str) -> Site:
        """The site of a bundle without errors; `site_hash` is the bundle's."""
        request_types = {k: v for pack in self.packs.values() for k, v in pack.request_types.items()}
        return _site(self.config, self.built, request_types, site_hash)


def read_bundle(bundle: Bundle, vocabulary: Vocabulary) -> ParsedBundle:
    """Read all files of a bundle; errors become findings."""
    config = read_config(bundle.files)
    files, stray_findings = packs_in(bundle.files)
    context = CheckContext(config.portal, bundle.files, config.portal_read, vocabulary.words, vocabulary.field_kinds)
    sources = {name: read_source(name, pack_files, context) for name, pack_files in sorted(files.items())}
    parsed = ParsedBundle(config, sources, findings=[*config.findings, *stray_findings])
    _check_unique_ids(parsed)
    for source in sources.values():
        workflow, findings = compile_workflow(source, config.raw_teams, config.raw_calendars, vocabulary)
        parsed.findings += source.findings
        parsed.findings += findings
        if workflow is not None:
            parsed.built[source.id] = source.built(workflow)
    return parsed


def read_site(bundle: Bundle, vocabulary: Vocabulary) -> tuple[Site | None, list[Finding]]:
    """The site in a bundle, or None when it has errors; and the findings made while reading it.

    Quicker than `check_site`, which also tries each form and each story.
    """
    parsed = read_bundle(bundle, vocabulary)
    return (None if has_errors(parsed.findings) else parsed.site(bundle.hash)), without_echoes(parsed.findings)


def published_site(bundle: Bundle, request_types: Mapping[str, RequestType], vocabulary: Vocabulary) -> Site:
    """The site in a bundle that was published, with the request types that were stored then.

    Its packs are compiled when they are first used. Raises DefinitionError when the configuration cannot be read.
    """
    config = read_config(bundle.files, published=True)
    errors = [finding for finding in config.findings if finding.severity == "error"]
    if errors:
        raise DefinitionError(f"the published site cannot be read: {errors[0]}")
    files, _findings = packs_in(bundle.files)
    packs = LazyMapping(files, lambda name: read_pack(name, files[name], vocabulary))
    return _site(config, packs, request_types, bundle.hash)


def _site(config: Config, packs: Mapping[str, Pack], request_types: Mapping[str, RequestType], site_hash: str) -> Site:
    shared: dict[str, Any] = {f.name: getattr(config, f.name) for f in fields(Site) if hasattr(config, f.name)}
    return Site(**shared, packs=packs, request_types=request_types, hash=site_hash)


class LazyMapping(Mapping[str, T]):
    """A mapping whose values are made at their first use; two threads may both make one, and get the same."""

    def __init__(self, names: Iterable[str], make: Callable[[str], T]) -> None:
        self._names, self._make = dict.fromkeys(names), make
        self._values: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._values:
            self._values.setdefault(name, self._make(name))
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _check_unique_ids(parsed: ParsedBundle) -> None:
    """A request type's id is in the portal's addresses, so it is unique over the whole site."""
    packs: dict[str, str] = {}
    for source in parsed.packs.values():
        for name, document in source.requests.items():
            if name in packs:
                message = f"a request type {name} lies in the pack {packs[name]} too; rename one of the files"
                parsed.findings.append(document.finding((), "twice", message))
            packs.setdefault(name, source.id)
