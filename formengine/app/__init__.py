"""Assembly without pages: settings become a platform, which web, worker and commands share."""

from formengine.app.assembly import build_platform, close_platform, platform_with, upgrade_database
from formengine.app.plugins import build_registry

__all__ = ["build_platform", "build_registry", "close_platform", "platform_with", "upgrade_database"]
