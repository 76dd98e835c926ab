"""Plugin interface: a plugin is a function `includeme(config)` that calls directives; built-in behaviour uses them too.

Two plugins that claim one name are a SettingError that names both (Pyramid's conflict detection).
"""

from formengine.errors import DeliveryFailed
from formengine.extend.directives import DIRECTIVES, includeme, registry_of
from formengine.jobs import Retry
from formengine.registry import JobContext, JobDossier, ProviderFile, SignatureReport
from formengine.source import Finding

__all__ = [
    "DIRECTIVES",
    "DeliveryFailed",
    "Finding",
    "JobContext",
    "JobDossier",
    "ProviderFile",
    "Retry",
    "SignatureReport",
    "includeme",
    "registry_of",
]
