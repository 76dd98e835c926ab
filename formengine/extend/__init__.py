"""Plugin interface: a plugin is a function `includeme(config)` that calls directives; built-in behaviour uses them too.

Two plugins that claim one name are a SettingError that names both (Pyramid's conflict detection).
"""

from formengine.extend.directives import DIRECTIVES, includeme, registry_of
from formengine.source import Finding

__all__ = ["DIRECTIVES", "Finding", "includeme", "registry_of"]
