"""The pages and the API: the only layer that knows HTTP.

`main` is the entry point that an ini names (`use = egg:formengine`); `make_app` makes the same application for a
platform that exists already.
"""

from __future__ import annotations

from typing import Any

from formengine.services.core.unit_of_work import Platform


def main(global_config: dict[str, str], **settings: str) -> Any:
    """The WSGI application of an ini's settings; raises SettingError for one that cannot be read."""
    from formengine.app import build_platform
    from formengine.settings import read_settings

    return make_app(build_platform(read_settings(settings, file=global_config.get("__file__"))))


def make_app(platform: Platform) -> Any:
    """The WSGI application of a platform."""
    from pyramid.config import Configurator
    from pyramid_tm import explicit_manager

    from formengine.web.routes import packages

    config = Configurator(
        settings={
            "tm.manager_hook": explicit_manager,
            "tm.commit_veto": "pyramid_tm.default_commit_veto",
            "tm.annotate_user": False,
            "jinja2.trim_blocks": True,
            "jinja2.lstrip_blocks": True,
        }
    )
    config.registry.platform = platform
    # what pages are made with
    config.include("pyramid_tm")
    config.include("formengine.web.execution_policy")
    # who asks, in which language, in which transaction
    config.include("formengine.web.authentication")
    config.include("formengine.web.locale")
    config.include("formengine.web.unit_of_work")
    # what keeps strangers out
    config.include("formengine.web.reverse_proxy")
    config.include("formengine.web.input_checks")
    config.include("formengine.web.csrf")
    config.include("formengine.web.security_headers")
    config.include("formengine.web.root_factory")
    # what every page shares
    config.include("formengine.web.access_log")
    config.include("formengine.web.flash")
    config.include("formengine.web.page_renderer")
    config.include("formengine.web.static_assets")
    config.include("formengine.web.error_views")
    config.include("formengine.web.unsent_posts")
    # the pages
    for package in packages():
        config.include(package)
    config.registry.wsgi_app = portal = config.make_wsgi_app()  # `assistant` calls the API
    return portal
