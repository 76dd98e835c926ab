"""Loads the plugins that the settings name, and collects what they register."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Collection
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationConflictError, ConfigurationError

from formengine.errors import SettingError
from formengine.extend import registry_of
from formengine.extend.directives import loading, settings_name
from formengine.registry import Registry
from formengine.settings import Settings
from formengine.source import did_you_mean

GROUP = "formengine.plugins"


def build_registry(settings: Settings) -> Registry:
    """What built-in and named plugins register; SettingError for a plugin that is missing, claims a taken
    name, or registers what cannot work."""
    config = Configurator()
    config.include("formengine.extend")
    config.include("formengine.builtin")
    _refuse_unknown_settings(settings, {settings_name(name) for name in settings.plugins}, "is loaded")
    try:
        for name in settings.plugins:
            with loading(config, name, settings.of_plugins):
                config.include(find_plugin(name, Path(settings.site)), route_prefix=None)
        config.commit()
    except ConfigurationConflictError as conflict:
        raise SettingError("formengine.plugins", " ".join(settings.plugins), _explain(conflict)) from None
    except ConfigurationError as refusal:
        raise SettingError("formengine.plugins", " ".join(settings.plugins), str(refusal)) from None
    registry = registry_of(config)
    _refuse_unknown_settings(settings, registry.settings, "declares settings")
    return registry


def _refuse_unknown_settings(settings: Settings, plugins: Collection[str], what: str) -> None:
    """SettingError for a key of the ini that is for none of these plugins; `what` is said of them."""
    for (plugin, name), (_, origin) in settings.of_plugins.ini.items():
        if plugin not in plugins:
            message = f"no plugin of this name {what}{did_you_mean(plugin, plugins)}"
            raise SettingError(f"formengine.{plugin}.{name}", "…", message, origin)


def find_plugin(name: str, site: Path) -> Callable[[Any], None]:
    """The `includeme` of a plugin: `./x` from the site's `plugins/`, any other an installed entry point."""
    if name.startswith("./"):
        module = _load(name, site)
    else:
        installed = {point.name: point for point in entry_points(group=GROUP)}
        if name not in installed:
            hint = did_you_mean(name, installed) or "; none is installed"
            raise SettingError("formengine.plugins", name, f"no installed plugin has this name{hint}")
        module = installed[name].load()
    include = module if callable(module) else getattr(module, "includeme", None)
    if include is None:
        raise SettingError("formengine.plugins", name, "the plugin has no function `includeme(config)`")
    return include


def _load(name: str, site: Path) -> ModuleType:
    folder = (site / "plugins").resolve()
    stem = folder / name.removeprefix("./")
    if folder not in stem.resolve().parents:
        raise SettingError("formengine.plugins", name, "a plugin lies in the site's own `plugins/`")
    path = next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)
    if path is None:
        raise SettingError("formengine.plugins", name, f"there is neither {stem}.py nor {stem}/__init__.py")
    module_name = f"formengine_site_plugins_{stem.name}"
    folders = [str(stem)] if path.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(module_name, path, submodule_search_locations=folders)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    return module


def _explain(conflict: ConfigurationConflictError) -> str:
    claims = []
    for (_, slot, name), locations in conflict._conflicts.items():  # Pyramid shows them nowhere else
        where = " and ".join(f"{location.file}:{location.line}" for location in locations)
        claims.append(f"{slot} {name!r} is claimed twice, at {where}")
    return "; ".join(claims)
