"""Registry of plugins: functions and schemas by name, filled at start and constant from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from formengine.source import Finding
from formengine.workflow.definition.vocabulary import Vocabulary

SiteCheck = Callable[[Any], Iterable[Finding]]
"""`check(site) -> findings`, run by `formengine check` and before publishing."""
Converter = Callable[[bytes], bytes]
"""`convert(content) -> content` of one document type into another."""
Channel = Callable[[Any, Any], None]
"""`send(person, message)`, called in a job."""


class Scanner(Protocol):
    """Scans an uploaded file before it can be downloaded: None when it is clean, else the name of the threat."""

    def __call__(self, stream: BinaryIO, /) -> str | None: ...


@dataclass(frozen=True)
class Registry:
    """Everything by name. `field_kinds` maps `prefix:name` to a JSON Schema; `packs` are folders to add to the site."""

    vocabulary: Vocabulary
    field_kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    site_checks: tuple[SiteCheck, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    converters: Mapping[tuple[str, str], Converter] = field(default_factory=dict)
    scanners: Mapping[str, Scanner] = field(default_factory=dict)
    packs: tuple[str, ...] = ()
