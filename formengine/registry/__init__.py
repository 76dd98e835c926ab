"""Registry of plugins: functions and schemas by name, filled at start and constant from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from formengine.registry.jobs import JobContext, JobDossier, PluginJob
from formengine.registry.signatures import ProviderFile, SignatureReport
from formengine.source import Finding
from formengine.workflow.definition.vocabulary import Vocabulary

__all__ = ["JobContext", "JobDossier", "PluginJob", "ProviderFile", "Registry", "SignatureReport", "SiteCheck"]

SiteCheck = Callable[[Any], Iterable[Finding]]
"""`check(site) -> findings`, run by `formengine check` and before publishing."""


@dataclass(frozen=True)
class Registry:
    """Everything by name; `settings` maps a plugin to its own. Field kinds belong to the vocabulary."""

    vocabulary: Vocabulary
    site_checks: tuple[SiteCheck, ...] = ()
    jobs: Mapping[str, PluginJob] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
