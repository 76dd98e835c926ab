"""The door for plugins: a plugin is `includeme(config)` that calls these directives; built-in behaviour uses it too.

Two claims on one name stop the start and name both places (Pyramid's own conflict detection does).
"""

from formengine.extend.directives import DIRECTIVES, includeme, registry_of
from formengine.source import Finding

__all__ = ["DIRECTIVES", "Finding", "includeme", "registry_of"]
